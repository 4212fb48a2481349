using Google.Protobuf;

namespace Tauten.OnnxFormat;

/// <summary>
/// A model without the elements of its large weights, and where those lie: so a file of gigabytes is read once, each weight to where it stays.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Source">What it was read from.</param>
/// <param name="Large">The weights whose elements were left out: where they begin, and how many bytes they are.</param>
sealed record ModelParts(ModelProto Model, Stream Source, IReadOnlyDictionary<TensorProto, (long Offset, long Length)> Large)
{
    /// <summary>Smaller weights are read with the rest.</summary>
    const int LargeBytes = 1 << 16;

    // Numbers of fields in the format's specification.
    const int GraphField = 7, InitializerField = 5, RawDataField = 9;

    /// <summary>Reads a model from a stream that can be read again from its beginning.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is no message of the format.</exception>
    public static ModelParts Read(Stream stream)
    {
        var large = new Dictionary<TensorProto, (long, long)>(ReferenceEqualityComparer.Instance);
        long start = stream.Position;
        if (stream.Length - start > LargeBytes)
        {
            try
            {
                return new(Split(new(stream), stream.Length, large), stream, large);
            }
            // What is wrong with it the parser tells.
            catch (Exception error) when (error is InvalidProtocolBufferException or EndOfStreamException)
            {
                large.Clear();
                stream.Position = start;
            }
        }
        return new(ModelProto.Parser.ParseFrom(stream), stream, large);
    }

    static ModelProto Split(Fields fields, long end, Dictionary<TensorProto, (long, long)> large)
    {
        var rest = new MemoryStream();
        var graph = new MemoryStream();
        var weights = new List<TensorProto>();
        bool hasGraph = false;
        while (fields.Next(end) is { } field)
        {
            if (field is not { Number: GraphField, IsBlock: true })
            {
                fields.Copy(field, rest);
                continue;
            }
            // Where a message stands twice, its parts are one: just what writing them one after the other means.
            hasGraph = true;
            while (fields.Next(field.End) is { } inner)
            {
                if (inner is { Number: InitializerField, IsBlock: true } && inner.End - inner.Start > LargeBytes) weights.Add(Weight(fields, inner.End, large));
                else fields.Copy(inner, graph);
            }
        }
        var model = ModelProto.Parser.ParseFrom(rest.GetBuffer().AsSpan(0, (int)rest.Length));
        if (hasGraph) model.Graph = GraphProto.Parser.ParseFrom(graph.GetBuffer().AsSpan(0, (int)graph.Length));
        if (hasGraph) model.Graph!.Initializer.Add(weights);
        return model;
    }

    static TensorProto Weight(Fields fields, long end, Dictionary<TensorProto, (long, long)> large)
    {
        var rest = new MemoryStream();
        (long, long)? raw = null;
        while (fields.Next(end) is { } field)
        {
            // Of a field that stands twice, the last counts.
            if (field is { Number: RawDataField, IsBlock: true }) raw = (field.Start, field.End - field.Start);
            else fields.Copy(field, rest);
            fields.Skip(field);
        }
        var tensor = TensorProto.Parser.ParseFrom(rest.GetBuffer().AsSpan(0, (int)rest.Length));
        if (raw is { } place) large.Add(tensor, place);
        return tensor;
    }

    /// <summary>A field of a message.</summary>
    /// <param name="Tag">Its number and the way it is written.</param>
    /// <param name="Start">Where its content begins.</param>
    /// <param name="End">Where it ends.</param>
    readonly record struct Field(uint Tag, long Start, long End)
    {
        public int Number => (int)(Tag >> 3);

        /// <summary>Whether it is a message, bytes or a text.</summary>
        public bool IsBlock => (Tag & 7) == 2;
    }

    /// <summary>The fields of a message one after the other.</summary>
    sealed class Fields(Stream stream)
    {
        readonly byte[] piece = new byte[1 << 16];
        long pieceStart = -1;
        int pieceLength;

        long position = stream.Position;

        /// <summary>The next field; null at the end of the message. A block has to be skipped or copied before the next one, unless its own fields are asked for.</summary>
        public Field? Next(long end)
        {
            if (position == end) return null;
            ulong read = Varint(end);
            if (read > uint.MaxValue) throw new EndOfStreamException();
            uint tag = (uint)read;
            long start = position;
            switch (tag & 7)
            {
                case 0: Varint(end); return new(tag, start, position);
                case 1: return Moved(new(tag, start, start + 8), end);
                case 5: return Moved(new(tag, start, start + 4), end);
                case 2:
                    ulong length = Varint(end);
                    if (length > (ulong)(end - position)) throw new EndOfStreamException();
                    return new(tag, position, position + (long)length);
                default: throw new EndOfStreamException();
            }
        }

        Field Moved(Field field, long end)
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

        /// <summary>Goes to the end of a field.</summary>
        public void Skip(Field field) => position = field.End;

        /// <summary>Copies a field to another message.</summary>
        public void Copy(Field field, MemoryStream to)
        {
            using var output = new CodedOutputStream(to, leaveOpen: true);
            output.WriteTag(field.Tag);
            if (field.IsBlock) output.WriteUInt64((ulong)(field.End - field.Start));
            output.Flush();
            position = field.Start;
            while (position < field.End)
            {
                Byte();
                position--;
                int count = (int)(Math.Min(pieceStart + pieceLength, field.End) - position);
                to.Write(piece, (int)(position - pieceStart), count);
                position += count;
            }
        }
    }
}
