using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>Every kernel of this backend in one list: the table of contents.</summary>
static class CpuKernels
{
    public static KernelTable Create() => new KernelTable()
        // elementwise, one input
        .Add<Ops.Neg>(ElementwiseKernels.Numeric<Neg>)
        .Add<Ops.Abs>(ElementwiseKernels.Numeric<Abs>)
        .Add<Ops.Sign>(ElementwiseKernels.Numeric<Sign>)
        .Add<Ops.Square>(ElementwiseKernels.Numeric<Square>)
        .Add<Ops.Relu>(ElementwiseKernels.Numeric<Relu>)
        .Add<Ops.Sqrt>(ElementwiseKernels.Unary<Sqrt>)
        .Add<Ops.Rsqrt>(ElementwiseKernels.Unary<Rsqrt>)
        .Add<Ops.Reciprocal>(ElementwiseKernels.Unary<Reciprocal>)
        .Add<Ops.Exp>(ElementwiseKernels.Unary<Exp>)
        .Add<Ops.Expm1>(ElementwiseKernels.Unary<Expm1>)
        .Add<Ops.Log>(ElementwiseKernels.Unary<Log>)
        .Add<Ops.Log1p>(ElementwiseKernels.Unary<Log1p>)
        .Add<Ops.Sin>(ElementwiseKernels.Unary<Sin>)
        .Add<Ops.Cos>(ElementwiseKernels.Unary<Cos>)
        .Add<Ops.Tan>(ElementwiseKernels.Unary<Tan>)
        .Add<Ops.Asin>(ElementwiseKernels.Unary<Asin>)
        .Add<Ops.Acos>(ElementwiseKernels.Unary<Acos>)
        .Add<Ops.Atan>(ElementwiseKernels.Unary<Atan>)
        .Add<Ops.Sinh>(ElementwiseKernels.Unary<Sinh>)
        .Add<Ops.Cosh>(ElementwiseKernels.Unary<Cosh>)
        .Add<Ops.Tanh>(ElementwiseKernels.Unary<Tanh>)
        .Add<Ops.Asinh>(ElementwiseKernels.Unary<Asinh>)
        .Add<Ops.Acosh>(ElementwiseKernels.Unary<Acosh>)
        .Add<Ops.Atanh>(ElementwiseKernels.Unary<Atanh>)
        .Add<Ops.Sigmoid>(ElementwiseKernels.Unary<Sigmoid>)
        .Add<Ops.Erf>(ElementwiseKernels.Unary<Erf>)
        .Add<Ops.Floor>(ElementwiseKernels.Unary<Floor>)
        .Add<Ops.Ceiling>(ElementwiseKernels.Unary<Ceiling>)
        .Add<Ops.Round>(ElementwiseKernels.Unary<Round>)
        .Add<Ops.Truncate>(ElementwiseKernels.Unary<Truncate>)
        .Add<Ops.IsNaN>(ElementwiseKernels.Predicate<IsNaN>)
        .Add<Ops.IsInfinity>(ElementwiseKernels.Predicate<IsInfinity>)
        .Add<Ops.IsFinite>(ElementwiseKernels.Predicate<IsFinite>)
        .Add<Ops.Not>(ElementwiseKernels.Not)
        .Add<Ops.Silu>(ElementwiseKernels.Unary<Silu>)
        .Add<Ops.Softplus>(ElementwiseKernels.Unary<Softplus>)
        .Add<Ops.Gelu>(ElementwiseKernels.Gelu)

        // elementwise, several inputs
        .Add<Ops.Add>(ElementwiseKernels.Binary<Add>)
        .Add<Ops.Sub>(ElementwiseKernels.Binary<Sub>)
        .Add<Ops.Mul>(ElementwiseKernels.Binary<Mul>)
        .Add<Ops.Div>(ElementwiseKernels.Binary<Div>)
        .Add<Ops.Pow>(ElementwiseKernels.Binary<Pow>)
        .Add<Ops.Maximum>(ElementwiseKernels.Binary<Maximum>)
        .Add<Ops.Minimum>(ElementwiseKernels.Binary<Minimum>)
        .Add<Ops.Remainder>(ElementwiseKernels.Binary<Remainder>)
        .Add<Ops.Atan2>(ElementwiseKernels.BinaryFloating<Atan2>)
        .Add<Ops.And>(ElementwiseKernels.BinaryInteger<And>)
        .Add<Ops.Or>(ElementwiseKernels.BinaryInteger<Or>)
        .Add<Ops.Xor>(ElementwiseKernels.BinaryInteger<Xor>)
        .Add<Ops.ShiftLeft>(ElementwiseKernels.BinaryInteger<ShiftLeft>)
        .Add<Ops.ShiftRight>(ElementwiseKernels.BinaryInteger<ShiftRight>)
        .Add<Ops.Equal>(ElementwiseKernels.Compare<Equal>)
        .Add<Ops.NotEqual>(ElementwiseKernels.Compare<NotEqual>)
        .Add<Ops.Less>(ElementwiseKernels.Compare<Less>)
        .Add<Ops.LessEqual>(ElementwiseKernels.Compare<LessEqual>)
        .Add<Ops.Greater>(ElementwiseKernels.Compare<Greater>)
        .Add<Ops.GreaterEqual>(ElementwiseKernels.Compare<GreaterEqual>)
        .Add<Ops.Where>(ElementwiseKernels.Where)
        .Add<Ops.Cast>(MovementKernels.Cast)

