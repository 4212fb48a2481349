using Tauten.NN;
using Tauten.Ops;

namespace Tauten.Core.Tests;

/// <summary>Programs saved, loaded and run: the very same results, whatever is in them; and what is refused.</summary>
[Collection("Alone")]
public class ProgramTests
{
    static readonly TensorSpec rows = new(DType.Float32, ["batch", 3]);

    static GraphProgram Again(GraphProgram program)
    {
        byte[] bytes = program.ToBytes();
        var loaded = GraphProgram.Load(bytes);
        Assert.Equal(bytes, loaded.ToBytes());
        foreach (var (name, function) in program.Functions)
        {
            Assert.Equal(function.ToString(), loaded.Functions[name].ToString());
            // Leaves may come in another order.
            Assert.Equal(Steps(function), Steps(loaded.Functions[name]));
        }
        return loaded;
    }

    static string Steps(GraphFunction function) => string.Join('\n', function.Graph.Nodes.Where(n => n.Op is not null));

    static void Same(Tensor[] expected, Tensor[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) TensorAssert.Equal(expected[i].Detach(), actual[i].Detach());
    }

    [Fact]
    public void Functions_share_their_weights_by_name()
    {
        using var seed = Generator.Use(new Generator(1));
        var net = new Sequential(new NN.Linear(3, 4), new NN.ReLU(), new NN.Linear(4, 2));
        net.Eval();
        var program = new GraphProgram();
        program.Add("logits", x => [net.Call(x[0])], ("x", rows));
        program.Add("probabilities", Graph.Capture(x => net.Call(x).Softmax(-1), rows), ["x"], ["p"]);
        var loaded = Again(program);
        Assert.Equal(4, loaded.Cells.Count);
        Assert.Equal(program.Cells.Keys.Order(), loaded.Cells.Keys.Order());
        foreach (long batch in new long[] { 1, 5, 0 })
        {
            var x = Tensor.Randn([batch, 3]);
            Same(program.Run("logits", x), loaded.Run("logits", x));
            Same([net.Call(x).Softmax(-1)], [loaded.Run("probabilities", new Dictionary<string, Tensor> { ["x"] = x })["p"]]);
        }
        Assert.Equal("probabilities(x: float32[batch, 3]) -> (p: float32[batch, 2])", loaded.Functions["probabilities"].ToString());
        // The weights are ordinary entries of a safetensors file, each once.
        var weights = Safetensors.Load(program.ToBytes());
        Assert.Equal(program.Cells.Keys.Order(), weights.Keys.Order());
    }

    [Fact]
    public void A_loaded_training_step_goes_on_where_the_saved_one_was()
    {
        GraphProgram Trained(int steps)
        {
            using var seed = Generator.Use(new Generator(1));
            var net = new Sequential(new NN.Linear(3, 4), new NN.Dropout(0.5), new NN.Linear(4, 2));
            var optimizer = new Adam(net.Parameters(), learningRate: 0.05);
            var program = new GraphProgram();
            // The optimizer makes its state at the first step.
            Step(Tensor.Zeros([1, 3]), Tensor.From([0L]));
            program.Add("train", x => [Step(x[0], x[1])], ("x", rows), ("labels", new TensorSpec(DType.Int64, ["batch"])));
            for (int i = 0; i < steps; i++) Train(program, i);
            return program;

            Tensor Step(Tensor x, Tensor labels)
            {
                optimizer.ZeroGrad();
                var loss = net.Call(x).CrossEntropy(labels).Mean();
                loss.Backward();
                optimizer.Step();
                return loss;
            }
        }

        static Tensor Train(GraphProgram program, int i)
        {
            var random = new Generator((ulong)i);
            return program.Run("train", Tensor.Randn([4 + i, 3], generator: random), Tensor.RandInt(0, 2, [4 + i], generator: random))[0];
        }

        var program = Trained(3);
        var loaded = Again(program);
        Assert.Contains(loaded.Cells.Values, c => c is Buffer { Name: "generator" });
        for (int i = 3; i < 8; i++) Same([Train(program, i)], [Train(loaded, i)]);
        foreach (var (name, cell) in program.Cells) TensorAssert.Equal(cell.Value.Detach().To(DType.Float64), loaded.Cells[name].Value.Detach().To(DType.Float64));
    }

