using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tauten;

/// <summary>
/// The header of an array in NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic word, a version, and a Python dictionary
/// of <c>descr</c>, <c>fortran_order</c> and <c>shape</c>. It is read with distrust, by a parser that knows nothing else of Python.
/// </summary>
sealed class NpyHeader
{
    /// <summary>More than any header of a plain array needs.</summary>
    const int MaxBytes = 1 << 16;

    /// <summary>NumPy's own limit is 32, later 64.</summary>
    const int MaxRank = 64;

    /// <summary>The data begins at a multiple of this many bytes.</summary>
    const int Alignment = 64;

    /// <summary>NumPy leaves room for this many digits of the first size, so that a file can grow in place.</summary>
    const int FirstSizeDigits = 21;

    static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The dtype of the elements, or of both of their parts.</summary>
    public required DType DType { get; init; }

    /// <summary>Whether each element has a real and an imaginary part.</summary>
    public required bool IsComplex { get; init; }

    /// <summary>Whether the most significant byte comes first.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>Whether the first axis lies along memory.</summary>
    public required bool IsFortranOrder { get; init; }

    /// <summary>The sizes.</summary>
    public required long[] Sizes { get; init; }

    /// <summary>Bytes per element.</summary>
    public int ItemSize => DType.Size() * (IsComplex ? 2 : 1);

    /// <summary>Bytes of all elements.</summary>
    public required long DataBytes { get; init; }

    /// <summary>Bytes of magic word, version and dictionary.</summary>
    public required long HeaderBytes { get; init; }

    /// <summary>The dtype of a name of NumPy's without its byte order, such as <c>f4</c>; null if it is none of a plain number or bool.</summary>
    public static DType? PlainDType(string name) => name switch
    {
        "f4" => DType.Float32,
        "f8" => DType.Float64,
        "f2" => DType.Float16,
        "i1" => DType.Int8,
        "u1" => DType.UInt8,
        "i2" => DType.Int16,
        "u2" => DType.UInt16,
        "i4" => DType.Int32,
        "u4" => DType.UInt32,
        "i8" => DType.Int64,
        "u8" => DType.UInt64,
        "b1" => DType.Bool,
        _ => null,
    };

