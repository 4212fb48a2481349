using Tauten.NN;
using Tauten.OnnxFormat;
using Tauten.OnnxTests;
using Xunit;

namespace Tauten.InferenceTests;

/// <summary>Models that are loaded and run: formats, names, sizes, threads, and what is refused.</summary>
public class ModelTests
{
    static readonly Sequential net = Net();

    static Sequential Net()
    {
        using var seed = Generator.Use(new Generator(5));
        return new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 3));
    }

    static byte[] OnnxBytes(Func<Tensor, Tensor> function, Tensor example, params string[] dynamic)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("tauten-").FullName, "net.onnx");
        Onnx.Export(function, path, example, dynamic);
        byte[] bytes = File.ReadAllBytes(path);
        Directory.Delete(Path.GetDirectoryName(path)!, true);
        return bytes;
    }

    static byte[] ProgramBytes()
    {
        var program = new GraphProgram();
        program.Add("predict", x => [net.Call(x[0])], ("pixels", new TensorSpec(DType.Float32, ["batch", 6])));
        return program.ToBytes();
    }

    static Tensor Input(long batch, ulong seed = 1) => Tensor.Randn([batch, 6], generator: new Generator(seed));

    static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Spec, actual.Spec);
        Assert.True((expected.Detach() - actual).Abs().Max().Item<float>() <= 1e-5);
    }

    static byte[] Net(string format) => format == "onnx" ? OnnxBytes(net.Call, Input(2), "batch") : ProgramBytes();

    [Theory]
    [InlineData("onnx", "path")]
    [InlineData("onnx", "stream")]
    [InlineData("onnx", "bytes")]
    [InlineData("program", "path")]
    [InlineData("program", "stream")]
    [InlineData("program", "bytes")]
    public void A_model_computes_what_the_net_does(string format, string source)
    {
        byte[] bytes = Net(format);
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        var model = source switch { "path" => Model.Load(path), "stream" => Model.Load(new MemoryStream(bytes)), _ => Model.Load(bytes) };
        File.Delete(path);
        Assert.NotNull(model.Compiled);
        Assert.Equal("float32[batch, 3]", model.Outputs.Single().Type);
        foreach (long batch in (long[])[1, 4, 1]) Close(net.Call(Input(batch)), model.Run(Input(batch)).Single());
        string name = model.Inputs.Single().Name;
        var byName = model.Run(new Dictionary<string, Tensor> { [name] = Input(3) });
        Close(net.Call(Input(3)), byName[model.Outputs[0].Name]);
        Assert.False(model.Run(Input(1))[0].RequiresGrad);
    }

    [Fact]
    public void What_is_not_a_model_is_refused()
    {
        Assert.Throws<ModelFormatException>(() => Model.Load("no model at all"u8.ToArray()));
        Assert.Throws<ModelFormatException>(() => Model.Load(ReadOnlyMemory<byte>.Empty));
        Assert.Throws<FileNotFoundException>(() => Model.Load("there is no such file.onnx"));
        Assert.Contains("predict", Assert.Throws<ArgumentException>(() => Model.Load(ProgramBytes(), new() { Function = "learn" })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Model.Load(Net("onnx"), new() { Function = "learn" }));
        Assert.Throws<OperationCanceledException>(() => Model.Load(Net("onnx"), stop: new CancellationToken(true)));
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_named()
    {
        var model = Model.Load(ProgramBytes());
        Assert.Contains("pixels", Assert.Throws<ShapeException>(() => model.Run(Tensor.Ones([2, 7]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Run());
        Assert.Contains("'image'", Assert.Throws<ArgumentException>(() => model.Run(new Dictionary<string, Tensor> { ["image"] = Input(1) })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Run(new Dictionary<string, Tensor>()));
        Assert.Throws<ModelFormatException>(() => Model.Load(Net("onnx")).Run(Tensor.Ones([2, 7])));
    }

    [Fact]
    public void A_model_does_not_follow_parameters_and_assigns_none()
    {
        var w = new Parameter(Tensor.From([1f, 2]), "w");
        var program = new GraphProgram();
        program.Add("predict", x => [x[0] * w], ("x", new TensorSpec(DType.Float32, [2])));
        program.Add("learn", x => { w.Value = w.Value - x[0]; return [x[0]]; }, ("x", new TensorSpec(DType.Float32, [2])));
        byte[] bytes = program.ToBytes();
        Assert.Equal([3f, 6], Model.Load(bytes).Run(Tensor.From([3f, 3]))[0].ToArray<float>());
        Assert.Contains("assigns", Assert.Throws<GraphException>(() => Model.Load(bytes, new() { Function = "learn" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Buffers_hold_what_Run_gives_and_make_nothing_anew()
    {
        var model = Model.Load(Net("onnx"));
        var buffers = model.Buffers([2, 6]);
        for (ulong seed = 1; seed < 4; seed++)
        {
            var x = Input(2, seed);
            x.CopyTo(buffers.Input<float>(0));
            buffers.Run();
            Assert.Equal(model.Run(x)[0].ToArray<float>(), buffers.Output<float>(0).ToArray());
        }
        Assert.Equal(Shape.Of(2, 3), buffers.OutputShape(0));
        Assert.Equal(0, BytesOfRun(buffers));
        Assert.Throws<DTypeException>(() => buffers.Input<double>(0).Length);
        Assert.Throws<ShapeException>(() => buffers.Set(0, Input(3)));
        Assert.Throws<ShapeException>(() => model.Buffers());
    }

    // The least of some rounds: compiling a method anew is counted, too.
    static long BytesOfRun(ModelBuffers buffers)
    {
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) buffers.Run();
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / 20);
        }
        return least;
    }

    [Fact]
    public void Images_of_either_layout_make_nothing_anew()
    {
        using var seed = Generator.Use(new Generator(7));
        // Windows of one pixel and of single channels want channels last, those of 3 x 3 with many channels do not.
        var mobile = new Sequential(new Conv2d(3, 16, 3, stride: 2, padding: 1), new ReLU(), new Conv2d(16, 16, 3, padding: 1, groups: 16), new BatchNorm2d(16), new ReLU(), new Conv2d(16, 24, 1), new AdaptiveAvgPool2d(1), new Flatten(), new Linear(24, 4));
        var plain = new Sequential(new Conv2d(16, 32, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Conv2d(32, 32, 3, padding: 1), new Flatten());
        foreach (var (images, channels, last) in ((Sequential, int, bool)[])[(mobile, 3, true), (plain, 16, false)])
        {
            images.Eval();
            var x = Tensor.Randn([1, channels, 24, 24], generator: new Generator(8));
            var model = Model.Load(OnnxBytes(images.Call, x));
            Assert.Equal(last, model.Compiled!.Print().Contains("ChannelsLastConvolution", StringComparison.Ordinal));
            var buffers = model.Buffers();
            buffers.Set(0, x);
            buffers.Run();
            Assert.Equal(0, BytesOfRun(buffers));
            Assert.True((images.Call(x).Detach() - Tensor.From(buffers.Output<float>(0), buffers.OutputShape(0))).Abs().Max().Item<float>() < 1e-4);
        }
    }

    [Fact]
    public void Outputs_that_are_inputs_constants_or_twice_the_same_reach_their_buffers()
    {
        var program = new GraphProgram();
        var constant = Tensor.From([7f, 8, 9, 10]);
        program.Add("f", x =>
        {
            var y = x[0] + 1;
            return [x[0].Reshape([2, 2]), constant, y, y.Reshape([4, 1]), y, y.Reshape([2, 2]).T];
        }, ("x", new TensorSpec(DType.Float32, [4])));
        var model = Model.Load(program.ToBytes());
        var x = Tensor.From([1f, 2, 3, 4]);
        var buffers = model.Buffers();
        buffers.Set(0, x);
        buffers.Run();
        var y = model.Run(x);
        for (int i = 0; i < y.Length; i++) Assert.Equal(y[i].ToArray<float>(), buffers.Output<float>(i).ToArray());
        Assert.Equal([2f, 4, 3, 5], y[5].ToArray<float>());
    }

    [Fact]
    public void Eight_threads_get_the_results_of_one()
    {
        var model = Model.Load(Net("onnx"), new() { Concurrency = 3 });
        Tensor[] inputs = [.. Enumerable.Range(1, 8).Select(i => Input(i, (ulong)i))];
        float[][] expected = [.. inputs.Select(x => model.Run(x)[0].ToArray<float>())];
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            for (int k = 0; k < 50; k++) Assert.Equal(expected[(i + k) % 8], model.Run(inputs[(i + k) % 8])[0].ToArray<float>());
        });
    }

    [Fact]
    public void A_call_ends_when_it_is_asked_to_stop()
    {
        var program = new GraphProgram();
        program.Add("endless", x => [Tensor.While((Tensor y) => y.Sum() >= 0, y => y * 1, x[0])], ("x", new TensorSpec(DType.Float32, [2])));
        program.Add("predict", x => [x[0] + 1], ("x", new TensorSpec(DType.Float32, [2])));
        byte[] bytes = program.ToBytes();
        var endless = Model.Load(bytes, new() { Function = "endless" });
        using var soon = new CancellationTokenSource(50);
        Assert.Throws<OperationCanceledException>(() => endless.Run([Tensor.Ones([2])], soon.Token));
        var model = Model.Load(bytes, new() { Concurrency = 1 });
        Assert.Throws<OperationCanceledException>(() => model.Run([Tensor.Ones([2])], new CancellationToken(true)));
        // The place of a call that was stopped is free again.
        Assert.Equal([2f, 2], model.Run(Tensor.Ones([2]))[0].ToArray<float>());
    }

    [Fact]
    public void Sizes_that_decide_are_met_by_graphs_of_their_own()
    {
        // Whether a or b is repeated only the sizes tell, so no one graph serves all of them.
        var proto = Models.Of(13, [Models.Input("x", ElementType.Float32, Dim.Unknown("a")), Models.Input("y", ElementType.Float32, Dim.Unknown("b"))], ["z"], [Models.Node("Add", "x y", "z")]);
        var model = Model.Load(Google.Protobuf.MessageExtensions.ToByteArray(proto));
        Assert.Null(model.Compiled);
        Assert.Equal([11f, 12], model.Run(Tensor.From([1f, 2]), Tensor.From([10f]))[0].ToArray<float>());
        Assert.Equal([11f, 21], model.Run(Tensor.From([1f]), Tensor.From([10f, 20]))[0].ToArray<float>());
        Assert.Throws<ModelFormatException>(() => model.Run(Tensor.Ones([2]), Tensor.Ones([3])));
        Assert.Throws<GraphException>(() => model.Buffers([2], [2]));
    }

    [Fact]
    public void Within_a_capture_a_model_is_part_of_the_graph()
    {
        var model = Model.Load(ProgramBytes());
        var graph = Graph.Capture(x => model.Run(x * 2)[0], new TensorSpec(DType.Float32, [2, 6]));
        Close(net.Call(Input(2) * 2), graph.Run(Input(2))[0]);
    }

    [Fact]
    public void A_profile_names_the_kernels()
    {
        var steps = Model.Load(ProgramBytes()).Profile(3, Input(2));
        // One layer alone, and one with what follows it.
        Assert.Single(steps, s => s.Op.StartsWith("Linear", StringComparison.Ordinal));
        Assert.Single(steps, s => s.Op.StartsWith("Fused", StringComparison.Ordinal));
        Assert.All(steps, s => Assert.True(s.Milliseconds >= 0));
    }

    static Model Images(bool keepsForms)
    {
        using var seed = Generator.Use(new Generator(3));
        // One convolution by Winograd's algorithm, one pointwise, one depthwise, and normalization that goes into the first.
        var images = new Sequential(
            new Conv2d(3, 32, 3, padding: 1, bias: false), new BatchNorm2d(32), new ReLU(), new Conv2d(32, 32, 3, padding: 1), new Conv2d(32, 40, 1), new Conv2d(40, 40, 3, groups: 40), new Flatten(), new Linear(40 * 36, 5));
        images.Eval();
        return Model.Load(OnnxBytes(images.Call, Tensor.Ones([1, 3, 8, 8]), "batch"), new() { KeepsForms = keepsForms });
    }

    [Fact]
    public void What_kernels_keep_of_weights_changes_no_bit()
    {
        Model plain = Images(false), kept = Images(true);
        Assert.DoesNotContain("BatchNorm", kept.Compiled!.Print(), StringComparison.Ordinal);
        foreach (long batch in (long[])[1, 3, 1])
        {
            var x = Tensor.Randn([batch, 3, 8, 8], generator: new Generator(1));
            Assert.Equal(plain.Run(x)[0].ToArray<float>(), kept.Run(x)[0].ToArray<float>());
        }
        // All threads meet weights that nobody has prepared yet.
        var fresh = Images(true);
        var y = Tensor.Randn([2, 3, 8, 8], generator: new Generator(2));
        float[] expected = plain.Run(y)[0].ToArray<float>();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.Equal(expected, fresh.Run(y)[0].ToArray<float>()));
    }

    [Fact]
    public void Products_of_batches_with_weights_change_no_bit_when_forms_are_kept()
    {
        using var seed = Generator.Use(new Generator(4));
        // Sums of more than one block, and columns that fill no whole number of panels.
        var layers = new Sequential(new Linear(600, 523), new Gelu(), new Linear(523, 40));
        Tensor weight = Tensor.Randn([40, 700]), x = Tensor.Randn([4, 60, 600]);
        byte[] bytes = OnnxBytes(y => layers.Call(y).MatMul(weight), x, "batch");
        Model plain = Model.Load(bytes, new() { KeepsForms = false }), kept = Model.Load(bytes);
        foreach (long batch in (long[])[4, 1, 4])
        {
            var part = x[..(int)batch];
            Assert.Equal(plain.Run(part)[0].ToArray<float>(), kept.Run(part)[0].ToArray<float>());
        }
        Assert.True(kept.Run(x)[0].AllClose(layers.Call(x).MatMul(weight).Detach(), 1e-3, 1e-3));
    }

    [Theory]
    [InlineData(1)]
    public void Eight_threads_for_a_second(int seconds) => Serve(seconds);

    [Theory, Trait("Category", "Slow")]
    [InlineData(60)]
    public void Eight_threads_for_a_minute(int seconds) => Serve(seconds);

    static void Serve(int seconds)
    {
        var model = Images(true);
        Tensor[] inputs = [.. Enumerable.Range(1, 8).Select(i => Tensor.Randn([1 + i % 3, 3, 8, 8], generator: new Generator((ulong)i)))];
        float[][] expected = [.. inputs.Select(x => model.Run(x)[0].ToArray<float>())];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        long calls = 0, peak = 0;
        var cpu = (Tauten.Cpu.CpuBackend)Backends.Default;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(i => new Thread(() =>
        {
            for (int k = 0; watch.Elapsed.TotalSeconds < seconds; k++)
            {
                if (!expected[(i + k) % 8].AsSpan().SequenceEqual(model.Run(inputs[(i + k) % 8])[0].ToArray<float>())) Interlocked.Exchange(ref calls, long.MinValue);
                Interlocked.Increment(ref calls);
                // After the first tenth, everything that a call needs is there.
                if (watch.Elapsed.TotalSeconds < seconds / 10.0) Volatile.Write(ref peak, cpu.AllocatedBytes);
            }
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.True(calls > 8, $"{calls} calls agreed.");
        Assert.InRange(cpu.AllocatedBytes, 0, peak + (32 << 20));
    }
}
