using System.Collections.Concurrent;
using Tauten.Tests;

namespace Tauten.Agreement;

/// <summary>The cases of one file of fixtures.</summary>
sealed class Fixture
{
    static readonly ConcurrentDictionary<string, Fixture> loaded = new();
    readonly Dictionary<string, Dictionary<string, Tensor>> cases = [];

    Fixture(string area)
    {
        foreach (var (entry, tensor) in Safetensors.Load(PathOf(area)))
        {
            int bar = entry.LastIndexOf('|');
            if (!cases.TryGetValue(entry[..bar], out var parts)) cases[entry[..bar]] = parts = [];
            parts[entry[(bar + 1)..]] = tensor;
        }
    }

    public static string PathOf(string area) => SourceTree.PathOf($"tests/fixtures/{area}.safetensors");

    public static Fixture Of(string area) => loaded.GetOrAdd(area, a => new(a));

    /// <summary>Key and name of each case, with a bar between them.</summary>
    public IEnumerable<string> Cases => cases.Keys.Order(StringComparer.Ordinal);

    public static string KeyOf(string name) => name[..name.IndexOf('|', StringComparison.Ordinal)];

    /// <summary>The tensors called <paramref name="part"/>0, 1, 2 and so on; null where there is none, as for gradients of whole numbers.</summary>
    public Tensor?[] Parts(string name, string part)
    {
        var all = cases[name];
        int count = all.Keys.Count(k => k.StartsWith(part, StringComparison.Ordinal)) == 0 ? 0
            : all.Keys.Where(k => k.StartsWith(part, StringComparison.Ordinal)).Max(k => int.Parse(k[part.Length..])) + 1;
        return [.. Enumerable.Range(0, count).Select(i => all.GetValueOrDefault($"{part}{i}"))];
    }

    /// <summary>The numbers that stand for an arriving gradient: exact in every dtype, never zero; as in the script.</summary>
    public static Tensor Seed(Shape shape, int salt, DType dtype)
    {
        var numbers = new double[shape.ElementCount.Value];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = ((37L * i + 11L * salt) % 17 - 8) / 8.0 + 1 / 16.0;
        return Tensor.From(numbers, shape).To(dtype);
    }
}
