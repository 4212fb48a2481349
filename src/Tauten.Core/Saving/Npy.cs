using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Reads and writes single arrays in NumPy's format, <c>.npy</c>: versions 1.0 to 3.0, both byte orders, both orders of axes, real and complex numbers and bools.
/// Files hold data only: objects, which Python would unpickle, are refused, as are texts and structures. What a header claims is checked against
/// the file before memory is taken for it.
/// </summary>
/// <example><code>
/// Npy.Save("x.npy", Tensor.Arange(6).Reshape(2, 3));      // np.load("x.npy") in Python
/// Console.WriteLine(Npy.Load("x.npy"));
/// // [[0, 1, 2],
/// //  [3, 4, 5]]
/// </code></example>
public static class Npy
{
    const int PieceSize = 1 << 20;

    /// <summary>Writes a file, which is replaced if it exists; a crash leaves the old one or the new one.</summary>
    /// <exception cref="DTypeException">The dtype is bfloat16, which NumPy does not have.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Tensor tensor) => WholeFile.Write(path, stream => Save(stream, tensor));

    /// <summary>Writes complex numbers to a file, which is replaced if it exists; a crash leaves the old one or the new one.</summary>
    /// <exception cref="DTypeException">The parts are of 16 bits, which NumPy does not have.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, ComplexTensor tensor) => WholeFile.Write(path, stream => Save(stream, tensor));

    /// <summary>Writes to a stream.</summary>
    /// <exception cref="DTypeException">The dtype is bfloat16, which NumPy does not have.</exception>
    public static void Save(Stream stream, Tensor tensor)
    {
        stream.Write(NpyHeader.Write(tensor.DType, false, tensor.Shape));
        foreach (var piece in Pieces(tensor)) stream.Write(piece.Span);
    }

    /// <summary>Writes complex numbers to a stream.</summary>
    /// <exception cref="DTypeException">The parts are of 16 bits, which NumPy does not have.</exception>
    public static void Save(Stream stream, ComplexTensor tensor)
    {
        stream.Write(NpyHeader.Write(tensor.DType, true, tensor.Shape));
        int size = tensor.DType.Size();
        var both = new byte[2 * PieceSize];
        foreach (var (re, im) in Pieces(tensor.Real).Zip(Pieces(tensor.Imaginary)))
        {
            for (int i = 0; i < re.Length; i += size)
            {
                re.Span.Slice(i, size).CopyTo(both.AsSpan(2 * i));
                im.Span.Slice(i, size).CopyTo(both.AsSpan(2 * i + size));
            }
            stream.Write(both, 0, 2 * re.Length);
        }
    }

    /// <summary>The real array in a file.</summary>
    /// <exception cref="ModelFormatException">The file is not in the format, or holds something else; the message says what was read and what was expected.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Tensor Load(string path) => Whole(path).RealPart(path);

    /// <summary>The real array at the position of a stream, which is left behind it; one that cannot tell its length is held in memory first.</summary>
    /// <exception cref="ModelFormatException">The stream is not in the format, or holds something else.</exception>
    public static Tensor Load(Stream stream) => Next(stream).RealPart("stream");

    /// <summary>The complex array in a file.</summary>
    /// <exception cref="ModelFormatException">The file is not in the format, or holds something else.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ComplexTensor LoadComplex(string path) => Whole(path).ComplexPart(path);

    /// <summary>The complex array at the position of a stream, which is left behind it; one that cannot tell its length is held in memory first.</summary>
    /// <exception cref="ModelFormatException">The stream is not in the format, or holds something else.</exception>
    public static ComplexTensor LoadComplex(Stream stream) => Next(stream).ComplexPart("stream");

    static NpyArray Whole(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var array = Read(stream, stream.Length, path);
        if (stream.Position != stream.Length) throw new ModelFormatException($"{path}: {stream.Length - stream.Position} bytes follow the array. Expected none.");
        return array;
    }

