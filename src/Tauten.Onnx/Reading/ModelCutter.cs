using Google.Protobuf;

namespace Tauten.OnnxFormat;

/// <summary>Puts something short in the place of the elements of large tensors, wherever in a model these stand.</summary>
/// <param name="stream">The model, from where the stream stands to its end.</param>
/// <param name="ticket">What is put in the place of bytes that lie somewhere.</param>
sealed class ModelCutter(Stream stream, Func<long, long, byte[]> ticket)
{
    // The parser allows no deeper ones.
    const int DeepestNesting = 100;

    readonly WireReader fields = new(stream);
    readonly List<Piece> pieces = [];

    /// <summary>The model as a stream.</summary>
    /// <exception cref="EndOfStreamException">It is not as the format wants it.</exception>
    public Stream Rest()
    {
        Cut(Part.Model, stream.Length, 0);
        return new Pieces(stream, pieces);
    }

    /// <summary>A message that may hold tensors, or one's elements.</summary>
    enum Part { Other, Model, Function, Graph, Node, Attribute, Sparse, Tensor, Elements }

    static Part Inner(Part part, int field) => (part, field) switch
    {
        (Part.Model, ModelProto.GraphFieldNumber) => Part.Graph,
        (Part.Model, ModelProto.FunctionsFieldNumber) => Part.Function,
        (Part.Function, FunctionProto.NodeFieldNumber) => Part.Node,
        (Part.Function, FunctionProto.AttributeProtoFieldNumber) => Part.Attribute,
        (Part.Graph, GraphProto.NodeFieldNumber) => Part.Node,
        (Part.Graph, GraphProto.InitializerFieldNumber) => Part.Tensor,
        (Part.Graph, GraphProto.SparseInitializerFieldNumber) => Part.Sparse,
        (Part.Node, NodeProto.AttributeFieldNumber) => Part.Attribute,
        (Part.Attribute, AttributeProto.TFieldNumber or AttributeProto.TensorsFieldNumber) => Part.Tensor,
        (Part.Attribute, AttributeProto.GFieldNumber or AttributeProto.GraphsFieldNumber) => Part.Graph,
        (Part.Attribute, AttributeProto.SparseTensorFieldNumber) => Part.Sparse,
        (Part.Sparse, SparseTensorProto.ValuesFieldNumber or SparseTensorProto.IndicesFieldNumber) => Part.Tensor,
        (Part.Tensor, TensorProto.RawDataFieldNumber) => Part.Elements,
        _ => Part.Other,
    };

    // The bytes that are left of a message.
    long Cut(Part part, long end, int depth)
    {
        long length = 0;
        while (fields.Next(end) is { } field)
        {
            var inner = field.IsBlock && field.Length > TensorSource.SmallestMapped && depth < DeepestNesting ? Inner(part, field.Number) : Part.Other;
            if (inner == Part.Other)
            {
                length += Keep(field);
                continue;
            }
            // How long it is gets known only when it has been cut.
            int head = pieces.Count;
            pieces.Add(default);
            long left;
            if (inner == Part.Elements)
            {
                byte[] instead = ticket(field.Start, field.Length);
                pieces.Add(new(instead, 0, instead.Length));
                left = instead.Length;
                fields.Skip(field);
            }
            else left = Cut(inner, field.End, depth + 1);
            byte[] written = Head(field.Tag, left);
            pieces[head] = new(written, 0, written.Length);
            length += written.Length + left;
        }
        return length;
    }

    long Keep(WireField field)
    {
        long count = field.End - field.TagStart;
        if (pieces is [.., { Bytes: null } last] && last.Start + last.Length == field.TagStart) pieces[^1] = last with { Length = last.Length + count };
        else pieces.Add(new(null, field.TagStart, count));
        fields.Skip(field);
        return count;
    }

    static byte[] Head(uint tag, long length)
    {
        var head = new byte[CodedOutputStream.ComputeUInt32Size(tag) + CodedOutputStream.ComputeUInt64Size((ulong)length)];
        using var output = new CodedOutputStream(head);
        output.WriteTag(tag);
        output.WriteUInt64((ulong)length);
        output.Flush();
        return head;
    }

    /// <summary>Bytes that are given, or a part of the stream.</summary>
    readonly record struct Piece(byte[]? Bytes, long Start, long Length);

    /// <summary>Pieces one after the other.</summary>
    sealed class Pieces(Stream stream, List<Piece> pieces) : Stream
    {
        int index;
        long done;

        public override int Read(Span<byte> buffer)
        {
            while (index < pieces.Count && done == pieces[index].Length) (index, done) = (index + 1, 0);
            if (index == pieces.Count) return 0;
            var piece = pieces[index];
            int count = (int)Math.Min(buffer.Length, piece.Length - done);
            if (piece.Bytes is { } bytes) bytes.AsSpan((int)done, count).CopyTo(buffer);
            else
            {
                stream.Position = piece.Start + done;
                count = stream.Read(buffer[..count]);
            }
            done += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
