using System.Globalization;
using System.Text;

namespace Tauten.Training;

/// <summary>The losses of steps whose learning rate rises from one to the next (Smith: "Cyclical Learning Rates for Training Neural Networks", 2017); see <see cref="Trainer.FindLearningRate"/>.</summary>
/// <param name="Rates">The rates, rising.</param>
/// <param name="Losses">The loss of the batch at each rate.</param>
/// <example><code>
/// var search = new LearningRateSearch([0.001, 0.01, 0.1, 1], [2.0, 1.9, 1.0, 5.0]);
/// Console.WriteLine(search.ToSvg().StartsWith("&lt;svg"));    // True
/// </code></example>
public sealed record LearningRateSearch(IReadOnlyList<double> Rates, IReadOnlyList<double> Losses)
{
    const double Kept = 0.9;

    /// <summary>The losses without their noise: an exponential mean that keeps nine tenths, corrected for its beginning.</summary>
    public IReadOnlyList<double> Smoothed { get; } = Smooth(Losses);

    /// <summary>The rate at which the smoothed loss is the least. It is too large already.</summary>
    public double Lowest => Rates[LowestPlace];

    /// <summary>The rate at which the smoothed loss falls fastest over the logarithm of the rate: a good one to begin with, or to be the largest of one cycle.</summary>
    public double Suggestion
    {
        get
        {
            int reach = Math.Max(1, Rates.Count / 20), best = 0;
            double steepest = 0;
            for (int i = 0; i <= LowestPlace; i++)
            {
                double slope = Slope(Math.Max(0, i - reach), Math.Min(LowestPlace, i + reach));
                if (slope < steepest) (steepest, best) = (slope, i);
            }
            return steepest < 0 ? Rates[best] : Lowest;
        }
    }

    int LowestPlace => Enumerable.Range(0, Smoothed.Count).MinBy(i => double.IsFinite(Smoothed[i]) ? Smoothed[i] : double.PositiveInfinity);

    // Of the line that fits best, over the logarithm of the rate.
    double Slope(int from, int to)
    {
        if (to <= from) return 0;
        int count = to - from + 1;
        double x = 0, y = 0, xy = 0, xx = 0;
        for (int i = from; i <= to; i++) (x, y) = (x + Math.Log(Rates[i]) / count, y + Smoothed[i] / count);
        for (int i = from; i <= to; i++)
        {
            double d = Math.Log(Rates[i]) - x;
            (xy, xx) = (xy + d * (Smoothed[i] - y), xx + d * d);
        }
        return xy / xx;
    }

    static double[] Smooth(IReadOnlyList<double> losses)
    {
        var smoothing = new Smoothing();
        return [.. losses.Select(smoothing.Next)];
    }

    /// <summary>Smooths losses one by one.</summary>
    internal sealed class Smoothing
    {
        double mean, weight;

        /// <summary>The smoothed loss after one more.</summary>
        public double Next(double loss)
        {
            (mean, weight) = (Kept * mean + (1 - Kept) * loss, Kept * weight + 1 - Kept);
            return mean / weight;
        }
    }

    /// <summary>Writes the picture to a file.</summary>
    public void Save(string path) => File.WriteAllText(path, ToSvg());

    /// <summary>A picture of the losses over the rates, both as they were and smoothed, with the suggestion.</summary>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    public string ToSvg(int width = 720, int height = 440)
    {
        const int Left = 70, Right = 20, Top = 40, Bottom = 50;
        double[] finite = [.. Smoothed.Where(double.IsFinite)];
        double low = Math.Log10(Rates[0]), high = Math.Log10(Rates[^1]), least = finite.Min(), first = finite[0];
        // What has run away is cut off: it would leave the rest no room.
        double most = Math.Min(finite.Max(), first + 1.5 * Math.Max(first - least, 1e-9));
        double margin = 0.08 * Math.Max(most - least, 1e-9);
        (least, most) = (least - margin, most + margin);
        double X(double rate) => Left + (Math.Log10(rate) - low) / Math.Max(high - low, 1e-9) * (width - Left - Right);
        double Y(double loss) => Top + (most - Math.Clamp(double.IsFinite(loss) ? loss : most, least, most)) / (most - least) * (height - Top - Bottom);
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        string Points(IReadOnlyList<double> losses) => string.Join(' ', losses.Select((loss, i) => FormattableString.Invariant($"{X(Rates[i]):F1},{Y(loss):F1}")));

        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Line($"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
        for (int power = (int)Math.Ceiling(low - 1e-9); power <= high + 1e-9; power++)
        {
            double x = X(Math.Pow(10, power));
            Line($"<line x1=\"{x:F1}\" y1=\"{Top}\" x2=\"{x:F1}\" y2=\"{height - Bottom}\" stroke=\"#e4e4e4\"/>");
            Line($"<text x=\"{x:F1}\" y=\"{height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#444444\">{(power is >= -3 and <= 3 ? Math.Pow(10, power).ToString("0.###", CultureInfo.InvariantCulture) : FormattableString.Invariant($"1e{power}"))}</text>");
        }
        for (int i = 0; i <= 4; i++)
        {
            double loss = least + (most - least) * i / 4;
            Line($"<line x1=\"{Left}\" y1=\"{Y(loss):F1}\" x2=\"{width - Right}\" y2=\"{Y(loss):F1}\" stroke=\"#e4e4e4\"/>");
            Line($"<text x=\"{Left - 8}\" y=\"{Y(loss) + 4:F1}\" text-anchor=\"end\" fill=\"#444444\">{loss:G4}</text>");
        }
        Line($"<text x=\"{(width + Left - Right) / 2}\" y=\"{height - 10}\" text-anchor=\"middle\" fill=\"#444444\">learning rate</text>");
        Line($"<text x=\"16\" y=\"{Top - 14}\" fill=\"#444444\">loss</text>");
        Line($"<polyline points=\"{Points(Losses)}\" fill=\"none\" stroke=\"#a8c4e6\" stroke-width=\"1\"/>");
        Line($"<polyline points=\"{Points(Smoothed)}\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\"/>");
        double suggested = Suggestion;
        double place = Y(Smoothed[Enumerable.Range(0, Rates.Count).First(i => Rates[i] == suggested)]);
        Line($"<circle cx=\"{X(suggested):F1}\" cy=\"{place:F1}\" r=\"5\" fill=\"#c23b22\"/>");
        Line($"<text x=\"{width - Right}\" y=\"{Top - 14}\" text-anchor=\"end\" fill=\"#c23b22\">suggested: {suggested:G3}</text>");
        return text.Append("</svg>\n").ToString();
    }
}
