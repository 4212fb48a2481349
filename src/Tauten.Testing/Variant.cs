namespace Tauten.Testing;

/// <summary>How the elements of a tensor lie in memory.</summary>
public enum Arrangement
{
    /// <summary>Row-major, from the start of the memory on.</summary>
    Contiguous,
    /// <summary>Row-major, one element behind the start, so that nothing is aligned.</summary>
    Offset,
    /// <summary>The axes in reverse order.</summary>
    Transposed,
    /// <summary>Every second element along the last axis, and gaps between rows.</summary>
    Stepped,
    /// <summary>Backwards along every axis.</summary>
    Reversed,
    /// <summary>One element, or row, for a whole axis: stride 0.</summary>
    Repeated,
}

/// <summary>One choice of sizes, memory layouts and values for the inputs of a case.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Shapes">The shape of each input.</param>
/// <param name="Arrangements">The layout of each input.</param>
public sealed record Variant(string Name, Shape[] Shapes, Arrangement[] Arrangements)
{
    static readonly int[] widths = [7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65];

    /// <summary>Whether the values are NaN, infinities, zeros of both signs and extreme integers.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Whether it is larger than a chunk of parallel work.</summary>
    public bool IsLarge { get; init; }

    /// <summary>Whether it is one of the few that are run with every dtype.</summary>
    public bool IsCommon { get; init; }

    /// <summary>The sizes given to names.</summary>
    internal Dictionary<string, long> Sizes { get; init; } = [];

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal static IEnumerable<Variant> Of(OpCase c, bool all)
    {
        yield return Bound(c, "plain", c.PlainSizes()) with { IsCommon = true };
        foreach (var variant in c.IsElementwise ? AnyShapes(c, all) : NamedSizes(c, all)) yield return variant;
        foreach (var arrangement in new[] { Arrangement.Offset, Arrangement.Transposed, Arrangement.Stepped, Arrangement.Reversed, Arrangement.Repeated })
        {
            var variant = Bound(c, arrangement.ToString(), c.PlainSizes());
            for (int i = 0; i < variant.Arrangements.Length; i++)
                if (c.Inputs[i].Values is null) variant.Arrangements[i] = arrangement;
            yield return variant;
        }
        var mixed = Bound(c, "mixed layouts", c.PlainSizes());
        for (int i = 0; i < mixed.Arrangements.Length; i++)
            if (c.Inputs[i].Values is null) mixed.Arrangements[i] = i switch { 0 => Arrangement.Stepped, 1 => Arrangement.Transposed, _ => Arrangement.Reversed };
        yield return mixed with { IsCommon = true };
        if (c.Inputs.Any(i => i is { IndexOf: null, Values: null } && (i.Domain ?? Domain.Plain).HasSpecials))
            yield return (c.IsElementwise ? Any(c, "special values", [[9, 9]]) : Bound(c, "special values", c.PlainSizes())) with { IsSpecial = true, IsCommon = true };
    }

    static IEnumerable<Variant> NamedSizes(OpCase c, bool all)
    {
        if (c.Names.Length == 0) yield break;
        foreach (string name in c.Names)
        {
            var sizes = c.PlainSizes();
            if (c.Least.GetValueOrDefault(name) <= 0) yield return Bound(c, $"{name} = 0", With(sizes, name, 0));
            if (c.Least.GetValueOrDefault(name) <= 1) yield return Bound(c, $"{name} = 1", With(sizes, name, 1));
        }
        string wide = c.Wide ?? c.Inputs[0].Shape.SelectMany(d => d.Names).LastOrDefault() ?? c.Names[^1];
        foreach (string name in all ? c.Names : [wide])
            foreach (int width in widths)
                if (width >= c.Least.GetValueOrDefault(name)) yield return Bound(c, $"{name} = {width}", With(c.PlainSizes(), name, width)) with { IsCommon = width == 33 && name == wide };
        if (c.Large.Count > 0)
        {
            var sizes = c.PlainSizes();
            foreach (var (name, size) in c.Large) sizes[name] = size;
            yield return Bound(c, "large", sizes) with { IsLarge = true };
        }
    }

