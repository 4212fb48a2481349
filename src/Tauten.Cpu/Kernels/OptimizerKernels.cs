using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The updates of optimizers: one pass over parameter, gradient and moments, in place where outputs are inputs. Every element is computed by
/// the same vector instructions wherever it stands, and chunks follow from the size alone.
/// </summary>
static unsafe class OptimizerKernels
{
    /// <summary>x: parameter, gradient, rate, m, v, step. y: parameter, m, v, step.</summary>
    public static void Adam(Ops.AdamStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        double rate = x[2].Item<double>();
        long step = x[5].Item<long>() + 1;
        fixed (byte* count = &y[3].First()) *(long*)count = step;
        Update(x[0], x[1], x[3], x[4], y[0], y[1], y[2], new AdamRule
        {
            Shrink = op.Decoupled ? 1 - rate * op.WeightDecay : 1,
            Decay = op.Decoupled ? 0 : op.WeightDecay,
            NewMean = 1 - op.Beta1,
            OldSquare = op.Beta2,
            NewSquare = 1 - op.Beta2,
            Size = -rate / (1 - Math.Pow(op.Beta1, step)),
            Norm = 1 / Math.Sqrt(1 - Math.Pow(op.Beta2, step)),
            Epsilon = op.Epsilon,
        });
    }

    /// <summary>x: parameter, gradient, rate, then buffer and step where there are any. y: parameter, then buffer and step.</summary>
    public static void Sgd(Ops.SgdStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        double rate = x[2].Item<double>();
        if (!op.HasBuffer())
        {
            Update(x[0], x[1], null, null, y[0], null, null, new DescentRule { Decay = op.WeightDecay, Rate = -rate });
            return;
        }
        long step = op.Counts() ? x[4].Item<long>() : 0;
        var rule = new MomentumRule { Decay = op.WeightDecay, Rate = -rate, Momentum = op.Momentum, Share = op.Counts() && step > 0 ? 1 - op.Dampening : 1, Nesterov = op.Nesterov };
        if (op.Counts())
            fixed (byte* count = &y[2].First()) *(long*)count = step + 1;
        Update(x[0], x[1], x[3], null, y[0], y[1], null, rule);
    }

    /// <summary>x: parameter, gradient, rate, m, v, product of momenta, step. y: parameter, m, v, product, step.</summary>
    public static void NAdam(Ops.NAdamStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        double rate = x[2].Item<double>();
        long step = x[6].Item<long>() + 1;
        double momentum = Momentum(step), next = Momentum(step + 1), product = momentum * (step == 1 ? 1 : x[5].Item<double>());
        fixed (byte* kept = &y[3].First()) *(double*)kept = product;
        fixed (byte* count = &y[4].First()) *(long*)count = step;
        Update(x[0], x[1], x[3], x[4], y[0], y[1], y[2], new AdaptiveRule
        {
            Decay = op.WeightDecay,
            OldMean = op.Beta1,
            OldSquare = op.Beta2,
            GradientSize = -rate * (1 - momentum) / (1 - product),
            MeanSize = -rate * next / (1 - product * next),
            Norm = 1 / Math.Sqrt(1 - Math.Pow(op.Beta2, step)),
            Epsilon = op.Epsilon,
        });

        double Momentum(long time) => op.Beta1 * (1 - 0.5 * Math.Pow(0.96, time * op.MomentumDecay));
    }

