namespace Tauten.Compiler;

/// <summary>
/// Names for the first sizes of inputs, so that one graph serves all of them. The smallest is called <c>batch</c>; those that are multiples of it are taken to be
/// just that, such as the labels of all positions of a batch of texts.
/// </summary>
static class FreeSizes
{
    const string Name = "batch";

    /// <summary>The specs with names; null where no input has an axis.</summary>
    public static TensorSpec[]? Of(TensorSpec[] specs)
    {
        long[] first = [.. specs.Where(s => s.Shape.Rank > 0 && s.Shape.Count > 0).Select(s => s.Shape[0].Value)];
        if (first.Length == 0) return null;
        long smallest = first.Min();
        var names = new Dictionary<long, Dim>();
        return Array.ConvertAll(specs, spec =>
        {
            if (spec.Shape.Rank == 0) return spec;
            long size = spec.Shape[0];
            if (!names.TryGetValue(size, out var name)) names.Add(size, name = size > 0 && size % smallest == 0 ? size / smallest * Dim.Unknown(Name) : Dim.Unknown($"{Name}{names.Count + 2}"));
            return new(spec.DType, spec.Shape.With(0, name));
        });
    }

    /// <summary>Whether sizes that depend on each other do so in the inputs received; names the inputs that do not.</summary>
    public static string? Objection(TensorSpec[] expected, ReadOnlySpan<Tensor> received)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (expected[i].Shape.IsKnown || !expected[i].Shape[0].IsName) continue;
            var name = expected[i].Shape[0];
            for (int k = 0; k < expected.Length; k++)
            {
                if (k == i || expected[k].Shape.IsKnown || !expected[k].Shape[0].Names.SequenceEqual(name.Names)) continue;
                var batch = received[i].Shape[0];
                if (expected[k].Shape[0].Bind(_ => batch) != received[k].Shape[0]) return $"the first sizes of inputs {i} and {k} were {name} and {expected[k].Shape[0]}";
            }
        }
        return null;
    }
}
