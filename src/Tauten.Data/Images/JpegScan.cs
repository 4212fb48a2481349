using System.Numerics;

namespace Tauten.Data;

/// <summary>A table of Huffman codes: 9 bits are looked up at once, longer codes by their lengths.</summary>
sealed class JpegHuffman
{
    const int Fast = 9;
    readonly ushort[] fast = new ushort[1 << Fast];      // length in the high byte, symbol in the low one; 0 for longer codes
    readonly int[] largest = new int[18], offset = new int[17];
    readonly byte[] symbols;

    public JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        this.symbols = symbols.ToArray();
        int code = 0, next = 0;
        for (int length = 1; length <= 16; length++)
        {
            offset[length] = next - code;
            for (int i = 0; i < counts[length - 1]; i++, code++, next++)
            {
                if (code >= 1 << length) throw new DataException("JPEG: a Huffman table has more codes than there are.");
                if (length <= Fast) fast.AsSpan(code << (Fast - length), 1 << (Fast - length)).Fill((ushort)(length << 8 | symbols[next]));
            }
            largest[length] = counts[length - 1] > 0 ? code - 1 : -1;
            code <<= 1;
        }
    }

    public int Read(JpegScan bits)
    {
        int peek = bits.Peek(16), found = fast[peek >> (16 - Fast)];
        if (found != 0)
        {
            bits.Drop(found >> 8);
            return found & 255;
        }
        for (int length = Fast + 1; length <= 16; length++)
        {
            int code = peek >> (16 - length);
            if (code > largest[length]) continue;
            bits.Drop(length);
            return symbols[code + offset[length]];
        }
        throw new DataException("JPEG: a code is in no Huffman table.");
    }
}

/// <summary>The entropy-coded part of a scan.</summary>
sealed class JpegScan(byte[] bytes, int at, bool isProgressive, int first, int last, int high, int low)
{
    // Bits that are not there are read as zeros a little way, as codes are looked up 16 bits at a time.
    const int MostMissing = 16;
    ulong held;
    int count, missing, endOfBand;

    void Fill()
    {
        while (count <= 48)
        {
            int next = 0;
            if (at < bytes.Length && bytes[at] != 0xFF) next = bytes[at++];
            else if (at + 1 < bytes.Length && bytes[at + 1] == 0)
            {
                next = 0xFF;
                at += 2;
            }
            else missing += 8;
            held |= (ulong)next << (56 - count);
            count += 8;
        }
    }

    public int Peek(int bits)
    {
        if (count < bits) Fill();
        return (int)(held >> (64 - bits));
    }

    public void Drop(int bits)
    {
        held <<= bits;
        count -= bits;
        if (count < missing) throw new DataException("JPEG: the data of a scan end too soon.");
    }

    int Bits(int bits)
    {
        if (bits == 0) return 0;
        int value = Peek(bits);
        Drop(bits);
        return value;
    }

    // A number of so many bits, of which those that begin with 0 are negative.
    int Signed(int bits)
    {
        if (bits > MostMissing) throw new DataException("JPEG: a coefficient has too many bits.");
        int value = Bits(bits);
        return bits > 0 && value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value;
    }

    /// <summary>Reads all blocks.</summary>
    /// <returns>The place behind them.</returns>
    public int Read(JpegComponent[] parts, int restartInterval, int largestH, int largestV, int width, int height)
    {
        int across, down;
        if (parts is [var only])
        {
            // Blocks of a component alone are those that have pixels, row by row.
            (across, down) = (only.OwnAcross, only.OwnDown);
        }
        else (across, down) = ((width + 8 * largestH - 1) / (8 * largestH), (height + 8 * largestV - 1) / (8 * largestV));
        foreach (var part in parts) part.Predicted = 0;
        int left = restartInterval;
        for (int y = 0; y < down; y++)
            for (int x = 0; x < across; x++)
            {
                if (restartInterval > 0 && left-- == 0)
                {
                    Restart(parts);
                    left = restartInterval - 1;
                }
                if (parts.Length == 1) ReadBlock(parts[0], x, y);
                else
                    foreach (var part in parts)
                        for (int v = 0; v < part.V; v++)
                            for (int h = 0; h < part.H; h++) ReadBlock(part, x * part.H + h, y * part.V + v);
            }
        return Behind();
    }