    /// <summary>x: parameter, gradient, rate, m, v, step. y: parameter, m, v, step.</summary>
    public static void RAdam(Ops.RAdamStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        double rate = x[2].Item<double>();
        long step = x[5].Item<long>() + 1;
        fixed (byte* count = &y[3].First()) *(long*)count = step;
        double power = Math.Pow(op.Beta2, step), longest = 2 / (1 - op.Beta2) - 1, length = longest - 2 * step * power / (1 - power);
        bool divides = length > 5;
        double share = divides ? Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * (1 - power)) : 1;
        Update(x[0], x[1], x[3], x[4], y[0], y[1], y[2], new AdaptiveRule
        {
            Decay = op.WeightDecay,
            OldMean = op.Beta1,
            OldSquare = op.Beta2,
            MeanSize = -rate * share / (1 - Math.Pow(op.Beta1, step)),
            Norm = divides ? 1 : 0,
            Epsilon = divides ? op.Epsilon : 1,
        });
    }

    static void Update<TRule>(Tensor w, Tensor g, Tensor? a, Tensor? b, Tensor wOut, Tensor? aOut, Tensor? bOut, TRule rule) where TRule : struct, IUpdateRule
    {
        var dtype = w.DType;
        (w, g, a, b) = (w.Contiguous(), g.Contiguous(), a?.Contiguous(), b?.Contiguous());
        // A moment that a rule has not is never touched: any address will do.
        fixed (byte* pw = &w.First(), pg = &g.First(), pa = &(a ?? w).First(), pb = &(b ?? w).First())
        fixed (byte* pwOut = &wOut.First(), paOut = &(aOut ?? wOut).First(), pbOut = &(bOut ?? wOut).First())
        {
            var memory = new UpdateMemory { W = pw, G = pg, A = pa, B = pb, WOut = pwOut, AOut = paOut, BOut = pbOut, Count = w.Shape.Count };
            if (dtype == DType.Float16)
            {
                memory.Widen = &HalfPrecision.WidenHalf;
                memory.Narrow = &HalfPrecision.NarrowHalf;
            }
            if (dtype == DType.BFloat16)
            {
                memory.Widen = &HalfPrecision.WidenBrain;
                memory.Narrow = &HalfPrecision.NarrowBrain;
            }
            switch (CpuInstructions.Level)
            {
                case InstructionLevel.Avx512 when dtype == DType.Float64: Run<TRule, V512<double>, double>(memory, rule); break;
                case InstructionLevel.Avx512: Run<TRule, V512<float>, float>(memory, rule); break;
                case InstructionLevel.Avx2 when dtype == DType.Float64: Run<TRule, V256<double>, double>(memory, rule); break;
                case InstructionLevel.Avx2: Run<TRule, V256<float>, float>(memory, rule); break;
                default:
                    if (dtype == DType.Float64) Run<TRule, V128<double>, double>(memory, rule);
                    else Run<TRule, V128<float>, float>(memory, rule);
                    break;
            }
        }
        GC.KeepAlive(w);
        GC.KeepAlive(g);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    static void Run<TRule, V, T>(in UpdateMemory memory, TRule rule) where TRule : struct, IUpdateRule where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var chunks = new UpdateChunks<TRule, V, T>(memory, rule);
        int count = (int)((memory.Count + UpdateMemory.ChunkSize - 1) / UpdateMemory.ChunkSize);
        if (count == 1) chunks.Run(0);
        else Workers.For(count, memory.Count * (0.3 + 0.3 * TRule.Moments), ref chunks);
    }
}

/// <summary>How an optimizer computes whole vectors of new parameters and moments.</summary>
unsafe interface IUpdateRule
{
    /// <summary>How many moments there are: 0 to 2.</summary>
    static abstract int Moments { get; }

    /// <summary>Updates n elements, a multiple of the vector's count. Outputs may be the inputs.</summary>
    void Apply<V, T>(T* w, T* g, T* a, T* b, T* wOut, T* aOut, T* bOut, nint n) where V : unmanaged, ISimd<V, T> where T : unmanaged;
}

/// <summary>w - rate (g + decay w), with the rate given as a negative number.</summary>
struct DescentRule : IUpdateRule
{
    public double Decay, Rate;

