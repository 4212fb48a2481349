namespace Tauten.Data;

/// <summary>Portable bitmaps, graymaps and pixmaps of Netpbm, as text (P1 to P3) and binary (P4 to P6).</summary>
static class Pnm
{
    public static Pixels Decode(byte[] bytes)
    {
        int kind = bytes[1] - '0', at = 2;
        int width = Number(), height = Number();
        Image.CheckSize(width, height);
        bool isBitmap = kind is 1 or 4;
        int largest = isBitmap ? 1 : Number();
        if (largest is < 1 or > 65535) throw new DataException($"{Name(kind)}: expected a largest value of 1 to 65535. Received: {largest}.");
        int channels = kind is 3 or 6 ? 3 : 1;
        long count = (long)width * height * channels;
        // One white space ends the head.
        if (kind > 3) at++;
        long needed = kind == 4 ? (width + 7L) / 8 * height : kind > 3 ? count * (largest > 255 ? 2 : 1) : count;
        if (needed > bytes.Length - at) throw new DataException($"{Name(kind)}: the file has no room for {width} x {height} pixels.");
        var values = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            int value = kind switch
            {
                1 => Bit(),
                2 or 3 => Number(),
                4 => (bytes[at + i / width * ((width + 7) / 8) + i % width / 8] >> (7 - i % width % 8)) & 1,
                _ => largest > 255 ? bytes[at + 2 * i] << 8 | bytes[at + 2 * i + 1] : bytes[at + i],
            };
            if (value > largest) throw new DataException($"{Name(kind)}: expected values up to {largest}. Received: {value}.");
            values[i] = (ushort)(isBitmap ? (1 - value) * 255 : value);
        }
        if (largest > 255)
        {
            if (largest != 65535) values = Array.ConvertAll(values, v => (ushort)((v * 65535L + largest / 2) / largest));
            return new(width, height, channels, values, []);
        }
        return Pixels.Of(width, height, channels, Array.ConvertAll(values, v => (byte)(isBitmap || largest == 255 ? v : (v * 255 + largest / 2) / largest)));

        void PassSpace()
        {
            for (; at < bytes.Length; at++)
            {
                if (bytes[at] == '#')
                    while (at < bytes.Length && bytes[at] != '\n') at++;
                else if (bytes[at] is not (9 or 10 or 11 or 12 or 13 or 32)) return;
            }
        }

        int Number()
        {
            PassSpace();
            int start = at;
            long number = 0;
            for (; at < bytes.Length && bytes[at] is >= (byte)'0' and <= (byte)'9' && number < int.MaxValue / 10; at++) number = number * 10 + bytes[at] - '0';
            return at > start ? (int)number : throw new DataException($"{Name(kind)}: expected a number at byte {start}.");
        }

        int Bit()
        {
            PassSpace();
            return at < bytes.Length && bytes[at] is (byte)'0' or (byte)'1' ? bytes[at++] - '0' : throw new DataException($"{Name(kind)}: expected 0 or 1 at byte {at}.");
        }
    }

    static string Name(int kind) => kind switch { 1 or 4 => "PBM", 2 or 5 => "PGM", _ => "PPM" };
}