    [Fact]
    public void Branches_loops_and_sizes_that_only_data_tell()
    {
        var w = new Parameter(Tensor.From([0.5f, 2, 1]), "w");
        var program = new GraphProgram();
        program.Add("loops", x =>
        {
            var (s, y) = Tensor.Scan((s, v) => (Tensor.If(v.Sum() > 0, () => s * w, () => s + v), s), x[0].Sum(0), x[0], reverse: true);
            var last = Tensor.While(t => t.Sum().Abs() < 100, t => t * 2 + 1, s, maximum: 5);
            return [last, y, Gradients.Of(last.Sum() + y.Sum(), [w.Value])[0], x[0].NonZero(), x[0].MaskedSelect(x[0] > 0) * 2];
        }, ("x", rows));
        var loaded = Again(program);
        foreach (long batch in new long[] { 4, 1, 3 })
        {
            var x = Tensor.Randn([batch, 3], generator: new Generator((ulong)batch));
            Same(program.Run("loops", x), loaded.Run("loops", x));
        }
    }

    [Fact]
    public void Gradients_flow_through_a_loaded_program_as_far_as_they_did()
    {
        var w = new Parameter(Tensor.From([0.5f, 2, 1]), "w");
        var program = new GraphProgram();
        program.Add("f", x =>
        {
            Tensor still;
            using (Gradients.NoGrad()) still = w.Value * 3;
            return [(x[0] * w * still + x[0].Detach() * 2).Sum()];
        }, ("x", rows));
        var loaded = Again(program);
        var (a, b) = (Tensor.Ones([2, 3], requiresGrad: true), Tensor.Ones([2, 3], requiresGrad: true));
        program.Run("f", a)[0].Backward();
        loaded.Run("f", b)[0].Backward();
        TensorAssert.Equal(a.Grad!, b.Grad!);
        TensorAssert.Equal(w.Grad!, ((Parameter)loaded.Cells["w"]).Grad!);
    }

    [Fact]
    public void Random_numbers_go_on_from_the_saved_state()
    {
        var generator = new Generator(5);
        var program = new GraphProgram();
        using (Generator.Use(generator)) program.Add("draw", x => [Tensor.Randn(x[0].Shape), Tensor.Rand([2])], ("like", rows));
        program.Run("draw", Tensor.Zeros([2, 3]));
        var loaded = Again(program);
        for (int i = 0; i < 3; i++) Same(program.Run("draw", Tensor.Zeros([2, 3])), loaded.Run("draw", Tensor.Zeros([2, 3])));
    }

    [Fact]
    public void Constants_that_are_one_are_stored_once()
    {
        var table = Tensor.Randn([100, 3], generator: new Generator(1));
        var program = new GraphProgram();
        program.Add("a", x => [x[0] + table.Sum(0)], ("x", rows));
        program.Add("b", x => [x[0].MatMul(table.Transpose(0, 1)) + table[0, 0]], ("x", rows));
        program.Add("c", x => [Tensor.Scan((s, v) => (s + table, v + table.Sum(0)), table, x[0]).Outputs], ("x", rows));
        Assert.True(Safetensors.Load(program.ToBytes()).Values.Count(t => t.Shape == table.Shape) == 1);
        var loaded = Again(program);
        var x = Tensor.Ones([2, 3]);
        foreach (string f in new[] { "a", "b", "c" }) Same(program.Run(f, x), loaded.Run(f, x));
    }

