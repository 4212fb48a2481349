using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// A padded copy of one channel of an image. Along the last axis it is sorted by phase (x modulo the step), so that neighbouring positions of a window are
/// neighbours in memory whatever its stride. Zeros around are written once; copying a channel leaves them as they are.
/// </summary>
internal readonly unsafe struct DepthwisePlane<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    private readonly long height, width, low, lowColumn, padded, step, firstRow, endRow, firstColumn, columns;
    private readonly V mask;
    private readonly T* sourceStart, sourceEnd;
    private readonly bool splits;
    private readonly V evenMask, oddMask;

    /// <summary>Copies as <paramref name="phases"/> wants them, of <paramref name="elements"/> elements of images.</summary>
    public DepthwisePlane(ConvolutionPhases phases, T* source, long elements)
    {
        (height, width, low, lowColumn, step) = (phases.Source[1], phases.Source[2], phases.Low[1], phases.Low[2], phases.Step[2]);
        padded = phases.Padded[2];
        firstRow = Math.Clamp(low, 0, phases.Padded[1]);
        endRow = Math.Clamp(low + height, firstRow, phases.Padded[1]);
        firstColumn = Math.Clamp(lowColumn, 0, padded);
        columns = Math.Clamp(lowColumn + width, firstColumn, padded) - firstColumn;
        // Rows begin at cache lines, so that few vectors lie across two of them.
        long line = 64 / sizeof(T) / (step == 2 ? 2 : 1);
        PhaseLength = ((padded + step - 1) / step + line - 1) / line * line;
        Length = (phases.Padded[1] * RowLength + 4 * V.Count + 15) & -16;
        sourceStart = source;
        sourceEnd = source + elements;
        var lanes = stackalloc T[V.Count];
        new Span<byte>(lanes, V.Count * sizeof(T)).Clear();
        new Span<byte>(lanes, (int)(columns == 0 ? 0 : ((columns - 1) % V.Count + 1) * sizeof(T))).Fill(0xFF);
        mask = V.Load(lanes);
        // Rows in steps of two that fit into one vector for each phase are sorted straight from the image.
        splits = step == 2 && (padded + 1) / 2 <= V.Count;
        if (splits)
        {
            evenMask = PhaseMask(0);
            oddMask = PhaseMask(1);
        }
    }

    /// <summary>Set in the lanes of a phase that the image has an element for.</summary>
    private V PhaseMask(long phase)
    {
        var lanes = stackalloc T[V.Count];
        for (int i = 0; i < V.Count; i++)
        {
            long x = 2 * i + phase - lowColumn;
            new Span<byte>(lanes + i, sizeof(T)).Fill(x >= 0 && x < width && 2 * i + phase < padded ? (byte)0xFF : (byte)0);
        }
        return V.Load(lanes);
    }

    /// <summary>Elements of a phase of a row.</summary>
    public long PhaseLength { get; }

    /// <summary>Elements of a row.</summary>
    public long RowLength => PhaseLength * step;

    /// <summary>Elements of a copy, and of what whole vectors may read or write behind it.</summary>
    public long Length { get; }

    /// <summary>Elements of a row on its way, see <see cref="Copy"/>.</summary>
    public long LineLength => step == 1 ? 0 : RowLength + 8 * V.Count;

    /// <summary>Where a tap lies in a copy.</summary>
    public long OffsetOf(long pixel)
    {
        long y = pixel / padded, x = pixel % padded;
        return y * RowLength + x % step * PhaseLength + x / step;
    }

    /// <summary>Zeros for a new copy.</summary>
    public void Clear(T* copy, T* line)
    {
        NativeMemory.Clear(copy, (nuint)(Length * sizeof(T)));
        NativeMemory.Clear(line, (nuint)(LineLength * sizeof(T)));
    }

    /// <summary>Copies one channel.</summary>
    /// <param name="source">The channel.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="line">Room for a row on its way, zeros around its middle.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Copy(T* source, T* copy, T* line)
    {
        var from = source + (firstRow - low) * width + (firstColumn - lowColumn);
        var to = copy + firstRow * RowLength;
        for (long row = firstRow; row < endRow; row++, from += width, to += RowLength)
        {
            if (step == 1)
                CopyRow(from, to + firstColumn);
            else if (splits && from - firstColumn >= sourceStart && from - firstColumn + 2 * V.Count <= sourceEnd)
            {
                var (even, odd) = Pairs<V, T>.Split(from - firstColumn);
                (even & evenMask).Store(to);
                (odd & oddMask).Store(to + PhaseLength);
            }
            else
            {
                CopyRow(from, line + firstColumn);
                if (step == 2)
                    SplitRow(line, to);
                else
                {
                    for (long x = 0; x < padded; x++)
                        to[x % step * PhaseLength + x / step] = line[x];
                }
            }
        }
    }

    /// <summary>One row; the rest of its last vector becomes zero. In ascending order, what goes past the end is overwritten or zero anyway.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CopyRow(T* from, T* to)
    {
        long i = 0;
        for (; i + V.Count < columns; i += V.Count)
            V.Load(from + i).Store(to + i);
        if (from + i + V.Count <= sourceEnd)
            (V.Load(from + i) & mask).Store(to + i);
        else
        {
            default(V).Store(to + i);
            Unsafe.CopyBlockUnaligned(to + i, from + i, (uint)(Math.Max(columns - i, 0) * sizeof(T)));
        }
    }

    /// <summary>Even elements, then odd ones: the second phase is written last, over what the first one wrote past its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SplitRow(T* line, T* to)
    {
        for (long i = 0; i < PhaseLength; i += V.Count)
            Pairs<V, T>.Split(line + 2 * i).Even.Store(to + i);
        for (long i = 0; i < PhaseLength; i += V.Count)
            Pairs<V, T>.Split(line + 2 * i).Odd.Store(to + PhaseLength + i);
    }
}