    static NpyArray Next(Stream stream)
    {
        stream = WholeFile.Seekable(stream);
        return Read(stream, stream.Length - stream.Position, "stream");
    }

    /// <summary>Reads an array of which <paramref name="length"/> bytes are there; <paramref name="source"/> names it in messages.</summary>
    internal static NpyArray Read(Stream stream, long length, string source)
    {
        try
        {
            var header = NpyHeader.Read(stream, length, source);
            // The first axis along memory is a row-major array of the reversed shape, seen with its axes reversed.
            long[] sizes = [.. header.Sizes];
            if (header.IsFortranOrder) Array.Reverse(sizes);
            var spec = new TensorSpec(header.DType, Shape.Of(sizes));
            if (!header.IsComplex) return new(Ordered(Fill(stream, header, spec, source)[0], header));
            var parts = Fill(stream, header, spec, source);
            return new(new ComplexTensor(Ordered(parts[0], header), Ordered(parts[1], header)));
        }
        catch (EndOfStreamException e)
        {
            throw new ModelFormatException($"{source}: the data ends before the {length} bytes that were announced.", e);
        }
    }

    static Tensor Ordered(Tensor x, NpyHeader header) => header.IsFortranOrder && x.Rank > 1 ? x.Permute([.. Enumerable.Range(0, x.Rank).Reverse()]).Contiguous() : x;

    static Tensor[] Fill(Stream stream, NpyHeader header, TensorSpec spec, string source)
    {
        int size = header.DType.Size(), parts = header.IsComplex ? 2 : 1;
        var tensors = new Tensor[parts];
        var hosts = new byte[parts][];
        for (int p = 0; p < parts; p++)
        {
            tensors[p] = Tensor.Allocate(Backends.Default, spec);
            if (!tensors[p].Backend.IsHostReadable) hosts[p] = new byte[header.DataBytes / parts];
        }
        var piece = new byte[Math.Min(PieceSize, header.DataBytes)];
        for (long done = 0; done < header.DataBytes; done += piece.Length)
        {
            var bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, header.DataBytes - done));
            stream.ReadExactly(bytes);
            if (header.IsBigEndian)
                for (int i = 0; i < bytes.Length; i += size) bytes.Slice(i, size).Reverse();
            if (header.DType == DType.Bool && bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) is var wrong and >= 0)
                throw new ModelFormatException($"{source}: element {done + wrong} of a bool array is {bytes[wrong]}. Expected 0 or 1.");
            for (int p = 0; p < parts; p++)
            {
                int count = bytes.Length / parts;
                var target = hosts[p] is { } host ? host.AsSpan((int)(done / parts), count) : MemoryMarshal.CreateSpan(ref Unsafe.Add(ref tensors[p].Storage.Reference, (nint)(done / parts)), count);
                if (parts == 1) bytes.CopyTo(target);
                else
                    for (int i = 0; i < count; i += size) bytes.Slice(2 * i + p * size, size).CopyTo(target[i..]);
            }
        }
        for (int p = 0; p < parts; p++)
        {
            if (hosts[p] is { } host) tensors[p].Backend.CopyFromHost(tensors[p].Storage, host);
            GC.KeepAlive(tensors[p]);
        }
        return tensors;
    }

    /// <summary>The bytes of the elements in row-major order, piece by piece; each piece is valid until the next one.</summary>
    static IEnumerable<ReadOnlyMemory<byte>> Pieces(Tensor tensor)
    {
        var source = tensor.Layout.IsContiguous ? tensor : Contiguous.Copy(tensor);
        long start = source.Layout.Offset * source.DType.Size(), bytes = source.Count * source.DType.Size();
        var piece = new byte[Math.Min(PieceSize, bytes)];
        for (long done = 0; done < bytes; done += piece.Length)
        {
            int count = (int)Math.Min(piece.Length, bytes - done);
            source.Backend.CopyToHost(source.Storage, start + done, piece.AsSpan(0, count));
            yield return piece.AsMemory(0, count);
        }
        GC.KeepAlive(source);
    }
}
