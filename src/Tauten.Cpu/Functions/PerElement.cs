using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>A function of one number in double precision.</summary>
internal interface IScalarUnary
{
    /// <summary>The function.</summary>
    static abstract double Apply(double x);
}

/// <summary>A function of two numbers in double precision.</summary>
internal interface IScalarBinary
{
    /// <summary>The function.</summary>
    static abstract double Apply(double a, double b);
}

/// <summary>A function of two integers of any width; results are cut to the width of the element.</summary>
internal interface IIntegerBinary
{
    /// <summary>For signed elements, which arrive sign-extended. <paramref name="width"/> is the element's in bits.</summary>
    static abstract long Apply(long a, long b, int width);

    /// <summary>For unsigned elements, which arrive zero-extended.</summary>
    static abstract ulong Apply(ulong a, ulong b, int width);
}

/// <summary>
/// Lane by lane through scalar code: for functions where a vector form is not worth its length, and for the rare lanes outside a fast range.
/// Not inlined: the lanes go through memory, which would otherwise put the caller's registers there as well.
/// </summary>
internal static unsafe class PerElement
{
    /// <summary>f of each lane of a floating vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Apply<TFunction, V, T>(V x) where TFunction : struct, IScalarUnary where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V copy = x;
        for (int i = 0; i < V.Count; i++)
        {
            if (typeof(T) == typeof(float)) ((float*)&copy)[i] = (float)TFunction.Apply(((float*)&copy)[i]);
            else ((double*)&copy)[i] = TFunction.Apply(((double*)&copy)[i]);
        }
        return copy;
    }

    /// <summary>f of each pair of lanes of floating vectors.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Apply<TFunction, V, T>(V a, V b) where TFunction : struct, IScalarBinary where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V left = a, right = b;
        for (int i = 0; i < V.Count; i++)
        {
            if (typeof(T) == typeof(float)) ((float*)&left)[i] = (float)TFunction.Apply(((float*)&left)[i], ((float*)&right)[i]);
            else ((double*)&left)[i] = TFunction.Apply(((double*)&left)[i], ((double*)&right)[i]);
        }
        return left;
    }

    /// <summary>f of each pair of lanes of integer vectors.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V ApplyInteger<TFunction, V, T>(V a, V b) where TFunction : struct, IIntegerBinary where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V left = a, right = b;
        for (int i = 0; i < V.Count; i++)
        {
            if (typeof(T) == typeof(sbyte)) ((sbyte*)&left)[i] = (sbyte)TFunction.Apply((long)((sbyte*)&left)[i], ((sbyte*)&right)[i], 8);
            else if (typeof(T) == typeof(byte)) ((byte*)&left)[i] = (byte)TFunction.Apply((ulong)((byte*)&left)[i], ((byte*)&right)[i], 8);
            else if (typeof(T) == typeof(short)) ((short*)&left)[i] = (short)TFunction.Apply((long)((short*)&left)[i], ((short*)&right)[i], 16);
            else if (typeof(T) == typeof(ushort)) ((ushort*)&left)[i] = (ushort)TFunction.Apply((ulong)((ushort*)&left)[i], ((ushort*)&right)[i], 16);
            else if (typeof(T) == typeof(int)) ((int*)&left)[i] = (int)TFunction.Apply((long)((int*)&left)[i], ((int*)&right)[i], 32);
            else if (typeof(T) == typeof(uint)) ((uint*)&left)[i] = (uint)TFunction.Apply((ulong)((uint*)&left)[i], ((uint*)&right)[i], 32);
            else if (typeof(T) == typeof(long)) ((long*)&left)[i] = TFunction.Apply(((long*)&left)[i], ((long*)&right)[i], 64);
            else ((ulong*)&left)[i] = TFunction.Apply(((ulong*)&left)[i], ((ulong*)&right)[i], 64);
        }
        return left;
    }
}

/// <summary>Double-precision functions as calls of their own: inlined twice, they would exceed what the just-in-time compiler inlines into one method.</summary>
internal static class Outlined
{
    /// <summary>f of each lane.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Unary<TFunction, V>(V x) where TFunction : struct, IUnaryFunction where V : unmanaged, ISimd<V, double> => TFunction.Apply<V, double>(x);

    /// <summary>f of each pair of lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Binary<TFunction, V>(V a, V b) where TFunction : struct, IBinaryFunction where V : unmanaged, ISimd<V, double> => TFunction.Apply<V, double>(a, b);
}
