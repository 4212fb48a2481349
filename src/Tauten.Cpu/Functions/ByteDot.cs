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

/// <summary>256 bits of the same: see <see cref="ByteDot512"/>.</summary>
internal readonly unsafe struct ByteDot256(Vector256<uint> bits) : IProductVector<ByteDot256, uint>
{
    readonly Vector256<uint> bits = bits;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot256 Load(uint* source) => new(Vector256.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(uint* target) => bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot256 Create(uint value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot256 operator +(ByteDot256 left, ByteDot256 right) => new(left.bits + right.bits);

    /// <summary>c + the four products of the unsigned bytes of a by the signed bytes of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot256 MultiplyAdd(ByteDot256 a, ByteDot256 b, ByteDot256 c)
    {
        var (left, right) = (a.bits.AsInt16(), b.bits.AsInt16());
        var even = Avx2.MultiplyAddAdjacent(left & Vector256.Create((short)0xff), (right << 8) >> 8);
        var odd = Avx2.MultiplyAddAdjacent(left >>> 8, right >> 8);
        return new(c.bits + (even + odd).AsUInt32());
    }
}

/// <summary>128 bits of the same, with the instructions that every machine has: see <see cref="ByteDot512"/>.</summary>
internal readonly unsafe struct ByteDot128(Vector128<uint> bits) : IProductVector<ByteDot128, uint>
{
    readonly Vector128<uint> bits = bits;

    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot128 Load(uint* source) => new(Vector128.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(uint* target) => bits.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot128 Create(uint value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot128 operator +(ByteDot128 left, ByteDot128 right) => new(left.bits + right.bits);

    /// <summary>c + the four products of the unsigned bytes of a by the signed bytes of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteDot128 MultiplyAdd(ByteDot128 a, ByteDot128 b, ByteDot128 c)
    {
        if (Sse2.IsSupported)
        {
            var (left, right) = (a.bits.AsInt16(), b.bits.AsInt16());
            var even = Sse2.MultiplyAddAdjacent(left & Vector128.Create((short)0xff), (right << 8) >> 8);
            var odd = Sse2.MultiplyAddAdjacent(left >>> 8, right >> 8);
            return new(c.bits + (even + odd).AsUInt32());
        }
        var sum = c.bits.AsInt32();
        var signed = b.bits.AsInt32();
        for (int place = 0; place < 32; place += 8)
            sum += ((a.bits >>> place) & Vector128.Create(0xffu)).AsInt32() * ((signed << (24 - place)) >> 24);
        return new(sum.AsUInt32());
    }
}
