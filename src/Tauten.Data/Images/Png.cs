using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Tauten.Data;

/// <summary>Portable Network Graphics (ISO/IEC 15948): all colour types and depths, interlaced or not.</summary>
static class Png
{
    const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    // Deflate makes at most 1,032 bytes of one.
    const int LargestRatio = 1032;
    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    readonly record struct Header(int Width, int Height, int Depth, int Color, bool Interlaced)
    {
        public int Samples => Color switch { Rgb => 3, GreyAlpha => 2, Rgba => 4, _ => 1 };

        public int BitsPerPixel => Samples * Depth;

        public long RowBytes(int width) => ((long)width * BitsPerPixel + 7) / 8;
    }

    public static Pixels Decode(byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith(Signature)) throw new DataException("PNG: the signature is damaged.");
        Header? header = null;
        byte[] palette = [], transparency = [];
        using var data = new MemoryStream();
        for (int at = 8; ;)
        {
            if (bytes.Length - at < 12) throw new DataException("PNG: the file ends before its last chunk.");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            if (length > bytes.Length - at - 12) throw new DataException("PNG: the file ends within a chunk.");
            var name = bytes.AsSpan(at + 4, 4);
            var chunk = bytes.AsSpan(at + 8, (int)length);
            bool isCritical = (name[0] & 32) == 0;
            bool isWhole = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 8 + (int)length)) == Crc32.HashToUInt32(bytes.AsSpan(at + 4, 4 + (int)length));
            at += 12 + (int)length;
            if (!isWhole)
            {
                if (isCritical || name.SequenceEqual("tRNS"u8)) throw new DataException($"PNG: the check of chunk {Name(name)} fails.");
                continue;
            }
            if (header is null)
            {
                if (!name.SequenceEqual("IHDR"u8)) throw new DataException($"PNG: expected the chunk IHDR first. Received: {Name(name)}.");
                header = ReadHeader(chunk);
            }
            else if (name.SequenceEqual("PLTE"u8)) palette = chunk.Length is > 0 and <= 768 && chunk.Length % 3 == 0 ? chunk.ToArray() : throw new DataException($"PNG: a palette of {chunk.Length} bytes.");
            else if (name.SequenceEqual("tRNS"u8)) transparency = chunk.ToArray();
            else if (name.SequenceEqual("IDAT"u8)) data.Write(chunk);
            else if (name.SequenceEqual("IEND"u8)) break;
            else if (isCritical) throw new DataException($"PNG: the chunk {Name(name)} is not known.");
        }
        var head = header ?? throw new DataException("PNG: there is no chunk IHDR.");
        if (head.Color == Palette && palette.Length == 0) throw new DataException("PNG: there is no palette.");
        return Colors(head, Samples(head, data), palette, transparency);

        static string Name(ReadOnlySpan<byte> name) => string.Concat(name.ToArray().Select(b => b is >= 65 and <= 122 ? $"{(char)b}" : $"\\{b:x2}"));
    }

    static Header ReadHeader(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length != 13) throw new DataException($"PNG: expected 13 bytes in the chunk IHDR. Received: {chunk.Length}.");
        long width = BinaryPrimitives.ReadUInt32BigEndian(chunk), height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        Image.CheckSize(width, height);
        int depth = chunk[8], color = chunk[9];
        bool known = color switch { Grey => depth is 1 or 2 or 4 or 8 or 16, Palette => depth is 1 or 2 or 4 or 8, Rgb or GreyAlpha or Rgba => depth is 8 or 16, _ => false };
        if (!known) throw new DataException($"PNG: {depth} bits of colour type {color} do not exist.");
        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1) throw new DataException($"PNG: compression {chunk[10]}, filter {chunk[11]} or interlacing {chunk[12]} is not known.");
        return new((int)width, (int)height, depth, color, chunk[12] == 1);
    }

    // The seven passes of Adam7: first column and row, and the steps.
    static readonly (int X, int Y, int StepX, int StepY)[] passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    static ushort[] Samples(Header head, MemoryStream data)
    {
        long count = (long)head.Width * head.Height * head.Samples;
        long raw = count * head.Depth / 8;
        if (count > Array.MaxLength || raw > (data.Length + 16) * LargestRatio) throw new DataException($"PNG: {data.Length} bytes cannot hold {head.Width} x {head.Height} pixels.");
        var samples = new ushort[count];
        data.Position = 0;
        using var stream = new ZLibStream(data, CompressionMode.Decompress);
        try
        {
            if (!head.Interlaced) Pass(head, stream, samples, (0, 0, 1, 1));
            else foreach (var pass in passes) Pass(head, stream, samples, pass);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // An IOException is what streams end in that ask for a dictionary, which PNG has not.
            throw new DataException("PNG: the compressed data are damaged or end too soon.", e);
        }
        return samples;
    }

    static void Pass(Header head, Stream stream, ushort[] samples, (int X, int Y, int StepX, int StepY) pass)
    {
        int width = (head.Width - pass.X + pass.StepX - 1) / pass.StepX, height = (head.Height - pass.Y + pass.StepY - 1) / pass.StepY;
        if (width <= 0 || height <= 0) return;
        int rowBytes = (int)head.RowBytes(width), before = Math.Max(1, head.BitsPerPixel / 8);
        byte[] row = new byte[rowBytes + 1], above = new byte[rowBytes + 1];
        for (int y = 0; y < height; y++)
        {
            stream.ReadExactly(row);
            Unfilter(row, above, before);
            int start = (pass.Y + y * pass.StepY) * head.Width;
            for (int x = 0; x < width; x++)
            {
                int place = (start + pass.X + x * pass.StepX) * head.Samples;
                for (int s = 0; s < head.Samples; s++) samples[place + s] = Sample(row.AsSpan(1), x * head.Samples + s, head.Depth);
            }
            (row, above) = (above, row);
        }
    }

    static ushort Sample(ReadOnlySpan<byte> row, int index, int depth)
    {
        if (depth == 8) return row[index];
        if (depth == 16) return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
        int bit = index * depth;
        return (ushort)((row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1));
    }

    static void Unfilter(byte[] row, byte[] above, int before)
    {
        switch (row[0])
        {
            case 0:
                break;
            case 1:
                for (int i = 1 + before; i < row.Length; i++) row[i] += row[i - before];
                break;
            case 2:
                for (int i = 1; i < row.Length; i++) row[i] += above[i];
                break;
            case 3:
                for (int i = 1; i < row.Length; i++) row[i] += (byte)(((i > before ? row[i - before] : 0) + above[i]) / 2);
                break;
            case 4:
                for (int i = 1; i < row.Length; i++)
                {
                    int left = i > before ? row[i - before] : 0, up = above[i], corner = i > before ? above[i - before] : 0;
                    int guess = left + up - corner, toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
                    row[i] += (byte)(toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner);
                }
                break;
            default:
                throw new DataException($"PNG: the filter {row[0]} is not known.");
        }
    }

    static Pixels Colors(Header head, ushort[] samples, byte[] palette, byte[] transparency)
    {
        int count = head.Width * head.Height;
        if (head.Color == Palette)
        {
            int channels = transparency.Length > 0 ? 4 : 3;
            byte[] colors = new byte[(long)count * channels];
            for (int i = 0; i < count; i++)
            {
                int index = samples[i];
                // What is not in the palette is black.
                if (3 * index < palette.Length) palette.AsSpan(3 * index, 3).CopyTo(colors.AsSpan(i * channels));
                if (channels == 4) colors[i * 4 + 3] = index < transparency.Length ? transparency[index] : (byte)255;
            }
            return Pixels.Of(head.Width, head.Height, channels, colors);
        }
        // Depths below 8 are spread over all of 0 to 255.
        int scale = head.Depth < 8 ? 255 / ((1 << head.Depth) - 1) : 1, from = head.Samples, to = from;
        bool hasKey = head.Color is Grey or Rgb && transparency.Length >= 2 * from;
        if (hasKey) to++;
        var wide = new ushort[(long)count * to];
        for (int i = 0; i < count; i++)
        {
            bool isKey = hasKey;
            for (int s = 0; s < from; s++)
            {
                ushort value = samples[i * from + s];
                if (hasKey && value != BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * s))) isKey = false;
                wide[i * to + s] = (ushort)(value * scale);
            }
            if (hasKey) wide[i * to + from] = isKey ? (ushort)0 : head.Depth == 16 ? ushort.MaxValue : (ushort)255;
        }
        return head.Depth == 16 ? new(head.Width, head.Height, to, wide, []) : Pixels.Of(head.Width, head.Height, to, Array.ConvertAll(wide, v => (byte)v));
    }

    public static byte[] Encode(Pixels pixels)
    {
        int depth = pixels.Wide is null ? 8 : 16, size = depth / 8, rowBytes = pixels.Width * pixels.Channels * size;
        using var file = new MemoryStream();
        file.Write(Signature);
        byte[] head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, pixels.Width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), pixels.Height);
        head[8] = (byte)depth;
        head[9] = pixels.Channels switch { 1 => Grey, 2 => GreyAlpha, 3 => Rgb, _ => Rgba };
        Chunk(file, "IHDR"u8, head);
        using var data = new MemoryStream();
        using (var packed = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] row = new byte[rowBytes], above = new byte[rowBytes], best = new byte[rowBytes + 1], tried = new byte[rowBytes + 1];
            for (int y = 0; y < pixels.Height; y++)
            {
                if (pixels.Wide is { } wide)
                    for (int i = 0; i < rowBytes / 2; i++) BinaryPrimitives.WriteUInt16BigEndian(row.AsSpan(2 * i), wide[y * (rowBytes / 2) + i]);
                else pixels.Bytes.AsSpan(y * rowBytes, rowBytes).CopyTo(row);
                packed.Write(Filter(row, above, pixels.Channels * size, best, tried));
                (row, above) = (above, row);
            }
        }
        Chunk(file, "IDAT"u8, data.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // The filter whose bytes add up to the least, taken as signed.
    static byte[] Filter(byte[] row, byte[] above, int before, byte[] best, byte[] tried)
    {
        long least = long.MaxValue;
        for (byte filter = 0; filter <= 4; filter++)
        {
            tried[0] = filter;
            long sum = 0;
            for (int i = 0; i < row.Length; i++)
            {
                int left = i >= before ? row[i - before] : 0, up = above[i], corner = i >= before ? above[i - before] : 0, guess = left + up - corner;
                int toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
                int predicted = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner };
                tried[i + 1] = (byte)(row[i] - predicted);
                sum += Math.Abs((int)(sbyte)tried[i + 1]);
            }
            if (sum >= least) continue;
            least = sum;
            tried.CopyTo(best, 0);
        }
        return best;
    }

    static void Chunk(Stream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(name);
        file.Write(data);
        var crc = new Crc32();
        crc.Append(name);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
