using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The lines along one axis of contiguous memory: line l starts at (l / Inner) * Length * Inner + l % Inner, and its elements lie Inner apart.</summary>
internal readonly struct Lines(ReadOnlySpan<long> shape, int axis)
{
    /// <summary>Elements in a line.</summary>
    public readonly long Length = shape.Length == 0 ? 1 : shape[axis];

    /// <summary>From one element of a line to the next.</summary>
    public readonly long Inner = shape.Length == 0 ? 1 : Strided.Count(shape[(axis + 1)..]);

    /// <summary>The number of lines.</summary>
    public readonly long Count = shape.Length == 0 ? 1 : Strided.Count(shape[..axis]) * Strided.Count(shape[(axis + 1)..]);

    /// <summary>Where a line starts in a tensor that has <paramref name="length"/> elements along the axis, and is otherwise of the same shape.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Start(long line, long length)
    {
        long outer = line / Inner;
        return outer * length * Inner + (line - outer * Inner);
    }

    /// <summary>How many lines a thread takes at once: a number that follows from the shape.</summary>
    public long PerChunk => Math.Max(1, 16 * 1024 / Math.Max(1, Length));

    /// <summary>The number of pieces of work.</summary>
    public int Chunks => checked((int)((Count + PerChunk - 1) / PerChunk));
}

/// <summary>Work on the elements of one line, given by their keys.</summary>
internal unsafe interface ILine
{
    /// <summary>The bytes of scratch memory for a line, besides the keys.</summary>
    long ScratchBytes<T>(long length) where T : unmanaged;

    /// <summary>Does it for one line.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="x">Its first element.</param>
    /// <param name="keys">The keys of its elements, turned over if the loop says so; may be overwritten.</param>
    /// <param name="scratch">Memory.</param>
    void Run<T, K>(long line, T* x, T* keys, byte* scratch) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>;
}

/// <summary>All lines along an axis, in parallel; a line is the work of one thread.</summary>
internal unsafe struct LineLoop<TLine>(Lines lines, byte* x, bool descending, double nanoseconds, TLine body) : IKeyedLoop where TLine : struct, ILine
{
    /// <summary>Runs the loop.</summary>
    public void Run<T, K>() where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
    {
        var chunks = new Chunk<T, K> { Lines = lines, X = (T*)x, Descending = descending, Body = body };
        if (lines.Length > int.MaxValue) throw new ShapeException($"An axis of {lines.Length} elements is too long to be put in order. Expected at most {int.MaxValue}.");
        Workers.For(lines.Chunks, lines.Count * (double)lines.Length * nanoseconds, ref chunks);
    }

    private struct Chunk<T, K> : IChunks where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
    {
        public Lines Lines;
        public T* X;
        public bool Descending;
        public TLine Body;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            int length = (int)Lines.Length;
            long keyBytes = (long)length * sizeof(T) + Scratch.Alignment & -Scratch.Alignment;
            using var scratch = Scratch.Take(keyBytes + Body.ScratchBytes<T>(length));
            T* keys = (T*)scratch.Pointer;
            long line = chunk * Lines.PerChunk, end = Math.Min(line + Lines.PerChunk, Lines.Count);
            for (; line < end; line++)
            {
                T* x = X + Lines.Start(line, length);
                if (Descending)
                    for (int i = 0; i < length; i++) keys[i] = ~K.Of(x[i * Lines.Inner]);
                else
                    for (int i = 0; i < length; i++) keys[i] = K.Of(x[i * Lines.Inner]);
                Body.Run<T, K>(line, x, keys, scratch.Pointer + keyBytes);
            }
        }
    }
}
