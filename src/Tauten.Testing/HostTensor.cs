using System.Runtime.CompilerServices;

namespace Tauten.Testing;

/// <summary>
/// The elements of a tensor outside of any backend, in row-major order and without rounding: real numbers as double, whole numbers and bools as
/// 128-bit integers, in which sums and products of 64-bit integers keep their low 64 bits right.
/// </summary>
public sealed class HostTensor
{
    readonly double[]? reals;
    readonly Int128[]? wholes;

    HostTensor(DType dtype, Shape shape, double[]? reals, Int128[]? wholes) => (DType, Shape, this.reals, this.wholes) = (dtype, shape, reals, wholes);

    /// <summary>Real numbers; <paramref name="dtype"/> says to what they are rounded when they are written.</summary>
    public HostTensor(DType dtype, Shape shape, double[] values) : this(dtype, shape, dtype.IsFloating() ? values : throw new ArgumentException("Expected a floating-point dtype."), null) => CheckCount(values.Length);

    /// <summary>Whole numbers; <paramref name="dtype"/> says to what they wrap around when they are written.</summary>
    public HostTensor(DType dtype, Shape shape, Int128[] values) : this(dtype, shape, null, !dtype.IsFloating() ? values : throw new ArgumentException("Expected an integer dtype or bool.")) => CheckCount(values.Length);

    /// <summary>The element type.</summary>
    public DType DType { get; }

    /// <summary>The dimensions, all known.</summary>
    public Shape Shape { get; }

    /// <summary>Element type and shape.</summary>
    public TensorSpec Spec => new(DType, Shape);

    /// <summary>The number of elements.</summary>
    public int Count => reals?.Length ?? wholes!.Length;

    /// <summary>Whether the elements are real numbers.</summary>
    public bool IsReal => reals is not null;

    /// <summary>The elements of a floating-point tensor.</summary>
    public double[] Reals => reals ?? throw new InvalidOperationException($"The elements are {DType.Name()}, not real numbers.");

    /// <summary>The elements of an integer or bool tensor.</summary>
    public Int128[] Wholes => wholes ?? throw new InvalidOperationException($"The elements are {DType.Name()}, not whole numbers.");

    internal int[] Sizes => [.. Shape.Select(d => checked((int)d.Value))];

    /// <summary>Reads a tensor of a backend whose memory the host can read.</summary>
    public static HostTensor Read(Tensor x)
    {
        var places = Places(x.Layout);
        ref byte memory = ref Start(x);
        int size = x.DType.Size();
        HostTensor result;
        if (x.DType.IsFloating())
        {
            var values = new double[places.Length];
            for (int i = 0; i < values.Length; i++) values[i] = LoadReal(ref Unsafe.Add(ref memory, (nint)(places[i] * size)), x.DType);
            result = new(x.DType, x.Shape, values, null);
        }
        else
        {
            var values = new Int128[places.Length];
            for (int i = 0; i < values.Length; i++) values[i] = LoadWhole(ref Unsafe.Add(ref memory, (nint)(places[i] * size)), x.DType);
            result = new(x.DType, x.Shape, null, values);
        }
        GC.KeepAlive(x);
        return result;
    }

    /// <summary>Writes the elements, rounded or wrapped to the tensor's dtype.</summary>
    internal void WriteTo(Tensor y)
    {
        var places = Places(y.Layout);
        ref byte memory = ref Start(y);
        int size = DType.Size();
        for (int i = 0; i < places.Length; i++)
        {
            ref byte place = ref Unsafe.Add(ref memory, (nint)(places[i] * size));
            if (reals is not null) StoreReal(ref place, DType, reals[i]);
            else StoreWhole(ref place, DType, wholes![i]);
        }
        GC.KeepAlive(y);
    }

    /// <summary>The same numbers as another floating-point dtype, rounded to it.</summary>
    public HostTensor Rounded(DType dtype) => new(dtype, Shape, Array.ConvertAll(Reals, v => Rounding.To(dtype, v)), null);

    /// <summary>The same numbers under another floating-point dtype, not rounded.</summary>
    public HostTensor As(DType dtype) => new(dtype, Shape, Reals);

