namespace Tauten.Agreement;

static class MovementArea
{
    static readonly DType[] types =
        [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.Int8, DType.UInt8, DType.Int16, DType.Int32, DType.Int64, DType.Bool];

    static readonly DType[] floats = types[..4], narrow = [DType.Float32, DType.Float16, DType.BFloat16], wholes = [DType.Int8, DType.UInt8, DType.Int16, DType.Int32];

    public static Area Calls { get; } = WithModes(WithOffsets(new("movement")
    {
        ["diagonal -1 axes 2, 0"] = x => [x[0].Diagonal(-1, 2, 0)],
        ["diag_embed"] = x => [x[0].DiagEmbed()],
        ["diag_embed 1 axes 0, 2"] = x => [x[0].DiagEmbed(1, 0, 2)],
        ["diag_embed -2"] = x => [x[0].DiagEmbed(-2)],
        ["diagonal_scatter 1"] = x => [x[0].DiagonalScatter(x[1], 1)],
        ["diagonal_scatter -1 axes 1, 0"] = x => [x[0].DiagonalScatter(x[1], -1, 1, 0)],
        ["fill_diagonal 2.5"] = x => [x[0].FillDiagonal(2.5)],
        ["trace"] = x => [x[0].Trace()],
        ["trace 1 axes 1, 2"] = x => [x[0].Trace(1, 1, 2)],
        ["roll 1 axis=1"] = x => [x[0].Roll(1, 1)],
        ["roll -5 axis=0"] = x => [x[0].Roll(-5, 0)],
        ["roll 2, -1 axes 0, 1"] = x => [x[0].Roll([2, -1], [0, 1])],
        ["roll 1, 1 axes 1, 1"] = x => [x[0].Roll([1, 1], [1, 1])],
        ["roll 3"] = x => [x[0].Roll(3)],
        ["rot90 1"] = x => [x[0].Rot90()],
        ["rot90 2"] = x => [x[0].Rot90(2)],
        ["rot90 3"] = x => [x[0].Rot90(3)],
        ["rot90 -1"] = x => [x[0].Rot90(-1)],
        ["rot90 8"] = x => [x[0].Rot90(8)],
        ["rot90 1 axes 2, 0"] = x => [x[0].Rot90(1, 2, 0)],
        ["fliplr"] = x => [x[0].FlipLR()],
        ["flipud"] = x => [x[0].FlipUD()],
        ["repeat 2, 1, 3"] = x => [x[0].Repeat(2, 1, 3)],
        ["repeat 0, 2"] = x => [x[0].Repeat(0, 2)],
        ["tile 2"] = x => [x[0].Tile(2)],
        ["tile 2, 1, 2"] = x => [x[0].Tile(2, 1, 2)],
        ["repeat_interleave 2 axis=1"] = x => [x[0].RepeatInterleave(2, 1)],
        ["repeat_interleave 0 axis=0"] = x => [x[0].RepeatInterleave(0, 0)],
        ["repeat_interleave 2"] = x => [x[0].RepeatInterleave(2)],
        ["meshgrid ij"] = x => Tensor.MeshGrid(x),
        ["meshgrid xy"] = x => Tensor.MeshGrid(x, GridIndexing.XY),
        ["movedim 0 to -1"] = x => [x[0].MoveAxis(0, -1)],
        ["movedim 0, 2 to 2, 1"] = x => [x[0].MoveAxis([0, 2], [2, 1])],
        ["swapaxes 0, -1"] = x => [x[0].SwapAxes(0, -1)],
        ["unflatten axis=1 2, -1"] = x => [x[0].Unflatten(1, 2, -1)],
        ["ravel"] = x => [x[0].Ravel()],
        ["atleast_1d"] = x => [x[0].AtLeast1D()],
        ["atleast_2d"] = x => [x[0].AtLeast2D()],
        ["atleast_3d"] = x => [x[0].AtLeast3D()],
        ["hstack"] = x => [Tensor.HStack(x)],
        ["vstack"] = x => [Tensor.VStack(x)],
        ["row_stack"] = x => [Tensor.RowStack(x)],
        ["dstack"] = x => [Tensor.DStack(x)],
        ["column_stack"] = x => [Tensor.ColumnStack(x)],
        ["chunk 2 axis=1"] = x => x[0].Chunk(2, 1),
        ["chunk 3 axis=1"] = x => x[0].Chunk(3, 1),
        ["chunk 9 axis=0"] = x => x[0].Chunk(9),
        ["chunk 2 axis=0"] = x => x[0].Chunk(2),
        ["tensor_split 3 axis=1"] = x => x[0].TensorSplit(3, 1),
        ["tensor_split 5"] = x => x[0].TensorSplit(5),
        ["tensor_split [1, 1, -1] axis=1"] = x => x[0].TensorSplit([1, 1, -1], 1),
        ["tensor_split [2, 1, 9]"] = x => x[0].TensorSplit([2, 1, 9]),
        ["hsplit 2"] = x => x[0].HSplit(2),
        ["hsplit [1, 2]"] = x => x[0].HSplit([1, 2]),
        ["vsplit 3"] = x => x[0].VSplit(3),
        ["vsplit [1]"] = x => x[0].VSplit([1]),
        ["dsplit 2"] = x => x[0].DSplit(2),
        ["dsplit [1]"] = x => x[0].DSplit([1]),
        ["unbind axis=1"] = x => x[0].Unbind(1),
        ["block_diag"] = x => [Tensor.BlockDiag(x)],
        ["broadcast_tensors"] = x => Tensor.BroadcastTensors(x),
        ["broadcast_shapes"] = _ => [Tensor.From(Shape.Broadcast([3, 1], [4], [2, 1, 1]).Sizes)],
        ["expand -1, 2"] = x => [x[0].Expand(-1, 2)],
        ["expand 2, -1, 3"] = x => [x[0].Expand(2, -1, 3)],
        ["expand_as"] = x => [x[0].ExpandAs(x[1])],
        ["reshape_as"] = x => [x[0].ReshapeAs(x[1])],
        ["as_strided 2, 3 by 1, 2 from 1"] = x => [x[0].AsStrided([2, 3], [1, 2], 1)],
        ["as_strided 3, 2, 2 by 0, 1, 1"] = x => [x[0].AsStrided([3, 2, 2], [0, 1, 1])],
        ["unfold axis=1 2 by 2"] = x => [x[0].Unfold(1, 2, 2)],
        ["unfold axis=0 2 by 1"] = x => [x[0].Unfold(0, 2, 1)],
        ["pad constant 1, 2"] = x => [x[0].Pad(-1, 1, 2, PadMode.Constant)],

        ["linspace"] = _ => [Tensor.Linspace(-2, 3, 7, DType.Float64), Tensor.Linspace(5, 5, 1), Tensor.Linspace(0, 1, 0)],
        ["logspace"] = _ => [Tensor.Logspace(-3, 4, 6, dtype: DType.Float64), Tensor.Logspace(0, 8, 5, 2), Tensor.Logspace(-30, 30, 3, dtype: DType.Float64), Tensor.Logspace(0, 1, 0)],
        ["zeros_like"] = x => [Tensor.ZerosLike(x[0])],
        ["ones_like"] = x => [Tensor.OnesLike(x[0])],
        ["full_like -2.5"] = x => [Tensor.FullLike(x[0], -2.5)],
        ["new_zeros, new_ones, new_full"] = x => [x[0].NewZeros([2]), x[0].NewOnes([0, 3]), x[0].NewFull([1, 2], 3)],
        ["integer conversions"] = x => [x[0].SByte(), x[0].Short(), x[0].Int(), x[0].Long(), x[0].Bool(), x[0].Abs().Byte()],
        ["float conversions"] = x => [x[0].Half(), x[0].BFloat16(), x[0].Float(), x[0].Double()],
        ["type_as"] = x => [x[0].TypeAs(x[1])],
        ["map"] = x => [x[0].DType == DType.Float64 ? x[0].Map((double v) => v > 1 ? v * 2 : -v) : x[0].Map((float v) => v > 1 ? v * 2 : -v)],
        ["finfo"] = _ => [Facts(floats, DTypes.Epsilon), Facts(floats, DTypes.SmallestNormal), Facts(narrow, DTypes.MaxValue), Facts(narrow, DTypes.MinValue)],
        ["iinfo max, min"] = _ => [Facts(wholes, DTypes.MaxValue).Long(), Facts(wholes, DTypes.MinValue).Long()],
        ["promote_types"] = _ => [Pairs((a, b) => Array.IndexOf(types, DTypes.Promote(a, b)))],
        ["can_cast"] = _ => [Pairs((a, b) => DTypes.CanCast(a, b) ? 1 : 0).Bool()],
    }));

