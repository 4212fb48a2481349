namespace Tauten.Data;

/// <summary>Blocks of 8 x 8 coefficients.</summary>
static class JpegBlock
{
    /// <summary>The place of each coefficient of the zigzag in the block.</summary>
    public static ReadOnlySpan<byte> Natural =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    // Cosines and their sums, times 2^13: the factors of Loeffler, Ligtenberg and Moschytz ("Practical Fast 1-D DCT Algorithms with 11 Multiplications", 1989).
    const int Bits = 13, Kept = 2;
    const int C0298 = 2446, C0390 = 3196, C0541 = 4433, C0765 = 6270, C0899 = 7373, C1175 = 9633, C1501 = 12299, C1847 = 15137, C1961 = 16069, C2053 = 16819, C2562 = 20995, C3072 = 25172;

    /// <summary>The samples that coefficients stand for: columns first, then rows, in integers, so that they are the same everywhere.</summary>
    public static void Invert(ReadOnlySpan<short> block, ReadOnlySpan<ushort> quantization, Span<byte> samples, int stride)
    {
        Span<int> work = stackalloc int[64], line = stackalloc int[8];
        for (int x = 0; x < 8; x++)
        {
            for (int y = 0; y < 8; y++) line[y] = block[8 * y + x] * quantization[8 * y + x];
            Line(line, Bits - Kept);
            for (int y = 0; y < 8; y++) work[8 * y + x] = line[y];
        }
        for (int y = 0; y < 8; y++)
        {
            var row = work.Slice(8 * y, 8);
            Line(row, Bits + Kept + 3);
            for (int x = 0; x < 8; x++) samples[y * stride + x] = (byte)Math.Clamp(row[x] + 128, 0, 255);
        }
    }

    // Eight coefficients become eight samples, divided by 2^shift and rounded.
    static void Line(Span<int> x, int shift)
    {
        int turned = (x[2] + x[6]) * C0541, even2 = turned - x[6] * C1847, even3 = turned + x[2] * C0765;
        int sum = (x[0] + x[4]) << Bits, difference = (x[0] - x[4]) << Bits;
        int a0 = sum + even3, a1 = difference + even2, a2 = difference - even2, a3 = sum - even3;
        int p = x[7] + x[1], q = x[5] + x[3], r = x[7] + x[3], s = x[5] + x[1], both = (r + s) * C1175;
        (p, q, r, s) = (-p * C0899, -q * C2562, both - r * C1961, both - s * C0390);
        int b0 = x[7] * C0298 + p + r, b1 = x[5] * C2053 + q + s, b2 = x[3] * C3072 + q + r, b3 = x[1] * C1501 + p + s;
        int half = 1 << (shift - 1);
        (x[0], x[7]) = ((a0 + b3 + half) >> shift, (a0 - b3 + half) >> shift);
        (x[1], x[6]) = ((a1 + b2 + half) >> shift, (a1 - b2 + half) >> shift);
        (x[2], x[5]) = ((a2 + b1 + half) >> shift, (a2 - b1 + half) >> shift);
        (x[3], x[4]) = ((a3 + b0 + half) >> shift, (a3 - b0 + half) >> shift);
    }
}

/// <summary>A component of a JPEG image: its coefficients, and how they become a plane of the image's size.</summary>
sealed class JpegComponent(int id, int h, int v, int table)
{
    short[] coefficients = [];
    int across, down, columns, rows;

    public int Id => id;

    public int H => h;

    public int V => v;

    public int Table => table;

    public int DcTable { get; set; }

    public int AcTable { get; set; }

    public JpegHuffman? Dc { get; set; }

    public JpegHuffman? Ac { get; set; }

    public int Predicted { get; set; }

    public bool IsScanned { get; set; }

    /// <summary>Blocks that have pixels.</summary>
    public int OwnAcross => (columns + 7) / 8;

    /// <inheritdoc cref="OwnAcross"/>
    public int OwnDown => (rows + 7) / 8;

    public void Allocate(int width, int height, int unitsAcross, int unitsDown, int largestH, int largestV)
    {
        (columns, rows) = ((width * h + largestH - 1) / largestH, (height * v + largestV - 1) / largestV);
        (across, down) = (unitsAcross * h, unitsDown * v);
        coefficients = new short[across * down * 64];
    }

    public Span<short> Block(int x, int y) => coefficients.AsSpan((y * across + x) * 64, 64);

    /// <summary>Samples of the whole image: where there are fewer, they are made between neighbours as the usual decoders do.</summary>
    public byte[] Plane(ushort[] quantization, int width, int height, int largestH, int largestV)
    {
        int stride = across * 8;
        byte[] samples = new byte[stride * down * 8];
        for (int y = 0; y < down; y++)
            for (int x = 0; x < across; x++) JpegBlock.Invert(Block(x, y), quantization, samples.AsSpan(y * 8 * stride + x * 8), stride);
        int timesH = largestH / h, timesV = largestV / v;
        byte[] plane = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            var row = plane.AsSpan(y * width, width);
            bool isTall = timesV == 2 && (timesH == 1 || (timesH == 2 && columns > 2));
            if (timesH == 1 && timesV == 1) samples.AsSpan(y * stride, width).CopyTo(row);
            else if (timesH == 2 && timesV == 1 && columns > 2) Wide(samples.AsSpan(y * stride, columns), row);
            else if (isTall)
            {
                // Three parts of the nearer row, one of the other.
                int near = y / 2, far = Math.Clamp(y % 2 == 0 ? near - 1 : near + 1, 0, rows - 1);
                Between(samples.AsSpan(near * stride, columns), samples.AsSpan(far * stride, columns), row, timesH == 2, y % 2);
            }
            else
            {
                var from = samples.AsSpan(y / timesV * stride, stride);
                for (int x = 0; x < width; x++) row[x] = from[x / timesH];
            }
        }
        return plane;
    }

    static void Wide(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int x = 0; x < to.Length; x++)
        {
            int near = x / 2, far = x % 2 == 0 ? near - 1 : near + 1;
            to[x] = far < 0 || far >= from.Length ? from[near] : (byte)((3 * from[near] + from[far] + 1 + x % 2) >> 2);
        }
    }

    static void Between(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<byte> to, bool wide, int odd)
    {
        for (int x = 0; x < to.Length; x++)
        {
            if (!wide)
            {
                to[x] = (byte)((3 * near[x] + far[x] + 1 + odd) >> 2);
                continue;
            }
            int at = x / 2, other = x % 2 == 0 ? at - 1 : at + 1, sum = 3 * near[at] + far[at];
            to[x] = other < 0 || other >= near.Length ? (byte)((4 * sum + 8) >> 4) : (byte)((3 * sum + 3 * near[other] + far[other] + 8 - x % 2) >> 4);
        }
    }
}
