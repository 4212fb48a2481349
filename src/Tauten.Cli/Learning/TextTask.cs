using System.CommandLine;
using System.Text.Json;
using Tauten.Data;
using Tauten.NN;

namespace Tauten.Cli;

/// <summary>A text, character by character.</summary>
sealed class TextTask() : LearningTask("text", "a small transformer to write a text on, character by character; its last tenth is for testing", 10, 32, 0.003)
{
    const int Length = 64;
    readonly Argument<string> file = new("FILE") { Description = "A text in UTF-8" };
    readonly Option<int> size = Commands.NumberOption.Whole("--size", "The width of the net", 96, 8, 1024);

    public override IReadOnlyList<Argument> Arguments => [file];

    public override IReadOnlyList<Option> Options => [size];

    public override Command Prediction => new Commands.PredictText();

    public override Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        string path = settings.Call.GetRequiredValue(file);
        if (!File.Exists(path)) throw new DataException($"There is no file {path}.");
        string text = File.ReadAllText(path);
        char[] characters = [.. text.Distinct().Order()];
        long[] codes = [.. text.Select(c => (long)Array.BinarySearch(characters, c))];
        int testLength = codes.Length / 10;
        if (testLength < Length + 1) throw new DataException($"{path} has {codes.Length} characters. Expected {10 * (Length + 1)} or more.");
        long[] train = codes[..^testLength], test = codes[^testLength..];
        long pieces = Math.Max(1, train.Length / Length);
        // Each piece of an epoch begins at a random place; a step is as many pieces as a batch has samples.
        var batches = Dataset.Range(pieces).Map((_, random) => Piece(train, (int)random.Next(train.Length - Length))).Batch(settings.BatchSize).Map(s => s, settings.Workers).Prefetch();
        var tests = Dataset.Range(testLength / (Length + 1)).Map(i => Piece(test, (int)i * (Length + 1))).Batch(64);
        return Task.FromResult(new Recipe(new CharacterNet(characters.Length, Length, settings.Call.GetRequiredValue(size)), batches, pieces, tests, new CrossEntropyLoss(), [], "pieces", "loss")
        {
            Optimizer = (p, rate) => new AdamW(p, rate),
            ClipNorm = 1,
            Facts = JsonSerializer.Serialize(new TextFacts(new(characters), settings.Call.GetRequiredValue(size), Length), FactsJson.Default.TextFacts),
        });
    }

    static Sample Piece(long[] codes, int start) => new(Tensor.From(codes.AsSpan(start, Length).ToArray()), Tensor.From(codes.AsSpan(start + 1, Length).ToArray()));
}

/// <summary>What comes next after each character [batch, time], of which each sees those before it; logits [batch, characters, time].</summary>
sealed partial class CharacterNet(int characters, int length, int size) : Module<Tensor, Tensor>
{
    readonly Embedding embedding = new(characters, size);
    readonly Embedding position = new(length, size);
    readonly TransformerEncoder layers = new(() => new(size, heads: size % 4 == 0 ? 4 : 1, feedForward: 4 * size, dropout: 0.1, Activation.Gelu, normFirst: true, batchFirst: true), 2, new LayerNorm(size));
    readonly Linear output = new(size, characters);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => output.Call(layers.Call(embedding.Call(x) + position.Call(Tensor.Arange(x.Shape[1].Value)), causal: true)).Transpose(1, 2);
}