    static IEnumerable<Variant> AnyShapes(OpCase c, bool all)
    {
        yield return Any(c, "scalar", [[]]);
        yield return Any(c, "empty", [[0]]);
        yield return Any(c, "empty rows", [[3, 0], [1, 0], [0]]);
        foreach (int width in widths) yield return Any(c, $"{width} elements", [[width]]) with { IsCommon = width == 33 };
        yield return Any(c, "five axes", [[2, 1, 3, 2, 2], [2, 1, 3, 2, 2], [2, 1, 3, 2, 2]]);
        yield return Any(c, "70001 elements", [[70_001]]) with { IsLarge = true };
        if (c.Inputs.Count == 1) yield break;
        yield return Any(c, "row", [[3, 5], [5], [1, 5]]);
        yield return Any(c, "column", [[3, 1], [3, 5], [1]]);
        yield return Any(c, "outer", [[3, 1], [1, 5], []]) with { IsCommon = true };
        yield return Any(c, "scalar first", [[], [4, 3], [4, 1]]);
        yield return Any(c, "scalar last", [[4, 3], [], [3]]);
        yield return Any(c, "wide row", [[2, 33], [33], [2, 1]]);
        yield return Any(c, "wide column", [[3, 17], [3, 1], [17]]);
        yield return Any(c, "inner axis", [[2, 3, 4], [2, 1, 4], [3, 1]]);
        yield return Any(c, "more axes behind", [[4], [2, 3, 1], [3, 4]]);
        yield return Any(c, "large row", [[300, 257], [257], [300, 1]]) with { IsLarge = true };
        if (all) yield return Any(c, "large column", [[257, 300], [257, 1], []]) with { IsLarge = true };
    }

    static Variant Any(OpCase c, string name, Shape[] shapes) =>
        new(name, [.. c.Inputs.Select((_, i) => shapes[Math.Min(i, shapes.Length - 1)])], new Arrangement[c.Inputs.Count]);

    static Variant Bound(OpCase c, string name, Dictionary<string, long> sizes) =>
        new(name, [.. c.Inputs.Select(i => i.Shape.Bind(n => sizes.TryGetValue(n, out long size) ? size : default(Dim?)))], new Arrangement[c.Inputs.Count]) { Sizes = sizes };

    static Dictionary<string, long> With(Dictionary<string, long> sizes, string name, long size) => new(sizes) { [name] = size };

