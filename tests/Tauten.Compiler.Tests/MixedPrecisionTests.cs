using Tauten.NN;

namespace Tauten.Compiler.Tests;

/// <summary>Mixed precision, eagerly and compiled.</summary>
public sealed partial class MixedPrecisionTests
{
    static readonly CompileOptions plain = new() { Check = false };

    [Theory, InlineData(DType.BFloat16), InlineData(DType.Float16)]
    public void Ops_run_in_the_dtypes_they_declare(DType reduced)
    {
        Tensor x = Tensor.Ones([2, 3]), half = x.To(reduced), wide = x.To(DType.Float64);
        using (Autocast.To(reduced))
        {
            Assert.Equal(reduced, Autocast.DType);
            Assert.Equal(reduced, x.MatMul(x.T).DType);
            Assert.Equal(reduced, x.Linear(x).DType);
            Assert.Equal(reduced, half.Gelu().DType);
            Assert.Equal(DType.Float32, half.Softmax(-1).DType);
            Assert.Equal(DType.Float32, half.Exp().DType);
            Assert.Equal(DType.Float32, half.Sum().DType);
            Assert.Equal(DType.Float32, (half + x).DType);
            Assert.Equal(reduced, (half + half).DType);
            Assert.Equal(DType.Float32, Tensor.Concat([half, x], 0).DType);
            Assert.Equal(reduced == DType.BFloat16 ? reduced : DType.Float32, x.LayerNorm(1).DType);
            Assert.Equal(DType.Float64, wide.MatMul(wide.T).DType);
            using (Autocast.Off()) Assert.Equal(DType.Float32, x.MatMul(x.T).DType);
            Assert.Equal(DType.Int64, Tensor.Ones([2, 2], DType.Int64).MatMul(Tensor.Ones([2, 2], DType.Int64)).DType);
        }
        Assert.Null(Autocast.DType);
        // What a composite is made of does not follow: its rule is the same within and without.
        Assert.Equal(reduced, half.LogSoftmax(-1).DType);
        Assert.Throws<DTypeException>(() => { using var scope = Autocast.To(DType.Float64); });
        Assert.Throws<DTypeException>(() => half + x);
    }

    sealed partial class Block : Module<Tensor, Tensor>
    {
        readonly LayerNorm norm = new(16);
        readonly Linear first = new(16, 32);
        readonly Linear second = new(32, 16);
        readonly Linear last = new(16, 5);

        protected override Tensor Forward(Tensor x)
        {
            x += second.Call(first.Call(norm.Call(x)).Gelu());
            return last.Call(x);
        }
    }

    static float[] Train(bool compiled, bool whole, DType? precision)
    {
        using var scope = Generator.Use(new Generator(7));
        var net = new Block();
        var optimizer = new AdamW(net.Parameters(), learningRate: 0.01);
        Func<Tensor, Tensor, Tensor> step = (x, y) =>
        {
            optimizer.ZeroGrad();
            Tensor loss;
            using (Autocast.To((whole ? Autocast.DType : precision) ?? DType.Float32)) loss = new CrossEntropyLoss().Call(net.Call(x), y);
            loss.Backward();
            optimizer.Step();
            return loss;
        };
        if (compiled) step = Compiled.Function(step, plain);
        var losses = new List<float>();
        for (int i = 0; i < 8; i++)
        {
            var (x, y) = (Tensor.Randn([12, 16]), Tensor.RandInt(0, 5, [12]));
            if (whole && precision is { } all)
            {
                using var around = Autocast.To(all);
                losses.Add(step(x, y).Item<float>());
            }
            else losses.Add(step(x, y).Item<float>());
        }
        Assert.All(net.Parameters(), p => Assert.Equal(DType.Float32, p.DType));
        if (compiled) Assert.Equal(1, Compiled.ReportOf(step).Captures);
        return [.. losses];
    }

