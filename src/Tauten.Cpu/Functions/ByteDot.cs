using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// 512 bits whose 32-bit lanes are four bytes each, or a sum: <see cref="MultiplyAdd"/> adds to each sum the four products of unsigned bytes by signed ones.
/// Exact, as the instruction vpdpbusd is, which .NET does not have at this width.
/// </summary>
internal readonly unsafe struct ByteDot512(Vector512<uint> bits) : IProductVector<ByteDot512, uint>
{
    readonly Vector512<uint> bits = bits;

    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot512 Load(uint* source) => new(Vector512.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(uint* target) => bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot512 Create(uint value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot512 operator +(ByteDot512 left, ByteDot512 right) => new(left.bits + right.bits);

    /// <summary>c + the four products of the unsigned bytes of a by the signed bytes of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot512 MultiplyAdd(ByteDot512 a, ByteDot512 b, ByteDot512 c)
    {
        // Every other byte as 16 bits, then pairs of products: exact, where the instruction for bytes would saturate.
        var (left, right) = (a.bits.AsInt16(), b.bits.AsInt16());
        var even = Avx512BW.MultiplyAddAdjacent(left & Vector512.Create((short)0xff), (right << 8) >> 8);
        var odd = Avx512BW.MultiplyAddAdjacent(left >>> 8, right >> 8);
        return new(c.bits + (even + odd).AsUInt32());
    }
}

/// <summary>256 bits whose 32-bit lanes are a pair of 16-bit numbers, or a sum: <see cref="MultiplyAdd"/> adds to each sum the two products of a pair by a pair.</summary>
internal readonly unsafe struct ShortDot256(Vector256<uint> bits) : IProductVector<ShortDot256, uint>
{
    readonly Vector256<uint> bits = bits;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot256 Load(uint* source) => new(Vector256.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(uint* target) => bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot256 Create(uint value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot256 operator +(ShortDot256 left, ShortDot256 right) => new(left.bits + right.bits);

    /// <summary>c + the two products of the numbers of a by those of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot256 MultiplyAdd(ShortDot256 a, ShortDot256 b, ShortDot256 c) =>
        new(c.bits + Avx2.MultiplyAddAdjacent(a.bits.AsInt16(), b.bits.AsInt16()).AsUInt32());
}

/// <summary>128 bits of the same, with the instructions that every machine has: see <see cref="ShortDot256"/>.</summary>
internal readonly unsafe struct ShortDot128(Vector128<uint> bits) : IProductVector<ShortDot128, uint>
{
    readonly Vector128<uint> bits = bits;

    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot128 Load(uint* source) => new(Vector128.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(uint* target) => bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot128 Create(uint value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot128 operator +(ShortDot128 left, ShortDot128 right) => new(left.bits + right.bits);

    /// <summary>c + the two products of the numbers of a by those of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortDot128 MultiplyAdd(ShortDot128 a, ShortDot128 b, ShortDot128 c)
    {
        if (Sse2.IsSupported) return new(c.bits + Sse2.MultiplyAddAdjacent(a.bits.AsInt16(), b.bits.AsInt16()).AsUInt32());
        var (left, right) = (a.bits.AsInt32(), b.bits.AsInt32());
        return new(c.bits + (((left << 16) >> 16) * ((right << 16) >> 16) + (left >> 16) * (right >> 16)).AsUInt32());
    }
}
