using System.Globalization;
using System.Text;

namespace Tauten;

/// <summary>Prints tensors the way NumPy does: nested brackets, aligned columns, long axes cut in the middle.</summary>
static class TensorText
{
    const int Threshold = 1000, Edge = 3, LineWidth = 100;

    public static string Format(Tensor x)
    {
        using (Gradients.NoGrad())
        {
            var shown = x.Shape.Count > Threshold ? Corners(x) : x;
            return Format(Cells(shown), x.Shape, shown.Shape);
        }
    }

    /// <summary>Complex numbers as pairs such as <c>1.0000-2.0000j</c>.</summary>
    public static string Format(ComplexTensor z)
    {
        using (Gradients.NoGrad())
        {
            bool cut = z.Shape.Count > Threshold;
            var (re, im) = cut ? (Corners(z.Real), Corners(z.Imaginary)) : (z.Real, z.Imaginary);
            var parts = Floats([.. re.To(DType.Float64).ToArray<double>(), .. im.To(DType.Float64).ToArray<double>()]);
            int count = parts.Length / 2;
            var cells = new string[count];
            for (int i = 0; i < count; i++)
            {
                string imaginary = parts[count + i].TrimStart();
                cells[i] = $"{parts[i]}{(imaginary[0] == '-' ? "" : "+")}{imaginary}j";
            }
            return Format(Pad(cells), z.Shape, re.Shape);
        }
    }

    static string Format(string[] cells, Shape full, Shape shown)
    {
        if (full.Count == 0) return "[]";
        var text = new StringBuilder();
        int next = 0;
        Append(text, cells, ref next, full, shown, 0);
        return text.ToString();
    }

    /// <summary>Only the first and last few positions of each long axis.</summary>
    static Tensor Corners(Tensor x)
    {
        for (int axis = 0; axis < x.Rank; axis++)
        {
            long size = x.Shape[axis];
            if (size > 2 * Edge) x = Tensor.Concat([x.Narrow(axis, 0, Edge), x.Narrow(axis, size - Edge, Edge)], axis);
        }
        return x;
    }

    static string[] Cells(Tensor x)
    {
        if (x.DType == DType.Bool) return Pad(Array.ConvertAll(x.ToArray<bool>(), b => b ? "True" : "False"));
        if (x.DType == DType.UInt64) return Pad(Array.ConvertAll(x.ToArray<ulong>(), v => v.ToString(CultureInfo.InvariantCulture)));
        if (!x.DType.IsFloating()) return Pad(Array.ConvertAll(x.To(DType.Int64).ToArray<long>(), v => v.ToString(CultureInfo.InvariantCulture)));
        return Floats(x.To(DType.Float64).ToArray<double>());
    }

    static string[] Floats(double[] values)
    {
        var finite = values.Where(double.IsFinite).Select(Math.Abs).Where(v => v != 0).ToArray();
        bool whole = values.Where(double.IsFinite).All(v => v == Math.Truncate(v) && Math.Abs(v) < 1e8);
        bool scientific = finite.Length > 0 && (finite.Max() >= 1e8 || finite.Min() < 1e-4 || finite.Max() / finite.Min() > 1e4 && finite.Max() >= 1e5);
        string Print(double v)
        {
            if (double.IsNaN(v)) return "nan";
            if (double.IsInfinity(v)) return v > 0 ? "inf" : "-inf";
            if (whole) return v.ToString("0.", CultureInfo.InvariantCulture);
            return scientific ? v.ToString("0.0000e+00", CultureInfo.InvariantCulture) : v.ToString("0.0000", CultureInfo.InvariantCulture);
        }
        return Pad(Array.ConvertAll(values, Print));
    }

    static string[] Pad(string[] cells)
    {
        int width = cells.Length == 0 ? 0 : cells.Max(c => c.Length);
        return Array.ConvertAll(cells, c => c.PadLeft(width));
    }

    static void Append(StringBuilder text, string[] cells, ref int next, Shape full, Shape shown, int axis)
    {
        if (axis == full.Rank)
        {
            text.Append(cells[next++]);
            return;
        }
        long count = shown[axis];
        bool cut = full[axis] != shown[axis], last = axis == full.Rank - 1;
        text.Append('[');
        int column = axis + 1;
        for (long i = 0; i < count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
                if (!last) text.Append('\n', full.Rank - 1 - axis).Append(' ', axis + 1);
                else
                {
                    int width = cells.Length > 0 ? cells[0].Length + 2 : 0;
                    column += width;
                    if (column + width > LineWidth)
                    {
                        text.Append('\n').Append(' ', axis + 1);
                        column = axis + 1;
                    }
                    else text.Append(' ');
                }
            }
            if (cut && i == Edge) text.Append(last ? "..., " : "...,").Append(last ? "" : new string('\n', full.Rank - 1 - axis) + new string(' ', axis + 1));
            Append(text, cells, ref next, full, shown, axis + 1);
        }
        text.Append(']');
    }
}
