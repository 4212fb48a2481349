using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators that take or write elements by their positions, and that sort.</summary>
static class IndexingOperators
{
    public static IEnumerable<Operator> All =>
    [
        Moving("Compress", 9, 1, Compress),
        Moving("Gather", 1, 1, Gather),
        Moving("GatherElements", 11, 1, GatherElements),
        Moving("GatherND", 11, 1, GatherND),
        Of("NonZero", 9, c => c[0].NonZero().Transpose(0, 1)),
        Of("OneHot", 9, OneHot),
        Moving("Scatter", 9, 0b101, ScatterElements) with { Last = 10 },
        Moving("ScatterElements", 11, 0b101, ScatterElements),
        Moving("ScatterND", 11, 0b101, ScatterND),
        Of("TensorScatter", 24, TensorScatter),
        Of("TopK", 1, TopK),
        Of("Trilu", 14, Trilu),
        Of("Unique", 11, Unique),
    ];

    /// <summary>Positions along an axis, where negative ones count from the end.</summary>
    internal static Tensor Places(Call c, int input, Dim size)
    {
        var index = c[input];
        if (!index.DType.IsInteger()) throw new ModelFormatException($"expected integers as input {input}. Received: {index.Spec}.");
        if (c.IsKnown(input) && Array.TrueForAll(c.Longs(input), n => n >= 0)) return index;
        return Positive(index, size);
    }

    static Tensor Positive(Tensor index, Dim size) => Tensor.Where(index < 0, index + Tensor.DimScalar(size, index.DType), index);

    static Tensor Gather(Call c)
    {
        var x = c[0];
        int axis = c.Axis("axis", 0, x.Rank);
        return x.IndexSelect(axis, Places(c, 1, x.Shape[axis]));
    }

    static Tensor GatherElements(Call c)
    {
        var x = c[0];
        int axis = c.Axis("axis", 0, x.Rank);
        return x.Gather(axis, Places(c, 1, x.Shape[axis]));
    }

    static Tensor Compress(Call c)
    {
        var x = c.Node.Has("axis") ? c[0] : c[0].Flatten();
        int axis = c.Axis("axis", 0, x.Rank);
        return x.IndexSelect(axis, c[1].NonZero().Squeeze(1));
    }

    static Tensor GatherND(Call c)
    {
        var (x, index) = (c[0], c[1]);
        int batch = (int)c.Int("batch_dims", 0);
        var (rows, places, outer) = Flat(x, index, batch);
        int depth = checked((int)index.Shape[^1].Value);
        Dim[] inner = [.. x.Shape.Skip(batch + depth)];
        var result = batch == 0
            ? rows.Squeeze(0).IndexSelect(0, places.Squeeze(0))
            : rows.Gather(1, places.Unsqueeze(2).BroadcastTo([places.Shape[0], places.Shape[1], rows.Shape[2]]));
        return result.Reshape([.. outer, .. inner]);
    }

    /// <summary>The elements as [batch, places, all within a place], the places as [batch, count] numbers, and the shape of the index without its last axis.</summary>
    static (Tensor Rows, Tensor Places, Dim[] Outer) Flat(Tensor x, Tensor index, int batch)
    {
        if (index.Rank == 0 || !index.Shape[^1].IsKnown || batch < 0 || batch >= Math.Min(x.Rank, index.Rank) + 1) throw new ModelFormatException($"indices {index.Shape} with {batch} axes of batch do not fit a tensor of shape {x.Shape}.");
        int depth = checked((int)index.Shape[^1].Value);
        if (batch + depth > x.Rank) throw new ModelFormatException($"indices of {depth} axes do not fit a tensor of shape {x.Shape}.");
        index = index.To(DType.Int64);
        Tensor place = Tensor.Zeros([.. index.Shape.Take(index.Rank - 1)], DType.Int64);
        Dim count = 1;
        for (int k = 0; k < depth; k++)
        {
            var size = x.Shape[batch + k];
            place = place * Tensor.DimScalar(size, DType.Int64) + Positive(index.Select(-1, k), size);
            count *= size;
        }
        Dim[] outer = [.. index.Shape.Take(index.Rank - 1)];
        Dim samples = Shape.Create([.. x.Shape.Take(batch)]).ElementCount, inner = Shape.Create([.. x.Shape.Skip(batch + depth)]).ElementCount;
        return (x.Reshape(samples, count, inner), place.Reshape(samples, Shape.Create(outer[batch..]).ElementCount), outer);
    }

