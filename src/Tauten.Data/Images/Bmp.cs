using System.Buffers.Binary;
using System.Numerics;

namespace Tauten.Data;

/// <summary>Windows bitmaps: 1, 4, 8, 16, 24 and 32 bits, with palettes, bit fields and run lengths.</summary>
static class Bmp
{
    const int Plain = 0, RunLength8 = 1, RunLength4 = 2, BitFields = 3, AlphaBitFields = 6;

    public static Pixels Decode(byte[] bytes)
    {
        try
        {
            return Read(bytes);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new DataException("BMP: the file ends too soon.", e);
        }
    }

    static int Int(ReadOnlySpan<byte> bytes, long at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(checked((int)Math.Clamp(at, int.MinValue, int.MaxValue)), 4));

    static int Short(ReadOnlySpan<byte> bytes, long at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice((int)Math.Clamp(at, int.MinValue, int.MaxValue), 2));

    static Pixels Read(ReadOnlySpan<byte> bytes)
    {
        int start = Int(bytes, 10), head = Int(bytes, 14);
        if (head is not (12 or 40 or 52 or 56 or 64 or 108 or 124)) throw new DataException($"BMP: a head of {head} bytes is not known.");
        bool isOld = head == 12;
        int width = isOld ? Short(bytes, 18) : Int(bytes, 18), signed = isOld ? Short(bytes, 20) : Int(bytes, 22);
        int bits = Short(bytes, isOld ? 24 : 28), compression = isOld ? Plain : Int(bytes, 30);
        Image.CheckSize(width, Math.Abs((long)signed));
        int height = Math.Abs(signed);
        bool known = compression switch
        {
            Plain => bits is 1 or 4 or 8 or 16 or 24 or 32,
            RunLength8 => bits == 8,
            RunLength4 => bits == 4,
            BitFields or AlphaBitFields => bits is 16 or 32,
            _ => false,
        };
        if (!known) throw new DataException($"BMP: {bits} bits with compression {compression} are not read.");
        var palette = bits <= 8 ? ReadPalette(bytes, isOld, head, bits, start) : [];
        if (compression is RunLength8 or RunLength4) return Place(width, height, signed > 0, RunLengths(bytes[CheckStart(bytes, start)..], width, height, bits), palette);
        long rowBytes = ((long)width * bits + 31) / 32 * 4;
        if (start < 0 || rowBytes * height > bytes.Length - start + 3) throw new DataException($"BMP: the file has no room for {width} x {height} pixels of {bits} bits.");
        if (bits <= 8)
        {
            byte[] indices = new byte[width * height];
            for (int y = 0; y < height; y++)
            {
                var row = bytes.Slice((int)(start + y * rowBytes));
                for (int x = 0; x < width; x++) indices[y * width + x] = (byte)((row[x * bits / 8] >> (8 - bits - x * bits % 8)) & ((1 << bits) - 1));
            }
            return Place(width, height, signed > 0, indices, palette);
        }
        return Direct(bytes[start..], width, height, signed > 0, bits, (int)rowBytes, Masks(bytes, head, bits, compression));
    }

    static int CheckStart(ReadOnlySpan<byte> bytes, int start) => start >= 0 && start <= bytes.Length ? start : throw new DataException("BMP: the pixels begin behind the end of the file.");

    static byte[] ReadPalette(ReadOnlySpan<byte> bytes, bool isOld, int head, int bits, int start)
    {
        int size = isOld ? 3 : 4, used = isOld ? 0 : Int(bytes, 46), count = used is > 0 and <= 256 ? used : 1 << bits;
        int room = (start - 14 - head) / size;
        if (room > 0) count = Math.Min(count, room);
        byte[] palette = new byte[256 * 3];
        for (int i = 0; i < count; i++)
        {
            var entry = bytes.Slice(14 + head + i * size, 3);
            (palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]) = (entry[2], entry[1], entry[0]);
        }
        return palette;
    }

    static Pixels Place(int width, int height, bool isUpsideDown, byte[] indices, byte[] palette)
    {
        byte[] colors = new byte[(long)width * height * 3];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                palette.AsSpan(3 * indices[y * width + x], 3).CopyTo(colors.AsSpan(3 * ((isUpsideDown ? height - 1 - y : y) * width + x)));
        return Pixels.Of(width, height, 3, colors);
    }

    static uint[] Masks(ReadOnlySpan<byte> bytes, int head, int bits, int compression)
    {
        if (compression is BitFields or AlphaBitFields)
        {
            bool hasAlpha = head >= 56 || compression == AlphaBitFields;
            return [(uint)Int(bytes, 54), (uint)Int(bytes, 58), (uint)Int(bytes, 62), hasAlpha ? (uint)Int(bytes, 66) : 0];
        }
        return bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0];
    }

    static Pixels Direct(ReadOnlySpan<byte> data, int width, int height, bool isUpsideDown, int bits, int rowBytes, uint[] masks)
    {
        int channels = masks[3] != 0 ? 4 : 3;
        byte[] colors = new byte[(long)width * height * channels];
        for (int y = 0; y < height; y++)
        {
            var row = data.Slice(y * rowBytes, (width * bits + 7) / 8);
            int place = (isUpsideDown ? height - 1 - y : y) * width * channels;
            for (int x = 0; x < width; x++)
            {
                uint value = bits switch { 16 => BinaryPrimitives.ReadUInt16LittleEndian(row[(2 * x)..]), 24 => (uint)(row[3 * x] | row[3 * x + 1] << 8 | row[3 * x + 2] << 16), _ => BinaryPrimitives.ReadUInt32LittleEndian(row[(4 * x)..]) };
                for (int c = 0; c < channels; c++) colors[place++] = Field(value, masks[c]);
            }
        }
        return Pixels.Of(width, height, channels, colors);
    }

    static byte Field(uint value, uint mask)
    {
        if (mask == 0) return 0;
        int shift = BitOperations.TrailingZeroCount(mask);
        ulong largest = mask >> shift;
        return (byte)(((value & mask) >> shift) * 255UL / largest);
    }

    static byte[] RunLengths(ReadOnlySpan<byte> data, int width, int height, int bits)
    {
        // A file may leave pixels out, but hardly more than a thousand for each byte.
        if ((long)width * height > (data.Length + 16) * 65536L) throw new DataException($"BMP: {data.Length} bytes cannot hold {width} x {height} pixels.");
        byte[] indices = new byte[width * height];
        int x = 0, y = 0;
        for (int at = 0; y < height;)
        {
            int count = data[at], value = data[at + 1];
            at += 2;
            if (count > 0)
            {
                for (int i = 0; i < count; i++) Put(bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
            }
            else if (value == 0) (x, y) = (0, y + 1);
            else if (value == 1) break;
            else if (value == 2)
            {
                x += data[at];
                y += data[at + 1];
                at += 2;
            }
            else
            {
                int bytes = bits == 8 ? value : (value + 1) / 2;
                for (int i = 0; i < value; i++) Put(bits == 8 ? data[at + i] : i % 2 == 0 ? data[at + i / 2] >> 4 : data[at + i / 2] & 15);
                at += bytes + (bytes & 1);
            }
        }
        return indices;

        void Put(int index)
        {
            if (x < width && y < height) indices[y * width + x] = (byte)index;
            x++;
        }
    }
}