    public static int Moments => 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Apply<V, T>(T* w, T* g, T* a, T* b, T* wOut, T* aOut, T* bOut, nint n) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V decay = V.Number(Decay), rate = V.Number(Rate);
        bool decays = Decay != 0;       // 0 times an infinite parameter would be NaN
        for (nint i = 0; i < n; i += V.Count)
        {
            var old = V.Load(w + i);
            var gradient = V.Load(g + i);
            if (decays) gradient = V.MultiplyAdd(old, decay, gradient);
            V.MultiplyAdd(gradient, rate, old).Store(wOut + i);
        }
    }
}

/// <summary>See <see cref="Ops.SgdStep"/>, with the rate given as a negative number.</summary>
struct MomentumRule : IUpdateRule
{
    public double Decay, Rate, Momentum, Share;
    public bool Nesterov;

    public static int Moments => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Apply<V, T>(T* w, T* g, T* a, T* b, T* wOut, T* aOut, T* bOut, nint n) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V decay = V.Number(Decay), rate = V.Number(Rate), momentum = V.Number(Momentum), share = V.Number(Share);
        bool decays = Decay != 0;
        for (nint i = 0; i < n; i += V.Count)
        {
            var old = V.Load(w + i);
            var gradient = V.Load(g + i);
            if (decays) gradient = V.MultiplyAdd(old, decay, gradient);
            var buffer = V.MultiplyAdd(V.Load(a + i), momentum, gradient * share);
            buffer.Store(aOut + i);
            var direction = Nesterov ? V.MultiplyAdd(buffer, momentum, gradient) : buffer;
            V.MultiplyAdd(direction, rate, old).Store(wOut + i);
        }
    }
}

/// <summary>See <see cref="Ops.AdamStep"/>; what depends on the step alone is worked out before.</summary>
struct AdamRule : IUpdateRule
{
    public double Shrink, Decay, NewMean, OldSquare, NewSquare, Size, Norm, Epsilon;

    public static int Moments => 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Apply<V, T>(T* w, T* g, T* a, T* b, T* wOut, T* aOut, T* bOut, nint n) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V shrink = V.Number(Shrink), decay = V.Number(Decay), newMean = V.Number(NewMean), oldSquare = V.Number(OldSquare), newSquare = V.Number(NewSquare);
        V size = V.Number(Size), norm = V.Number(Norm), epsilon = V.Number(Epsilon);
        bool decays = Decay != 0;
        for (nint i = 0; i < n; i += V.Count)
        {
            var old = V.Load(w + i) * shrink;
            var gradient = V.Load(g + i);
            if (decays) gradient = V.MultiplyAdd(old, decay, gradient);
            var mean = V.Load(a + i);
            mean = V.MultiplyAdd(gradient - mean, newMean, mean);
            mean.Store(aOut + i);
            var square = V.MultiplyAdd(gradient * gradient, newSquare, V.Load(b + i) * oldSquare);
            square.Store(bOut + i);
            V.MultiplyAdd(mean / V.MultiplyAdd(V.Sqrt(square), norm, epsilon), size, old).Store(wOut + i);
        }
    }
}

/// <summary>
/// Means of gradients and their squares, and w + (GradientSize g + MeanSize m) / (Norm sqrt(v) + Epsilon): <see cref="Ops.NAdamStep"/> and <see cref="Ops.RAdamStep"/>, whose
/// numbers are worked out before.
/// </summary>
struct AdaptiveRule : IUpdateRule
{
    public double Decay, OldMean, OldSquare, GradientSize, MeanSize, Norm, Epsilon;