    // Whole bytes that were taken ahead are given back; there is no marker among them.
    int Behind()
    {
        int place = at;
        for (int ahead = Math.Max(0, count - missing) / 8; ahead > 0; ahead--) place -= place >= 2 && bytes[place - 1] == 0 && bytes[place - 2] == 0xFF ? 2 : 1;
        return place;
    }

    void Restart(JpegComponent[] parts)
    {
        at = Behind();
        while (at + 1 < bytes.Length && !(bytes[at] == 0xFF && bytes[at + 1] is not (0 or 0xFF))) at++;
        if (at + 1 >= bytes.Length || bytes[at + 1] is not (>= 0xD0 and <= 0xD7)) throw new DataException("JPEG: expected a marker of a restart.");
        at += 2;
        (held, count, missing, endOfBand) = (0, 0, 0, 0);
        foreach (var part in parts) part.Predicted = 0;
    }

    void ReadBlock(JpegComponent part, int x, int y)
    {
        var block = part.Block(x, y);
        if (!isProgressive) Sequential(part, block);
        else if (first == 0) FirstOrNextDc(part, block);
        else if (high == 0) FirstAc(part.Ac!, block);
        else NextAc(part.Ac!, block);
    }

    void Sequential(JpegComponent part, Span<short> block)
    {
        block[0] = (short)(part.Predicted += Signed(part.Dc!.Read(this)));
        for (int k = 1; k < 64;)
        {
            int symbol = part.Ac!.Read(this), run = symbol >> 4, size = symbol & 15;
            if (size == 0)
            {
                if (run != 15) return;
                k += 16;
                continue;
            }
            k += run;
            if (k > 63) throw new DataException("JPEG: a block has more than 64 coefficients.");
            block[JpegBlock.Natural[k++]] = (short)Signed(size);
        }
    }

    void FirstOrNextDc(JpegComponent part, Span<short> block)
    {
        if (high == 0) block[0] = (short)((part.Predicted += Signed(part.Dc!.Read(this))) << low);
        else if (Bits(1) == 1) block[0] |= (short)(1 << low);
    }

    void FirstAc(JpegHuffman table, Span<short> block)
    {
        if (endOfBand > 0)
        {
            endOfBand--;
            return;
        }
        for (int k = first; k <= last;)
        {
            int symbol = table.Read(this), run = symbol >> 4, size = symbol & 15;
            if (size == 0)
            {
                if (run < 15)
                {
                    endOfBand = (1 << run) - 1 + Bits(run);
                    return;
                }
                k += 16;
                continue;
            }
            k += run;
            if (k > 63) throw new DataException("JPEG: a block has more than 64 coefficients.");
            block[JpegBlock.Natural[k++]] = (short)(Signed(size) << low);
        }
    }

    void NextAc(JpegHuffman table, Span<short> block)
    {
        int k = first;
        short one = (short)(1 << low);
        if (endOfBand == 0)
        {
            for (; k <= last; k++)
            {
                int symbol = table.Read(this), run = symbol >> 4, size = symbol & 15;
                short value = 0;
                if (size == 0)
                {
                    if (run < 15)
                    {
                        endOfBand = (1 << run) + Bits(run);
                        break;
                    }
                }
                else if (size == 1) value = Bits(1) == 1 ? one : (short)-one;
                else throw new DataException("JPEG: a refinement is more than a bit.");
                for (; k <= last; k++)
                {
                    ref short known = ref block[JpegBlock.Natural[k]];
                    if (known != 0) Refine(ref known, one);
                    else if (run-- == 0)
                    {
                        known = value;
                        break;
                    }
                }
            }
        }
        if (endOfBand == 0) return;
        for (; k <= last; k++)
        {
            ref short known = ref block[JpegBlock.Natural[k]];
            if (known != 0) Refine(ref known, one);
        }
        endOfBand--;
    }

    void Refine(ref short known, short one)
    {
        if (Bits(1) == 1 && (known & one) == 0) known += known > 0 ? one : (short)-one;
    }
}
