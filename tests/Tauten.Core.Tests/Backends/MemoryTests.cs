using System.Runtime.CompilerServices;
using Tauten.Cpu;

namespace Tauten.Core.Tests;

/// <summary>Memory comes back without a dispose ritual. Each test has a backend, and so a pool, of its own.</summary>
[Collection("Alone")]
public class MemoryTests
{
    const long Megabyte = 1 << 20;

    readonly CpuBackend backend = new();

    /// <summary>What is in use after the collector has looked at everything.</summary>
    long Live()
    {
        backend.TrimMemory();
        return backend.AllocatedBytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Nowhere(Action action) => action();

    [Fact]
    public void Small_tensors_take_nothing_from_the_pool()
    {
        using (Backends.Use(backend))
        {
            var x = Tensor.Ones([256]);
            Assert.Equal(0, backend.AllocatedBytes);
            var y = Tensor.Ones([257]);
            Assert.InRange(backend.AllocatedBytes, 257 * 4, 4096);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }

    [Fact]
    public void A_tensor_that_is_gone_gives_its_memory_back()
    {
        using (Backends.Use(backend))
        {
            Nowhere(() => Assert.True(Tensor.Ones([10, (int)Megabyte]).Count > 0));
            Nowhere(() => _ = Tensor.Ones([(int)Megabyte]) + 1);
            Assert.Equal(0, Live());
        }
    }

    [Fact]
    public void A_view_keeps_the_memory()
    {
        using (Backends.Use(backend))
        {
            Tensor? view = null;
            Nowhere(() => view = Tensor.Arange(Megabyte, DType.Float32)[..10]);
            Assert.True(Live() >= 4 * Megabyte);
            TensorAssert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], view!);
            view = null;
            Assert.Equal(0, Live());
        }
    }

    [Fact]
    public void The_tape_keeps_what_the_gradient_reads_and_no_more()
    {
        using (Backends.Use(backend))
        {
            var x = Tensor.Ones([(int)Megabyte], requiresGrad: true);
            long start = Live();
            Tensor? y = null;
            Nowhere(() => y = (x + 1 - 2).Sum());
            Assert.Equal(start, Live());
            Nowhere(() => y = (x + 1).Exp().Sum());
            Assert.Equal(start + 4 * Megabyte, Live());
            y!.Backward();
            x.ZeroGrad();
            y = null;
            Assert.Equal(start, Live());
        }
    }

    [Fact]
    public void A_walk_frees_as_it_goes_without_the_collector()
    {
        using (Backends.Use(backend))
        {
            var x = Tensor.Ones([(int)Megabyte], requiresGrad: true);
            var y = Chain(x);
            // The result of the last sine, which no gradient reads, is let go here: whether the pool looks for it by itself depends on time.
            long before = Live();
            Assert.True(before >= 40 * Megabyte, $"{before}");
            backend.ResetPeak();
            int collections = GC.CollectionCount(0);
            y.Backward();
            // Only the gradient is left beside the leaf; on the way, few tensors beyond what was saved were needed.
            Assert.True(backend.AllocatedBytes <= 9 * Megabyte, $"{backend.AllocatedBytes / Megabyte} MB after the walk, {GC.CollectionCount(0) - collections} collections");
            Assert.True(backend.PeakBytes <= before + 20 * Megabyte, $"peak {backend.PeakBytes / Megabyte} MB");
            GC.KeepAlive(x);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Tensor Chain(Tensor x)
        {
            for (int i = 0; i < 10; i++) x = x.Sin();
            return x.Sum();
        }
    }

    [Fact]
    public void Temporaries_of_expansions_and_gradients_are_freed_at_once()
    {
        using (Backends.Use(backend))
        {
            var x = Tensor.Ones([1000, 1000]);
            long before = backend.AllocatedBytes;
            var y = Dispatch.Run(new FiveTemporaries(), x);
            Assert.Equal(2 * before, backend.AllocatedBytes);
            // An expansion that gives back its input or a view of a temporary.
            var same = Dispatch.Run(new GivesBack(), x);
            Assert.Equal(1, same.Sum().Item<float>() / 1_000_000);
            var part = Dispatch.Run(new GivesPart(), x);
            _ = Tensor.Full([1000, 1000], -1);
            Assert.Equal(3, part.Mean().Item<float>());
            GC.KeepAlive(y);
        }
    }

    sealed record FiveTemporaries : Ops.CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => ((((x[0] + 1) * 2).Exp() - 1).Abs() + 1).Sqrt();
    }

