using Tauten.Cpu;
using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Bodies of fused ops, by both engines, against the same ops one by one.</summary>
public sealed class FusedTests
{
    static readonly CpuBackend tiles = With(FusionForm.Tiles), code = With(FusionForm.Code);

    public static TheoryData<string> Elementwise => Table.Names(IsFusible);

    static bool IsFusible(OpCase c) => c.IsElementwise && Trial.Common(c).Any(t => tiles.Fuses(GraphTests.Captured(t)));

    /// <summary>A backend that runs bodies by one engine.</summary>
    internal static CpuBackend With(FusionForm engine)
    {
        var backend = new CpuBackend();
        backend.Fusion!.Engine = engine;
        return backend;
    }

    [Theory, MemberData(nameof(Elementwise))]
    public void Every_elementwise_op_gives_the_very_same_in_a_body(string name) => Trial.All(Trial.Of(Table.Of(name)), t =>
    {
        var body = GraphTests.Captured(t);
        if (!tiles.Fuses(body)) return null;
        var expected = t.Run();
        var op = new Fused(body);
        return Differs("tiles", Dispatch.RunAll(op, t.Variant.Place(t.Inputs, tiles)), expected) ?? Differs("code", Dispatch.RunAll(op, t.Variant.Place(t.Inputs, code)), expected);
    });

    [Theory, MemberData(nameof(Elementwise))]
    public void Bodies_stay_inside_of_their_memory(string name) => Trial.All(Trial.Of(Table.Of(name)).Where(t => !t.Variant.IsLarge), t =>
    {
        var body = GraphTests.Captured(t);
        if (!tiles.Fuses(body)) return null;
        foreach (var lender in (CpuBackend[])[tiles, code])
            foreach (var guard in (Guard[])[Guard.Behind, Guard.InFront])
            {
                using var memory = new GuardedMemory(guard);
                using var backend = new BorrowingBackend(lender) { Memory = memory };
                Dispatch.RunAll(new Fused(body), t.Variant.Place(t.Inputs, backend));
                if (memory.Check() is > 0 and int bytes) return $"{bytes} bytes beside tensors were overwritten by {lender.Fusion!.Engine}.";
            }
        return null;
    });

    [Theory, InlineData(DType.Float32), InlineData(DType.Float64)]
    public void Two_cheap_ops_in_one_pass_give_the_very_same(DType type)
    {
        Func<Tensor, Tensor, Tensor>[] sums = [(a, b) => a + b, (a, b) => a - b, (a, b) => a * b];
        Func<Tensor, Tensor, Tensor>[] questions = [(a, b) => a > b, (a, b) => a >= b, (a, b) => a < b, (a, b) => a <= b, (a, b) => a.EqualTo(b), (a, b) => a.NotEqualTo(b)];
        TensorSpec[] specs = [.. Enumerable.Repeat(new TensorSpec(type, [1234]), 4)];
        Tensor[] x = [.. specs.Select(_ => (Tensor.Randn([1234]) * 3).Round().To(type) / 3)];
        foreach (var first in sums)
            foreach (var second in sums)
            {
                Same(x => [second(first(x[0], x[1]), x[2])]);
                Same(x => [second(x[2], first(x[0], x[1]))]);
                // What is read twice, or is a result, is computed by itself.
                Same(x => [second(first(x[0], x[1]), x[2]), first(x[0], x[1])]);
                Same(x => { var y = first(x[0], x[1]); return [second(y, y)]; });
            }
        foreach (var question in questions)
        {
            Same(x => [Tensor.Where(question(x[0], x[1]), x[2], x[3])]);
            Same(x => [Tensor.Where(question(x[0], x[1]), x[2].To(DType.Int32), x[3].To(DType.Int32))]);
            Same(x => [Tensor.Where(x[0] > 0, question(x[1], x[2]), x[2] > x[3])]);
        }

        void Same(Func<Tensor[], Tensor[]> function)
        {
            var graph = Capture(function, specs);
            Assert.True(tiles.Fuses(graph));
            Assert.Null(Differs("tiles", Run(new Fused(graph), x, tiles), graph.Run(x)));
        }
    }

