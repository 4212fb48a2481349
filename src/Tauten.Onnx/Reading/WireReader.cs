namespace Tauten.OnnxFormat;

/// <summary>A field of a message in the wire format of Protocol Buffers.</summary>
/// <param name="Tag">Its number and the way it is written.</param>
/// <param name="TagStart">Where it begins.</param>
/// <param name="Start">Where its content begins.</param>
/// <param name="End">Where it ends.</param>
readonly record struct WireField(uint Tag, long TagStart, long Start, long End)
{
    public int Number => (int)(Tag >> 3);

    /// <summary>Whether it is a message, bytes or a text.</summary>
    public bool IsBlock => (Tag & 7) == 2;

    /// <summary>The length of its content.</summary>
    public long Length => End - Start;
}

/// <summary>The fields of messages one after the other, whose contents are not read unless they are asked for.</summary>
/// <param name="stream">The messages, from where the stream stands.</param>
sealed class WireReader(Stream stream)
{
    readonly byte[] piece = new byte[1 << 16];
    long pieceStart = -1, position = stream.Position;
    int pieceLength;

    /// <summary>The next field; null at the end of the message. A block has to be skipped before the next one, unless its own fields are asked for.</summary>
    /// <exception cref="EndOfStreamException">It is no field, or does not end within the message.</exception>
    public WireField? Next(long end)
    {
        if (position == end) return null;
        long tagStart = position;
        ulong read = Varint(end);
        if (read > uint.MaxValue) throw new EndOfStreamException();
        uint tag = (uint)read;
        long start = position;
        switch (tag & 7)
        {
            case 0: Varint(end); return new(tag, tagStart, start, position);
            case 1: return Moved(new(tag, tagStart, start, start + 8), end);
            case 5: return Moved(new(tag, tagStart, start, start + 4), end);
            case 2:
                ulong length = Varint(end);
                if (length > (ulong)(end - position)) throw new EndOfStreamException();
                return new(tag, tagStart, position, position + (long)length);
            default: throw new EndOfStreamException();
        }
    }

    /// <summary>Goes to the end of a field.</summary>
    public void Skip(WireField field) => position = field.End;

    WireField Moved(WireField field, long end)
    {
        if (field.End > end) throw new EndOfStreamException();
        position = field.End;
        return field;
    }

    ulong Varint(long end)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && position < end; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
        throw new EndOfStreamException();
    }

    byte Byte()
    {
        if (position < pieceStart || position >= pieceStart + pieceLength)
        {
            stream.Position = pieceStart = position;
            pieceLength = stream.Read(piece);
            if (pieceLength <= 0) throw new EndOfStreamException();
        }
        return piece[position++ - pieceStart];
    }
}