    /// <summary>The header as NumPy writes it for elements in row-major order, in version 1.0.</summary>
    /// <exception cref="DTypeException">NumPy has no such dtype.</exception>
    public static byte[] Write(DType dtype, bool isComplex, Shape shape)
    {
        var sizes = shape.Sizes;
        var text = new StringBuilder($"{{'descr': '{Name(dtype, isComplex)}', 'fortran_order': False, 'shape': (");
        for (int i = 0; i < sizes.Length; i++) text.Append(i > 0 ? ", " : "").Append(sizes[i].ToString(CultureInfo.InvariantCulture));
        text.Append(sizes.Length == 1 ? ",)" : ")").Append(", }");
        if (sizes.Length > 0) text.Append(' ', FirstSizeDigits - sizes[0].ToString(CultureInfo.InvariantCulture).Length);
        int start = Magic.Length + 4;
        text.Append(' ', Alignment - (start + text.Length + 1) % Alignment).Append('\n');
        var header = new byte[start + text.Length];
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)text.Length);
        Encoding.ASCII.GetBytes(text.ToString(), header.AsSpan(start));
        return header;
    }

    static string Name(DType dtype, bool isComplex) => (dtype, isComplex) switch
    {
        (DType.Float32, true) => "<c8",
        (DType.Float64, true) => "<c16",
        (_, true) => throw new DTypeException($"NumPy has no complex numbers with parts of {dtype.Name()}. Convert with To(DType.Float32)."),
        (DType.BFloat16, _) => throw new DTypeException("NumPy has no bfloat16. Convert with To(DType.Float32), which loses nothing."),
        (DType.Bool, _) => "|b1",
        (DType.Int8, _) => "|i1",
        (DType.UInt8, _) => "|u1",
        _ => $"<{(dtype.IsFloating() ? 'f' : dtype.IsSigned() ? 'i' : 'u')}{dtype.Size()}",
    };

    /// <summary>Reads and checks the header of an array of which <paramref name="length"/> bytes are there; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="ModelFormatException">It is none, or of something else than numbers, or claims more than is there.</exception>
    public static NpyHeader Read(Stream stream, long length, string source)
    {
        Span<byte> start = stackalloc byte[12];
        if (length < 10) throw new ModelFormatException($"{source}: not an array of NumPy: {length} bytes are fewer than those of a header.");
        stream.ReadExactly(start[..8]);
        if (!start[..6].SequenceEqual(Magic)) throw new ModelFormatException($"{source}: not an array of NumPy: it begins with {Convert.ToHexString(start[..6])}. Expected {Convert.ToHexString(Magic)}.");
        (int major, int minor) = (start[6], start[7]);
        if (major is < 1 or > 3 || minor != 0) throw new ModelFormatException($"{source}: version {major}.{minor} of NumPy's format. Expected 1.0, 2.0 or 3.0.");
        int prefix = major == 1 ? 10 : 12;
        if (length < prefix) throw new ModelFormatException($"{source}: the file is cut short, within its header.");
        stream.ReadExactly(start[8..prefix]);
        long size = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (size > MaxBytes) throw new ModelFormatException($"{source}: claims a header of {size} bytes. Expected at most {MaxBytes}.");
        if (size > length - prefix) throw new ModelFormatException($"{source}: the file is cut short: it claims a header of {size} bytes, but only {length - prefix} bytes follow.");
        var text = new byte[size];
        stream.ReadExactly(text);
        var header = new Parser(text, source).Parse(prefix + size);
        if (header.DataBytes > length - header.HeaderBytes)
            throw new ModelFormatException($"{source}: claims shape [{string.Join(", ", header.Sizes)}] of {header.ItemSize} bytes each, {header.DataBytes} together, but only {length - header.HeaderBytes} bytes follow.");
        return header;
    }

    /// <summary>Turns the dictionary into a header.</summary>
    sealed class Parser(byte[] text, string source)
    {
        int at;

        public NpyHeader Parse(long headerBytes)
        {
            string? descr = null;
            bool? fortran = null;
            long[]? sizes = null;
            Expect('{');
            while (Peek() != '}')
            {
                string key = Text();
                Expect(':');
                switch (key)
                {
                    case "descr" when descr is null:
                        if (Peek() == '[') throw Wrong("describes a structured dtype. Save each of its fields as an array of its own");
                        descr = Text();
                        break;
                    case "fortran_order" when fortran is null: fortran = Truth(); break;
                    case "shape" when sizes is null: sizes = Tuple(); break;
                    default: throw Wrong($"has the key '{key}'{(key is "descr" or "fortran_order" or "shape" ? " twice" : "")}. Expected descr, fortran_order and shape");
                }
                if (Peek() != '}') Expect(',');
            }
            Expect('}');
            for (; at < text.Length; at++)
                if (text[at] is not ((byte)' ' or (byte)'\n')) throw Wrong($"goes on behind its dictionary, at byte {at}");
            if (descr is null || fortran is null || sizes is null) throw Wrong("lacks one of the keys descr, fortran_order and shape");
            var (dtype, isComplex, isBig) = Elements(descr);
            Int128 bytes = dtype.Size() * (isComplex ? 2 : 1);
            foreach (long size in sizes)
                if ((bytes *= Math.Max(1, size)) > long.MaxValue / 2) throw Wrong($"claims shape [{string.Join(", ", sizes)}], which no memory holds");
            return new() { DType = dtype, IsComplex = isComplex, IsBigEndian = isBig, IsFortranOrder = fortran.Value, Sizes = sizes, DataBytes = sizes.Contains(0) ? 0 : (long)bytes, HeaderBytes = headerBytes };
        }

        (DType, bool IsComplex, bool IsBigEndian) Elements(string descr)
        {
            char order = descr.Length > 0 ? descr[0] : ' ';
            string name = order is '<' or '>' or '=' or '|' ? descr[1..] : descr;
            bool isBig = order == '>' || (order is not ('<' or '|') && !BitConverter.IsLittleEndian);
            if (PlainDType(name) is { } plain) return (plain, false, isBig && plain.Size() > 1);
            return name switch
            {
                "c8" => (DType.Float32, true, isBig),
                "c16" => (DType.Float64, true, isBig),
                ['O', ..] => throw Wrong($"describes Python objects ('{descr}'). They are pickled, and reading them could run any code, so they are never read. Save numbers"),
                ['U' or 'S' or 'a', ..] => throw Wrong($"describes texts ('{descr}'). Expected numbers or bools"),
                ['M' or 'm', ..] => throw Wrong($"describes times ('{descr}'). Convert them to int64 before saving"),
                "V2" => throw Wrong($"describes raw bytes ('{descr}'), as which bfloat16 is saved in Python. Convert to float32 before saving"),
                ['V', ..] => throw Wrong($"describes raw bytes ('{descr}'). Expected numbers or bools"),
                _ => throw Wrong($"describes elements of dtype '{descr}'. Expected a bool, integer, float or complex number of up to 64 bits a part"),
            };
        }

        void Skip()
        {
            while (at < text.Length && text[at] == ' ') at++;
        }

        char Peek()
        {
            Skip();
            return at < text.Length ? (char)text[at] : throw Wrong("ends within its dictionary");
        }

        void Expect(char wanted)
        {
            char found = Peek();
            if (found != wanted) throw Wrong($"has {Shown(found)} at byte {at}. Expected '{wanted}'");
            at++;
        }

        string Text()
        {
            char quote = Peek();
            if (quote is not ('\'' or '"')) throw Wrong($"has {Shown(quote)} at byte {at}. Expected a text in quotes");
            int start = ++at;
            while (at < text.Length && text[at] != quote)
                if (text[at++] is < 0x20 or > 0x7e or (byte)'\\') throw Wrong($"has {Shown((char)text[at - 1])} in a text at byte {at - 1}");
            if (at == text.Length) throw Wrong("ends within a text");
            return Encoding.ASCII.GetString(text, start, at++ - start);
        }

        bool Truth()
        {
            Skip();
            var rest = text.AsSpan(at);
            bool isTrue = rest.StartsWith("True"u8);
            if (!isTrue && !rest.StartsWith("False"u8)) throw Wrong($"has no True or False at byte {at}");
            at += isTrue ? 4 : 5;
            return isTrue;
        }

        long[] Tuple()
        {
            Expect('(');
            var sizes = new List<long>();
            while (Peek() != ')')
            {
                sizes.Add(Number());
                if (sizes.Count > MaxRank) throw Wrong($"claims more than {MaxRank} axes");
                if (Peek() != ')') Expect(',');
                else if (sizes.Count == 1) throw Wrong("has a number as its shape. Expected a tuple");
            }
            Expect(')');
            return [.. sizes];
        }

        long Number()
        {
            Skip();
            int start = at;
            long value = 0;
            for (; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++)
            {
                if (value > (long.MaxValue - 9) / 10) throw Wrong($"has a size at byte {start} that is too large");
                value = value * 10 + (text[at] - '0');
            }
            if (at == start) throw Wrong($"has {Shown((char)text[at])} at byte {at}. Expected a size");
            // Python 2 wrote long numbers so.
            if (at < text.Length && text[at] == 'L') at++;
            return value;
        }

        static string Shown(char c) => c is >= ' ' and <= '~' ? $"'{c}'" : $"byte 0x{(int)c:x2}";

        ModelFormatException Wrong(string what) => new($"{source}: the header of an array of NumPy {what}.");
    }
}
