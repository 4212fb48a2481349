namespace Tauten;

/// <summary>How values between elements are made. The number of axes comes from the tensor: linear is bilinear over two and trilinear over three, cubic is bicubic over two.</summary>
public enum InterpolationMode
{
    /// <summary>The element before: output i takes input floor(i * step). For compatibility with what the nearest mode of other libraries has always been.</summary>
    Nearest,
    /// <summary>The element whose middle is nearest: output i takes input floor((i + 1/2) * step).</summary>
    NearestExact,
    /// <summary>The two neighbours along each axis, weighted by nearness.</summary>
    Linear,
    /// <summary>Four neighbours along each axis, weighted by a cubic spline (Keys: "Cubic convolution interpolation for digital image processing", 1981) with a = -3/4, or -1/2 with antialiasing.</summary>
    Cubic,
    /// <summary>The mean of the elements that an output covers: adaptive average pooling.</summary>
    Area,
}

/// <summary>What lies outside of an image that is sampled at given points.</summary>
public enum GridPadding
{
    /// <summary>Zeros.</summary>
    Zeros,
    /// <summary>The nearest element of the border.</summary>
    Border,
    /// <summary>The image, mirrored as often as need be.</summary>
    Reflection,
}
