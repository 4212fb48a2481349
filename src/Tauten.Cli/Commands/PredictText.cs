using System.CommandLine;
using System.Globalization;
using Tauten.Data;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten predict text WEIGHTS</c>: writes a text on, character by character.</summary>
sealed class PredictText : Command
{
    readonly Argument<string> file = new("WEIGHTS") { Description = "Weights that 'tauten train text' has saved" };
    readonly Option<string> prompt = new("--prompt") { Description = "How the text begins", HelpName = "TEXT", DefaultValueFactory = _ => "" };
    readonly Option<int> length = NumberOption.Whole("--length", "How many characters to write", 200, 1, 1_000_000);
    readonly Option<double> temperature = NumberOption.Positive("--temperature", "How daring: below 1 the probable becomes more so", 0.8, 100);
    readonly Option<ulong> seed = NumberOption.Whole<ulong>("--seed", "Another seed writes another text", 0, 0, ulong.MaxValue);

    /// <summary>The command.</summary>
    public PredictText() : base("text", "Write a text on with weights that 'tauten train text' has saved.")
    {
        Add(file);
        foreach (Option option in (ReadOnlySpan<Option>)[prompt, length, temperature, seed]) Add(option);
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    int Run(ParseResult call, CancellationToken stop)
    {
        string path = call.GetRequiredValue(file), begin = call.GetRequiredValue(prompt);
        var facts = WeightsFile.ReadFacts(path, "text", FactsJson.Default.TextFacts);
        if (begin.FirstOrDefault(c => !facts.Characters.Contains(c)) is not '\0' and var unknown)
            throw new DataException(string.Create(CultureInfo.InvariantCulture, $"--prompt: the text that the net has learned has no '{unknown}' (U+{(int)unknown:X4})."));
        var net = WeightsFile.Load(path, new CharacterNet(facts.Characters.Length, facts.Length, facts.Size));
        var random = new SampleRandom(call.GetRequiredValue(seed));
        var output = call.InvocationConfiguration.Output;
        // Something must stand before the first character: a line break, if there is one.
        List<long> codes = [.. begin.Length > 0 ? begin.Select(c => (long)facts.Characters.IndexOf(c)) : [Math.Max(0, facts.Characters.IndexOf('\n'))]];
        output.Write(begin);
        using var untracked = Gradients.NoGrad();
        for (int i = 0; i < call.GetRequiredValue(length) && !stop.IsCancellationRequested; i++)
        {
            long[] seen = [.. codes.TakeLast(facts.Length)];
            float[] shares = (net.Call(Tensor.From(seen, [1, seen.Length])).Select(0, 0).Select(1, seen.Length - 1) / call.GetRequiredValue(temperature)).Softmax(0).ToArray<float>();
            double left = random.NextDouble() * shares.Sum(p => (double)p);
            int next = 0;
            while (next < shares.Length - 1 && (left -= shares[next]) >= 0) next++;
            codes.Add(next);
            output.Write(facts.Characters[next]);
            output.Flush();
        }
        output.WriteLine();
        return stop.IsCancellationRequested ? Tool.Interrupted : 0;
    }
}
