namespace Tauten.Data;

/// <summary>What the channels of an image are.</summary>
public enum ImageChannels
{
    /// <summary>Those of the file: grey; grey and opacity; red, green and blue; these and opacity. Palettes become colours.</summary>
    Unchanged = 0,
    /// <summary>One: brightness.</summary>
    Grey = 1,
    /// <summary>Three: red, green, blue.</summary>
    Rgb = 3,
    /// <summary>Four: red, green, blue, opacity.</summary>
    Rgba = 4,
}

/// <summary>Reads and writes images: PNG of all kinds, JPEG (baseline and progressive), BMP, and PBM, PGM, PPM. Damaged files end in an error that names what is wrong.</summary>
/// <example><code>
/// var pixels = Tensor.From(new byte[] { 255, 0, 0, 0, 255, 0 }).Reshape(2, 3).Transpose(0, 1).Reshape(3, 1, 2);    // a red and a green pixel
/// Image.Save("two.png", pixels);
/// Console.WriteLine(Image.Load("two.png").Equal(pixels));                       // True
/// Console.WriteLine(Image.Load("two.png", ImageChannels.Grey).Flatten());       // [ 76, 150]
/// </code></example>
public static class Image
{
    /// <summary>No image may have more pixels, so that a few bytes cannot ask for all memory.</summary>
    internal const long MostPixels = 1L << 27;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; its beginning says what it is, not its name.</param>
    /// <param name="channels">What the channels shall be. Brightness is (299 red + 587 green + 114 blue) / 1000; opacity is left out or added, not applied.</param>
    /// <returns>uint8 [channels, height, width]; uint16 where an unchanged PNG or PGM has 16 bits.</returns>
    /// <exception cref="DataException">The file is damaged or of a kind that is not read.</exception>
    public static Tensor Load(string path, ImageChannels channels = ImageChannels.Unchanged)
    {
        byte[] bytes = SourceFile.Bytes(path);
        try
        {
            return Decode(bytes, channels);
        }
        catch (DataException e)
        {
            throw new DataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <inheritdoc cref="Load(string, ImageChannels)"/>
    public static Tensor Decode(byte[] bytes, ImageChannels channels = ImageChannels.Unchanged)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (!Enum.IsDefined(channels)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "Expected a member of ImageChannels.");
        var pixels = bytes switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => Png.Decode(bytes),
            [0xFF, 0xD8, ..] => Jpeg.Decode(bytes),
            [(byte)'B', (byte)'M', ..] => Bmp.Decode(bytes),
            [(byte)'P', >= (byte)'1' and <= (byte)'6', ..] => Pnm.Decode(bytes),
            _ => throw new DataException("This is no image that can be read. Expected PNG, JPEG, BMP, PBM, PGM or PPM."),
        };
        return (channels == ImageChannels.Unchanged ? pixels : pixels.To(channels)).ToTensor();
    }

    /// <summary>Writes a PNG file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pixels">uint8 or uint16 [channels, height, width]: 1, 2, 3 or 4 channels.</param>
    public static void Save(string path, Tensor pixels) => File.WriteAllBytes(path, Png.Encode(Pixels.From(pixels)));

    /// <summary>The bytes of a PNG file.</summary>
    /// <inheritdoc cref="Save(string, Tensor)"/>
    public static byte[] ToPng(Tensor pixels) => Png.Encode(Pixels.From(pixels));

    /// <summary>An image made for a size: what no file may ask for is refused.</summary>
    internal static void CheckSize(long width, long height)
    {
        if (width <= 0 || height <= 0) throw new DataException($"An image of {width} x {height} pixels is none.");
        if (width > MostPixels / height) throw new DataException($"An image of {width} x {height} pixels is too large. Expected {MostPixels} pixels at most.");
    }
}

/// <summary>Pixels as files have them: row by row, the channels of a pixel side by side; 8 or 16 bits.</summary>
sealed record Pixels(int Width, int Height, int Channels, ushort[]? Wide, byte[] Bytes)
{
    public static Pixels Of(int width, int height, int channels, byte[] bytes) => new(width, height, channels, null, bytes);

    public static Pixels From(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Rank != 3 || pixels.Shape[0].Value is < 1 or > 4 || pixels.DType is not (DType.UInt8 or DType.UInt16))
            throw new ShapeException($"Image: expected uint8 or uint16 [1 to 4 channels, height, width]. Received: {pixels.Spec}.");
        var rows = pixels.Permute(1, 2, 0);
        int height = (int)pixels.Shape[1].Value, width = (int)pixels.Shape[2].Value, channels = (int)pixels.Shape[0].Value;
        if (width == 0 || height == 0) throw new ShapeException($"Image: expected a pixel or more. Received: {pixels.Shape}.");
        return pixels.DType == DType.UInt8 ? Of(width, height, channels, rows.ToArray<byte>()) : new(width, height, channels, rows.ToArray<ushort>(), []);
    }

    public Tensor ToTensor()
    {
        Shape shape = [Channels, Height, Width];
        return Wide is null ? Tensor.From(Planes(Bytes), shape) : Tensor.From(Planes(Wide), shape);
    }

    T[] Planes<T>(T[] interleaved)
    {
        if (Channels == 1) return interleaved;
        var planes = new T[interleaved.Length];
        int count = Width * Height;
        for (int c = 0; c < Channels; c++)
            for (int i = 0; i < count; i++) planes[c * count + i] = interleaved[i * Channels + c];
        return planes;
    }

    public Pixels To(ImageChannels wanted)
    {
        byte[] bytes = Wide is null ? Bytes : Array.ConvertAll(Wide, v => (byte)(v >> 8));
        int to = (int)wanted, count = Width * Height;
        if (to == Channels) return Of(Width, Height, to, bytes);
        byte[] result = new byte[count * to];
        for (int i = 0; i < count; i++)
        {
            var x = bytes.AsSpan(i * Channels, Channels);
            byte r = x[0], g = Channels >= 3 ? x[1] : x[0], b = Channels >= 3 ? x[2] : x[0];
            if (to == 1)
            {
                // The weights of ITU-R 601-2, as integers.
                result[i] = Channels < 3 ? r : (byte)((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
                continue;
            }
            (result[i * to], result[i * to + 1], result[i * to + 2]) = (r, g, b);
            if (to == 4) result[i * 4 + 3] = Channels == 2 ? x[1] : (byte)255;
        }
        return Of(Width, Height, to, result);
    }
}
