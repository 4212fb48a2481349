using Tauten;
using Tauten.Data;

namespace Samples;

/// <summary>The 1,797 handwritten digits of the UCI machine learning repository (see <see cref="DataSets.Digits"/>), and images as text.</summary>
static class DigitImages
{
    const string Shades = " .:+*#@";

    /// <summary>All images, float32 [1797, 1, 8, 8] from 0 (white) to 1 (black).</summary>
    public static Tensor Load() => All().Input.To(DType.Float32) / 16;

    /// <summary>The digit that each image shows, int64 [1797].</summary>
    public static Tensor Labels() => All().Target;

    static Sample All()
    {
        var digits = DataSets.Digits();
        var all = digits.Train.Concat(digits.Test);
        return all.Batch((int)all.Count!.Value).First();
    }

    /// <summary>Some of the images, drawn anew at each call.</summary>
    public static Tensor Some(Tensor images, int count) => images[Tensor.RandInt(0, images.Shape[0].Value, [count])];

    /// <summary>Writes images [n, 1, 8, 8] side by side.</summary>
    public static void Print(Tensor images)
    {
        var pixels = images.Detach().Reshape([-1, 8, 8]).Clamp(0, 1);
        for (int row = 0; row < 8; row++)
        {
            for (int image = 0; image < pixels.Shape[0].Value; image++)
            {
                foreach (float ink in pixels[image][row].ToArray<float>())
                {
                    char shade = Shades[(int)MathF.Round(ink * (Shades.Length - 1))];
                    Console.Write($"{shade}{shade}");
                }
                Console.Write("  ");
            }
            Console.WriteLine();
        }
    }
}
