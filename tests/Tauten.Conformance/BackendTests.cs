using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>The backends that tests are made with, tested themselves; and what all backends must refuse.</summary>
public sealed class BackendTests
{
    public static TheoryData<string, long> Indexing
    {
        get
        {
            var data = new TheoryData<string, long>();
            foreach (string op in new[] { "gather", "scatter", "scatterAdd", "indexSelect", "indexAdd" })
                foreach (long index in new[] { 3L, -4L, long.MaxValue, long.MinValue }) data.Add(op, index);
            return data;
        }
    }

    [Theory, MemberData(nameof(Indexing))]
    public void An_index_outside_of_its_axis_is_an_error(string op, long index)
    {
        foreach (var backend in new[] { Trial.Cpu, ReferenceBackend.Instance })
        {
            using var scope = Backends.Use(backend);
            var x = Variant.Place(new HostTensor(DType.Float32, [3, 2], new double[6]), backend);
            var one = Variant.Place(new HostTensor(DType.Int64, [1, 1], [(Int128)index]), backend);
            var row = Variant.Place(new HostTensor(DType.Int64, [1], [(Int128)index]), backend);
            var source = Variant.Place(new HostTensor(DType.Float32, [1, 1], [1.0]), backend);
            var rows = Variant.Place(new HostTensor(DType.Float32, [1, 2], [1.0, 2]), backend);
            Assert.Throws<IndexException>(() => op switch
            {
                "gather" => x.Gather(0, one),
                "scatter" => x.Scatter(0, one, source),
                "scatterAdd" => x.ScatterAdd(0, one, source),
                "indexSelect" => x.IndexSelect(0, row),
                _ => x.IndexAdd(0, row, rows),
            });
        }
    }

    /// <summary>The known answers of the paper's authors (Random123, kat_vectors: philox4x32 10), for key and counter of zeros and of ones.</summary>
    [Fact]
    public void Random_bits_are_those_of_the_paper()
    {
        foreach (var backend in new[] { Trial.Cpu, ReferenceBackend.Instance })
        {
            using var scope = Backends.Use(backend);
            var key = Variant.Place(new HostTensor(DType.UInt64, [2], [(Int128)0, 0]), backend);
            Assert.Equal([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8], HostTensor.Read(Dispatch.Run(new RandomBits([4]), key)).Wholes.Select(w => (uint)w));
        }
    }

    [Fact]
    public void The_reference_rejects_a_rule_that_is_not_its_own()
    {
        using var scope = Backends.Use(ReferenceBackend.Instance);
        var x = Variant.Place(new HostTensor(DType.Float32, [2, 3], new double[6]), ReferenceBackend.Instance);
        Mutation.Rule = (op, specs) => op is Exp ? new TensorSpec(DType.Float32, [3, 2]) : specs;
        try
        {
            var error = Assert.Throws<ShapeException>(() => x.Exp());
            Assert.Equal("Exp: by definition output 0 is float32[2, 3], but its rule gives float32[3, 2].", error.Message);
        }
        finally
        {
            Mutation.Rule = null;
        }
    }

    /// <summary>A model that needs a thousand times the memory of a machine, forward and backward.</summary>
    [Fact]
    public void Models_of_any_size_run_on_the_null_backend()
    {
        using var scope = Backends.Use(NullBackend.Instance);
        var weight = Tensor.Zeros([1 << 20, 1 << 20], requiresGrad: true);
        var x = Tensor.Zeros([1 << 16, 1 << 20]);
        for (int layer = 0; layer < 100; layer++) x = x.Linear(weight).Relu();
        x.Sum().Backward();
        Assert.Equal(weight.Spec, weight.Grad!.Spec);
        Assert.Throws<DeviceException>(() => x.Sum().Item<float>());
    }

    [Fact]
    public void Numbers_are_rounded_once()
    {
        // Between two bfloat16 numbers and just above the middle: by way of float32 it would be a tie and go down to the even one.
        double above = 1 + Math.ScaleB(1, -8) + Math.ScaleB(1, -40);
        Assert.Equal(1 + Math.ScaleB(1, -7), Rounding.To(DType.BFloat16, above));
        Assert.Equal(1 + Math.ScaleB(1, -10), Rounding.To(DType.Float16, 1 + Math.ScaleB(1, -11) + Math.ScaleB(1, -40)));
        Int128 whole = (Int128.One << 62) + (Int128.One << 38) + 1;
        Assert.Equal((double)((Int128.One << 62) + (Int128.One << 39)), Rounding.ToReal(DType.Float32, whole));
    }
}
