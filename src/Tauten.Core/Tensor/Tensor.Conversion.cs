using System.Runtime.InteropServices;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>As float32; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).Float().DType);    // Float32
    /// </code></example>
    public Tensor Float() => To(DType.Float32);

    /// <summary>As float64; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).Double().DType);    // Float64
    /// </code></example>
    public Tensor Double() => To(DType.Float64);

    /// <summary>As float16; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0.1f]).Half().ToArray&lt;Half>()[0]);    // 0.1
    /// </code></example>
    public Tensor Half() => To(DType.Float16);

    /// <summary>As bfloat16; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0.1f]).BFloat16().Float());    // [0.1001]
    /// </code></example>
    public Tensor BFloat16() => To(DType.BFloat16);

    /// <summary>As int8; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([300f, -300]).SByte());    // [ 127, -128]
    /// </code></example>
    public Tensor SByte() => To(DType.Int8);

    /// <summary>As uint8; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3.7f, 300, -1]).Byte());    // [  3, 255,   0]
    /// </code></example>
    public Tensor Byte() => To(DType.UInt8);

    /// <summary>As int16; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([70_000, -1]).Short());    // [4464,   -1]
    /// </code></example>
    public Tensor Short() => To(DType.Int16);

    /// <summary>As int32; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([2.9f, -2.9f]).Int());    // [ 2, -2]
    /// </code></example>
    public Tensor Int() => To(DType.Int32);

    /// <summary>As int64; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([2.9f, -2.9f]).Long());    // [ 2, -2]
    /// </code></example>
    public Tensor Long() => To(DType.Int64);

    /// <summary>As bool: whether elements differ from 0; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 0.5f, -1]).Bool());    // [False,  True,  True]
    /// </code></example>
    public Tensor Bool() => To(DType.Bool);

    /// <summary>In the dtype of another tensor; see <see cref="To(DType)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).TypeAs(Tensor.From(0.5)).DType);    // Float64
    /// </code></example>
    public Tensor TypeAs(Tensor other) => To(other.DType);

    /// <summary>A matrix with a copy of rows, which have one length.</summary>
    /// <exception cref="ShapeException">The rows have different lengths.</exception>
    public static Tensor From<T>(T[][] rows, bool requiresGrad = false) where T : unmanaged
    {
        int columns = rows.Length == 0 ? 0 : rows[0].Length;
        var all = new T[rows.Length * columns];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length != columns) throw new ShapeException($"Tensor.From: row {i} has {rows[i].Length} values. Expected {columns}, as the first.");
            rows[i].CopyTo(all, i * columns);
        }
        return From(all, Shape.Of(rows.Length, columns), requiresGrad);
    }

    /// <summary>The elements of a matrix, copied.</summary>
    /// <example><code>
    /// float[,] rows = Tensor.Eye(2).ToArray2D&lt;float>();
    /// Console.WriteLine(rows[1, 1]);    // 1
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is not a matrix.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public T[,] ToArray2D<T>() where T : unmanaged
    {
        if (Rank != 2) throw new ShapeException($"ToArray2D: expected a matrix. Received: shape {Shape}.");
        var result = new T[Shape[0], Shape[1]];
        if (result.Length > 0) CopyTo(MemoryMarshal.CreateSpan(ref result[0, 0], result.Length));
        return result;
    }

    /// <summary>The elements of a tensor of three axes, copied.</summary>
    /// <example><code>
    /// float[,,] values = Tensor.Arange(0, 8).Reshape(2, 2, 2).ToArray3D&lt;float>();
    /// Console.WriteLine(values[1, 0, 1]);    // 5
    /// </code></example>
    /// <exception cref="ShapeException">The tensor does not have three axes.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public T[,,] ToArray3D<T>() where T : unmanaged
    {
        if (Rank != 3) throw new ShapeException($"ToArray3D: expected three axes. Received: shape {Shape}.");
        var result = new T[Shape[0], Shape[1], Shape[2]];
        if (result.Length > 0) CopyTo(MemoryMarshal.CreateSpan(ref result[0, 0, 0], result.Length));
        return result;
    }

    /// <summary>What a C# function makes of each element, one after the other on the host. No gradient flows through it, and it cannot be captured.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3L, 9]).Map((long n) => n % 2 == 1 ? double.Sqrt(n) : n));    // [1.7321, 3.0000]
    /// </code></example>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type, or <typeparamref name="TResult"/> none.</exception>
    /// <exception cref="GradientException">The tensor requires gradients.</exception>
    public Tensor Map<T, TResult>(Func<T, TResult> function) where T : unmanaged where TResult : unmanaged
    {
        if (IsTracked && Ambient.Current.Tracks) throw new GradientException($"Map: no gradient flows through a C# function, but the tensor of shape {Shape} requires gradients. Use Detach, or tensor operations.");
        return From(Array.ConvertAll(ToArray<T>(), x => function(x)), Shape);
    }
}