    [Theory, InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public void Training_in_bfloat16_follows_float32(bool compiled, bool whole)
    {
        float[] exact = Train(false, false, null), reduced = Train(compiled, whole, DType.BFloat16);
        for (int i = 0; i < exact.Length; i++) Assert.True(Math.Abs(exact[i] - reduced[i]) < 0.03, $"loss {i} is {reduced[i]}. Expected about {exact[i]}.");
        Assert.NotEqual(exact, reduced);
    }

    [Fact]
    public void A_compiled_function_notices_the_scope_around_it()
    {
        var f = Compiled.Function((Tensor x) => x.MatMul(x));
        var x = Tensor.Ones([2, 2]);
        Assert.Equal(DType.Float32, f(x).DType);
        using (Autocast.To(DType.BFloat16)) Assert.Equal(DType.BFloat16, f(x).DType);
        Assert.Equal(DType.Float32, f(x).DType);
        var report = Compiled.ReportOf(f);
        Assert.Equal(2, report.Captures);
        Assert.Contains("mixed precision was off", report.Reasons[0]);
    }

    [Fact]
    public void A_loss_takes_a_reduced_prediction_and_a_target_in_float32()
    {
        var (x, w, y) = (Tensor.Ones([4, 3]), Tensor.Ones([2, 3]), Tensor.Ones([4, 2]));
        using var scope = Autocast.To(DType.BFloat16);
        Assert.Equal(4, new MSELoss().Call(x.Linear(w), y).Item<float>());
        Assert.Equal(DType.Float32, new MSELoss().Call(x.Linear(w), y).DType);
    }

    /// <summary>Steps of which some overflow: losses, weights and factors.</summary>
    static float[] Scaled(bool compiled)
    {
        var weight = new Parameter(Tensor.From([1f, -2, 3]), "weight");
        var optimizer = new Adam([weight], learningRate: 0.1);
        var scaler = new LossScaler(initialScale: 1024, interval: 3);
        Func<Tensor, Tensor> step = x =>
        {
            optimizer.ZeroGrad();
            Tensor loss;
            using (Autocast.To(DType.Float16)) loss = x.MatMul(weight.Value.Unsqueeze(1)).Square().Mean();
            scaler.Scale(loss).Backward();
            scaler.Unscale(optimizer);
            ClipGradients.ByNorm([weight], 5);
            var taken = scaler.Step(optimizer);
            scaler.Update();
            return taken.To(DType.Float32);
        };
        if (compiled) step = Compiled.Function(step, plain);
        var all = new List<float>();
        foreach (float factor in new[] { 1f, 1, 1e6f, 1, 1, 1, 1, 1, 1, 1 })
        {
            all.Add(step(Tensor.From([factor, 0, 0, 0, factor, factor], [2, 3])).Item<float>());
            all.AddRange(weight.Value.ToArray<float>());
            all.Add(scaler.Factor.Item<float>());
        }
        if (compiled) Assert.Equal((1, 0), (Compiled.ReportOf(step).Captures, Compiled.ReportOf(step).EagerCalls));
        return [.. all];
    }

    [Fact]
    public void A_step_that_overflows_is_left_out_and_the_factor_follows()
    {
        float[] eager = Scaled(compiled: false), compiled = Scaled(compiled: true);
        float[] taken = [.. eager.Where((_, i) => i % 5 == 0)], factors = [.. eager.Where((_, i) => i % 5 == 4)];
        Assert.Equal([1f, 1, 0, 1, 1, 1, 1, 1, 1, 1], taken);
        Assert.Equal([1024f, 1024, 512, 512, 512, 1024, 1024, 1024, 2048, 2048], factors);
        Assert.Equal(eager[6..9], eager[11..14]);
        Assert.Equal(eager.Length, compiled.Length);
        for (int i = 0; i < eager.Length; i++) Assert.True(Math.Abs(eager[i] - compiled[i]) <= 1e-4f * Math.Max(1, Math.Abs(eager[i])), $"number {i} is {compiled[i]}. Expected {eager[i]}.");
    }
}