    static Tensor ScatterElements(Call c)
    {
        var x = c[0];
        int axis = c.Axis("axis", 0, x.Rank);
        return Combined(x, axis, Places(c, 1, x.Shape[axis]), c[2], c.Text("reduction", "none"));
    }

    static Tensor Combined(Tensor x, int axis, Tensor places, Tensor updates, string reduction) => reduction switch
    {
        "none" => x.Scatter(axis, places, updates),
        "add" => x.ScatterAdd(axis, places, updates),
        "mul" => x.ScatterReduce(axis, places, updates, Combination.Product),
        "max" => x.ScatterReduce(axis, places, updates, Combination.Max),
        "min" => x.ScatterReduce(axis, places, updates, Combination.Min),
        _ => throw new ModelFormatException($"the reduction must be none, add, mul, max or min. Received: {reduction}."),
    };

    static Tensor ScatterND(Call c)
    {
        var (x, updates) = (c[0], c[2]);
        var (rows, places, _) = Flat(x, c[1], 0);
        var flat = rows.Squeeze(0);
        var index = places.Squeeze(0).Unsqueeze(1).BroadcastTo([places.Shape[1], flat.Shape[1]]);
        return Combined(flat, 0, index, updates.Reshape([places.Shape[1], flat.Shape[1]]), c.Text("reduction", "none")).Reshape(x.Shape);
    }

    // Keys and values of new positions written into a cache of all positions.
    static Tensor TensorScatter(Call c)
    {
        var (cache, update) = (c[0], c[1]);
        int axis = c.Axis("axis", -2, cache.Rank);
        var along = Tensor.Arange(0, update.Shape[axis], DType.Int64);
        var starts = c.Optional(2)?.To(DType.Int64) ?? Tensor.Zeros([cache.Shape[0]], DType.Int64);
        var places = starts.Unsqueeze(1) + along.Unsqueeze(0);
        if (c.Text("mode", "linear") == "circular") places %= Tensor.DimScalar(cache.Shape[axis], DType.Int64);
        Dim[] shape = [.. Enumerable.Repeat((Dim)1, cache.Rank)];
        (shape[0], shape[axis]) = (cache.Shape[0], update.Shape[axis]);
        return cache.Scatter(axis, places.Reshape(shape).BroadcastTo(update.Shape), update);
    }

    static Tensor OneHot(Call c)
    {
        var (index, values) = (c[0], c[2]);
        index = index.DType == DType.Int64 ? index : index.To(DType.Int64);
        long depth = (long)c.Double(1);
        int axis = Call.Axis(c.Int("axis", -1), index.Rank + 1);
        if (depth < 0) throw new ModelFormatException($"a depth of {depth} cannot be.");
        var kinds = Tensor.Arange(depth).Reshape([depth, .. Enumerable.Repeat((Dim)1, index.Rank - axis)]);
        var isHot = Tensor.Where(index < 0, index + depth, index).Unsqueeze(axis).EqualTo(kinds);
        return Tensor.Where(isHot, values.Select(0, 1), values.Select(0, 0));
    }

    static OnnxValue?[] TopK(Call c)
    {
        var x = c[0];
        long count = c.Version >= 10 ? c.Long(1) : c.Int("k");
        int axis = c.Axis("axis", -1, x.Rank);
        var (values, indices) = x.TopK(count, axis, c.Flag("largest", true));
        return [values, indices];
    }

    static Tensor Trilu(Call c)
    {
        long diagonal = c.Has(1) ? c.Long(1) : 0;
        return c.Flag("upper", true) ? c[0].Triu(diagonal) : c[0].Tril(diagonal);
    }

    static OnnxValue?[] Unique(Call c)
    {
        var x = c[0];
        int? axis = c.Node.Has("axis") ? c.Axis("axis", 0, x.Rank) : null;
        var (values, indices, inverse, counts) = x.UniqueAll(axis);
        inverse = inverse.Flatten();
        if (!c.Flag("sorted", true))
        {
            // In the order in which they occur first.
            var order = indices.ArgSort(0);
            values = values.IndexSelect(axis ?? 0, order);
            (indices, counts) = (indices.IndexSelect(0, order), counts.IndexSelect(0, order));
            inverse = order.ArgSort(0).IndexSelect(0, inverse);
        }
        return [values, indices, inverse, counts];
    }
}