    public static int Moments => 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Apply<V, T>(T* w, T* g, T* a, T* b, T* wOut, T* aOut, T* bOut, nint n) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V decay = V.Number(Decay), oldMean = V.Number(OldMean), newMean = V.Number(1 - OldMean), oldSquare = V.Number(OldSquare), newSquare = V.Number(1 - OldSquare);
        V gradientSize = V.Number(GradientSize), meanSize = V.Number(MeanSize), norm = V.Number(Norm), epsilon = V.Number(Epsilon);
        bool decays = Decay != 0, leans = GradientSize != 0, divides = Norm != 0;       // 0 times infinity would be NaN
        for (nint i = 0; i < n; i += V.Count)
        {
            var old = V.Load(w + i);
            var gradient = V.Load(g + i);
            if (decays) gradient = V.MultiplyAdd(old, decay, gradient);
            var mean = V.MultiplyAdd(gradient, newMean, V.Load(a + i) * oldMean);
            mean.Store(aOut + i);
            var square = V.MultiplyAdd(gradient * gradient, newSquare, V.Load(b + i) * oldSquare);
            square.Store(bOut + i);
            var direction = mean * meanSize;
            if (leans) direction = V.MultiplyAdd(gradient, gradientSize, direction);
            if (divides) direction /= V.MultiplyAdd(V.Sqrt(square), norm, epsilon);
            (old + direction).Store(wOut + i);
        }
    }
}

/// <summary>What an update reads and writes: all contiguous, all of one length.</summary>
unsafe struct UpdateMemory
{
    /// <summary>Elements per chunk of work.</summary>
    public const int ChunkSize = 16 * 1024;

    public byte* W, G, A, B, WOut, AOut, BOut;
    public long Count;

    /// <summary>Between a 16-bit parameter and the floats that it is computed in; null for others.</summary>
    public delegate*<byte*, byte*, nint, void> Widen, Narrow;
}

/// <summary>Cuts an update into chunks, and these into whole vectors and one padded vector at the end.</summary>
unsafe struct UpdateChunks<TRule, V, T>(in UpdateMemory memory, TRule rule) : IChunks where TRule : struct, IUpdateRule where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    const int TileSize = 512;

    readonly UpdateMemory memory = memory;
    readonly TRule rule = rule;

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        long start = (long)chunk * UpdateMemory.ChunkSize;
        nint n = (nint)Math.Min(UpdateMemory.ChunkSize, memory.Count - start);
        T* a = (T*)memory.A + start, b = (T*)memory.B + start, aOut = (T*)memory.AOut + start, bOut = (T*)memory.BOut + start;
        if (memory.Widen == null)
        {
            Vectors((T*)memory.W + start, (T*)memory.G + start, a, b, (T*)memory.WOut + start, aOut, bOut, n);
            return;
        }
        T* w = stackalloc T[2 * TileSize];
        T* g = w + TileSize;
        for (nint i = 0; i < n; i += TileSize)
        {
            nint count = Math.Min(TileSize, n - i);
            memory.Widen(memory.W + (start + i) * 2, (byte*)w, count);
            memory.Widen(memory.G + (start + i) * 2, (byte*)g, count);
            Vectors(w, g, a + i, b + i, w, aOut + i, bOut + i, count);
            memory.Narrow((byte*)w, memory.WOut + (start + i) * 2, count);
        }
    }

    [SkipLocalsInit]
    readonly void Vectors(T* w, T* g, T* a, T* b, T* wOut, T* aOut, T* bOut, nint n)
    {
        nint rest = n & (V.Count - 1), whole = n - rest;
        if (whole > 0) rule.Apply<V, T>(w, g, a, b, wOut, aOut, bOut, whole);
        if (rest == 0) return;
        T* padded = stackalloc T[4 * V.Count];
        T* pg = padded + V.Count, pa = pg + V.Count, pb = pa + V.Count;
        new Span<T>(padded, 4 * V.Count).Clear();
        Copy(w + whole, padded, rest);
        Copy(g + whole, pg, rest);
        if (TRule.Moments > 0) Copy(a + whole, pa, rest);
        if (TRule.Moments > 1) Copy(b + whole, pb, rest);
        rule.Apply<V, T>(padded, pg, pa, pb, padded, pa, pb, V.Count);
        Copy(padded, wOut + whole, rest);
        if (TRule.Moments > 0) Copy(pa, aOut + whole, rest);
        if (TRule.Moments > 1) Copy(pb, bOut + whole, rest);
    }

    static void Copy(T* source, T* target, nint count) => Unsafe.CopyBlockUnaligned(target, source, (uint)(count * sizeof(T)));
}
