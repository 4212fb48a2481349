namespace Tauten.Cpu.Functions;

/// <summary>Scalar form of <see cref="Fmod"/>.</summary>
internal readonly struct ScalarFmod : IScalarBinary
{
    /// <inheritdoc/>
    public static double Apply(double a, double b) => a % b;
}

/// <summary>Scalar form of <see cref="Remainder"/>.</summary>
internal readonly struct ScalarRemainder : IScalarBinary
{
    /// <inheritdoc/>
    public static double Apply(double a, double b)
    {
        double rest = a % b;
        if (rest == 0) return double.CopySign(0, b);
        return rest < 0 != b < 0 ? rest + b : rest;
    }
}

/// <summary>Scalar form of <see cref="Atan2"/>.</summary>
internal readonly struct ScalarAtan2 : IScalarBinary
{
    /// <inheritdoc/>
    public static double Apply(double a, double b) => Math.Atan2(a, b);
}

/// <summary>Scalar form of <see cref="Pow"/>.</summary>
internal readonly struct ScalarPow : IScalarBinary
{
    /// <inheritdoc/>
    public static double Apply(double a, double b) => Math.Pow(a, b);
}

/// <summary>Integer form of <see cref="Div"/>.</summary>
internal readonly struct IntegerDivide : IIntegerBinary
{
    /// <inheritdoc/>
    public static long Apply(long a, long b, int width) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    /// <inheritdoc/>
    public static ulong Apply(ulong a, ulong b, int width) => b == 0 ? 0 : a / b;
}

/// <summary>Integer form of <see cref="Fmod"/>.</summary>
internal readonly struct IntegerFmod : IIntegerBinary
{
    /// <inheritdoc/>
    public static long Apply(long a, long b, int width) => b is 0 or -1 ? 0 : a % b;

    /// <inheritdoc/>
    public static ulong Apply(ulong a, ulong b, int width) => b == 0 ? 0 : a % b;
}

/// <summary>Integer form of <see cref="Remainder"/>.</summary>
internal readonly struct IntegerRemainder : IIntegerBinary
{
    /// <inheritdoc/>
    public static long Apply(long a, long b, int width)
    {
        long rest = b is 0 or -1 ? 0 : a % b;
        return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
    }

    /// <inheritdoc/>
    public static ulong Apply(ulong a, ulong b, int width) => b == 0 ? 0 : a % b;
}

/// <summary>Integer form of <see cref="Pow"/>: by squaring, wrapping. A negative power of anything but 1 and -1 is 0.</summary>
internal readonly struct IntegerPow : IIntegerBinary
{
    /// <inheritdoc/>
    public static long Apply(long a, long b, int width)
    {
        if (b >= 0) return (long)Apply((ulong)a, (ulong)b, width);
        return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
    }

    /// <inheritdoc/>
    public static ulong Apply(ulong a, ulong b, int width)
    {
        ulong result = 1;
        for (; b != 0; b >>= 1, a = unchecked(a * a))
            if ((b & 1) != 0) result = unchecked(result * a);
        return result;
    }
}

/// <summary>Integer form of <see cref="ShiftLeft"/>.</summary>
internal readonly struct IntegerShiftLeft : IIntegerBinary
{
    /// <inheritdoc/>
    public static long Apply(long a, long b, int width) => (ulong)b < (ulong)width ? a << (int)b : 0;

    /// <inheritdoc/>
    public static ulong Apply(ulong a, ulong b, int width) => b < (ulong)width ? a << (int)b : 0;
}

/// <summary>Integer form of <see cref="ShiftRight"/>.</summary>
internal readonly struct IntegerShiftRight : IIntegerBinary
{
    /// <inheritdoc/>
    public static long Apply(long a, long b, int width) => (ulong)b < (ulong)width ? a >> (int)b : a >> 63;

    /// <inheritdoc/>
    public static ulong Apply(ulong a, ulong b, int width) => b < (ulong)width ? a >> (int)b : 0;
}
