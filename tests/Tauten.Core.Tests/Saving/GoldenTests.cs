using Tauten.Tests;

namespace Tauten.Core.Tests;

/// <summary>Program files of all formats so far are read, and give what they gave; see docs/program-format.md.</summary>
[Collection("Alone")]
public class GoldenTests
{
    static readonly string folder = Path.Combine(SourceTree.Root, "tests", "Golden");

    // Set it to make the files of a new format, once. Those of a format that was released never change.
    static readonly bool writes = Environment.GetEnvironmentVariable("TAUTEN_GOLDEN") == "write";

    public static TheoryData<string> Programs
    {
        get
        {
            if (writes)
                foreach (string name in GoldenPrograms.All.Keys) Write(name);
            return [.. Kept()];
        }
    }

    static IEnumerable<string> Kept() => Directory.GetFiles(folder, "*.tauten").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    static void Write(string name)
    {
        string file = Path.Combine(folder, $"format-1-{name}");
        if (File.Exists($"{file}.tauten")) return;
        var (program, calls) = GoldenPrograms.All[name]();
        program.Save($"{file}.tauten");
        var tensors = new Dictionary<string, Tensor>();
        var texts = new Dictionary<string, string>();
        for (int i = 0; i < calls.Length; i++)
        {
            texts[$"{i}"] = calls[i].Function;
            for (int k = 0; k < calls[i].Inputs.Length; k++) tensors[$"{i}.input.{k}"] = calls[i].Inputs[k];
            var y = program.Run(calls[i].Function, calls[i].Inputs);
            for (int k = 0; k < y.Length; k++) tensors[$"{i}.output.{k}"] = y[k].Detach();
        }
        foreach (var (cell, value) in program.Cells) tensors[$"cell.{cell}"] = value.Value.Detach();
        Safetensors.Save($"{file}.safetensors", tensors, texts);
    }

    [Theory, MemberData(nameof(Programs))]
    public void A_kept_file_is_read_and_gives_what_it_gave(string name)
    {
        var program = GraphProgram.Load(Path.Combine(folder, $"{name}.tauten"));
        var tensors = Safetensors.Load(Path.Combine(folder, $"{name}.safetensors"), out var calls);
        for (int i = 0; calls.TryGetValue($"{i}", out string? function); i++)
        {
            Tensor[] x = [.. Numbered(tensors, $"{i}.input.")], expected = [.. Numbered(tensors, $"{i}.output.")], y = program.Run(function, x);
            Assert.Equal(expected.Length, y.Length);
            // Other instructions may round otherwise.
            for (int k = 0; k < y.Length; k++) TensorAssert.Equal(expected[k], y[k].Detach(), expected[k].DType.IsFloating() ? 2e-5 : 0);
        }
        foreach (var (cell, value) in program.Cells) TensorAssert.Equal(tensors[$"cell.{cell}"].To(DType.Float64), value.Value.Detach().To(DType.Float64), 2e-5);
    }

    static IEnumerable<Tensor> Numbered(IReadOnlyDictionary<string, Tensor> tensors, string stem)
    {
        for (int k = 0; tensors.TryGetValue($"{stem}{k}", out var tensor); k++) yield return tensor;
    }

    [Fact]
    public void The_files_of_this_format_are_kept() => Assert.Equal(GoldenPrograms.All.Keys.Select(k => $"format-1-{k}").Order(StringComparer.Ordinal), Kept().Where(n => n.StartsWith("format-1-", StringComparison.Ordinal)));

    /// <summary>What the first release could save, all later ones can read: no op and no attribute goes away, and a new attribute has a default.</summary>
    [Fact]
    public void Ops_that_files_may_name_stay_readable()
    {
        string file = Path.Combine(folder, "ops-1.txt");
        if (writes && !File.Exists(file)) File.WriteAllLines(file, OpTable.Standard.Schema);
        var now = OpTable.Standard.Schema.ToDictionary(l => l[..l.IndexOf('(', StringComparison.Ordinal)], Attributes);
        var broken = new List<string>();
        foreach (string line in File.ReadAllLines(file))
        {
            string op = line[..line.IndexOf('(', StringComparison.Ordinal)];
            if (!now.TryGetValue(op, out var attributes))
            {
                broken.Add($"The op {op} is gone, but files name it.");
                continue;
            }
            var before = Attributes(line);
            broken.AddRange(before.Where(a => !attributes.TryGetValue(a.Key, out string? type) || Type(type) != Type(a.Value)).Select(a => $"{op}: the attribute {a.Key}: {a.Value} is gone, but files have it."));
            broken.AddRange(attributes.Where(a => !before.ContainsKey(a.Key) && !a.Value.Contains('=', StringComparison.Ordinal)).Select(a => $"{op}: the new attribute {a.Key} has no default, so older files cannot be read."));
        }
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    static string Type(string attribute) => attribute.Split(" = ")[0];

    static Dictionary<string, string> Attributes(string line) => line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(a => a.Split(": ")).ToDictionary(a => a[0], a => a[1]);
}