    [Fact]
    public void Cells_with_one_name_get_numbers_and_kinds_stay()
    {
        Parameter one = new(Tensor.From([1f]), "w"), two = new(Tensor.From([2f]), "w") { RequiresGrad = false };
        var three = new Buffer(Tensor.From([3f]));
        var program = new GraphProgram();
        program.Add("f", _ => [one.Value + two.Value + three.Value]);
        var loaded = Again(program);
        Assert.Equal(["buffer", "w", "w.2"], loaded.Cells.Keys.Order());
        Assert.True(loaded.Cells["w"].RequiresGrad);
        Assert.False(loaded.Cells["w.2"].RequiresGrad);
        TensorAssert.Equal([6], loaded.Run("f")[0].Detach());
    }

    [Fact]
    public void Files_and_streams()
    {
        var program = new GraphProgram();
        program.Add("f", x => [x[0].Exp()], ("x", rows));
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.tauten");
        try
        {
            program.Save(path);
            Same(program.Run("f", Tensor.Ones([1, 3])), GraphProgram.Load(path).Run("f", Tensor.Ones([1, 3])));
            using var stream = File.OpenRead(path);
            Assert.Equal(["f"], GraphProgram.Load(stream).Functions.Keys);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_cannot_be_saved_is_named()
    {
        var custom = Gradients.Custom(x => x.Round(), (x, y, g) => g);
        var program = new GraphProgram();
        var graph = Graph.Capture(custom, rows);
        program.Add("f", graph);
        Assert.Contains("it holds code of the program", Assert.Throws<ModelFormatException>(() => program.ToBytes()).Message);
        // The way out that the message names.
        var lowered = new GraphProgram();
        lowered.Add("f", graph.Lower(op => op is not CustomGradient));
        Same(program.Run("f", Tensor.Full([1, 3], 1.4)), Again(lowered).Run("f", Tensor.Full([1, 3], 1.4)));

        var own = new GraphProgram();
        own.Add("f", x => [Dispatch.Run(new Twice(3), x[0])], ("x", rows));
        Assert.Contains("the table of ops has no Twice", Assert.Throws<ModelFormatException>(() => own.ToBytes()).Message);
        var table = OpTable.Standard.With<Twice>("mine.Twice", (op, w) => w.Write("Times", op.Times), r => new Twice(r.Int("Times")));
        byte[] bytes = own.ToBytes(table);
        Same(own.Run("f", Tensor.Ones([1, 3])), GraphProgram.Load(bytes, table).Run("f", Tensor.Ones([1, 3])));
        Assert.Contains("is 'mine.Twice', which this release does not know", Assert.Throws<ModelFormatException>(() => GraphProgram.Load(bytes)).Message);
        Assert.Throws<ArgumentException>(() => OpTable.Standard.With<Twice>("Twice", (_, _) => { }, _ => new Twice(1)));
        Assert.Throws<ArgumentException>(() => table.With<Twice>("mine.Other", (_, _) => { }, _ => new Twice(1)));
    }

    sealed record Twice(int Times) : CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * Times;
    }

    [Fact]
    public void Calls_that_do_not_fit_are_named()
    {
        var program = new GraphProgram();
        program.Add("f", x => [x[0].Exp()], ("x", rows));
        Assert.Contains("It has: f(x: float32[batch, 3]) -> (y0: float32[batch, 3])", Assert.Throws<ArgumentException>(() => program.Run("g")).Message);
        Assert.Contains("has no input 'z'", Assert.Throws<ArgumentException>(() => program.Run("f", new Dictionary<string, Tensor> { ["z"] = Tensor.Ones([1]) })).Message);
        Assert.Contains("'x' is missing", Assert.Throws<ArgumentException>(() => program.Run("f", new Dictionary<string, Tensor>())).Message);
        Assert.Throws<ArgumentException>(() => program.Add("f", x => x, ("x", rows)));
        Assert.Throws<ArgumentException>(() => program.Add("g", x => x, ("x", rows), ("x", rows)));
        Assert.Throws<ShapeException>(() => program.Run("f", Tensor.Ones([3])));
    }
}
