using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The elements of a window along one axis: where it begins, and which of its elements lie inside of the input.</summary>
internal readonly record struct WindowSpan(long Start, long First, long End);

/// <summary>Largest elements of windows in steps of 1 or 2 along a row, a vector of neighbouring windows at a time.</summary>
internal readonly unsafe struct MaxWindows<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    private readonly WindowShape shape;
    private readonly long from, end;
    private readonly T* limit;
    private readonly V lanes;

    /// <summary>For windows of a shape, in planes that end before <paramref name="limit"/>.</summary>
    public MaxWindows(in WindowShape shape, T* limit)
    {
        this.shape = shape;
        this.limit = limit;
        long span = (shape.Window[2] - 1) * shape.Dilation[2] + 1, stride = shape.Stride[2], before = shape.Before[2];
        from = Math.Min((before + stride - 1) / stride, shape.Output[2]);
        end = Math.Clamp((shape.Input[2] - span + before + stride) / stride, from, shape.Output[2]);
        // Positions are counted in lanes of 4 bytes.
        if (shape.Input[2] < span || end - from < V.Count || stride > 2 || shape.Input[0] * shape.Input[1] * shape.Input[2] > int.MaxValue) end = from;
        V positions = default;
        for (int i = 0; i < V.Count; i++)
        {
            if (sizeof(T) == 4) ((int*)&positions)[i] = (int)(i * stride);
            else ((long*)&positions)[i] = i * stride;
        }
        lanes = positions;
    }

    /// <summary>Those of a row whose columns lie all inside of the input: the first, and behind the last; none where windows must be taken one by one.</summary>
    public (long From, long End) Range(T* plane, WindowSpan depth, WindowSpan height)
    {
        if (depth.First >= depth.End || height.First >= height.End || end == from) return (from, from);
        long lastRow = (depth.Start + (depth.End - 1) * shape.Dilation[0]) * shape.Input[1] + height.Start + (height.End - 1) * shape.Dilation[1];
        long last = lastRow * shape.Input[2] + (end - V.Count) * shape.Stride[2] - shape.Before[2] + (shape.Window[2] - 1) * shape.Dilation[2];
        return plane + last + shape.Stride[2] * V.Count <= limit ? (from, end) : (from, from);
    }

    /// <summary>The windows of <see cref="Range"/>; the last vector overlaps the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* plane, WindowSpan depth, WindowSpan height, T* y, long* indices)
    {
        long rows = shape.Input[1], columns = shape.Input[2], step0 = shape.Dilation[0], step1 = shape.Dilation[1], step = shape.Dilation[2];
        long stride = shape.Stride[2], window = shape.Window[2];
        bool pairs = stride == 2 && step == 1;
        V positions = lanes;
        for (long o = from; o < end; o += V.Count)
        {
            long at = Math.Min(o, end - V.Count), column = at * stride - shape.Before[2];
            long first = ((depth.Start + depth.First * step0) * rows + height.Start + height.First * step1) * columns + column;
            V best = stride == 1 ? V.Load(plane + first) : Pairs<V, T>.Split(plane + first).Even, place = V.AddBits(positions, V.Pattern(first));
            for (long k0 = depth.First; k0 < depth.End; k0++)
            {
                for (long k1 = height.First; k1 < height.End; k1++)
                {
                    long i = ((depth.Start + k0 * step0) * rows + height.Start + k1 * step1) * columns + column;
                    long k2 = 0;
                    for (; pairs && k2 + 2 <= window; k2 += 2, i += 2)
                    {
                        var (even, odd) = Pairs<V, T>.Split(plane + i);
                        Choose(even, V.AddBits(positions, V.Pattern(i)), ref best, ref place);
                        Choose(odd, V.AddBits(positions, V.Pattern(i + 1)), ref best, ref place);
                    }
                    for (; k2 < window; k2++, i += step)
                        Choose(stride == 1 ? V.Load(plane + i) : Pairs<V, T>.Split(plane + i).Even, V.AddBits(positions, V.Pattern(i)), ref best, ref place);
                }
            }
            best.Store(y + at);
            if (sizeof(T) == 4) Pairs<V, T>.Join(place, default, (T*)(indices + at));
            else place.Store((T*)(indices + at));
        }
    }

    /// <summary>The first of the largest elements; nothing beats NaN, which is not at most anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Choose(V value, V position, ref V best, ref V place)
    {
        V isLarger = ~(value <= best) & V.Equal(best, best);
        best = V.Select(isLarger, value, best);
        place = V.Select(isLarger, position, place);
    }
}
