using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The largest (or smallest) element so far along an axis, and the last position where it is. NaN stays from where it occurs.</summary>
internal unsafe struct RunningExtremes : IKeyedLoop
{
    /// <summary>The lines.</summary>
    public Lines Lines;

    /// <summary>The input and the values, both contiguous.</summary>
    public byte* X, Values;

    /// <summary>The positions.</summary>
    public long* Indices;

    /// <summary>Whether the smallest is wanted.</summary>
    public bool Smallest;

    /// <summary>Runs the loop.</summary>
    public readonly void Run<T, K>() where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
    {
        var chunks = new Chunk<T, K> { Loop = this };
        Workers.For(Lines.Chunks, Lines.Count * (double)Lines.Length * 2, ref chunks);
    }

    private struct Chunk<T, K> : IChunks where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
    {
        private const int Tile = 64;
        public RunningExtremes Loop;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            var lines = Loop.Lines;
            long line = chunk * lines.PerChunk, end = Math.Min(line + lines.PerChunk, lines.Count);
            while (line < end)
            {
                // Lines side by side are walked together.
                int width = (int)Math.Min(Math.Min(end - line, lines.Inner - line % lines.Inner), Tile);
                Walk(lines.Start(line, lines.Length), width);
                line += width;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Walk(long start, int width)
        {
            T* best = stackalloc T[Tile], x = (T*)Loop.X + start, values = (T*)Loop.Values + start;
            long* at = stackalloc long[Tile], indices = Loop.Indices + start;
            T* extreme = stackalloc T[Tile];
            for (long i = 0; i < Loop.Lines.Length; i++, x += Loop.Lines.Inner, values += Loop.Lines.Inner, indices += Loop.Lines.Inner)
                for (int c = 0; c < width; c++)
                {
                    T key = K.Of(x[c]);
                    // The smallest number has the largest key, but NaN has it in any case.
                    if (Loop.Smallest && !(K.HasNaN && key == T.MaxValue)) key = ~key;
                    if (i == 0 || key >= best[c]) (best[c], at[c], extreme[c]) = (key, i, x[c]);
                    values[c] = extreme[c];
                    indices[c] = at[c];
                }
        }
    }
}
