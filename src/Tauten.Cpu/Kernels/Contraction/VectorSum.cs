using System.Numerics;

namespace Tauten.Cpu;

/// <summary>The sum of the lanes of a vector.</summary>
internal static unsafe class VectorSum<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Halves are added until one lane is left.</summary>
    public static T Of(V vector)
    {
        if (sizeof(T) >= 4)
        {
            if (V.Count >= 16) vector += V.Exchange(vector, 8);
            if (V.Count >= 8) vector += V.Exchange(vector, 4);
            if (V.Count >= 4) vector += V.Exchange(vector, 2);
            if (V.Count >= 2) vector += V.Exchange(vector, 1);
            return *(T*)&vector;
        }
        var lanes = (T*)&vector;
        for (int half = V.Count / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
                lanes[lane] += lanes[lane + half];
        }
        return lanes[0];
    }
}
