namespace Tauten.Ops;

/// <summary>
/// An equation such as <c>"...ij,jk->...ik"</c> worked out for inputs of given shapes: each axis gets a label, which is the code of its letter or,
/// for axes of an ellipsis, its negative place from the end.
/// </summary>
sealed class EinsumEquation
{
    readonly string equation;
    readonly Dictionary<int, Dim> sizes = [];

    public EinsumEquation(string equation, Shape[] shapes)
    {
        this.equation = equation;
        string text = equation.Replace(" ", "", StringComparison.Ordinal);
        int arrow = text.IndexOf("->", StringComparison.Ordinal);
        string[] inputs = (arrow < 0 ? text : text[..arrow]).Split(',');
        if (shapes.Length == 0) throw Wrong("expected at least one input");
        if (inputs.Length != shapes.Length) throw Wrong($"it names {inputs.Length} inputs, but {shapes.Length} were given");
        Inputs = new int[inputs.Length][];
        for (int i = 0; i < inputs.Length; i++) Inputs[i] = Labels(inputs[i], shapes[i], i);
        int ellipsis = Inputs.SelectMany(l => l).Where(l => l < 0).Select(l => -l).DefaultIfEmpty(0).Max();
        Output = arrow < 0 ? ImpliedOutput(ellipsis) : ExplicitOutput(text[(arrow + 2)..], ellipsis);
    }

    /// <summary>The labels of each input's axes.</summary>
    public int[][] Inputs { get; }

    /// <summary>The labels of the result's axes.</summary>
    public int[] Output { get; }

    /// <summary>The size of a label's axes, as far as it is known; 1 only if it is 1 in all inputs.</summary>
    public Dim SizeOf(int label) => sizes[label];

    int[] Labels(string text, Shape shape, int input)
    {
        int letters = text.Length, dots = text.IndexOf("...", StringComparison.Ordinal), between = 0;
        if (dots >= 0)
        {
            letters -= 3;
            between = shape.Rank - letters;
            if (between < 0) throw Wrong($"input {input}, '{text}', names {letters} axes, but its shape {shape} has {shape.Rank}");
        }
        else if (letters != shape.Rank) throw Wrong($"input {input}, '{text}', names {letters} axes, but its shape {shape} has {shape.Rank}");
        var labels = new int[shape.Rank];
        int axis = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (i == dots)
            {
                for (int k = between; k > 0; k--) labels[axis++] = -k;
                i += 2;
            }
            else labels[axis++] = Letter(text[i], text);
        }
        for (int i = 0; i < labels.Length; i++)
            for (int k = 0; k < i; k++)
                if (labels[i] == labels[k] && shape[i] != shape[k] && shape[i].IsKnown && shape[k].IsKnown)
                    throw Wrong($"the letter '{(char)labels[i]}' stands for axes of sizes {shape[k]} and {shape[i]} of input {input}, whose shape is {shape}");
        for (int i = 0; i < labels.Length; i++) Note(labels[i], shape[i], input, shape);
        return labels;
    }

    void Note(int label, Dim size, int input, Shape shape)
    {
        if (!sizes.TryGetValue(label, out var known) || (known.IsKnown && known == 1)) sizes[label] = size;
        else if (size.IsKnown && size != 1)
        {
            if (known.IsKnown && known != size)
                throw Wrong($"{(label < 0 ? "an axis of the ellipsis" : $"the letter '{(char)label}'")} has size {known} before, but {size} in input {input}, whose shape is {shape}");
            sizes[label] = size;
        }
    }

    int[] ImpliedOutput(int ellipsis)
    {
        var once = Inputs.SelectMany(l => l).Where(l => l > 0).GroupBy(l => l).Where(g => g.Count() == 1).Select(g => g.Key).Order();
        return [.. Ellipsis(ellipsis), .. once];
    }

    int[] ExplicitOutput(string text, int ellipsis)
    {
        var labels = new List<int>();
        int dots = text.IndexOf("...", StringComparison.Ordinal);
        for (int i = 0; i < text.Length; i++)
        {
            if (i == dots)
            {
                labels.AddRange(Ellipsis(ellipsis));
                i += 2;
                continue;
            }
            int label = Letter(text[i], text);
            if (!sizes.ContainsKey(label)) throw Wrong($"the letter '{text[i]}' of the result occurs in no input");
            if (labels.Contains(label)) throw Wrong($"the letter '{text[i]}' occurs twice in the result");
            labels.Add(label);
        }
        return [.. labels];
    }

    static IEnumerable<int> Ellipsis(int count) => Enumerable.Range(0, count).Select(i => i - count);

    int Letter(char letter, string text) => char.IsAsciiLetter(letter)
        ? letter
        : throw Wrong($"'{text}' holds '{letter}'. Expected letters from a to z and A to Z, and at most one ellipsis '...'");

    ShapeException Wrong(string what) => new($"Einsum \"{equation}\": {what}.");
}
