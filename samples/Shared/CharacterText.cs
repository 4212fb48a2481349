using Tauten;

namespace Samples;

/// <summary>Ten sonnets by William Shakespeare (1609), as numbers of characters.</summary>
sealed class CharacterText
{
    readonly char[] alphabet;
    readonly long[] codes;

    /// <summary>Reads the text inside of the program.</summary>
    public CharacterText()
    {
        using var reader = new StreamReader(typeof(CharacterText).Assembly.GetManifestResourceStream("sonnets.txt")!);
        string text = reader.ReadToEnd().ReplaceLineEndings("\n");
        alphabet = [.. text.Distinct().Order()];
        codes = Encode(text);
    }

    /// <summary>How many different characters there are.</summary>
    public int Characters => alphabet.Length;

    /// <summary>The number of each character.</summary>
    public long[] Encode(string text) => [.. text.Select(character => (long)Array.IndexOf(alphabet, character))];

    /// <summary>A character by its number.</summary>
    public char this[long code] => alphabet[code];

    /// <summary>Pieces from anywhere, and the same pieces one character further on: both int64 [count, length].</summary>
    public (Tensor Inputs, Tensor Targets) Pieces(int count, int length)
    {
        var starts = Tensor.RandInt(0, codes.Length - length - 1, [count]).ToArray<long>();
        return (Piece(0), Piece(1));

        Tensor Piece(int shift) => Tensor.From(starts.SelectMany(start => codes.Skip((int)start + shift).Take(length)).ToArray(), [count, length]);
    }

    /// <summary>Draws a character from scores [.., characters], the last row; a temperature below 1 makes likely ones likelier.</summary>
    public static long Draw(Tensor scores, double temperature = 0.5) => (scores.Reshape([-1, scores.Shape[-1]])[-1] / temperature).Softmax(-1).Multinomial(1).ToArray<long>()[0];
}
