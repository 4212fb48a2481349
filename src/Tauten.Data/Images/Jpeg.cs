using System.Buffers.Binary;

namespace Tauten.Data;

/// <summary>
/// JPEG (ITU-T T.81): baseline, extended and progressive with Huffman codes and 8 bits, all subsamplings, restarts; grey, YCbCr, RGB, CMYK and YCCK. Coefficients of all scans are gathered first, so
/// that one way leads from them to pixels.
/// </summary>
sealed class Jpeg
{
    readonly byte[] bytes;
    readonly ushort[]?[] quantization = new ushort[4][];
    readonly JpegHuffman?[] dc = new JpegHuffman[4], ac = new JpegHuffman[4];
    JpegComponent[] components = [];
    int at = 2, width, height, largestH, largestV, restartInterval, adobeTransform = -1;
    bool isProgressive, isJfif;

    Jpeg(byte[] bytes) => this.bytes = bytes;

    public static Pixels Decode(byte[] bytes)
    {
        try
        {
            return new Jpeg(bytes).Read();
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new DataException("JPEG: the file ends within a segment.", e);
        }
    }

    Pixels Read()
    {
        while (true)
        {
            int marker = NextMarker();
            if (marker == 0xD9) break;
            if (marker is >= 0xD0 and <= 0xD7 or 0x01) continue;
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at, 2));
            if (length < 2 || length > bytes.Length - at) throw new DataException("JPEG: the file ends within a segment.");
            var segment = bytes.AsSpan(at + 2, length - 2);
            at += length;
            switch (marker)
            {
                case 0xC0 or 0xC1 or 0xC2:
                    ReadFrame(segment, progressive: marker == 0xC2);
                    break;
                case 0xC4:
                    ReadHuffman(segment);
                    break;
                case 0xDB:
                    ReadQuantization(segment);
                    break;
                case 0xDD:
                    restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                    break;
                case 0xDA:
                    ReadScan(segment);
                    break;
                case 0xE0:
                    isJfif |= segment.Length >= 5 && segment[..5].SequenceEqual("JFIF\0"u8);
                    break;
                case 0xEE:
                    if (segment.Length >= 12 && segment[..5].SequenceEqual("Adobe"u8)) adobeTransform = segment[11];
                    break;
                case 0xC3 or (>= 0xC5 and <= 0xCF):
                    throw new DataException($"JPEG: the process of marker FF{marker:X2} (lossless, hierarchical or arithmetic) is not read. Expected baseline, extended or progressive with Huffman codes.");
            }
        }
        if (components.Length == 0) throw new DataException("JPEG: there is no frame.");
        if (components.Any(c => !c.IsScanned)) throw new DataException("JPEG: the file ends before all components have been read.");
        return Colors();
    }

    int NextMarker()
    {
        // What lies between segments is passed over.
        while (at + 1 < bytes.Length)
        {
            if (bytes[at] == 0xFF && bytes[at + 1] is not (0 or 0xFF)) return bytes[(at += 2) - 1];
            at++;
        }
        throw new DataException("JPEG: the file ends before the marker of its end.");
    }

    void ReadQuantization(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            int wide = segment[0] >> 4, table = segment[0] & 15;
            if (table > 3 || wide > 1) throw new DataException($"JPEG: the quantization table {table} does not exist.");
            segment = segment[1..];
            var values = new ushort[64];
            for (int i = 0; i < 64; i++)
            {
                values[JpegBlock.Natural[i]] = wide == 1 ? BinaryPrimitives.ReadUInt16BigEndian(segment) : segment[0];
                segment = segment[(1 + wide)..];
            }
            quantization[table] = values;
        }
    }

    void ReadHuffman(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            int kind = segment[0] >> 4, table = segment[0] & 15;
            if (table > 3 || kind > 1) throw new DataException($"JPEG: the Huffman table {table} does not exist.");
            int count = 0;
            for (int i = 1; i <= 16; i++) count += segment[i];
            var made = new JpegHuffman(segment.Slice(1, 16), segment.Slice(17, count));
            if (kind == 0) dc[table] = made;
            else ac[table] = made;
            segment = segment[(17 + count)..];
        }
    }

    void ReadFrame(ReadOnlySpan<byte> segment, bool progressive)
    {
        if (components.Length > 0) throw new DataException("JPEG: there are two frames.");
        isProgressive = progressive;
        if (segment[0] != 8) throw new DataException($"JPEG: expected 8 bits for each sample. Received: {segment[0]}.");
        (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        Image.CheckSize(width, height);
        int count = segment[5];
        if (count is not (1 or 3 or 4)) throw new DataException($"JPEG: expected 1, 3 or 4 components. Received: {count}.");
        var all = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            var part = segment.Slice(6 + 3 * i, 3);
            int h = part[1] >> 4, v = part[1] & 15;
            if (h is < 1 or > 4 || v is < 1 or > 4 || part[2] > 3) throw new DataException($"JPEG: a sampling of {h} x {v} with table {part[2]} does not exist.");
            all[i] = new(part[0], h, v, part[2]);
        }
        (largestH, largestV) = (all.Max(c => c.H), all.Max(c => c.V));
        foreach (var component in all)
            if (largestH % component.H != 0 || largestV % component.V != 0) throw new DataException("JPEG: samplings that are no multiples of each other are not read.");
        int across = (width + 8 * largestH - 1) / (8 * largestH), down = (height + 8 * largestV - 1) / (8 * largestV);
        long blocks = (long)across * down * all.Sum(c => c.H * c.V);
        // The first scan of a component takes a bit for each block at least.
        if (blocks / 8 > bytes.Length - at) throw new DataException($"JPEG: {bytes.Length} bytes cannot hold {width} x {height} pixels.");
        if (blocks > Image.MostPixels / 64 * 4) throw new DataException($"JPEG: an image of {width} x {height} pixels is too large.");
        foreach (var component in all) component.Allocate(width, height, across, down, largestH, largestV);
        components = all;
    }

    void ReadScan(ReadOnlySpan<byte> segment)
    {
        if (components.Length == 0) throw new DataException("JPEG: a scan stands before the frame.");
        int count = segment[0];
        if (count is < 1 or > 4) throw new DataException($"JPEG: expected 1 to 4 components in a scan. Received: {count}.");
        var parts = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            byte id = segment[1 + 2 * i], tables = segment[2 + 2 * i];
            parts[i] = Array.Find(components, c => c.Id == id) ?? throw new DataException($"JPEG: there is no component {id}.");
            if (Array.IndexOf(parts, parts[i], 0, i) >= 0) throw new DataException($"JPEG: component {id} stands twice in a scan.");
            (parts[i].DcTable, parts[i].AcTable) = (tables >> 4, tables & 15);
            if (parts[i].DcTable > 3 || parts[i].AcTable > 3) throw new DataException("JPEG: a Huffman table above 3 does not exist.");
        }
        var rest = segment[(1 + 2 * count)..];
        var (first, last, high, low) = (rest[0], rest[1], rest[2] >> 4, rest[2] & 15);
        if (!isProgressive) (first, last, high, low) = (0, 63, 0, 0);
        if (first > last || last > 63 || low > 13 || (isProgressive && (first == 0) != (last == 0)) || (first > 0 && count > 1) || (high != 0 && high != low + 1))
            throw new DataException($"JPEG: a scan of coefficients {first} to {last} with bits {high} to {low} does not exist.");
        var scan = new JpegScan(bytes, at, isProgressive, first, last, high, low);
        foreach (var part in parts)
        {
            part.IsScanned |= first == 0;
            if (first == 0 && high == 0) part.Dc = dc[part.DcTable] ?? throw new DataException($"JPEG: there is no Huffman table {part.DcTable}.");
            if (last > 0) part.Ac = ac[part.AcTable] ?? throw new DataException($"JPEG: there is no Huffman table {part.AcTable}.");
        }
        at = scan.Read(parts, restartInterval, largestH, largestV, width, height);
    }

    Pixels Colors()
    {
        int count = components.Length;
        byte[][] planes = [.. components.Select(c => c.Plane(quantization[c.Table] ?? throw new DataException($"JPEG: there is no quantization table {c.Table}."), width, height, largestH, largestV))];
        if (count == 1) return Pixels.Of(width, height, 1, planes[0]);
        bool isYcc = count == 3
            ? isJfif || (adobeTransform >= 0 ? adobeTransform != 0 : !(components[0].Id == 'R' && components[1].Id == 'G' && components[2].Id == 'B'))
            : adobeTransform == 2;
        byte[] colors = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++)
        {
            int r = planes[0][i], g = planes[1][i], b = planes[2][i];
            if (isYcc)
            {
                int y = r, cb = g - 128, cr = b - 128;
                r = Clamp(y + ((91881 * cr + 32768) >> 16));
                g = Clamp(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
                b = Clamp(y + ((116130 * cb + 32768) >> 16));
            }
            if (count == 4)
            {
                // Adobe writes inks inverted: 255 is none. Without its mark they are as they are.
                int k = planes[3][i];
                if (adobeTransform < 0) (r, g, b, k) = (255 - r, 255 - g, 255 - b, 255 - k);
                // The inverse of YCC gives 255 - ink for inverted inks, too.
                (r, g, b) = (Multiply(r, k), Multiply(g, k), Multiply(b, k));
            }
            (colors[3 * i], colors[3 * i + 1], colors[3 * i + 2]) = ((byte)r, (byte)g, (byte)b);
        }
        return Pixels.Of(width, height, 3, colors);

        static int Clamp(int x) => Math.Clamp(x, 0, 255);

        static int Multiply(int a, int b) => (a * b + 127) / 255;
    }
}
