using System.Buffers.Binary;
using System.Text;

namespace Tauten;

/// <summary>The bytes of a file, read at addresses that are checked first.</summary>
sealed class Hdf5Bytes(Stream stream, string source)
{

    /// <summary>Names the file in messages.</summary>
    public string Source => source;

    /// <summary>The size of the file.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>Where addresses count from.</summary>
    public long Base
    {
        get;
        set => field = value >= 0 && value <= Length ? value : throw Wrong($"addresses count from {value}, outside of its {Length} bytes");
    }

    /// <summary>Bytes of an address.</summary>
    public int OffsetSize { get; set; } = 8;

    /// <summary>Bytes of a length.</summary>
    public int LengthSize { get; set; } = 8;

    /// <summary>Whether an address stands for nothing: all of its bits are set.</summary>
    public bool IsUndefined(long address) => address == (OffsetSize == 8 ? -1 : (1L << (8 * OffsetSize)) - 1);

    /// <summary>Some bytes.</summary>
    /// <exception cref="ModelFormatException">They leave the file.</exception>
    public byte[] At(long address, long count)
    {
        Check(address, count);
        var bytes = new byte[count];
        stream.Position = Base + address;
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads into memory.</summary>
    public void At(long address, Span<byte> target)
    {
        Check(address, target.Length);
        stream.Position = Base + address;
        stream.ReadExactly(target);
    }

    void Check(long address, long count)
    {
        if (address < 0 || count < 0 || address > Length - Base - count) throw Wrong($"bytes {address} to {address + count} leave its {Length} bytes");
    }

    /// <summary>A cursor from an address on, over at most so many bytes.</summary>
    public Hdf5Cursor Read(long address, long most)
    {
        if (address < 0 || most < 0 || address > Length - Base) throw Wrong($"bytes {address} to {address + most} leave its {Length} bytes");
        return new(this, At(address, Math.Min(Length - Base - address, most)));
    }

    /// <summary>The error for a file that is not what it should be.</summary>
    public ModelFormatException Wrong(string what) => new($"{source}: not a valid HDF5 file: {what}.");
}

/// <summary>Reads numbers one after the other.</summary>
sealed class Hdf5Cursor(Hdf5Bytes file, byte[] bytes)
{
    /// <summary>Where the next byte is.</summary>
    public int Position { get; set; }

    /// <summary>Bytes that are left.</summary>
    public int Left => bytes.Length - Position;

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > Left) throw file.Wrong("a structure ends in the middle");
        Position += (int)count;
        return bytes.AsSpan(Position - (int)count, (int)count);
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(long count) => Take(count);

    /// <summary>An unsigned number of 1 to 8 bytes.</summary>
    public long Number(int size)
    {
        var part = Take(size);
        ulong value = 0;
        for (int i = size - 1; i >= 0; i--) value = value << 8 | part[i];
        return (long)value;
    }

    /// <summary>One byte.</summary>
    public int Byte() => (int)Number(1);

    /// <summary>An address.</summary>
    public long Address() => Number(file.OffsetSize);

    /// <summary>A length.</summary>
    public long Length() => Number(file.LengthSize) is >= 0 and var length ? length : throw file.Wrong("a length is too large");

    /// <summary>A structure's name.</summary>
    public void Expect(ReadOnlySpan<byte> signature)
    {
        if (!Take(signature.Length).SequenceEqual(signature)) throw file.Wrong($"the signature {Encoding.ASCII.GetString(signature)} is missing");
    }

    /// <summary>Text up to a zero.</summary>
    public string Text()
    {
        int end = bytes.AsSpan(Position).IndexOf((byte)0);
        if (end < 0) throw file.Wrong("a text does not end");
        string text = Encoding.UTF8.GetString(bytes, Position, end);
        Position += end + 1;
        return text;
    }

    /// <summary>A cursor over the next bytes alone.</summary>
    public Hdf5Cursor Part(long count) => new(file, Take(count).ToArray());
}
