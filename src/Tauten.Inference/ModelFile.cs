using System.Buffers.Binary;

namespace Tauten;

/// <summary>Tells the formats of models apart by how they begin.</summary>
static class ModelFile
{
    /// <summary>What is looked at.</summary>
    public const int HeadLength = 9;

    /// <summary>Whether a file begins as a program does: with the length of its header and a brace. A model of the ONNX format begins with the tag of a field.</summary>
    public static bool IsProgram(ReadOnlySpan<byte> head) => head.Length >= HeadLength && head[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(head) < 1 << 30;

    /// <summary>Whether a stream begins as a program does; it stands where it stood before.</summary>
    public static bool IsProgram(Stream seekable)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        long start = seekable.Position;
        int read = seekable.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
        seekable.Position = start;
        return IsProgram(head[..read]);
    }
}
