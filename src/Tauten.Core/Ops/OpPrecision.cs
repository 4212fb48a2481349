namespace Tauten.Ops;

/// <summary>The dtype in which an op runs while <see cref="Autocast"/> is on. Inputs in float64, and inputs that are not floating-point, are left alone.</summary>
public enum OpPrecision
{
    /// <summary>In that of its inputs, whatever they are.</summary>
    AsGiven,
    /// <summary>In float32 where its inputs differ, as an elementwise op of a reduced and a float32 input.</summary>
    Widest,
    /// <summary>In the reduced dtype: sums of many products, where it pays, and whose rounding averages out.</summary>
    Reduced,
    /// <summary>In bfloat16 as <see cref="Reduced"/>, but in float32 where the reduced dtype is float16: squares may leave its range, while its kernel computes in 32 bits anyway.</summary>
    WideRange,
    /// <summary>In float32: what loses digits or leaves the range.</summary>
    Full,
}