        // movement and creation; views need no kernel
        .Add<Ops.Contiguous>(MovementKernels.Contiguous)
        .Add<Ops.SliceUpdate>(MovementKernels.SliceUpdate)
        .Add<Ops.Pad>(MovementKernels.Pad)
        .Add<Ops.Concat>(MovementKernels.Concat)
        .Add<Ops.OverlapAdd>(MovementKernels.OverlapAdd)
        .Add<Ops.Fill>(MovementKernels.Fill)
        .Add<Ops.Iota>(MovementKernels.Iota)

        // reductions and scans
        .Add<Ops.Sum>(ReductionKernels.Run<Sum>)
        .Add<Ops.Prod>(ReductionKernels.Run<Prod>)
        .Add<Ops.Max>(ReductionKernels.Run<Max>)
        .Add<Ops.Min>(ReductionKernels.Run<Min>)
        .Add<Ops.Any>(ReductionKernels.Logical<Any>)
        .Add<Ops.All>(ReductionKernels.Logical<All>)
        .Add<Ops.ArgMax>(ReductionKernels.ArgMax)
        .Add<Ops.ArgMin>(ReductionKernels.ArgMin)
        .Add<Ops.CumSum>(ScanKernels.CumSum)
        .Add<Ops.CumProd>(ScanKernels.CumProd)
        .Add<Ops.LinearScan>(ScanKernels.LinearScan)

        // whole rows
        .Add<Ops.Softmax>(RowKernels.Softmax)
        .Add<Ops.LogSoftmax>(RowKernels.LogSoftmax)
        .Add<Ops.LayerNorm>(RowKernels.LayerNorm)

        // windows
        .Add<Ops.MaxPool>(PoolingKernels.Max)
        .Add<Ops.AvgPool>(PoolingKernels.Average)

        // contractions
        .Add<Ops.MatMul>(MatMulKernel.Run)
        .Add<Ops.Convolution>(ConvolutionKernels.Forward)
        .Add<Ops.ConvolutionInputGradient>(ConvolutionKernels.InputGradient)
        .Add<Ops.ConvolutionWeightGradient>(ConvolutionKernels.WeightGradient)

        // indexing and sorting
        .Add<Ops.Gather>(IndexKernels.Gather)
        .Add<Ops.Scatter>(IndexKernels.Scatter)
        .Add<Ops.ScatterAdd>(IndexKernels.ScatterAdd)
        .Add<Ops.IndexSelect>(IndexKernels.IndexSelect)
        .Add<Ops.IndexAdd>(IndexKernels.IndexAdd)
        .Add<Ops.NonZero>(IndexKernels.NonZero)
        .Add<Ops.Sort>(SortKernels.Sort)
        .Add<Ops.TopK>(SortKernels.TopK)

        // optimizers
        .Add<Ops.SgdStep>(OptimizerKernels.Sgd)
        .Add<Ops.AdamStep>(OptimizerKernels.Adam)

        // random numbers
        .Add<Ops.RandomBits>(RandomKernels.Bits)
        .Add<Ops.RandomUniform>(RandomKernels.Uniform)
        .Add<Ops.RandomNormal>(RandomKernels.Normal)
        .Add<Ops.RandomGamma>(VariateKernels.Run<GammaVariate>)
        .Add<Ops.RandomPoisson>(VariateKernels.Run<PoissonVariate>)
        .Add<Ops.RandomBinomial>(VariateKernels.Run<BinomialVariate>)
        .Add<Ops.RandomVonMises>(VariateKernels.Run<VonMisesVariate>)
        .Add<Ops.GammaVariateGradient>(ElementwiseKernels.BinaryFloating<PerPair<ScalarGammaVariateGradient>>);
}
