using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tauten.Cli;

/// <summary>Images as text: grey cells where the console has colour, block characters of five shades elsewhere.</summary>
static class DigitPicture
{
    const string Shades = " ░▒▓█";

    /// <summary>Draws an image, two characters wide for each pixel, so that it looks square.</summary>
    /// <param name="pixels">Rows one behind the other, from 0 (white) to 1 (black).</param>
    /// <param name="side">Rows and columns.</param>
    /// <param name="inColor">Whether grey levels can be shown.</param>
    public static IRenderable Draw(ReadOnlySpan<float> pixels, int side, bool inColor)
    {
        if (!inColor)
        {
            var rows = new string[side];
            for (int row = 0; row < side; row++)
                rows[row] = string.Concat(pixels.Slice(row * side, side).ToArray().Select(ink => new string(Shades[Level(ink, Shades.Length)], 2)));
            return new Text(string.Join('\n', rows));
        }
        var canvas = new Canvas(side, side);
        for (int i = 0; i < pixels.Length; i++)
        {
            byte grey = (byte)Level(pixels[i], 256);
            canvas.SetPixel(i % side, i / side, new Color(grey, grey, grey));
        }
        return canvas;
    }

    static int Level(float ink, int levels) => (int)MathF.Round(ink * (levels - 1));
}
