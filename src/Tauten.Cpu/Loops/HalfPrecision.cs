using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// float16 and bfloat16 to float and back: kernels compute such elements in float. Widening is exact, narrowing rounds to nearest, ties to even.
/// .NET has no intrinsic for the hardware's conversions of float16, so the bits are moved by hand.
/// </summary>
internal static unsafe class HalfPrecision
{
    /// <summary>float16 to float.</summary>
    public static void WidenHalf(byte* source, byte* target, nint n)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Widen<V512<float>>((ushort*)source, (float*)target, n); break;
            case InstructionLevel.Avx2: Widen<V256<float>>((ushort*)source, (float*)target, n); break;
            default: Widen<V128<float>>((ushort*)source, (float*)target, n); break;
        }
    }

    /// <summary>float to float16.</summary>
    public static void NarrowHalf(byte* source, byte* target, nint n)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Narrow<V512<float>>((float*)source, (ushort*)target, n); break;
            case InstructionLevel.Avx2: Narrow<V256<float>>((float*)source, (ushort*)target, n); break;
            default: Narrow<V128<float>>((float*)source, (ushort*)target, n); break;
        }
    }

    /// <summary>bfloat16 to float.</summary>
    public static void WidenBrain(byte* source, byte* target, nint n)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: WidenBrain<V512<float>>((ushort*)source, (float*)target, n); break;
            case InstructionLevel.Avx2: WidenBrain<V256<float>>((ushort*)source, (float*)target, n); break;
            default: WidenBrain<V128<float>>((ushort*)source, (float*)target, n); break;
        }
    }

    /// <summary>float to bfloat16.</summary>
    public static void NarrowBrain(byte* source, byte* target, nint n)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: NarrowBrain<V512<float>>((float*)source, (ushort*)target, n); break;
            case InstructionLevel.Avx2: NarrowBrain<V256<float>>((float*)source, (ushort*)target, n); break;
            default: NarrowBrain<V128<float>>((float*)source, (ushort*)target, n); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<V>(ushort* source, float* target, nint n) where V : unmanaged, ISimd<V, float>
    {
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count) OfHalf<V, float>(V.LoadHalves(source + i)).Store(target + i);
        for (; i < n; i++) target[i] = (float)((Half*)source)[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow<V>(float* source, ushort* target, nint n) where V : unmanaged, ISimd<V, float>
    {
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count) V.StoreHalves(ToHalf<V, float>(V.Load(source + i)), target + i);
        for (; i < n; i++) ((Half*)target)[i] = (Half)source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WidenBrain<V>(ushort* source, float* target, nint n) where V : unmanaged, ISimd<V, float>
    {
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count) OfBrain<V, float>(V.LoadHalves(source + i)).Store(target + i);
        for (; i < n; i++) target[i] = ((BFloat16*)source)[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowBrain<V>(float* source, ushort* target, nint n) where V : unmanaged, ISimd<V, float>
    {
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count) V.StoreHalves(ToBrain<V, float>(V.Load(source + i)), target + i);
        for (; i < n; i++) ((BFloat16*)target)[i] = (BFloat16)source[i];
    }

    /// <summary>The bits of float16 as float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfHalf<V, T>(V bits) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Exponent and fraction in the float's place are the number times 2^-112, denormals included; only infinity and NaN need more.
        var small = V.ShiftLeft(bits & V.Pattern(0x7FFF), 13);
        var special = small >= V.Pattern(0x0F800000);
        var y = small * V.Pattern(0x77800000) | (special & V.Pattern(0x7F800000));
        return y | V.ShiftLeft(bits & V.Pattern(0x8000), 16);
    }

    /// <summary>The bits of the nearest float16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ToHalf<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var a = V.Abs(x);
        // Rebias the exponent and round at bit 13 in one addition; a carry into the exponent is right, up to infinity.
        var odd = V.ShiftRightLogical(a, 13) & V.Pattern(1);
        var y = V.ShiftRightLogical(V.AddBits(V.AddBits(a, V.Pattern(unchecked((int)0xC8000FFF))), odd), 13);
        // Below the normal range: next to 0.5 the float's last digit is that of the denormals, so the addition rounds.
        var denormal = V.AddBits(a + V.Number(0.5), V.Pattern(-0x3F000000));
        y = V.Select(a < V.Pattern(0x38800000), denormal, y);
        y = V.Select(a < V.Number(65520), y, V.Pattern(0x7C00));
        var payload = V.ShiftRightLogical(a, 13) & V.Pattern(0x3FF) | V.Pattern(0x7E00);
        y = V.Select(V.Equal(a, a), y, payload);
        return y | V.ShiftRightLogical(x & V.Pattern(0x80000000L), 16);
    }

    /// <summary>The bits of bfloat16 as float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfBrain<V, T>(V bits) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.ShiftLeft(bits, 16);

    /// <summary>The bits of the nearest bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ToBrain<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var odd = V.ShiftRightLogical(x, 16) & V.Pattern(1);
        var rounded = V.AddBits(V.AddBits(x, V.Pattern(0x7FFF)), odd);
        var y = V.Select(V.Equal(x, x), rounded, x | V.Pattern(0x400000));
        return V.ShiftRightLogical(y, 16);
    }
}
