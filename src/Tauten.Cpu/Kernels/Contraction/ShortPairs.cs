using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tauten.Cpu;

/// <summary>
/// One operand of a product of bytes where bytes are multiplied as 16-bit numbers: a matrix of lanes (rows of A, columns of B) and the inner axis, of which two
/// neighbours, widened, make an element. Exact for signed and unsigned bytes alike: two products of them fit into 32 bits.
/// </summary>
internal unsafe struct ShortPairs : IChunks
{
    /// <summary>The bytes.</summary>
    public byte* Source;

    /// <summary>Distance of lanes.</summary>
    public long LaneStride;

    /// <summary>Distance along the inner axis.</summary>
    public long InnerStride;

    /// <summary>How many lanes there are.</summary>
    public long Lanes;

    /// <summary>Length of the inner axis, in bytes.</summary>
    public long Inner;

    /// <summary>Whether the bytes are signed.</summary>
    public bool AreSigned;

    private uint* target;
    private long part;

    /// <summary>Length of the inner axis in pairs, the last filled up with a zero.</summary>
    public readonly long Pairs => (Inner + 1) / 2;

    /// <summary>Whether the pairs of a lane come one after the other: as the bytes do.</summary>
    public readonly bool ByLane => InnerStride == 1 && LaneStride != 1;

    /// <summary>Distance of lanes in the result.</summary>
    public readonly long ResultLane => ByLane ? Pairs : 1;

    /// <summary>Distance of pairs in the result.</summary>
    public readonly long ResultInner => ByLane ? 1 : Lanes;

    /// <summary>Writes the pairs, [lanes, pairs] or [pairs, lanes].</summary>
    /// <param name="result">Lanes times <see cref="Pairs"/> elements.</param>
    public void Convert(uint* result)
    {
        target = result;
        long rows = ByLane ? Lanes : Pairs, row = ByLane ? Pairs : Lanes;
        part = Math.Max(1, 16384 / Math.Max(row, 1));
        Workers.For((int)BlockSizes.Parts(rows, part), (double)rows * row * 0.2, ref this);
    }

    /// <inheritdoc/>
    public readonly void Run(int chunk)
    {
        long first = chunk * part, end = Math.Min(first + part, ByLane ? Lanes : Pairs);
        for (long i = first; i < end; i++)
        {
            if (ByLane) OneLane(Source + i * LaneStride, (short*)(target + i * Pairs));
            else OnePair(Source + 2 * i * InnerStride, 2 * i + 1 < Inner, target + i * Lanes);
        }
    }

    /// <summary>The bytes of a lane are contiguous: they are only widened.</summary>
    private readonly void OneLane(byte* source, short* result)
    {
        long p = 0;
        for (; p + 16 <= Inner; p += 16)
        {
            Wide(Vector128.Load(source + p).GetLower()).Store(result + p);
            Wide(Vector128.Load(source + p).GetUpper()).Store(result + p + 8);
        }
        for (; p < Inner; p++) result[p] = Wide(source[p]);
        if (p < 2 * Pairs) result[p] = 0;
    }

    /// <summary>Two rows of bytes whose lanes are side by side, or anywhere: each lane's two next to each other.</summary>
    private readonly void OnePair(byte* source, bool isWhole, uint* result)
    {
        byte* second = source + InnerStride;
        long lane = 0;
        if (LaneStride == 1 && isWhole)
        {
            for (; lane + 8 <= Lanes; lane += 8)
            {
                var (a, b) = (Wide(Vector64.Load(source + lane)), Wide(Vector64.Load(second + lane)));
                (Vector128.WidenLower(a.AsUInt16()) | (Vector128.WidenLower(b.AsUInt16()) << 16)).Store(result + lane);
                (Vector128.WidenUpper(a.AsUInt16()) | (Vector128.WidenUpper(b.AsUInt16()) << 16)).Store(result + lane + 4);
            }
        }
        for (; lane < Lanes; lane++)
        {
            uint low = (ushort)Wide(source[lane * LaneStride]), high = isWhole ? (ushort)Wide(second[lane * LaneStride]) : 0u;
            result[lane] = low | high << 16;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly short Wide(byte value) => AreSigned ? (sbyte)value : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector128<short> Wide(Vector64<byte> bytes) =>
        AreSigned ? Vector128.WidenLower(bytes.AsSByte().ToVector128Unsafe()) : Vector128.WidenLower(bytes.ToVector128Unsafe()).AsInt16();
}
