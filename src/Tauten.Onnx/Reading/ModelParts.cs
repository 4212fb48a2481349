using System.Buffers.Binary;
using Google.Protobuf;

namespace Tauten.OnnxFormat;

/// <summary>
/// A model without the elements of its large tensors, and where those lie: so nothing is ever made of a file's gigabytes but the tensors themselves. In the place of the elements stand tickets, which no file can
/// contain by itself, since they begin with a number that is drawn anew for each model.
/// </summary>
sealed class ModelParts
{
    const int TicketLength = 24, TicketNumber = 16;

    readonly byte[] drawn = Guid.NewGuid().ToByteArray();
    readonly List<(long Offset, long Length)> places = [];

    ModelParts(Stream stream)
    {
        Source = new(stream);
        long start = stream.Position;
        if (stream.Length - start > TensorSource.SmallestMapped)
        {
            try
            {
                var cut = new ModelCutter(stream, Ticket);
                Model = ModelProto.Parser.ParseFrom(cut.Rest());
                return;
            }
            // What is wrong with it the parser tells.
            catch (EndOfStreamException)
            {
                stream.Position = start;
            }
        }
        Model = ModelProto.Parser.ParseFrom(stream);
    }

    /// <summary>The model.</summary>
    public ModelProto Model { get; }

    /// <summary>What it is read from.</summary>
    public TensorSource Source { get; }

    /// <summary>Reads a model from a stream that can be read again from where it stands.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is no message of the format.</exception>
    public static ModelParts Read(Stream stream) => new(stream);

    /// <summary>Where elements lie in whose place a ticket stands.</summary>
    public bool IsTicket(ByteString bytes, out (long Offset, long Length) place)
    {
        place = default;
        if (bytes.Length != TicketLength || !bytes.Span.StartsWith(drawn)) return false;
        place = places[(int)BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[TicketNumber..])];
        return true;
    }

    byte[] Ticket(long offset, long length)
    {
        var ticket = new byte[TicketLength];
        drawn.CopyTo(ticket, 0);
        BinaryPrimitives.WriteInt64LittleEndian(ticket.AsSpan(TicketNumber), places.Count);
        places.Add((offset, length));
        return ticket;
    }
}