    sealed record GivesBack : Ops.CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0];
    }

    sealed record GivesPart : Ops.CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => (x[0] * 3)[1..];
    }

    static Tensor? stolen;

    sealed record Steals : Ops.CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => (stolen = x[0] * 3) + 1;
    }

    [Fact]
    public void A_tensor_carried_out_of_an_expansion_says_that_it_was_freed()
    {
        using (Backends.Use(backend))
        {
            _ = Dispatch.Run(new Steals(), Tensor.Ones([1000]));
            var error = Assert.Throws<ObjectDisposedException>(() => stolen!.ToArray<float>());
            Assert.Contains("live only until it returns", error.Message, StringComparison.Ordinal);
            Assert.Throws<ObjectDisposedException>(() => stolen! + 1);
            stolen = null;
        }
    }

    [Fact]
    public void A_dropped_graph_is_found()
    {
        using (Backends.Use(backend))
        {
            var w = new Parameter(Tensor.Ones([1000, 1000]));
            long start = Live();
            for (int i = 0; i < 30; i++)
                Nowhere(() => _ = (w.Value * 2).Exp().Sin().Sum());
            Assert.Equal(start, Live());
            Assert.True(backend.PeakBytes < start + 80 * Megabyte, $"{backend.PeakBytes / Megabyte} MB");
            GC.KeepAlive(w);
        }
    }

    [Fact]
    public void A_loop_of_small_tensors_stays_flat()
    {
        using (Backends.Use(backend))
        {
            var x = Tensor.Ones([16], requiresGrad: true);
            long before = 0;
            for (int i = 0; i < 200_000; i++)
            {
                if (i == 20_000) before = GC.GetTotalMemory(forceFullCollection: true);
                var y = x * 2 + 1;
                if (i % 1000 == 0)
                {
                    y.Sum().Backward();
                    x.ZeroGrad();
                }
            }
            long growth = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.True(growth < 2 * Megabyte, $"grew by {growth} bytes");
            Assert.Equal(0, backend.AllocatedBytes);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_loop_of_large_tensors_stays_flat(bool dropEveryThird)
    {
        using (Backends.Use(backend))
        {
            var w = new Parameter(Tensor.Randn([256, 256], generator: new Generator(1)));
            var x = Tensor.Randn([256, 256], generator: new Generator(2));
            for (int step = 0; step < 300; step++)
            {
                // About ten tensors of 256 KB are saved in each step.
                var y = x;
                for (int layer = 0; layer < 5; layer++) y = y.MatMul(w).Tanh();
                var loss = y.Square().Mean();
                if (!dropEveryThird || step % 3 != 0) loss.Backward();
                w.ZeroGrad();
            }
            // A gigabyte was given out; the live set is a few megabytes, and the pool looks around after every 24.
            Assert.True(backend.PeakBytes <= 64 * Megabyte, $"peak {backend.PeakBytes / Megabyte} MB");
        }
    }

    [Fact]
    public void Four_threads_share_a_pool()
    {
        using (Backends.Use(backend))
        {
            var w = Tensor.Randn([128, 128], generator: new Generator(1), requiresGrad: true);
            var expected = Gradients.Of(w.MatMul(w).Tanh().Sum(), [w])[0];
            var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                try
                {
                    using var _ = Backends.Use(backend);
                    for (int i = 0; i < 100; i++) TensorAssert.Equal(expected, Gradients.Of(w.MatMul(w).Tanh().Sum(), [w])[0], 1e-4);
                }
                catch (Exception e)
                {
                    failures.Enqueue(e);
                }
            }))];
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
            Assert.Empty(failures);
            Assert.True(backend.PeakBytes < 128 * Megabyte, $"{backend.PeakBytes / Megabyte} MB");
        }
    }

    [Fact]
    public void Updates_of_a_parameter_free_the_old_value()
    {
        using (Backends.Use(backend))
        {
            var p = new Parameter(Tensor.Ones([(int)Megabyte]));
            // A module's own arithmetic borrows the value: nobody else can hold it.
            p.Adopt(p.Borrow().Detach() * 2);
            long start = Live();
            for (int i = 0; i < 100; i++) p.Adopt(p.Borrow().Detach() * 1);
            Assert.InRange(backend.AllocatedBytes, start, start + 40 * Megabyte);
            Assert.Equal(start, Live());
            Assert.Equal(2, p.Value[0].Item<float>());
        }
    }

    [Fact]
    public void A_tensor_in_use_is_not_freed_under_the_kernel()
    {
        using (Backends.Use(backend))
        {
            // Each step's inputs are garbage as soon as the op has begun.
            double sum = 0;
            for (int i = 0; i < 300; i++) sum += (Tensor.Full([60_000], i) + Tensor.Full([60_000], 1)).Sum().Item<float>();
            Assert.Equal(Enumerable.Range(0, 300).Sum(i => (i + 1) * 60_000.0), sum, 1e-6 * sum);
        }
    }

    [Fact]
    public void Threads_that_come_and_go_share_scratch_memory()
    {
        static void Use()
        {
            using var scratch = Scratch.Take(1 << 20);
        }
        Use();
        long kept = ScratchBlocks.Kept;
        for (int i = 0; i < 5; i++)
        {
            var thread = new Thread(Use);
            thread.Start();
            thread.Join();
        }
        Assert.Equal(kept, ScratchBlocks.Kept);
    }

    [Fact]
    public void Moments_of_the_pool_can_be_watched()
    {
        using (Backends.Use(backend))
        {
            var x = Tensor.Ones([(int)Megabyte]);
            Assert.Equal(4 * Megabyte, backend.AllocatedBytes);
            Assert.True(backend.PeakBytes >= 4 * Megabyte);
            backend.ResetPeak();
            Assert.Equal(backend.AllocatedBytes, backend.PeakBytes);
            GC.KeepAlive(x);
        }
    }
}