    static Area WithOffsets(Area area)
    {
        foreach (long k in (long[])[0, -1, 1])
        {
            area[$"tril {k}"] = x => [x[0].Tril(k)];
            area[$"triu {k}"] = x => [x[0].Triu(k)];
            area[$"tril_indices {k}"] = _ => [Tensor.TrilIndices(3, 4, k)];
            area[$"triu_indices {k}"] = _ => [Tensor.TriuIndices(3, 4, k)];
            area[$"diagonal {k}"] = x => [x[0].Diagonal(k)];
            area[$"diag {k}"] = x => [x[0].Diag(k)];
            area[$"diagflat {k}"] = x => [x[0].DiagFlat(k)];
        }
        return area;
    }

    static Area WithModes(Area area)
    {
        foreach (var mode in (PadMode[])[PadMode.Reflect, PadMode.Replicate, PadMode.Circular])
        {
            string name = mode.ToString().ToLowerInvariant();
            area[$"pad {name} 1, 2"] = x => [x[0].Pad(-1, 1, 2, mode)];
            area[$"pad {name} 1, 0, 2, 1"] = x => [x[0].Pad([0, 0, 2, 1], [0, 0, 1, 0], mode)];
            area[$"pad {name} 1, 1, 1, 0, 0, 1"] = x => [x[0].Pad([0, 0, 0, 1, 1], [0, 0, 1, 0, 1], mode)];
        }
        return area;
    }

    static Tensor Facts(DType[] of, Func<DType, double> fact) => Tensor.From(Array.ConvertAll(of, t => fact(t)));

    static Tensor Pairs(Func<DType, DType, long> fact) => Tensor.From(types.SelectMany(a => types.Select(b => fact(a, b))).ToArray(), [types.Length, types.Length]);
}
