namespace Tauten.Core.Tests;

public class GeneratorTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        Generator a = new(42), b = new(42), c = new(43);
        for (int i = 0; i < 3; i++)
        {
            var expected = Tensor.Randn([5], generator: a);
            TensorAssert.Equal(expected, Tensor.Randn([5], generator: b));
            Assert.NotEqual(expected.ToArray<float>(), Tensor.Randn([5], generator: c).ToArray<float>());
        }
    }

    [Fact]
    public void Each_draw_differs_from_the_one_before()
    {
        var generator = new Generator(1);
        var first = Tensor.Rand([8], generator: generator).ToArray<float>();
        Assert.NotEqual(first, Tensor.Rand([8], generator: generator).ToArray<float>());
    }

    [Fact]
    public void The_state_can_be_read_and_restored()
    {
        var generator = new Generator(9);
        Assert.Equal([9UL, 0], generator.State.Value.ToArray<ulong>());
        _ = Tensor.Rand([3], generator: generator);
        _ = Tensor.Permutation(3, generator);
        var state = generator.State.Value;
        Assert.Equal([9UL, 2], state.ToArray<ulong>());
        var expected = Tensor.Rand([3], generator: generator);
        Assert.Equal([9UL, 3], generator.State.Value.ToArray<ulong>());
        Assert.Equal([9UL, 2], state.ToArray<ulong>());
        generator.State.Value = state;
        TensorAssert.Equal(expected, Tensor.Rand([3], generator: generator));
    }

    [Fact]
    public void An_element_depends_on_seed_draw_and_position_only()
    {
        // A longer tensor begins with the shorter one, whatever the shape: nothing depends on threads or splits.
        var small = Tensor.Rand([10], generator: new Generator(5)).ToArray<float>();
        var large = Tensor.Rand([1000, 100], generator: new Generator(5)).ToArray<float>();
        Assert.Equal(small, large[..10]);
        // In double precision, 53 bits: the upper ones are those of single precision's second stream of words.
        Assert.Equal(100, Tensor.Rand([100], DType.Float64, new Generator(5)).ToArray<double>().Distinct().Count());
    }

    [Fact]
    public void The_default_generator_can_be_seeded_and_replaced_for_a_scope()
    {
        float Draw() => Tensor.Rand([1]).Item<float>();
        using (Generator.Use(new Generator(3)))
        {
            float first = Draw();
            using (Generator.Use(new Generator(3))) Assert.Equal(first, Draw());
            Assert.NotEqual(first, Draw());
        }
        using (Generator.Use(new Generator(3))) Assert.Equal([3UL, 0], Generator.Default.State.Value.ToArray<ulong>());
    }

    [Fact]
    public void A_captured_graph_draws_anew_at_each_run()
    {
        var generator = new Generator(11);
        var graph = Graph.Capture(x => x + Tensor.Rand([4], generator: generator) + Tensor.Rand([4], generator: generator), new TensorSpec(DType.Float32, [4]));
        Assert.Equal([11UL, 0], generator.State.Value.ToArray<ulong>());
        var zeros = Tensor.Zeros([4]);
        var first = graph.Run(zeros)[0];
        Assert.Equal([11UL, 2], generator.State.Value.ToArray<ulong>());
        Assert.NotEqual(first.ToArray<float>(), graph.Run(zeros)[0].ToArray<float>());
        // The same numbers as without the graph.
        var eager = new Generator(11);
        TensorAssert.Equal(Tensor.Rand([4], generator: eager) + Tensor.Rand([4], generator: eager), first);
    }

    [Fact]
    public void Dropout_draws_the_same_mask_in_its_gradient()
    {
        var x = Tensor.Ones([1000], requiresGrad: true);
        var y = x.Dropout(0.3, new Generator(1));
        y.Sum().Backward();
        TensorAssert.Equal(y.Detach(), x.Grad!);
        Assert.InRange(y.Mean().Item<float>(), 0.9f, 1.1f);
        Assert.Equal(0, x.Dropout(1).Sum().Item<float>());
        Assert.Equal(1000, x.Dropout(0).Sum().Item<float>());
    }

    [Fact]
    public void Threads_share_a_generator_without_drawing_twice()
    {
        var generator = new Generator(1);
        var draws = new float[64];
        Parallel.For(0, draws.Length, i => draws[i] = Tensor.Rand([1], generator: generator).Item<float>());
        Assert.Equal(draws.Length, draws.Distinct().Count());
        Assert.Equal([1UL, 64], generator.State.Value.ToArray<ulong>());
    }

    [Fact]
    public void Philox_gives_the_published_numbers()
    {
        // Known answers of Random123 for philox4x32-10: counter and key all zeros.
        Assert.Equal([0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u], Dispatch.Run(new Ops.RandomBits([4]), Tensor.From([0UL, 0UL])).ToArray<uint>());
    }
}

/// <summary>What touches the generator or measures the memory of the whole process runs alone.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public class Alone;

[Collection("Alone")]
public class DefaultGeneratorTests
{
    [Fact]
    public void Seeding_the_process_makes_a_program_repeat_itself()
    {
        Generator.Seed(5);
        var first = Tensor.Randn([4]);
        var second = Tensor.Randn([4]);
        Generator.Seed(5);
        TensorAssert.Equal(first, Tensor.Randn([4]));
        TensorAssert.Equal(second, Tensor.Randn([4]));
        // Every thread draws from the same one.
        Generator.Seed(5);
        Tensor elsewhere = null!;
        var thread = new Thread(() => elsewhere = Tensor.Randn([4]));
        thread.Start();
        thread.Join();
        TensorAssert.Equal(first, elsewhere);
        TensorAssert.Equal(second, Tensor.Randn([4]));
    }
}