    /// <summary>The same elements under another shape.</summary>
    internal HostTensor Reshape(Shape shape) => new(DType, shape, reals, wholes);

    /// <summary>A tensor whose element i is element <c>from[i]</c> of this one.</summary>
    internal HostTensor Pick(Shape shape, int[] from) => reals is not null
        ? new(DType, shape, Array.ConvertAll(from, i => reals[i]), null)
        : new(DType, shape, null, Array.ConvertAll(from, i => wholes![i]));

    /// <summary>Like the other overload, with a filler where the position is negative.</summary>
    internal HostTensor Pick(Shape shape, int[] from, double filler) => reals is not null
        ? new(DType, shape, Array.ConvertAll(from, i => i < 0 ? filler : reals[i]), null)
        : new(DType, shape, null, Array.ConvertAll(from, i => i < 0 ? Rounding.ToWhole(DType, filler) : wholes![i]));

    internal HostTensor Copy() => new(DType, Shape, (double[]?)reals?.Clone(), (Int128[]?)wholes?.Clone());

    void CheckCount(int count)
    {
        if (Shape.Count != count) throw new ArgumentException($"{count} values do not fill shape {Shape}.");
    }

    static ref byte Start(Tensor x) => ref Unsafe.Add(ref x.Storage.Reference, (nint)(x.Layout.Offset * x.DType.Size()));

    // Where each element lies, from the first on, in row-major order of the positions.
    static long[] Places(Layout layout)
    {
        var places = new long[layout.Count];
        if (places.Length == 0) return places;
        var sizes = layout.Sizes;
        var strides = layout.Strides;
        var position = new long[layout.Rank];
        for (int i = 0; i < places.Length; i++)
        {
            for (int k = 0; k < position.Length; k++) places[i] += position[k] * strides[k];
            for (int k = position.Length - 1; k >= 0 && ++position[k] == sizes[k]; k--) position[k] = 0;
        }
        return places;
    }

    static double LoadReal(ref byte place, DType dtype) => dtype switch
    {
        DType.Float32 => Unsafe.ReadUnaligned<float>(ref place),
        DType.Float64 => Unsafe.ReadUnaligned<double>(ref place),
        DType.Float16 => (double)Unsafe.ReadUnaligned<Half>(ref place),
        _ => Unsafe.ReadUnaligned<BFloat16>(ref place),
    };

    static Int128 LoadWhole(ref byte place, DType dtype) => dtype switch
    {
        DType.Int8 => (sbyte)place,
        DType.UInt8 or DType.Bool => place,
        DType.Int16 => Unsafe.ReadUnaligned<short>(ref place),
        DType.UInt16 => Unsafe.ReadUnaligned<ushort>(ref place),
        DType.Int32 => Unsafe.ReadUnaligned<int>(ref place),
        DType.UInt32 => Unsafe.ReadUnaligned<uint>(ref place),
        DType.Int64 => Unsafe.ReadUnaligned<long>(ref place),
        _ => Unsafe.ReadUnaligned<ulong>(ref place),
    };

    static void StoreReal(ref byte place, DType dtype, double value)
    {
        double rounded = Rounding.To(dtype, value);
        if (dtype == DType.Float64) Unsafe.WriteUnaligned(ref place, rounded);
        else if (dtype == DType.Float32) Unsafe.WriteUnaligned(ref place, (float)rounded);
        else if (dtype == DType.Float16) Unsafe.WriteUnaligned(ref place, (Half)rounded);
        else Unsafe.WriteUnaligned(ref place, (BFloat16)(float)rounded);
    }

    static void StoreWhole(ref byte place, DType dtype, Int128 value)
    {
        ulong low = unchecked((ulong)value);
        switch (dtype.Size())
        {
            case 1: place = unchecked((byte)low); break;
            case 2: Unsafe.WriteUnaligned(ref place, unchecked((ushort)low)); break;
            case 4: Unsafe.WriteUnaligned(ref place, unchecked((uint)low)); break;
            default: Unsafe.WriteUnaligned(ref place, low); break;
        }
    }
}
