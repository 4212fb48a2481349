using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten;

/// <summary>The elements behind one or more tensors of a PyTorch file, read when the first of them is made.</summary>
/// <param name="dtype">The type of the elements.</param>
/// <param name="count">How many there are.</param>
/// <param name="open">Opens the bytes.</param>
/// <param name="isBigEndian">Whether the file was written on a big-endian machine.</param>
/// <param name="name">Names the storage in messages.</param>
sealed class PyTorchStorage(DType dtype, long count, Func<Stream> open, bool isBigEndian, string name)
{
    const int PieceSize = 1 << 20;

    readonly Dictionary<DType, Tensor> elements = [];

    /// <summary>The type of the elements.</summary>
    public DType DType => dtype;

    /// <summary>How many elements there are.</summary>
    public long Count => count;

    /// <summary>Some of the elements, as a storage whose first element is number <paramref name="first"/>.</summary>
    public PyTorchStorage Part(long first, long length)
    {
        if (first < 0 || length < 0 || first > count - length) throw new ModelFormatException($"{name}: elements {first} to {first + length} leave the {count} of the storage.");
        return new(dtype, length, () => Skipped(open(), first * dtype.Size()), isBigEndian, name);
    }

    /// <summary>A tensor of these sizes and strides, which shares memory with all others of this storage.</summary>
    /// <exception cref="ModelFormatException">It does not lie within the storage.</exception>
    public Tensor View(DType type, long offset, long[] sizes, long[] strides)
    {
        const int MostAxes = 64;
        string Described() => $"a tensor of shape [{string.Join(", ", sizes)}] with strides [{string.Join(", ", strides)}] from element {offset} on";
        if (sizes.Length != strides.Length || sizes.Length > MostAxes || sizes.Any(s => s < 0) || strides.Any(s => s < 0) || offset < 0) throw new ModelFormatException($"{name}: {Described()} is not valid.");
        long room = count * dtype.Size() / type.Size(), last = offset;
        Shape shape;
        try
        {
            shape = Shape.Of(sizes);
            _ = checked(sizes.Aggregate((long)type.Size(), (bytes, size) => checked(bytes * size)));
            for (int i = 0; i < sizes.Length; i++) last = checked(last + Math.Max(sizes[i] - 1, 0) * strides[i]);
        }
        catch (Exception e) when (e is OverflowException or ShapeException)
        {
            throw new ModelFormatException($"{name}: {Described()} has more elements than can be counted.", e);
        }
        if (sizes.Contains(0)) return Tensor.Zeros(shape, type);
        if (last >= room) throw new ModelFormatException($"{name}: {Described()} leaves the {room} elements of the storage.");
        if (!elements.TryGetValue(type, out var all)) elements.Add(type, all = Read(type, room));
        return all.AsStrided(shape, Dims.Create(strides), offset);
    }

    Tensor Read(DType type, long room)
    {
        using var stream = open();
        var tensor = Tensor.Allocate(Backends.Default, new(type, Shape.Of(room)));
        long bytes = room * type.Size();
        bool inPlace = tensor.Backend.IsHostReadable;
        var held = inPlace ? [] : new byte[bytes];
        for (long done = 0; done < bytes; done += PieceSize)
        {
            int length = (int)Math.Min(PieceSize, bytes - done);
            var piece = inPlace ? MemoryMarshal.CreateSpan(ref Unsafe.Add(ref tensor.Storage.Reference, (nint)done), length) : held.AsSpan((int)done, length);
            stream.ReadExactly(piece);
            Check(piece, type, done);
        }
        if (!inPlace) tensor.Backend.CopyFromHost(tensor.Storage, held);
        return tensor;
    }

    void Check(Span<byte> piece, DType type, long first)
    {
        int size = type.Size();
        if (isBigEndian && size > 1)
            for (int i = 0; i < piece.Length; i += size) piece.Slice(i, size).Reverse();
        // Kernels rely on bools being 0 or 1.
        int wrong = type == DType.Bool ? piece.IndexOfAnyExceptInRange((byte)0, (byte)1) : -1;
        if (wrong >= 0) throw new ModelFormatException($"{name}: element {first + wrong} of dtype bool is {piece[wrong]}. Expected 0 or 1.");
    }

    static Stream Skipped(Stream stream, long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Current);
            return stream;
        }
        var buffer = new byte[Math.Min(bytes, PieceSize)];
        for (long left = bytes; left > 0; left -= buffer.Length) stream.ReadExactly(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
        return stream;
    }
}
