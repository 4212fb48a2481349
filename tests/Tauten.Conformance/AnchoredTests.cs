using Tauten.Cpu;
using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Bodies that begin with a product or a convolution, by both engines, against the same ops one by one: the very same numbers.</summary>
public sealed class AnchoredTests
{
    static readonly CpuBackend[] engines = [FusedTests.With(FusionForm.Tiles), FusedTests.With(FusionForm.Code)];

    static readonly Dictionary<string, Func<Tensor[], Tensor>> anchors = new()
    {
        ["matmul"] = x => x[0].MatMul(x[1]),
        ["linear"] = x => Dispatch.Run(new Linear(), x[0], x[1], x[2]),
        ["linear without a bias"] = x => Dispatch.Run(new Linear(), x[0], x[1]),
        ["convolution"] = x => Dispatch.Run(new Convolution([1, 1], [1, 1, 1, 1], [1, 1], 1), x[0], x[1]),
        ["convolution in steps"] = x => Dispatch.Run(new Convolution([2, 2], [1, 0, 0, 1], [1, 1], 1), x[0], x[1]),
        ["pointwise convolution"] = x => Dispatch.Run(new Convolution([1, 1], [0, 0, 0, 0], [1, 1], 1), x[0], x[1]),
        ["depthwise convolution"] = x => Dispatch.Run(new Convolution([1, 1], [1, 1, 1, 1], [1, 1], (int)x[0].Shape[1].Value), x[0], x[1]),
    };

    public static TheoryData<string, long[][]> Cases => new()
    {
        { "matmul", [[3, 5], [5, 7]] }, { "matmul", [[1, 300], [300, 1000]] }, { "matmul", [[1000, 300], [300, 1]] }, { "matmul", [[130, 700], [700, 90]] },
        { "matmul", [[3, 1, 4, 6], [2, 6, 5]] }, { "matmul", [[40, 33, 20], [40, 20, 17]] }, { "matmul", [[5, 0], [0, 4]] }, { "matmul", [[0, 3], [3, 4]] }, { "matmul", [[4, 20000], [20000, 3]] },
        { "linear", [[2, 30, 40], [50, 40], [50]] }, { "linear", [[1, 40], [50, 40], [50]] }, { "linear without a bias", [[300, 40], [300, 40]] },
        { "convolution", [[2, 16, 9, 11], [24, 16, 3, 3]] }, { "convolution", [[1, 3, 20, 20], [8, 3, 3, 3]] }, { "convolution", [[2, 40, 33, 30], [40, 40, 3, 3]] }, { "convolution", [[3, 5, 1, 1], [7, 5, 1, 1]] },
        { "convolution in steps", [[2, 6, 30, 31], [10, 6, 3, 3]] }, { "pointwise convolution", [[2, 20, 7, 7], [50, 20, 1, 1]] }, { "pointwise convolution", [[1, 64, 30, 30], [70, 64, 1, 1]] },
        { "depthwise convolution", [[2, 9, 14, 14], [9, 1, 3, 3]] },
    };

    [Theory, MemberData(nameof(Cases))]
    public void What_follows_an_anchor_gives_the_very_same(string name, long[][] shapes)
    {
        using var random = Generator.Use(new(3));
        foreach (var type in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor[] x = [.. shapes.Select(s => Tensor.Randn(Shape.Of(s), type))];
            var result = anchors[name](x).Shape;
            int rank = result.Rank;
            // As wide as the result, one for each row or channel, one for each column, one number.
            Tensor[] beside = [Tensor.Randn(result, type), Tensor.Randn([.. Enumerable.Range(0, rank).Select(i => i == Math.Max(rank - (name.Contains("convolution", StringComparison.Ordinal) ? 3 : 2), 0) ? result[i] : 1)], type), Tensor.Randn([result[^1]], type), Tensor.Randn([], type)];
            Tensor[] inputs = [.. x, .. beside];
            int n = x.Length;
            Check(inputs, a => [anchors[name](a[..n]).Relu()]);
            Check(inputs, a => [(anchors[name](a[..n]) + a[n + 1]).Relu() + a[n]]);
            Check(inputs, a => { var y = anchors[name](a[..n]); return [(y * a[n + 2] - a[n + 3]).Clamp(-1, 6) * y.Sigmoid()]; });
            Check(inputs, a => { var y = anchors[name](a[..n]) * 0.5; return [y > a[n + 1], y.Tanh(), y + a[n]]; });
        }
    }

    static void Check(Tensor[] x, Func<Tensor[], Tensor[]> function)
    {
        var graph = Graph.Capture(function, Dispatch.SpecsOf(x)).Lower(op => Trial.Cpu.Kernels.Ops.Contains(op.GetType()));
        var expected = graph.Run(x);
        var op = new Fused(graph);
        int threads = CpuBackend.Threads;
        foreach (var engine in engines)
        {
            Assert.True(engine.Fuses(graph), graph.Print());
            Assert.True(Trial.Differs(Dispatch.RunAll(op, Array.ConvertAll(x, t => t.To(engine))), expected) is not { } difference, $"{engine.Fusion!.Engine}: {Trial.Differs(Dispatch.RunAll(op, Array.ConvertAll(x, t => t.To(engine))), expected)}\n{graph.Print()}");
            foreach (var guard in (Guard[])[Guard.Behind, Guard.InFront])
            {
                using var memory = new GuardedMemory(guard);
                using var backend = new BorrowingBackend(engine) { Memory = memory };
                Dispatch.RunAll(op, Array.ConvertAll(x, t => t.To(backend)));
                Assert.Equal(0, memory.Check());
            }
        }
    }

    [Fact]
    public void An_anchor_does_not_write_over_what_is_read_behind_it()
    {
        using var random = Generator.Use(new(4));
        Tensor[] x = [Tensor.Randn([40, 40]), Tensor.Randn([40, 40])];
        var graph = Graph.Capture(a => [a[0].MatMul(a[1]) + a[0]], Dispatch.SpecsOf(x));
        var expected = graph.Run(x);
        foreach (var engine in engines)
        {
            Tensor[] moved = Array.ConvertAll(x, t => t.To(engine));
            var op = new Fused(graph);
            engine.FindKernel(op)!(op, moved, new Span<Tensor>(ref moved[0]));
            Assert.Null(Trial.Differs([moved[0]], expected));
        }
    }

    [Fact]
    public void Compiled_functions_join_what_follows()
    {
        using var random = Generator.Use(new(5));
        Assert.DoesNotContain(Lowered((x, w) => (x.MatMul(w) + x).Relu()).Nodes, n => n.Op is MatMul);
        // What somebody else reads stays.
        Assert.Contains(Lowered((x, w) => x.MatMul(w) is var y ? y.Relu() + y.Sum() : y).Nodes, n => n.Op is MatMul);

        static Graph Lowered(Func<Tensor, Tensor, Tensor> function)
        {
            var compiled = Compiled.Function(function);
            compiled(Tensor.Randn([8, 8]), Tensor.Randn([8, 8]));
            return Compiled.ReportOf(compiled).Graphs[0];
        }
    }
}
