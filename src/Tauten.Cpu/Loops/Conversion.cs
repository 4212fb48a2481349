using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Between all element types. Floating to integer truncates and saturates, NaN gives 0; integer to integer keeps the low bits; to boolean is "not zero";
/// all else rounds to nearest, ties to even, once.
/// </summary>
/// <remarks>
/// Not a loop for each of the 169 pairs: a source is widened to the next of five types that hold it exactly (float, double, int, long, ulong)
/// and stored from there, a tile in L1 at a time. The usual pairs take one step. To the 16-bit floating types all go through float: what does not
/// fit there exactly is first rounded to odd (the last digit is set where something was cut off), which has digits enough for the rounding that follows
/// to be right (Boldo, Melquiond: "When double rounding is odd", 2005).
/// </remarks>
internal static unsafe class Conversion
{
    /// <summary>y = x as another type. Strides in elements.</summary>
    public static void Run(DType from, DType to, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, void* y)
    {
        if (from == to || (from == DType.Bool && to is DType.UInt8 or DType.Int8))
        {
            Copy.ToContiguous(from.Size(), shape, x, xStrides, y);
            return;
        }
        fixed (long* strides = xStrides)
        {
            var loop = new Loop { Source = (byte*)x, Target = (byte*)y, SourceSize = from.Size(), TargetSize = to.Size(), Steps = Between(from, to) };
            loop.Execute(shape, strides);
        }
    }

    /// <summary>One to three conversions of n elements, one after the other.</summary>
    internal struct Path
    {
        /// <summary>The steps; the later ones may be null.</summary>
        public delegate*<byte*, byte*, nint, void> First, Second, Third;
    }

    /// <summary>The steps from one type to another, different one.</summary>
    public static Path Between(DType from, DType to)
    {
        if (from == DType.Float32) return new() { First = ConversionLoops.OfFloat(to) };
        bool narrow = to is DType.Float16 or DType.BFloat16;
        if (from == DType.Float64) return narrow ? Through(&ConversionLoops.DoubleToOdd, &ConversionLoops.DoubleToFloat, to) : new() { First = ConversionLoops.OfDouble(to) };
        if (from is DType.Float16 or DType.BFloat16)
        {
            delegate*<byte*, byte*, nint, void> widen = from == DType.Float16 ? &HalfPrecision.WidenHalf : &HalfPrecision.WidenBrain;
            return to == DType.Float32 ? new() { First = widen } : new() { First = widen, Second = ConversionLoops.OfFloat(to) };
        }
        if (from is DType.UInt8 or DType.Bool && (narrow || to == DType.Float32)) return Through(null, &ConversionLoops.ByteToFloat, to);
        // What every whole number up to 16 bits has: an exact float.
        var ofShort = to == DType.Int32 ? null : narrow ? &ConversionLoops.IntToFloat : ConversionLoops.OfInt(to);
        return from switch
        {
            DType.Int32 => Through(null, ConversionLoops.OfInt(to), to),
            DType.Int64 => Through(null, ConversionLoops.OfLong(to), to),
            DType.UInt64 => Through(null, ConversionLoops.OfUnsignedLong(to), to),
            DType.UInt32 => Through(&ConversionLoops.Scalar<uint, long>, to == DType.Int64 ? null : ConversionLoops.OfLong(to), to),
            DType.Int8 => Through(&ConversionLoops.Scalar<sbyte, int>, ofShort, to),
            DType.Int16 => Through(&ConversionLoops.Scalar<short, int>, ofShort, to),
            DType.UInt16 => Through(&ConversionLoops.Scalar<ushort, int>, ofShort, to),
            _ => Through(&ConversionLoops.ByteToInt, ofShort, to),
        };
    }

    /// <summary>The steps that are there, and for the 16-bit floating types the last one from float.</summary>
    private static Path Through(delegate*<byte*, byte*, nint, void> load, delegate*<byte*, byte*, nint, void> store, DType to)
    {
        delegate*<byte*, byte*, nint, void> narrow = to == DType.Float16 ? &HalfPrecision.NarrowHalf : to == DType.BFloat16 ? &HalfPrecision.NarrowBrain : null;
        if (load == null) return new() { First = store, Second = narrow };
        return store == null ? new() { First = load } : new() { First = load, Second = store, Third = narrow };
    }

    /// <summary>Gathers (where needed) and converts tile by tile.</summary>
    private struct Loop : IChunks
    {
        private const int ChunkSize = 32 * 1024;
        private const int TileSize = 512;

        public byte* Source, Target;
        public int SourceSize, TargetSize;
        public Path Steps;
        private long* _shape, _strides;
        private int _rank;
        private long _total;

        public void Execute(ReadOnlySpan<long> shape, long* strides)
        {
            _total = Strided.Count(shape);
            if (_total == 0) return;
            int pitch = Math.Max(shape.Length, 1);
            long* merged = stackalloc long[pitch * 2];
            _rank = Strided.Merge(shape, 1, &strides, merged);
            _shape = merged;
            _strides = merged + pitch;
            int chunks = (int)((_total + ChunkSize - 1) / ChunkSize);
            if (chunks == 1) Run(0);
            else Workers.For(chunks, _total * 0.4, ref this);
        }

        [SkipLocalsInit]
        public void Run(int chunk)
        {
            byte* gathered = stackalloc byte[TileSize * 8], first = stackalloc byte[TileSize * 8], second = stackalloc byte[TileSize * 8];
            long start = (long)chunk * ChunkSize, end = Math.Min(start + ChunkSize, _total);
            bool contiguous = _rank == 1 && _strides[0] == 1;
            for (; start < end; start += TileSize)
            {
                nint n = (nint)Math.Min(TileSize, end - start);
                byte* source = Source + start * SourceSize, target = Target + start * TargetSize;
                if (!contiguous)
                {
                    Strided.GatherRange(Source, SourceSize, _rank, _shape, _strides, start, n, gathered);
                    source = gathered;
                }
                Steps.First(source, Steps.Second == null ? target : first, n);
                if (Steps.Second != null) Steps.Second(first, Steps.Third == null ? target : second, n);
                if (Steps.Third != null) Steps.Third(second, target, n);
            }
        }
    }
}
