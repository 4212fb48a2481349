using System.Buffers.Binary;
using System.Numerics;

namespace Tauten.Data;

/// <summary>The cyclic redundancy check of Castagnoli, polynomial 0x1EDC6F41: by the processor's own instruction where there is one.</summary>
static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Continue(uint.MaxValue, bytes);

    /// <summary>The inner state after more bytes; begin with all ones, and invert at the end.</summary>
    public static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    /// <summary>As TFRecord files hold it: rotated and moved, so that the check of data with checks in it says something.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + 0xA282EAD8;
}
