namespace Tauten.Agreement;

static class IndexingArea
{
    static readonly TensorIndex All = TensorIndex.All, New = TensorIndex.NewAxis, Rest = TensorIndex.Ellipsis;

    /// <summary>Index expressions as NumPy writes them, where a, b and c are tensors.</summary>
    static readonly Dictionary<string, Func<Tensor[], TensorIndex[]>> parts = new()
    {
        ["1"] = _ => [1],
        ["-1"] = _ => [-1],
        ["1:3"] = _ => [1..3],
        [":, 2"] = _ => [All, 2],
        ["..., 0"] = _ => [Rest, 0],
        ["..., None"] = _ => [Rest, New],
        ["None"] = _ => [New],
        [":, None, 1:3, ::2"] = _ => [All, New, 1..3, TensorIndex.Stepped(0, null, 2)],
        ["1, ..., 2"] = _ => [1, Rest, 2],
        ["1, 2, 2"] = _ => [1, 2, 2],
        ["0:0"] = _ => [0..0],
        ["-2:, :-1"] = _ => [^2.., 0..^1],
        ["..., 0:3:2"] = _ => [Rest, TensorIndex.Stepped(0, 3, 2)],
        ["a"] = t => [t[0]],
        [":, a"] = t => [All, t[0]],
        ["..., a"] = t => [Rest, t[0]],
        ["a, b"] = t => [t[0], t[1]],
        ["a, :, b"] = t => [t[0], All, t[1]],
        [":, a, b"] = t => [All, t[0], t[1]],
        ["a, 1"] = t => [t[0], 1],
        ["1, a"] = t => [1, t[0]],
        ["1, :, a"] = t => [1, All, t[0]],
        ["a, :, 1"] = t => [t[0], All, 1],
        ["a, 1, b"] = t => [t[0], 1, t[1]],
        ["a, 1:3, b"] = t => [t[0], 1..3, t[1]],
        ["a, None, b"] = t => [t[0], New, t[1]],
        ["None, a, b"] = t => [New, t[0], t[1]],
        [":, a, None"] = t => [All, t[0], New],
        ["a, ..., b"] = t => [t[0], Rest, t[1]],
        ["..., a, b"] = t => [Rest, t[0], t[1]],
        ["a, b, c"] = t => [t[0], t[1], t[2]],
        ["a, ::2"] = t => [t[0], TensorIndex.Stepped(0, null, 2)],
        ["1:, a"] = t => [1.., t[0]],
    };

    public static Area Calls { get; } = WithParts(new("indexing")
    {
        ["masked_fill 2.5"] = x => [x[0].MaskedFill(x[1], 2.5)],
        ["masked_fill value"] = x => [x[0].MaskedFill(x[2], x[1])],
        ["masked_scatter"] = x => [x[0].MaskedScatter(x[2], x[1])],
        ["masked_select"] = x => [x[0].MaskedSelect(x[1])],
        ["where"] = x => Tensor.Where(x[0]),
        ["unravel_index 2, 3, 4"] = x => x[0].UnravelIndex([2, 3, 4]),
        ["take"] = x => [x[0].Take(x[1])],
        ["put"] = x => [x[0].Put(x[2], x[1])],
        ["put accumulate"] = x => [x[0].Put(x[2], x[1], accumulate: true)],
        ["scatter value axis=1"] = x => [x[0].Scatter(1, x[1], -0.5)],
        ["take_along_dim axis=1"] = x => [x[0].TakeAlongAxis(x[1], 1)],
        ["take_along_dim"] = x => [x[0].TakeAlongAxis(x[1])],
        ["select_scatter axis=1 at=-1"] = x => [x[0].SelectScatter(x[1], 1, -1)],
        ["slice_scatter axis=1 1:4:2"] = x => [x[0].SliceScatter(x[1], 1, 1, 4, 2)],
        ["slice_scatter 1:"] = x => [x[0].SliceScatter(x[1], start: 1)],
        ["index_copy axis=1"] = x => [x[0].IndexCopy(1, x[2], x[1])],
        ["index_copy axis=0"] = x => [x[0].IndexCopy(0, x[2], x[1])],
        ["index_fill axis=1"] = x => [x[0].IndexFill(1, x[1], -1.5)],
        ["index_fill axis=0 value"] = x => [x[0].IndexFill(0, x[2], x[1])],
        ["repeat_interleave counts axis=1"] = x => [x[0].RepeatInterleave(x[1], 1)],
        ["repeat_interleave counts"] = x => [x[0].RepeatInterleave(x[1])],
    });

    static Area WithParts(Area area)
    {
        foreach (var (text, index) in parts)
        {
            area[$"x[{text}]"] = x => [x[0][index(x[1..])]];
            area[$"x[{text}] = v"] = x => [x[0].With(index(x[2..]), x[1])];
            if (text.Contains('a', StringComparison.Ordinal)) area[$"x[{text}] += v"] = x => [x[0].IndexPut(index(x[2..]), x[1], accumulate: true)];
        }
        return area;
    }
}
