using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The epilogue that nets need most: y = clamp(y * scale + bias + residual, low, high), with a scale and a bias for each channel. What is null is left out.</summary>
internal unsafe struct ConvolutionFinish<T> where T : unmanaged
{
    /// <summary>Numbers for each channel, or null.</summary>
    public T* Scale, Bias;

    /// <summary>A tensor of the result's shape, or null.</summary>
    public T* Residual;

    /// <summary>The result.</summary>
    public T* Result;

    /// <summary>The least and the largest value: 0 and infinity for a rectifier, negative infinity and infinity for none.</summary>
    public double Low, High;

    /// <summary>This as an epilogue; it must stay where it is until the convolution has ended.</summary>
    public static ConvolutionEpilogue<T> Epilogue(ConvolutionFinish<T>* finish) => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(&Apply<V512<T>>, finish),
        InstructionLevel.Avx2 => new(&Apply<V256<T>>, finish),
        _ => new(&Apply<V128<T>>, finish),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<V>(void* state, in ConvolutionTile<T> tile) where V : unmanaged, ISimd<V, T>
    {
        var finish = (ConvolutionFinish<T>*)state;
        V low = V.Number(finish->Low), high = V.Number(finish->High);
        for (long channel = 0; channel < tile.Channels; channel++)
        {
            T* y = tile.Start + channel * tile.Row, residual = finish->Residual == null ? null : finish->Residual + (y - finish->Result);
            V scale = finish->Scale == null ? V.Number(1) : V.Create(finish->Scale[tile.Channel + channel]);
            V bias = finish->Bias == null ? default : V.Create(finish->Bias[tile.Channel + channel]);
            nint i = 0, count = (nint)tile.Pixels;
            for (; i + V.Count <= count; i += V.Count)
            {
                var value = V.MultiplyAdd(V.Load(y + i), scale, bias);
                if (residual != null) value += V.Load(residual + i);
                Clamp(value, low, high).Store(y + i);
            }
            if (i == count) continue;
            var last = V.MultiplyAdd(Partial<V, T>.Load(y + i, count - i, default), scale, bias);
            if (residual != null) last += Partial<V, T>.Load(residual + i, count - i, default);
            Partial<V, T>.Store(Clamp(last, low, high), y + i, count - i);
        }
    }

    /// <summary>NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Clamp<V>(V value, V low, V high) where V : unmanaged, ISimd<V, T> => V.MinNative(high, V.MaxNative(low, value));
}
