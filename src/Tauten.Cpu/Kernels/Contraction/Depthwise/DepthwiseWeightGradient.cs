using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The gradient of a convolution where every channel has a window of its own, with respect to the weight: dot products of the output's gradient with shifted
/// rows of a padded copy, nine taps at a time. A chunk is some channels; images are added in order.
/// </summary>
internal unsafe struct DepthwiseWeightGradient<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Taps that are summed at a time.</summary>
    private const int Group = 9;

    /// <summary>What the copies that are made one after the other may take: see <see cref="DepthwiseConvolution{V, T}"/>.</summary>
    private const long CopyBytes = 12 << 10;

    /// <summary>Multiplications of a chunk, about: some ten microseconds.</summary>
    private const double WorkOfChunk = 1 << 18;

    private ConvolutionPhases phases;
    private T* source, gradient, target;
    private long batch, channels, channelsOfChunk;

    /// <summary>The gradient [channels, window].</summary>
    public static void Run(ConvolutionPhases phases, long batch, long channels, T* source, T* gradient, T* target)
    {
        var work = new DepthwiseWeightGradient<V, T> { phases = phases, source = source, gradient = gradient, target = target, batch = batch, channels = channels };
        double multiplications = (double)batch * channels * phases.Cells.Product * (phases.Phases[0].Length + 8);
        work.channelsOfChunk = (long)Math.Clamp(WorkOfChunk / (multiplications / channels), 1, channels);
        Workers.For(checked((int)BlockSizes.Parts(channels, work.channelsOfChunk)), multiplications * 0.05, ref work);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        var taps = phases.Phases[0];
        long size = phases.Source[1] * phases.Source[2], pixels = phases.Cells[1] * phases.Cells[2];
        int groups = (taps.Length + Group - 1) / Group;
        var plane = new DepthwisePlane<V, T>(phases, source, batch * channels * size);
        long copies = Math.Clamp(CopyBytes / sizeof(T) / plane.Length, 1, Math.Min(8, batch));
        using var scratch = Scratch.Take((copies * plane.Length + plane.LineLength + pixels + 2 * V.Count + (groups * Group + 1) * V.Count) * sizeof(T) + groups * Group * sizeof(long) + 8);
        T* copy = (T*)scratch.Pointer, line = copy + copies * plane.Length, last = line + plane.LineLength, mask = last + pixels + 2 * V.Count, sums = mask + V.Count;
        var offsets = (long*)(((nint)(sums + groups * Group * V.Count) + 7) & -8);
        for (int tap = 0; tap < groups * Group; tap++)
            offsets[tap] = plane.OffsetOf(taps[Math.Min(tap, taps.Length - 1)].Pixel);
        new Span<byte>(mask, V.Count * sizeof(T)).Clear();
        new Span<byte>(mask, (int)((phases.Cells[2] - 1) % V.Count + 1) * sizeof(T)).Fill(0xFF);
        for (long i = 0; i < copies; i++)
            plane.Clear(copy + i * plane.Length, line);
        long endChannel = Math.Min((chunk + 1) * channelsOfChunk, channels);
        for (long channel = chunk * channelsOfChunk; channel < endChannel; channel++)
        {
            bool finite = Sum<False>(channel, plane, copies, copy, line, last, offsets, groups, V.Load(mask), sums);
            // What lies beside a row was multiplied by zero, and zero times infinity would not be zero.
            if (!finite)
                Sum<True>(channel, plane, copies, copy, line, last, offsets, groups, V.Load(mask), sums);
            for (int tap = 0; tap < taps.Length; tap++)
                target[channel * taps.Length + tap] = VectorSum<V, T>.Of(V.Load(sums + tap * V.Count));
        }
    }

    /// <summary>Whether inputs are cut at the end of a row as gradients are.</summary>
    private interface ICutsInputs
    {
        /// <summary>Whether they are.</summary>
        static abstract bool Value { get; }
    }

    /// <summary>They are.</summary>
    private readonly struct True : ICutsInputs
    {
        /// <inheritdoc/>
        public static bool Value => true;
    }

    /// <summary>They are not.</summary>
    private readonly struct False : ICutsInputs
    {
        /// <inheritdoc/>
        public static bool Value => false;
    }

    /// <summary>The sums of all taps of one channel, a vector each; says whether they are numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly bool Sum<TCut>(
        long channel, in DepthwisePlane<V, T> plane, long copies, T* copy, T* line, T* last, long* offsets, int groups, V mask, T* sums) where TCut : struct, ICutsInputs
    {
        long size = phases.Source[1] * phases.Source[2], pixels = phases.Cells[1] * phases.Cells[2], row = plane.RowLength * phases.Step[1];
        for (int i = 0; i < groups * Group; i++)
            default(V).Store(sums + i * V.Count);
        for (long first = 0; first < batch; first += copies)
        {
            copies = Math.Min(copies, batch - first);
            for (long i = 0; i < copies; i++)
                plane.Copy(source + ((first + i) * channels + channel) * size, copy + i * plane.Length, line);
            // Of the last images whole vectors would be read past the end.
            long whole = copies;
            while (whole > 0 && ((first + whole - 1) * channels + channel + 1) * pixels + V.Count > batch * channels * pixels)
                whole--;
            for (int group = 0; group < groups; group++)
            {
                if (whole > 0)
                    Add<TCut>(gradient + (first * channels + channel) * pixels, copy, plane.Length, whole, row, offsets + group * Group, mask, sums + group * Group * V.Count);
                for (long i = whole; i < copies; i++)
                {
                    Unsafe.CopyBlockUnaligned(last, gradient + ((first + i) * channels + channel) * pixels, (uint)(pixels * sizeof(T)));
                    Add<TCut>(last, copy + i * plane.Length, plane.Length, 1, row, offsets + group * Group, mask, sums + group * Group * V.Count);
                }
            }
        }
        V all = default;
        for (int i = 0; i < groups * Group; i++)
            all += V.Load(sums + i * V.Count);
        return !V.Any(~V.Equal(all, all));
    }

    /// <summary>Adds some images to the sums of nine taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Add<TCut>(T* gradients, T* copies, long sizeOfCopy, long images, long copyRow, long* offsets, V mask, T* sums) where TCut : struct, ICutsInputs
    {
        long height = phases.Cells[1], width = phases.Cells[2], whole = (width - 1) / V.Count * V.Count;
        V a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, i = default;
        long o0 = offsets[0], o1 = offsets[1], o2 = offsets[2], o3 = offsets[3], o4 = offsets[4], o5 = offsets[5], o6 = offsets[6], o7 = offsets[7], o8 = offsets[8];
        for (long image = 0; image < images; image++, gradients += channels * height * width, copies += sizeOfCopy)
        {
            T* gradient = gradients, copy = copies;
            for (long y = 0; y < height; y++, gradient += width, copy += copyRow)
            {
                long x = 0;
                for (; x < whole; x += V.Count)
                {
                    var left = V.Load(gradient + x);
                    var right = copy + x;
                    a = V.MultiplyAdd(left, V.Load(right + o0), a);
                    b = V.MultiplyAdd(left, V.Load(right + o1), b);
                    c = V.MultiplyAdd(left, V.Load(right + o2), c);
                    d = V.MultiplyAdd(left, V.Load(right + o3), d);
                    e = V.MultiplyAdd(left, V.Load(right + o4), e);
                    f = V.MultiplyAdd(left, V.Load(right + o5), f);
                    g = V.MultiplyAdd(left, V.Load(right + o6), g);
                    h = V.MultiplyAdd(left, V.Load(right + o7), h);
                    i = V.MultiplyAdd(left, V.Load(right + o8), i);
                }
                var end = V.Load(gradient + x) & mask;
                var from = copy + x;
                a = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o0), mask), a);
                b = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o1), mask), b);
                c = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o2), mask), c);
                d = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o3), mask), d);
                e = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o4), mask), e);
                f = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o5), mask), f);
                g = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o6), mask), g);
                h = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o7), mask), h);
                i = V.MultiplyAdd(end, Cut<TCut>(V.Load(from + o8), mask), i);
            }
        }
        Add(a, sums);
        Add(b, sums + V.Count);
        Add(c, sums + 2 * V.Count);
        Add(d, sums + 3 * V.Count);
        Add(e, sums + 4 * V.Count);
        Add(f, sums + 5 * V.Count);
        Add(g, sums + 6 * V.Count);
        Add(h, sums + 7 * V.Count);
        Add(i, sums + 8 * V.Count);
    }

    /// <summary>Inputs, cut or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Cut<TCut>(V inputs, V mask) where TCut : struct, ICutsInputs => TCut.Value ? inputs & mask : inputs;

    /// <summary>sum += value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(V value, T* sum) => (V.Load(sum) + value).Store(sum);
}
