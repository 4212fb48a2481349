namespace Tauten.Benchmarks;

/// <summary>The operations of each area. Names say everything that is needed to repeat them elsewhere.</summary>
static class OpList
{
    /// <summary>"matmul ROWSxINNERxCOLUMNS nn|nt|tn", t being an operand that is stored transposed; "bmm BATCHxROWSxINNERxCOLUMNS".</summary>
    public static IEnumerable<TimedOp> MatrixProducts()
    {
        (int Rows, int Inner, int Columns)[] sizes =
        [
            .. new[] { 64, 128, 256, 512, 1024, 2048, 4096 }.Select(size => (size, size, size)),
            (1, 1024, 4096), (32, 1024, 1024), (2048, 256, 1024), (2048, 1024, 256), (1000, 333, 777),
        ];
        foreach (var (rows, inner, columns) in sizes)
        {
            foreach (var form in new[] { "nn", "nt", "tn" })
            {
                yield return new($"matmul {rows}x{inner}x{columns} {form}", 2.0 * rows * inner * columns, 0, () =>
                {
                    var a = form[0] == 't' ? Tensor.Randn([inner, rows]).T : Tensor.Randn([rows, inner]);
                    var b = form[1] == 't' ? Tensor.Randn([columns, inner]).T : Tensor.Randn([inner, columns]);
                    return () => a.MatMul(b);
                });
            }
        }
        foreach (var (batch, rows, inner, columns) in new[] { (64, 128, 64, 128), (128, 128, 128, 32), (12, 128, 64, 128) })
        {
            yield return new($"bmm {batch}x{rows}x{inner}x{columns}", 2.0 * batch * rows * inner * columns, 0, () =>
            {
                Tensor a = Tensor.Randn([batch, rows, inner]), b = Tensor.Randn([batch, inner, columns]);
                return () => a.MatMul(b);
            });
        }
    }

    /// <summary>"i8 ROWSxINNERxCOLUMNS": products of signed bytes with sums in int32, which PyTorch has no public operation for.</summary>
    public static IEnumerable<TimedOp> IntegerProducts()
    {
        foreach (int size in new[] { 256, 512, 1024, 2048 })
        {
            yield return new($"i8 {size}x{size}x{size}", 2.0 * size * size * size, 0, () =>
            {
                Tensor a = Tensor.RandInt(-128, 128, [size, size]).To(DType.Int8), b = Tensor.RandInt(-128, 128, [size, size]).To(DType.Int8);
                return () => a.MatMulInteger(b);
            });
        }
    }

    /// <summary>"conv NETWORK LAYER bBATCH forward|input|weight": the output of a layer, or one of its gradients.</summary>
    public static IEnumerable<TimedOp> Convolutions()
    {
        foreach (var layer in ConvolutionLayer.All)
        {
            var op = layer.Op;
            var output = op.Infer([new(DType.Float32, layer.Input), new(DType.Float32, layer.Weight)])[0].Shape;
            double operations = 2.0 * output.ElementCount.Value * layer.Weight.ElementCount.Value / layer.Weight.Sizes[0];
            Tensor Input() => Tensor.Randn(layer.Input);
            Tensor Weight() => Tensor.Randn(layer.Weight);
            Tensor Gradient() => Tensor.Randn(output);
            yield return new($"{layer.Name} forward", operations, 0, () =>
            {
                Tensor x = Input(), w = Weight();
                return () => Dispatch.Run(op, x, w);
            });
            yield return new($"{layer.Name} input", operations, 0, () =>
            {
                Tensor g = Gradient(), w = Weight();
                return () => Dispatch.Run(new Ops.ConvolutionInputGradient(layer.Input, op), g, w);
            });
            yield return new($"{layer.Name} weight", operations, 0, () =>
            {
                Tensor x = Input(), g = Gradient();
                return () => Dispatch.Run(new Ops.ConvolutionWeightGradient(layer.Weight, op), x, g);
            });
        }
    }

    /// <summary>"OP SIZE": as many elements in rows of 1024; for the cross-entropy these are the classes.</summary>
    public static IEnumerable<TimedOp> Rows()
    {
        const int Columns = 1024;
        foreach (int size in new[] { 1 << 10, 1 << 16, 1 << 24 })
        {
            int rows = size / Columns;
            double bytes = sizeof(float) * (double)size;
            Tensor Block() => Tensor.Randn([rows, Columns]);
            TimedOp Unary(string name, double passes, Func<Tensor, Tensor> run) => new($"{name} {size}", 0, passes * bytes, () =>
            {
                var x = Block();
                return () => run(x);
            });
            yield return new($"add {size}", 0, 3 * bytes, () =>
            {
                Tensor x = Block(), y = Block();
                return () => _ = x + y;
            });
            yield return Unary("gelu", 2, x => x.Gelu());
            yield return Unary("exp", 2, x => x.Exp());
            yield return Unary("tanh", 2, x => x.Tanh());
            yield return Unary("sum", 1, x => x.Sum());
            yield return Unary("mean-last", 1, x => x.Mean(-1));
            yield return Unary("softmax", 2, x => x.Softmax(-1));
            yield return new($"layernorm {size}", 0, 2 * bytes, () =>
            {
                Tensor x = Block(), weight = Tensor.Randn([Columns]), bias = Tensor.Randn([Columns]);
                return () => x.LayerNorm(1, weight, bias);
            });
            yield return new($"crossentropy {size}", 0, bytes, () =>
            {
                Tensor x = Block(), target = Tensor.RandInt(0, Columns, [rows]);
                return () => x.CrossEntropy(target);
            });
        }
    }
}
