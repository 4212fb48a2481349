using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tauten.Ops;

namespace Tauten;

/// <summary>Reads elements in place.</summary>
public delegate TResult ElementReader<T, TResult>(ReadOnlySpan<T> elements);

public sealed partial class Tensor
{
    /// <summary>The single element.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Sum().Item&lt;float>());    // 6
    /// </code></example>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public T Item<T>() where T : unmanaged
    {
        CheckType<T>("Item");
        if (IsSymbolic) throw Symbolic();
        if (Shape.Count != 1) throw new ShapeException($"Item: expected a tensor with one element. Received: shape {Shape}. Use ToArray, or an index.");
        var result = Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref Storage.Reference, (nint)(layout.Offset * Unsafe.SizeOf<T>())));
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>The elements in row-major order, copied.</summary>
    /// <example><code>
    /// int[] values = Tensor.From(new[,] { { 1, 2 }, { 3, 4 } }).T.ToArray&lt;int>();
    /// Console.WriteLine(string.Join(" ", values));    // 1 3 2 4
    /// </code></example>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        CheckType<T>("ToArray");
        if (Shape.IsKnown && Shape.Count > Array.MaxLength) throw new ShapeException($"ToArray: {Shape.Count} elements do not fit into one array. Copy parts.");
        var result = new T[IsSymbolic ? throw Symbolic() : Shape.Count];
        CopyTo(result.AsSpan());
        return result;
    }

    /// <summary>Copies the elements in row-major order.</summary>
    /// <example><code>
    /// var values = new float[3];
    /// Tensor.From([1f, 2, 3]).CopyTo(values.AsSpan());
    /// Console.WriteLine(values[2]);    // 3
    /// </code></example>
    /// <exception cref="ShapeException">The destination is shorter than the tensor.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        CheckType<T>("CopyTo");
        if (IsSymbolic) throw Symbolic();
        if (destination.Length < Shape.Count) throw new ShapeException($"CopyTo: a destination of {destination.Length} elements is too short for shape {Shape}, which has {Shape.Count}.");
        var source = ReadableCopy();
        source.Elements<T>().CopyTo(destination);
        GC.KeepAlive(source);
    }

    /// <summary>
    /// The elements in row-major order. Small tensors and wrapped memory are read in place. The span of a larger one reads a managed mirror, made at
    /// the first call: a span must stay valid however long it is used, and it cannot keep pooled memory from being reused. <see cref="Read{T, TResult}"/>
    /// reads any contiguous tensor in place.
    /// </summary>
    /// <example><code>
    /// float total = 0;
    /// foreach (float value in Tensor.From([1f, 2, 3]).AsSpan&lt;float>()) total += value;
    /// Console.WriteLine(total);    // 6
    /// </code></example>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged
    {
        CheckType<T>("AsSpan");
        if (IsSymbolic) throw Symbolic();
        if (Shape.Count > int.MaxValue) throw new ShapeException($"AsSpan: {Shape.Count} elements are more than a span can hold. Use an index to read parts.");
        if (memory is StorageToken || !layout.IsContiguous || !Backend.IsHostReadable) return Mirror<T>();
        return Elements<T>();
    }

    /// <summary>Calls <paramref name="reader"/> with the elements in row-major order, in place if the tensor is contiguous and the host can read it.</summary>
    /// <example><code>
    /// float largest = Tensor.From([1f, 5, 3]).Read((ReadOnlySpan&lt;float> elements) =>
    /// {
    ///     float found = elements[0];
    ///     foreach (float value in elements) found = Math.Max(found, value);
    ///     return found;
    /// });
    /// Console.WriteLine(largest);    // 5
    /// </code></example>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public TResult Read<T, TResult>(ElementReader<T, TResult> reader) where T : unmanaged
    {
        CheckType<T>("Read");
        if (IsSymbolic) throw Symbolic();
        var source = ReadableCopy();
        var result = reader(source.Elements<T>());
        GC.KeepAlive(source);
        return result;
    }

    /// <summary>The tensor on another backend; the tensor itself if it is there already.</summary>
    public Tensor To(Backend backend)
    {
        if (IsSymbolic) throw Symbolic();
        if (ReferenceEquals(backend, Backend)) return this;
        var source = ReadableCopy();
        var result = Allocate(backend, Spec);
        backend.CopyFromHost(result.Storage, source.Bytes());
        GC.KeepAlive(source);
        return result;
    }

    Tensor ReadableCopy()
    {
        var source = layout.IsContiguous ? this : Ops.Contiguous.Copy(this);
        if (source.Backend.IsHostReadable) return source;
        var host = Allocate(Backends.Default, Spec);
        source.Backend.CopyToHost(source.Storage, source.layout.Offset * DType.Size(), MemoryMarshal.CreateSpan(ref host.Storage.Reference, checked((int)(Shape.Count * DType.Size()))));
        return host;
    }

    ReadOnlySpan<byte> Bytes() => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref Storage.Reference, (nint)(layout.Offset * DType.Size())), checked((int)(Shape.Count * DType.Size())));

    ReadOnlySpan<T> Elements<T>() where T : unmanaged =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref Unsafe.Add(ref Storage.Reference, (nint)(layout.Offset * Unsafe.SizeOf<T>()))), checked((int)Shape.Count));

    // One mirror for each tensor object, for as long as the object lives.
    static readonly ConditionalWeakTable<Tensor, Array> mirrors = [];

    ReadOnlySpan<T> Mirror<T>() where T : unmanaged => (T[])mirrors.GetValue(this, static tensor => tensor.ToArray<T>());

    void CheckType<T>(string method) where T : unmanaged
    {
        if (DTypes.Of<T>() != DType) throw new DTypeException($"{method}<{typeof(T).Name}>: the elements are {DType.Name()}. Use the matching C# type, or convert with To(dtype).");
    }

    /// <summary>The elements as NumPy prints them.</summary>
    public override string ToString() => IsSymbolic ? $"symbolic {Spec}" : TensorText.Format(this);
}
