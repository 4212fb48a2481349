using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The gradient of a convolution with respect to its weight: for each group, windows [taps, positions] times the output's gradient
/// [positions, out channels], summed over the images. Images are cut into parts by the shape alone; each part sums its images in order,
/// then the parts are added in order.
/// </summary>
internal static unsafe class ConvolutionWeightGradient<T, V>
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>Padded copies of the images that are worked on at a time.</summary>
    private const long CopyBytes = 6L << 20;

    /// <summary>What the sums of all parts may take.</summary>
    private const long SumBytes = 32L << 20;

    /// <summary>Parts and blocks of taps together: enough for 16 threads.</summary>
    private const long EnoughChunks = 48;

    /// <summary>Taps that are multiplied together, a multiple of the strips' rows.</summary>
    private const long MostTaps = 192;

    /// <summary>The gradient.</summary>
    public static void Run(in ConvolutionShape shape, T* x, T* yGradient, T* weightGradient)
    {
        using var table = Scratch.Take(shape.InChannelsOfGroup * shape.Kernel.Product * sizeof(long));
        var windows = ConvolutionWindows<T>.Of(shape, x);
        windows.SetTaps(shape, (long*)table.Pointer);
        long images = Math.Clamp(CopyBytes / sizeof(T) / Math.Max(windows.ImageLength, 1), 1, shape.Batch);
        long size = shape.WeightElements;
        long tapBlocks = BlockSizes.Parts(windows.TapCount, MostTaps) * shape.Groups;
        long parts = Math.Clamp(Math.Min(BlockSizes.Parts(EnoughChunks, tapBlocks), SumBytes / sizeof(T) / size), 1, images);
        long sizeOfCopies = (images * windows.ImageLength + ConvolutionWindows<T>.Slack + 63) & -64;
        using var scratch = Scratch.Take((sizeOfCopies + parts * size) * sizeof(T));
        windows.Copies = (T*)scratch.Pointer;
        var chunks = new SumChunks
        {
            Shape = shape, Windows = windows, Gradient = yGradient, Sums = windows.Copies + sizeOfCopies, Parts = parts,
            TapsOfBlock = BlockSizes.Even(windows.TapCount, MostTaps, Tiles<V, T>.StripRows),
        };
        chunks.Blocks = BlockSizes.Parts(windows.TapCount, chunks.TapsOfBlock);
        for (long first = 0; first < shape.Batch; first += images)
        {
            chunks.First = first;
            chunks.Count = Math.Min(images, shape.Batch - first);
            PadChunks<T>.Run(windows, first, chunks.Count);
            double work = BlockSizes.Work<T>(chunks.Count * shape.OutChannels, windows.TapCount, windows.Positions.Product);
            Workers.For(checked((int)(parts * shape.Groups * chunks.Blocks)), work, ref chunks);
        }
        Finish(shape, chunks.Sums, parts, windows.TapCount, weightGradient);
    }

    /// <summary>Adds the parts and transposes: w[out channel, tap] = sum of sums[part, group, tap, out channel of group].</summary>
    private static void Finish(in ConvolutionShape shape, T* sums, long parts, long taps, T* weightGradient)
    {
        for (long part = 1; part < parts; part++)
            Rows<V, T>.Add(sums + part * shape.WeightElements, sums, shape.WeightElements);
        long outputs = shape.OutChannelsOfGroup;
        for (long group = 0; group < shape.Groups; group++, sums += outputs * taps, weightGradient += outputs * taps)
        {
            for (long output = 0; output < outputs; output++)
            {
                for (long tap = 0; tap < taps; tap++)
                    weightGradient[output * taps + tap] = sums[tap * outputs + output];
            }
        }
    }

    /// <summary>A block of taps of one group, over the images of one part.</summary>
    private struct SumChunks : IChunks
    {
        /// <summary>The sizes.</summary>
        public ConvolutionShape Shape;

        /// <summary>The windows of x.</summary>
        public ConvolutionWindows<T> Windows;

        /// <summary>The output's gradient.</summary>
        public T* Gradient;

        /// <summary>For each part [groups, taps, out channels of group].</summary>
        public T* Sums;

        /// <summary>How many parts there are.</summary>
        public long Parts;

        /// <summary>Taps of a block.</summary>
        public long TapsOfBlock;

        /// <summary>Blocks of a group.</summary>
        public long Blocks;

        /// <summary>The first padded image.</summary>
        public long First;

        /// <summary>How many images are padded.</summary>
        public long Count;

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            long part = chunk / (Blocks * Shape.Groups), group = chunk / Blocks % Shape.Groups, tap = chunk % Blocks * TapsOfBlock;
            long taps = Math.Min(TapsOfBlock, Windows.TapCount - tap), outputs = Shape.OutChannelsOfGroup, positions = Windows.Positions.Product;
            var sums = Sums + ((part * Shape.Groups + group) * Windows.TapCount + tap) * outputs;
            // Parts of a shorter last range may be empty; the first range fills all.
            for (long image = Count * part / Parts; image < Count * (part + 1) / Parts; image++)
            {
                var gradient = Gradient + ((First + image) * Shape.OutChannels + group * outputs) * positions;
                var source = Windows.Copies + image * Windows.ImageLength + group * Shape.InChannelsOfGroup * Windows.Plane;
                bool accumulate = First > 0 || image > Count * part / Parts;
                if (outputs < 4)
                    Dot(gradient, source, tap, taps, sums, accumulate);
                else
                    Multiply(gradient, source, tap, taps, sums, accumulate);
            }
        }

        /// <summary>One image, with rows of windows copied side by side and the gradient packed.</summary>
        private readonly void Multiply(T* gradient, T* source, long tap, long taps, T* sums, bool accumulate)
        {
            int panelColumns = Tiles<V, T>.PanelColumns;
            long outputs = Shape.OutChannelsOfGroup, positions = Windows.Positions.Product;
            long step = BlockSizes.Inner<T>(positions);
            long panels = BlockSizes.Parts(outputs, panelColumns);
            long sizeOfRows = (taps * step + ConvolutionWindows<T>.Slack + 63) & -64;
            using var scratch = Scratch.Take((sizeOfRows + panels * panelColumns * step) * sizeof(T));
            var rows = (T*)scratch.Pointer;
            var packed = rows + sizeOfRows;
            for (long p = 0; p < positions; p += step)
            {
                long length = Math.Min(step, positions - p);
                Windows.CopyRows<V>(source, tap, taps, p, (int)length, rows);
                for (long panel = 0; panel < panels; panel++)
                {
                    ChannelLanes<V, T>.Gather(
                        gradient + panel * panelColumns * positions + p, positions, (int)Math.Min(panelColumns, outputs - panel * panelColumns), length,
                        packed + panel * panelColumns * length, panelColumns, panelColumns);
                }
                Block<V, T>.Multiply(
                    taps, outputs, length, LeftStrips<T>.InPlace(rows, length, 1, Tiles<V, T>.StripRows),
                    RightPanels<T>.Packed(packed, length, outputs, panelColumns), sums, outputs, accumulate || p > 0);
            }
        }

        /// <summary>One image with few output channels: dot products straight from the padded image.</summary>
        private readonly void Dot(T* gradient, T* source, long tap, long taps, T* sums, bool accumulate)
        {
            long outputs = Shape.OutChannelsOfGroup, width = Windows.Positions[2], lines = Windows.Positions.Product / width;
            long pitch = BlockSizes.Parts(width, V.Count) * V.Count;
            using var scratch = Scratch.Take((lines * pitch + V.Count) * sizeof(T) + lines * sizeof(long));
            var mask = (T*)scratch.Pointer;
            var padded = mask + V.Count;
            var offsets = (long*)(padded + lines * pitch);
            for (long line = 0; line < lines; line++)
                offsets[line] = Windows.OffsetOf(line * width);
            // The last vector of a line is cut by a mask, not by the zeros alone: zero times infinity would not be zero.
            Unsafe.InitBlockUnaligned(mask, 0, (uint)(V.Count * sizeof(T)));
            Unsafe.InitBlockUnaligned(mask, 0xFF, (uint)((width - (pitch - V.Count)) * sizeof(T)));
            Convolutions.Clear(padded, lines * pitch);
            for (long output = 0; output < outputs; output++)
            {
                for (long line = 0; line < lines; line++)
                    Unsafe.CopyBlockUnaligned(padded + line * pitch, gradient + (output * lines + line) * width, (uint)(width * sizeof(T)));
                for (long i = 0; i < taps; i += 4)
                {
                    // Four taps at a time; past the last one, the last one again.
                    long second = Math.Min(i + 1, taps - 1), third = Math.Min(i + 2, taps - 1), fourth = Math.Min(i + 3, taps - 1);
                    var table = Windows.Taps + tap;
                    var results = DotFour(
                        padded, pitch, lines, offsets, V.Load(mask),
                        source + table[i], source + table[second], source + table[third], source + table[fourth]);
                    Put(ref sums[i * outputs + output], results.First, accumulate);
                    if (second > i) Put(ref sums[second * outputs + output], results.Second, accumulate);
                    if (third > second) Put(ref sums[third * outputs + output], results.Third, accumulate);
                    if (fourth > third) Put(ref sums[fourth * outputs + output], results.Fourth, accumulate);
                }
            }
        }

        /// <summary>place = [place] + sum.</summary>
        private static void Put(ref T place, T sum, bool accumulate) => place = accumulate ? place + sum : sum;

        /// <summary>The dot products of padded lines with four sets of lines of the image.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static (T First, T Second, T Third, T Fourth) DotFour(
            T* left, long pitch, long lines, long* offsets, V mask, T* first, T* second, T* third, T* fourth)
        {
            V a = default, b = default, c = default, d = default;
            for (long line = 0; line < lines; line++, left += pitch)
            {
                long offset = offsets[line], i = 0;
                for (; i < pitch - V.Count; i += V.Count)
                {
                    var x = V.Load(left + i);
                    a = V.MultiplyAdd(x, V.Load(first + offset + i), a);
                    b = V.MultiplyAdd(x, V.Load(second + offset + i), b);
                    c = V.MultiplyAdd(x, V.Load(third + offset + i), c);
                    d = V.MultiplyAdd(x, V.Load(fourth + offset + i), d);
                }
                var last = V.Load(left + i);
                a = V.MultiplyAdd(last, V.Load(first + offset + i) & mask, a);
                b = V.MultiplyAdd(last, V.Load(second + offset + i) & mask, b);
                c = V.MultiplyAdd(last, V.Load(third + offset + i) & mask, c);
                d = V.MultiplyAdd(last, V.Load(fourth + offset + i) & mask, d);
            }
            return (VectorSum<V, T>.Of(a), VectorSum<V, T>.Of(b), VectorSum<V, T>.Of(c), VectorSum<V, T>.Of(d));
        }
    }
}