    [Theory, InlineData("Tiles"), InlineData("Code")]
    public void One_body_serves_all_sizes(string engine)
    {
        var backend = With(Enum.Parse<FusionForm>(engine));
        var graph = Capture(x => [(x[0] - x[0].Max(-1, keepDims: true)).Exp() * x[1], x[0].Mean(-1)], [new(DType.Float32, ["rows", "columns"]), new(DType.Float32, ["columns"])]);
        Assert.True(backend.Fuses(graph));
        var op = new Fused(graph);
        foreach (long rows in (long[])[1, 3, 200])
            foreach (long columns in (long[])[1, 7, 16, 130, 3000])
            {
                Tensor[] x = [Tensor.Randn([rows, columns]), Tensor.Randn([columns])];
                Assert.Null(Far(Run(op, x, backend), graph.Run(x), DType.Float32));
            }
        Assert.Same(op, op.Bind(_ => 5));
        Assert.InRange(backend.Fusion!.Compiled, 0, 3);
    }

    [Fact]
    public void Bodies_of_one_structure_share_their_code()
    {
        var backend = With(FusionForm.Code);
        for (int n = 1; n < 20; n++)
        {
            var graph = Capture(x => [(x[0] + x[1]).Tanh() * x[1]], [new(DType.Float32, [n, 3]), new(DType.Float32, [3])]);
            Assert.True(backend.Fuses(graph));
        }
        Assert.Equal(1, backend.Fusion!.Compiled);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(7)]
    public void Sums_of_columns_do_not_depend_on_the_number_of_threads(int threads)
    {
        var graph = Capture(x => [(x[0] * x[1]).Sum(0), x[0].Softmax(-1)], [new(DType.Float32, [3000, 70]), new(DType.Float32, [70])]).Lower(_ => false);
        Tensor[] x = [Tensor.Randn([3000, 70]), Tensor.Randn([70])];
        int before = CpuBackend.Threads;
        var expected = Run(new Fused(graph), x, tiles);
        try
        {
            CpuBackend.Threads = threads;
            Assert.Null(Differs("tiles", Run(new Fused(graph), x, tiles), expected));
            Assert.Null(Differs("code", Run(new Fused(graph), x, code), expected));
        }
        finally
        {
            CpuBackend.Threads = before;
        }
    }

    [Fact]
    public void What_moves_elements_is_not_part_of_a_body()
    {
        TensorSpec spec = new(DType.Float32, [4, 6]);
        Assert.False(tiles.Fuses(new Concat(0), [spec, spec]));
        Assert.False(tiles.Fuses(Capture(x => [x[0] + x[0].Flip(0)], [spec])));
        Assert.False(tiles.Fuses(Capture(x => [x[0].Sum(0).Sum(0)], [spec])));
        Assert.False(With(FusionForm.Off).Fuses(new Exp(), [spec]));
        Assert.True(tiles.Fuses(new Exp(), [spec]));
    }

    [Fact]
    public void Most_elementwise_ops_can_be_part_of_a_body() => Assert.InRange(Table.Cases.Count(IsFusible), 80, int.MaxValue);

    [Theory, MemberData(nameof(Seeds))]
    public void Random_chains_give_the_very_same(int seed) => Check(seed, joins: false);

    [Theory, MemberData(nameof(Seeds))]
    public void Random_bodies_that_join_rows_and_columns_give_nearly_the_same_and_the_engines_the_very_same(int seed) => Check(seed, joins: true);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    static void Check(int seed, bool joins)
    {
        for (int k = 0; k < 10; k++)
        {
            RandomBody random;
            using (Backends.Use(Trial.Cpu)) random = new(seed * 100 + k, joins);
            var graph = Capture(random.Function(), random.Specs);
            string place = $"seed {seed * 100 + k}:\n{graph.Print()}";
            Assert.True(tiles.Fuses(graph), place);
            var expected = graph.Run(random.Inputs);
            var op = new Fused(graph);
            Tensor[] byTiles = Run(op, random.Inputs, tiles), byCode = Run(op, random.Inputs, code);
            Assert.True(Differs("code against tiles", byCode, byTiles) is not { } between, $"{Differs("code against tiles", byCode, byTiles)} {place}");
            string? difference = joins ? Far(byTiles, expected, random.Type) : Differs("tiles", byTiles, expected);
            Assert.True(difference is null, $"{difference} {place}");
            Tensor[] x = random.Inputs;
            if (k == 0) StaysInside(op, x, place);
            if (x[0].Shape.Count > 0 && x[0].Layout is { IsContiguous: true, Offset: 0 } && x[0].Spec == expected[0].Spec)
                foreach (var backend in (CpuBackend[])[tiles, code]) InPlace(op, x, backend, place);
        }
    }

