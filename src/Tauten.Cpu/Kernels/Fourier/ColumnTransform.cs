using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Transforms along an axis that is not the last: neighbours along the last axes are the lanes of vectors.</summary>
internal static unsafe class ColumnTransform<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Longer axes, and those that need a convolution, are turned into rows first.</summary>
    public const long LongestPanel = 2048;

    struct Panels : IChunks
    {
        public FourierPlan<T> Plan;
        public T* Xr, Xi, Yr, Yi;
        public nint Inner;
        public int PerMatrix;
        public double Factor;

        public void Run(int chunk)
        {
            nint n = (nint)Plan.Length, size = n * V.Count, matrix = chunk / PerMatrix, first = (nint)(chunk % PerMatrix) * V.Count, lanes = (nint)Math.Min(V.Count, Inner - first);
            nint at = matrix * n * Inner + first;
            using var scratch = Scratch.Take((2 * size + PanelTransform<V, T>.ScratchSize(Plan)) * sizeof(T));
            T* re = (T*)scratch.Pointer, im = re + size, rest = im + size;
            T factor = T.CreateTruncating(Factor);
            if (lanes == V.Count && Factor == 1)
            {
                PanelTransform<V, T>.Run(Plan, Xr + at, Xi + at, Inner, Yr + at, Yi + at, Inner, rest);
                return;
            }
            PanelTransform<V, T>.Gather(Xr + at, Inner, n, lanes, re);
            PanelTransform<V, T>.Gather(Xi + at, Inner, n, lanes, im);
            PanelTransform<V, T>.Run(Plan, re, im, V.Count, re, im, V.Count, rest);
            if (Factor != 1) PanelTransform<V, T>.Scale(re, 2 * size, factor);
            PanelTransform<V, T>.Spread(re, n, lanes, Yr + at, Inner);
            PanelTransform<V, T>.Spread(im, n, lanes, Yi + at, Inner);
        }
    }

    /// <summary>Whether the axis is best transformed where it is.</summary>
    public static bool Fits(FourierPlan<T> plan, long inner) => inner >= V.Count && plan.Method != FourierMethod.Chirp && plan.Length <= LongestPanel;

    /// <summary>Transforms the middle axis of [outer, n, inner], times a factor. The result must not overwrite the input.</summary>
    public static void Run(FourierPlan<T> plan, T* xr, T* xi, T* yr, T* yi, long outer, long inner, double factor)
    {
        int perMatrix = (int)((inner + V.Count - 1) / V.Count);
        var panels = new Panels { Plan = plan, Xr = xr, Xi = xi, Yr = yr, Yi = yi, Inner = (nint)inner, PerMatrix = perMatrix, Factor = factor };
        Workers.For(checked((int)(outer * perMatrix)), RowTransform<V, T>.Nanoseconds * outer * inner * plan.Length, ref panels);
    }
}
