using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Views, copies, creation, and sequences.</summary>
static class MovementCases
{
    static readonly Shape cube = ["a", "b", "c"];
    static readonly Dim a = "a", b = "b";
    static readonly Dictionary<string, int> large = Sizes(("a", 40), ("b", 45), ("c", 50));

    public static IEnumerable<OpCase> All() =>
    [
        Case<Alias>("", x => Dispatch.Run(new Alias(), x[0])),
        Case<Detach>("", x => x[0].Detach(), order: 0),
        Case<Contiguous>("", x => Dispatch.Run(new Contiguous(), x[0]), big: true),
        Case<Contiguous>("of a transposed view", x => x[0].Permute(2, 0, 1).Contiguous(), big: true),
        new(typeof(Contiguous), "of a scalar", x => [Dispatch.Run(new Contiguous(), x[0])], new Input([])) { DTypes = Make.All, IsExact = true },
        new(typeof(Contiguous), "of five axes", x => [x[0].Permute(4, 2, 0, 3, 1).Contiguous()], new Input(["a", 2, "b", 3, "c"])) { DTypes = Make.All, IsExact = true },
        Case<Contiguous>("with a short last axis", x => x[0].Unsqueeze(-1).BroadcastTo([.. x[0].Shape, 2]).Contiguous(), shape: ["a", "b"], big: true),
        Case<Contiguous>("of short columns", x => x[0].T.Contiguous(), shape: [3, "a"]),
        Case<Reshape>("", x => x[0].Reshape([x[0].Shape[0] * x[0].Shape[1], x[0].Shape[2]])),
        Case<Reshape>("of a transposed view", x => x[0].Permute(2, 0, 1).Reshape([x[0].Shape[2] * x[0].Shape[0], x[0].Shape[1]])),
        Case<Reshape>("to a vector", x => x[0].Flatten()),
        Case<Reshape>("with new axes", x => x[0].Unsqueeze([0, 2])),
        new(typeof(Reshape), "of a scalar", x => [x[0].Reshape(Shape.Of(1, 1))], new Input([])) { DTypes = Make.All, IsExact = true },
        Case<Permute>("", x => x[0].Permute(2, 0, 1)),
        Case<Permute>("of two axes", x => x[0].Transpose(0, 1), shape: ["a", "b"]),
        Case<BroadcastTo>("new axes", x => x[0].BroadcastTo([2, .. x[0].Shape])),
        Case<BroadcastTo>("axes of size 1", x => x[0].BroadcastTo([x[0].Shape[0], 4, x[0].Shape[2], 3]), shape: ["a", 1, "b", 1]),
        new(typeof(BroadcastTo), "of a scalar", x => [x[0].BroadcastTo(Shape.Of(2, 3))], new Input([])) { DTypes = Make.All, IsExact = true },
        Case<Slice>("a range", x => x[0][1..3, .., 1..], least: Sizes(("a", 3), ("c", 1))),
        Case<Slice>("in steps", x => x[0].Slice(1, 1, null, 2), least: Sizes(("b", 1))),
        Case<Slice>("flipped", x => x[0].Flip([0, 2])),
        Case<Slice>("one position", x => x[0].Select(1, -1), least: Sizes(("b", 1))),
        Case<Windows>("", x => x[0].Windows(1, 3), least: Sizes(("b", 3))),
        Case<Windows>("in steps, dilated", x => x[0].Windows([1, 2], [2, 2], [2, 1], [1, 2]), least: Sizes(("b", 2), ("c", 3))),
        Case<SliceUpdate>("", x => Dispatch.Run(new SliceUpdate([1, 0], [1, 1]), x[0], x[1]), least: Sizes(("a", 3)), shape: ["a", "b"], second: [2, b], big: true),
        Case<SliceUpdate>("in steps", x => Dispatch.Run(new SliceUpdate([5, 0], [-2, 1]), x[0], x[1]), least: Sizes(("a", 6)), plain: Sizes(("a", 6)), shape: ["a", "b"], second: [3, b]),
        Case<SliceUpdate>("of one row", x => x[0].With(1, x[1]), least: Sizes(("a", 2)), shape: ["a", "b"], second: [b]),
        Case<Pad>("", x => x[0].Pad([1, 0, 2], [0, 2, 1], 3), big: true),
        Case<Pad>("one axis", x => x[0].Pad(1, 2, 1)),
        Case<Concat>("first axis", x => Tensor.Concat([x[0], x[1], x[0]]), shape: ["a", "b"], second: ["c", b], big: true),
        Case<Concat>("last axis", x => Tensor.Concat([x[0], x[1], x[0]], -1), shape: ["a", "b"], second: [a, "c"], big: true),
        Case<Concat>("of one", x => Tensor.Concat([x[0]], 1)),
        Case<Concat>("stacked", x => Tensor.Stack([x[0], x[1]], 1), shape: ["a", "b"], second: [a, b]),
        new(typeof(OverlapAdd), "", x => [x[1].OverlapAdd(x[0].Shape, 1)], new Input(["a", "b"]), new Input([a, b - 2, 3])) { Least = Sizes(("b", 3)), Large = Sizes(("a", 60), ("b", 500)) },
        new(typeof(OverlapAdd), "in steps, dilated", x => [x[1].OverlapAdd(x[0].Shape, [1, 2], [2, 1], [1, 2])], new Input(cube), new Input([a, b / 2, (Dim)"c" - 2, 2, 2])) { Least = Sizes(("b", 2), ("c", 3)) },
        new(typeof(Fill), "", _ => [.. Make.All.Select(t => Tensor.Full([3, 33], 1, t)), .. Numerics.Select(t => Tensor.Full([7], 5, t)), .. Floats.Select(t => Tensor.Full([], -0.3, t)), Tensor.Full([0, 4], 2), Tensor.Full([70_001], 2)]) { DTypes = [DType.Float32], IsExact = true },
        new(typeof(Fill), "of a named size", x => [Tensor.Full(x[0].Shape, 3)], new Input(["a", "b"]) { DType = DType.Float32 }) { DTypes = [DType.Float32], IsExact = true },
        new(typeof(Iota), "", _ => [.. Numerics.Select(t => Tensor.Arange(3, 40, 1, t)), .. Floats.Select(t => Tensor.Arange(-1, 1, 0.07, t)), Tensor.Arange(20, 0, -3, DType.Int64), Tensor.Arange(0, 0), Tensor.Arange(70_001), Tensor.Linspace(0, 1, 11)]) { DTypes = [DType.Float32], IsExact = true },
        new(typeof(Iota), "of a named size", x => [Tensor.Arange(0, x[0].Shape[0], DType.Int32)], new Input(["a"]) { DType = DType.Float32 }) { DTypes = [DType.Float32], IsExact = true },
        new(typeof(DimValue), "", x => [x[0] * Dispatch.Run(new DimValue(x[0].Shape[0], x[0].DType)), Dispatch.Run(new DimValue(x[0].Shape[1] * 2, DType.Int64))], new Input(["a", "b"])) { DTypes = Numerics },

        Sequence<SequenceConstruct>("and at", x => At(Made(x), 1)),
        Sequence<SequenceAt>("from the end", x => At(Made(x), -2)),
        Sequence<SequenceInsert>("", x => At((TensorSequence)Dispatch.RunValues(new SequenceInsert(1), Made(x), x[1])[0], 1)),
        Sequence<SequenceErase>("", x => At((TensorSequence)Dispatch.RunValues(new SequenceErase(0), Made(x))[0], 0)),
        Sequence<SequenceLength>("", x => (Tensor)Dispatch.RunValues(new SequenceLength(), Made(x))[0]),
        Sequence<OptionalConstruct>("and content", x => (Tensor)Dispatch.RunValues(new OptionalContent(), Dispatch.RunValues(new OptionalConstruct(), x[1])[0])[0]),
        Sequence<OptionalContent>("of a tensor", x => (Tensor)Dispatch.RunValues(new OptionalContent(), Dispatch.RunValues(new OptionalConstruct(), x[0])[0])[0]),
        Sequence<OptionalHasValue>("", x => (Tensor)Dispatch.RunValues(new OptionalHasValue(), Dispatch.RunValues(new OptionalConstruct(), x[0])[0])[0]),
    ];

    static OpCase Case<TOp>(string name, Func<Tensor[], Tensor> f, Dictionary<string, int>? least = null, Dictionary<string, int>? plain = null, Shape? shape = null, Shape? second = null, bool big = false, int order = 2) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x)], second is null ? [new Input(shape ?? cube)] : [new Input(shape ?? cube), new Input(second)])
        {
            DTypes = Make.All,
            IsExact = true,
            Least = least ?? [],
            Plain = plain ?? [],
            Large = big ? (shape is null ? large : Sizes(("a", 300), ("b", 257), ("c", 300))) : [],
            Order = order,
        };

    static OpCase Sequence<TOp>(string name, Func<Tensor[], Tensor> f) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x)], new Input(["a", "b"]), new Input(["a", "b"])) { DTypes = Make.All, IsExact = true };

    static TensorSequence Made(Tensor[] x) => (TensorSequence)Dispatch.RunValues(new SequenceConstruct(), x[0], x[1])[0];

    static Tensor At(TensorSequence sequence, long position) => (Tensor)Dispatch.RunValues(new SequenceAt(position), sequence)[0];
}