    static void StaysInside(Op op, Tensor[] x, string place)
    {
        foreach (var lender in (CpuBackend[])[tiles, code])
            foreach (var guard in (Guard[])[Guard.Behind, Guard.InFront])
            {
                using var memory = new GuardedMemory(guard);
                using var backend = new BorrowingBackend(lender) { Memory = memory };
                Run(op, x, backend);
                Assert.True(memory.Check() == 0, $"Bytes beside tensors were overwritten by {lender.Fusion!.Engine} {place}");
            }
    }

    /// <summary>The first output in the memory of the first input.</summary>
    static void InPlace(Fused op, Tensor[] x, CpuBackend backend, string place)
    {
        Tensor[] moved = [.. x.Select(t => Move(t, backend))];
        Tensor[] y = [moved[0], .. op.Body.Outputs.Skip(1).Select(spec => Tensor.Allocate(backend, spec))], apart = Dispatch.RunAll(op, moved);
        backend.FindKernel(op)!(op, moved, y);
        Assert.True(Trial.Differs([y[0]], [apart[0]]) is not { } difference, $"in place by {backend.Fusion!.Engine}: {Trial.Differs([y[0]], [apart[0]])} {place}");
    }

    static Graph Capture(Func<Tensor[], Tensor[]> function, TensorSpec[] specs)
    {
        using var scope = Backends.Use(Trial.Cpu);
        return Graph.Capture(function, specs).Lower(op => Trial.Cpu.Kernels.Ops.Contains(op.GetType()));
    }

    /// <summary>Runs an op on another backend, inputs in their layouts.</summary>
    static Tensor[] Run(Op op, Tensor[] x, Backend backend) => Dispatch.RunAll(op, [.. x.Select(t => Move(t, backend))]);

    static Tensor Move(Tensor x, Backend backend)
    {
        if (x.Shape.Count == 0) return x.To(backend);
        // The whole storage, and the same view of it.
        var whole = Tensor.Over(x.Storage, Layout.RowMajor(new(DType.UInt8, [x.Storage.ByteCount])));
        return Tensor.Over(whole.To(backend).Storage, x.Layout);
    }

    /// <summary>Sums of columns are joined in another order than by a kernel of their own.</summary>
    static string? Far(Tensor[] actual, Tensor[] expected, DType type)
    {
        double allowed = type switch { DType.Float64 => 1e-12, DType.Float32 => 2e-5, DType.Float16 => 2e-2, _ => 0.15 };
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i].Spec != expected[i].Spec) return $"output {i} is {actual[i].Spec}. Expected {expected[i].Spec}.";
            HostTensor a = HostTensor.Read(actual[i]), b = HostTensor.Read(expected[i]);
            for (int k = 0; k < a.Count; k++)
            {
                double x = a.IsReal ? a.Reals[k] : (double)a.Wholes[k], y = b.IsReal ? b.Reals[k] : (double)b.Wholes[k];
                if (!(Math.Abs(x - y) <= allowed * (1 + Math.Abs(y))) && !x.Equals(y)) return $"output {i}, element {k} is {x}. Expected {y}.";
            }
        }
        return null;
    }

    static string? Differs(string engine, Tensor[] actual, Tensor[] expected) => Trial.Differs(actual, expected) is { } difference ? $"{engine}: {difference}" : null;
}
