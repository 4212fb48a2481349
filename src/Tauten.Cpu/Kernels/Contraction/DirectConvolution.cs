using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// A <see cref="ConvolutionPass{T}"/> with one to three rows a group, as in depthwise convolutions: panels would be packed for little use, so
/// positions are computed straight from the padded image, whole vectors of neighbours at a time.
/// </summary>
internal static unsafe class DirectConvolution<T, V>
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>Elements of a line that is computed at once: some kilobytes, so that it stays in the first cache.</summary>
    private const long LongLine = 1024;

    /// <summary>Fewer chunks than this are divided further.</summary>
    private const long EnoughChunks = 16;

    /// <summary>Whether the rows are few.</summary>
    public static bool Suits(in ConvolutionPass<T> pass) => pass.Rows <= 3;

    /// <summary>Does the pass, one group of one image a chunk; where these are few, in several parts that share the padded copies.</summary>
    public static void Run(in ConvolutionPass<T> pass)
    {
        ref readonly var windows = ref pass.Windows;
        var chunks = new Chunks { Pass = pass };
        // Without a stride between lines, several are one long line that runs through the zeros between them: full vectors almost everywhere.
        chunks.Lines = windows.Step[1] == 1 ? Math.Clamp(LongLine / windows.RowLength, 1, windows.Positions[1]) : 1;
        chunks.LongLines = BlockSizes.Parts(windows.Positions[1], chunks.Lines);
        long items = pass.Batch * pass.Groups;
        chunks.Parts = items >= EnoughChunks ? 1 : Math.Min(BlockSizes.Parts(EnoughChunks, items), windows.Positions[0] * chunks.LongLines);
        using var scratch = Scratch.Take(chunks.Parts == 1 ? 0 : (pass.Batch * windows.ImageLength + ConvolutionWindows<T>.Slack) * sizeof(T));
        if (chunks.Parts > 1)
        {
            chunks.Pass.Windows.Copies = (T*)scratch.Pointer;
            PadChunks<T>.Run(chunks.Pass.Windows, 0, pass.Batch);
        }
        double work = 3 * BlockSizes.Work<T>(items * pass.Rows, windows.Positions.Product, windows.TapCount + 4);
        Workers.For(checked((int)(items * chunks.Parts)), work, ref chunks);
    }

    /// <summary>Some long lines of one group of one image.</summary>
    private struct Chunks : IChunks
    {
        /// <summary>The pass.</summary>
        public ConvolutionPass<T> Pass;

        /// <summary>Lines of the result in a long line.</summary>
        public long Lines;

        /// <summary>Long lines for each position along the first axis.</summary>
        public long LongLines;

        /// <summary>Chunks of a group; when there is just one, it pads its own copy.</summary>
        public long Parts;

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            ref readonly var windows = ref Pass.Windows;
            long part = chunk % Parts, item = chunk / Parts, group = item % Pass.Groups, image = item / Pass.Groups;
            long channels = windows.Channels / Pass.Groups, height = windows.Positions[1], width = windows.Positions[2];
            long pitch = (Lines + 1) * windows.RowLength + 4 * V.Count;
            using var scratch = Scratch.Take((pitch * 3 + (Parts == 1 ? channels * windows.Plane + ConvolutionWindows<T>.Slack : 0)) * sizeof(T));
            var lines = (T*)scratch.Pointer;
            var source = lines + pitch * 3;
            if (Parts > 1)
                source = windows.Copies + image * windows.ImageLength + group * channels * windows.Plane;
            else
            {
                for (long channel = 0; channel < channels; channel++)
                    windows.Pad(image, group * channels + channel, source + channel * windows.Plane);
            }

            var weights = Pass.Weights + group * Pass.Rows * windows.TapCount;
            var target = Pass.Target + item * Pass.Rows * Pass.TargetRow;
            long all = windows.Positions[0] * LongLines;
            for (long line = all * part / Parts; line < all * (part + 1) / Parts; line++)
            {
                long z = line / LongLines, y = line % LongLines * Lines, count = Math.Min(Lines, height - y);
                long position = (z * height + y) * width, length = (count - 1) * windows.RowLength + width;
                var from = source + windows.OffsetOf(position);
                switch (Pass.Rows)
                {
                    case 1: Line<OneRow>(from, windows.Taps, windows.TapCount, weights, lines, pitch, length); break;
                    case 2: Line<TwoRows>(from, windows.Taps, windows.TapCount, weights, lines, pitch, length); break;
                    default: Line<ThreeRows>(from, windows.Taps, windows.TapCount, weights, lines, pitch, length); break;
                }
                for (long row = 0; row < Pass.Rows; row++)
                {
                    for (long i = 0; i < count; i++)
                        Pass.Put(lines + row * pitch + i * windows.RowLength, width, z, y + i, target + row * Pass.TargetRow);
                }
                // A convolution's positions follow each other.
                Pass.Epilogue.Apply(target + position, group * Pass.Rows, Pass.Rows, Pass.TargetRow, count * width);
            }
        }
    }

    /// <summary>
    /// lines[row, i] = sum over taps of weights[row, tap] source[taps[tap] + i]. In whole vectors: some past the end, of the source and the lines.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Line<TRows>(T* source, long* taps, long tapCount, T* weights, T* lines, long pitch, long width) where TRows : struct, ITileRows
    {
        long i = 0;
        for (; width - i > 2 * V.Count; i += 4 * V.Count)
        {
            V first0 = default, first1 = default, first2 = default, first3 = default;
            V second0 = default, second1 = default, second2 = default, second3 = default;
            V third0 = default, third1 = default, third2 = default, third3 = default;
            for (long tap = 0; tap < tapCount; tap++)
            {
                var from = source + taps[tap] + i;
                var x0 = V.Load(from);
                var x1 = V.Load(from + V.Count);
                var x2 = V.Load(from + 2 * V.Count);
                var x3 = V.Load(from + 3 * V.Count);
                var first = V.Create(weights[tap]);
                first0 = V.MultiplyAdd(first, x0, first0);
                first1 = V.MultiplyAdd(first, x1, first1);
                first2 = V.MultiplyAdd(first, x2, first2);
                first3 = V.MultiplyAdd(first, x3, first3);
                if (TRows.Rows > 1)
                {
                    var second = V.Create(weights[tapCount + tap]);
                    second0 = V.MultiplyAdd(second, x0, second0);
                    second1 = V.MultiplyAdd(second, x1, second1);
                    second2 = V.MultiplyAdd(second, x2, second2);
                    second3 = V.MultiplyAdd(second, x3, second3);
                }
                if (TRows.Rows > 2)
                {
                    var third = V.Create(weights[2 * tapCount + tap]);
                    third0 = V.MultiplyAdd(third, x0, third0);
                    third1 = V.MultiplyAdd(third, x1, third1);
                    third2 = V.MultiplyAdd(third, x2, third2);
                    third3 = V.MultiplyAdd(third, x3, third3);
                }
            }
            Store(lines + i, first0, first1, first2, first3);
            if (TRows.Rows > 1) Store(lines + pitch + i, second0, second1, second2, second3);
            if (TRows.Rows > 2) Store(lines + 2 * pitch + i, third0, third1, third2, third3);
        }
        for (; i < width; i += 2 * V.Count)
        {
            V first0 = default, first1 = default;
            V second0 = default, second1 = default;
            V third0 = default, third1 = default;
            for (long tap = 0; tap < tapCount; tap++)
            {
                var from = source + taps[tap] + i;
                var x0 = V.Load(from);
                var x1 = V.Load(from + V.Count);
                var first = V.Create(weights[tap]);
                first0 = V.MultiplyAdd(first, x0, first0);
                first1 = V.MultiplyAdd(first, x1, first1);
                if (TRows.Rows > 1)
                {
                    var second = V.Create(weights[tapCount + tap]);
                    second0 = V.MultiplyAdd(second, x0, second0);
                    second1 = V.MultiplyAdd(second, x1, second1);
                }
                if (TRows.Rows > 2)
                {
                    var third = V.Create(weights[2 * tapCount + tap]);
                    third0 = V.MultiplyAdd(third, x0, third0);
                    third1 = V.MultiplyAdd(third, x1, third1);
                }
            }
            Store(lines + i, first0, first1);
            if (TRows.Rows > 1) Store(lines + pitch + i, second0, second1);
            if (TRows.Rows > 2) Store(lines + 2 * pitch + i, third0, third1);
        }
    }

    /// <summary>Four vectors side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, V a, V b, V c, V d)
    {
        Store(target, a, b);
        Store(target + 2 * V.Count, c, d);
    }

    /// <summary>Two vectors side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, V a, V b)
    {
        a.Store(target);
        b.Store(target + V.Count);
    }
}
