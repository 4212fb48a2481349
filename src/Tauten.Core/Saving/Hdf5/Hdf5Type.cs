namespace Tauten;

/// <summary>The type of elements in a file, and the dtype that they have here.</summary>
sealed record Hdf5Type(DType DType, int Size, bool IsBigEndian)
{
    const int Integer = 0, Float = 1, Text = 3, Enumeration = 8, Variable = 9;

    /// <summary>The type in a message; null for texts.</summary>
    /// <exception cref="ModelFormatException">There is no such dtype here.</exception>
    public static Hdf5Type? Read(Hdf5Cursor x, Hdf5Bytes file, string name)
    {
        int kind = x.Byte() & 15, flags = (int)x.Number(3), size = (int)x.Number(4);
        bool isBigEndian = (flags & 1) != 0;
        switch (kind)
        {
            case Text:
            case Variable when (flags & 15) == 1:
                return null;
            case Enumeration:
                return Read(x, file, name) is { DType: DType.Int8 or DType.UInt8 } ? new(DType.Bool, 1, false) : throw Unknown("an enumeration");
            case Integer:
                bool isSigned = (flags & 8) != 0;
                x.Skip(2);
                if (x.Number(2) != 8 * size) throw Unknown("integers with unused bits");
                return new(size switch
                {
                    1 => isSigned ? DType.Int8 : DType.UInt8,
                    2 => isSigned ? DType.Int16 : DType.UInt16,
                    4 => isSigned ? DType.Int32 : DType.UInt32,
                    8 => isSigned ? DType.Int64 : DType.UInt64,
                    _ => throw Unknown($"integers of {size} bytes"),
                }, size, isBigEndian);
            case Float:
                x.Skip(4);
                x.Skip(1);
                int exponent = x.Byte();
                return new((size, exponent) switch
                {
                    (4, 8) => DType.Float32,
                    (8, 11) => DType.Float64,
                    (2, 5) => DType.Float16,
                    (2, 8) => DType.BFloat16,
                    _ => throw Unknown($"floats of {size} bytes with {exponent} bits of exponent"),
                }, size, isBigEndian);
            default:
                throw Unknown(kind switch { 2 => "times", 4 => "bits", 5 => "opaque data", 6 => "structures", 7 => "references", 10 => "arrays", _ => "sequences" });
        }

        ModelFormatException Unknown(string what) => new($"{file.Source}: the elements of '{name}' are {what}. Expected integers, floats or bools.");
    }

    /// <summary>Brings bytes into this machine's order.</summary>
    public void Order(Span<byte> bytes, string name, Hdf5Bytes file)
    {
        if (IsBigEndian && Size > 1)
            for (int i = 0; i < bytes.Length; i += Size) bytes.Slice(i, Size).Reverse();
        // Kernels rely on bools being 0 or 1.
        int wrong = DType == DType.Bool ? bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) : -1;
        if (wrong >= 0) throw file.Wrong($"element {wrong} of '{name}', a bool, is {bytes[wrong]}");
    }
}
