namespace Tauten;

/// <summary>Which of a Fourier transform and its inverse is divided by the number of points.</summary>
public enum FftNorm
{
    /// <summary>The inverse transform.</summary>
    Backward,
    /// <summary>Each, by the square root of the number of points.</summary>
    Ortho,
    /// <summary>The forward transform.</summary>
    Forward,
}