    /// <summary>Values for the inputs of a case: the same for the same case, variant and dtype.</summary>
    public HostTensor[] Draw(OpCase c, DType dtype)
    {
        var random = new Random(Seed($"{c.Name} {Name}"));
        var inputs = new HostTensor[Shapes.Length];
        int stride = 1;
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = c.Inputs[i];
            var type = input.DType ?? dtype;
            bool special = IsSpecial && input is { IndexOf: null, Values: null } && (input.Domain ?? Domain.Plain).HasSpecials;
            var shape = Arrangements[i] == Arrangement.Repeated ? Collapsed(Shapes[i], i) : Shapes[i];
            var drawn = Draw(random, input, type, shape);
            if (special) stride *= AddSpecials(random, drawn, input.Domain ?? Domain.Plain, c.IsElementwise ? stride : 0);
            inputs[i] = shape.Equals(Shapes[i]) ? drawn : Spread(drawn, Shapes[i]);
        }
        return inputs;
    }

    HostTensor Draw(Random random, Input input, DType type, Shape shape)
    {
        int count = (int)shape.Count;
        if (input.Values is { } values) return new(type, shape, [.. values.Select(v => (Int128)v)]);
        if (input.IndexOf is { } size)
        {
            long axis = size.Bind(n => Sizes.TryGetValue(n, out long s) ? s : default(Dim?));
            return new(type, shape, [.. Enumerable.Range(0, count).Select(_ => (Int128)random.NextInt64(input.IsLabel ? 0 : -axis, axis))]);
        }
        var domain = input.Domain ?? Domain.Plain;
        return type.IsFloating() ? new HostTensor(type, shape, domain.Reals(random, count)).Rounded(type) : new(type, shape, domain.Wholes(random, count, type));
    }

    // All combinations with the other inputs of an elementwise op; elsewhere one in five elements is special.
    static int AddSpecials(Random random, HostTensor x, Domain domain, int stride)
    {
        double[] reals = domain.SpecialReals;
        Int128[] wholes = x.IsReal ? [] : Domain.SpecialWholes(x.DType);
        int count = x.IsReal ? reals.Length : wholes.Length;
        for (int i = 0; i < x.Count; i++)
        {
            if (stride == 0 && random.Next(5) > 0) continue;
            int which = stride == 0 ? random.Next(count) : i / stride % count;
            if (x.IsReal) x.Reals[i] = reals[which];
            else x.Wholes[i] = wholes[which];
        }
        return count;
    }

    static int RepeatedAxis(int rank, int input) => input == 0 ? rank - 1 : 0;

    static Shape Collapsed(Shape shape, int input) => shape.Rank == 0 || shape.Count == 0 ? shape : shape.With(RepeatedAxis(shape.Rank, input), 1);

    static HostTensor Spread(HostTensor x, Shape shape)
    {
        int[] from = x.Sizes;
        return x.Pick(shape, [.. Defining.Positions([.. shape.Select(d => (int)d.Value)]).Select(p => Defining.Offset(from, p))]);
    }

    static int Seed(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text) hash = unchecked((hash ^ c) * 16777619);
        return (int)(hash >> 1);
    }

    /// <summary>Puts values on a backend, in the layouts of this variant.</summary>
    public Tensor[] Place(HostTensor[] values, Backend backend)
    {
        var tensors = new Tensor[values.Length];
        for (int i = 0; i < tensors.Length; i++) tensors[i] = Place(values[i], backend, Arrangements[i], RepeatedAxis(values[i].Shape.Rank, i));
        return tensors;
    }

    /// <summary>Puts values on a backend, contiguous.</summary>
    public static Tensor Place(HostTensor values, Backend backend) => Place(values, backend, Arrangement.Contiguous, 0);

    static Tensor Place(HostTensor values, Backend backend, Arrangement arrangement, int repeated)
    {
        var sizes = values.Shape.Sizes;
        var strides = new long[sizes.Length];
        long next = 1, offset = 0;
        for (int i = 0; i < strides.Length; i++)
        {
            int axis = arrangement == Arrangement.Transposed ? i : strides.Length - 1 - i;
            if (arrangement == Arrangement.Repeated && axis == repeated) continue;
            if (arrangement == Arrangement.Stepped && i == 0) next = 2;
            strides[axis] = next;
            next *= Math.Max(1, sizes[axis]);
            if (arrangement == Arrangement.Stepped) next++;
        }
        if (arrangement == Arrangement.Offset) offset = 1;
        if (arrangement == Arrangement.Reversed)
            for (int i = 0; i < strides.Length; i++)
            {
                offset += strides[i] * Math.Max(0, sizes[i] - 1);
                strides[i] = -strides[i];
            }
        long last = offset;
        for (int i = 0; i < strides.Length; i++) last += Math.Max(0, strides[i]) * Math.Max(0, sizes[i] - 1);
        long count = values.Count == 0 ? 0 : last + 1;
        var storage = backend.Allocate(count * values.DType.Size());
        var tensor = Tensor.Over(storage, Layout.Of(values.Spec, strides, values.Count == 0 ? 0 : offset));
        if (backend.IsHostReadable) values.WriteTo(tensor);
        return tensor;
    }
}
