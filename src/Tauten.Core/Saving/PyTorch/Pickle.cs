using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Tauten;

/// <summary>
/// Reads Python's pickle format, protocols 0 to 5 (PEP 307, 3154, 574), as data: numbers, texts, bytes, tuples, lists and dictionaries, and of all else what <see cref="IPickled"/> makes.
/// Nothing is called, imported or looked up by name, and the stack is no recursion, so that a hostile file can neither run anything nor exhaust anything but its own size.
/// </summary>
/// <remarks>
/// None is null; integers are <see cref="long"/> or <see cref="BigInteger"/>, floats <see cref="double"/>, tuples <c>object?[]</c>, lists and sets <c>List&lt;object?&gt;</c>, dictionaries
/// <see cref="PickledDictionary"/>, classes and functions <see cref="PickledName"/>.
/// </remarks>
sealed class Pickle(Stream stream, IPickled make, string source)
{
    /// <summary>More than any real file stacks up, and little memory.</summary>
    const int MostDepth = 1 << 20;

    static readonly UTF8Encoding utf8 = new(false, throwOnInvalidBytes: true);
    static readonly object mark = new();

    readonly List<object?> stack = [];
    readonly Dictionary<long, object?> memo = [];
    long position;

    /// <summary>Reads one pickle, up to and with its stop.</summary>
    /// <exception cref="ModelFormatException">It is damaged, or has something that is not data.</exception>
    public object? Read()
    {
        stack.Clear();
        memo.Clear();
        try
        {
            while (true)
            {
                byte code = Byte();
                if (code == '.') return stack.Count == 1 ? Pop() : throw Wrong($"{stack.Count} values are left at its end. Expected 1");
                Step(code);
                if (stack.Count > MostDepth) throw Wrong($"more than {MostDepth} values are stacked up");
            }
        }
        catch (Exception e) when (e is EndOfStreamException or DecoderFallbackException or FormatException or OverflowException or InvalidCastException)
        {
            throw new ModelFormatException($"{source}: the pickle is damaged at byte {position}: {e.Message}", e);
        }
    }

    void Step(byte code)
    {
        switch ((char)code)
        {
            case (char)0x80: Protocol(); break;
            case (char)0x95: Frame(); break;
            case 'N': Push(null); break;
            case (char)0x88: Push(true); break;
            case (char)0x89: Push(false); break;
            case 'I': Push(TextInteger(Line())); break;
            case 'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case 'K': Push((long)Byte()); break;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case 'L': Push(Number(BigInteger.Parse(Line().TrimEnd('L'), CultureInfo.InvariantCulture))); break;
            case (char)0x8a: Push(Number(new BigInteger(Bytes(Byte())))); break;
            case (char)0x8b: Push(Number(new BigInteger(Bytes(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)))))); break;
            case 'F': Push(double.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case 'S': Push(Quoted(Line())); break;
            case 'V': Push(Unescaped(Line())); break;
            case 'X': Push(utf8.GetString(Bytes(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))))); break;
            case (char)0x8c: Push(utf8.GetString(Bytes(Byte()))); break;
            case (char)0x8d: Push(utf8.GetString(Bytes(BinaryPrimitives.ReadInt64LittleEndian(Bytes(8))))); break;
            case 'U': Push(Encoding.Latin1.GetString(Bytes(Byte()))); break;
            case 'T': Push(Encoding.Latin1.GetString(Bytes(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))))); break;
            case 'C': Push(Bytes(Byte())); break;
            case 'B': Push(Bytes(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;
            case (char)0x8e or (char)0x96: Push(Bytes(BinaryPrimitives.ReadInt64LittleEndian(Bytes(8)))); break;

            case '(': Push(mark); break;
            case '0': Pop(); break;
            case '1': PopToMark(); break;
            case '2': Push(Top()); break;
            case ')': Push(Array.Empty<object?>()); break;
            case 't': Push(PopToMark()); break;
            case (char)0x85: Push(PopMany(1)); break;
            case (char)0x86: Push(PopMany(2)); break;
            case (char)0x87: Push(PopMany(3)); break;
            case ']' or (char)0x8f: Push(new List<object?>()); break;
            case 'l': Push(new List<object?>(PopToMark())); break;
            case (char)0x91: Push(new List<object?>(PopToMark())); break;
            case 'a': Append([Pop()]); break;
            case 'e' or (char)0x90: Append(PopToMark()); break;
            case '}': Push(new PickledDictionary()); break;
            case 'd': Push(new PickledDictionary(PopToMark(), source)); break;
            case 's': SetItems(PopMany(2)); break;
            case 'u': SetItems(PopToMark()); break;

            case 'p': Remember(long.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case 'q': Remember(Byte()); break;
            case 'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))); break;
            case (char)0x94: Remember(memo.Count); break;
            case 'g': Recall(long.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case 'h': Recall(Byte()); break;
            case 'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))); break;

            case 'c': Push(new PickledName(Line(), Line())); break;
            case (char)0x93:
                var name = PopMany(2);
                Push(new PickledName((string)name[0]!, (string)name[1]!));
                break;
            case 'R' or (char)0x81:
                var call = PopMany(2);
                Push(make.Call(Callable(call[0]), Arguments(call[1])));
                break;
            case (char)0x92:
                var made = PopMany(3);
                if (made[2] is PickledDictionary { Count: > 0 }) throw Wrong($"{Callable(made[0])} is made with named arguments");
                Push(make.Call(Callable(made[0]), Arguments(made[1])));
                break;
            case 'o':
                var all = PopToMark();
                if (all.Length == 0) throw Wrong("an object without a class");
                Push(make.Call(Callable(all[0]), all[1..]));
                break;
            case 'i':
                string module = Line(), type = Line();
                Push(make.Call(new(module, type), PopToMark()));
                break;
            case 'b':
                object? state = Pop();
                make.SetState(Top(), state);
                break;
            case 'P': Push(make.Persistent(Line())); break;
            case 'Q': Push(make.Persistent(Pop())); break;
            default: throw Wrong($"there is no instruction 0x{code:x2}");
        }
    }

    void Protocol()
    {
        byte version = Byte();
        if (version > 5) throw Wrong($"it has protocol {version}. Expected 0 to 5");
    }

    void Frame() => _ = Bytes(8);

    static object TextInteger(string text) => text switch
    {
        "00" => false,
        "01" => true,
        _ => Number(BigInteger.Parse(text, CultureInfo.InvariantCulture)),
    };

    static object Number(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (long)value : value;

    static string Quoted(string text) =>
        text.Length >= 2 && text[0] is '\'' or '"' && text[^1] == text[0] ? Unescaped(text[1..^1]) : throw new FormatException("a text without quotes");

    // Python's own escapes, as far as its pickles have them.
    static string Unescaped(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || ++i == text.Length)
            {
                plain.Append(text[Math.Min(i, text.Length - 1)]);
                continue;
            }
            int digits = text[i] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits == 0)
            {
                plain.Append(text[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
                continue;
            }
            if (text.Length - i - 1 < digits || !int.TryParse(text.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int point) || !Rune.IsValid(point))
                throw new FormatException($"a text has an escape that is none: {text}");
            plain.Append(new Rune(point));
            i += digits;
        }
        return plain.ToString();
    }

    PickledName Callable(object? value) => value as PickledName ?? throw Wrong($"{Described(value)} is called. Expected a class or a function");

    object?[] Arguments(object? value) => value as object?[] ?? throw Wrong($"something is called with {Described(value)}. Expected a tuple");

    static string Described(object? value) => value switch
    {
        null => "None",
        string => "a text",
        object?[] => "a tuple",
        List<object?> => "a list",
        PickledDictionary => "a dictionary",
        Tensor => "a tensor",
        _ => $"{value}",
    };

    void Append(object?[] items)
    {
        if (Top() is not List<object?> list) throw Wrong($"something is appended to {Described(Top())}. Expected a list");
        list.AddRange(items);
    }

    void SetItems(object?[] items)
    {
        if (Top() is not PickledDictionary dictionary) throw Wrong($"an entry is set in {Described(Top())}. Expected a dictionary");
        dictionary.Set(items, source);
    }

    void Remember(long place) => memo[place] = Top();

    void Recall(long place) => Push(memo.TryGetValue(place, out object? value) ? value : throw Wrong($"nothing was remembered at {place}"));

    void Push(object? value) => stack.Add(value);

    object? Top() => stack.Count > 0 && !ReferenceEquals(stack[^1], mark) ? stack[^1] : throw Wrong("it takes a value where there is none");

    object? Pop()
    {
        object? value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    object?[] PopMany(int count)
    {
        var values = new object?[count];
        for (int i = count - 1; i >= 0; i--) values[i] = Pop();
        return values;
    }

    object?[] PopToMark()
    {
        int at = stack.LastIndexOf(mark);
        if (at < 0) throw Wrong("it takes values up to a mark where there is none");
        object?[] values = [.. stack[(at + 1)..]];
        stack.RemoveRange(at, stack.Count - at);
        return values;
    }

    byte Byte()
    {
        int value = stream.ReadByte();
        if (value < 0) throw new EndOfStreamException("it ends in the middle");
        position++;
        return (byte)value;
    }

    // In pieces: a length that lies is found out before memory is taken for it.
    byte[] Bytes(long count)
    {
        const int Piece = 1 << 16;
        if (count is < 0 or > int.MaxValue) throw Wrong($"it claims {count} bytes");
        if (count <= Piece)
        {
            var bytes = new byte[count];
            stream.ReadExactly(bytes);
            position += count;
            return bytes;
        }
        using var gathered = new MemoryStream();
        for (long left = count; left > 0; left -= Piece) gathered.Write(Bytes(Math.Min(left, Piece)));
        return gathered.ToArray();
    }

    string Line()
    {
        var bytes = new List<byte>();
        for (byte b = Byte(); b != '\n'; b = Byte()) bytes.Add(b);
        if (bytes is [.., (byte)'\r']) bytes.RemoveAt(bytes.Count - 1);
        return Encoding.Latin1.GetString([.. bytes]);
    }

    ModelFormatException Wrong(string what) => new($"{source}: the pickle is not valid: at byte {position} {what}.");
}

/// <summary>What becomes of things in a pickle that are not plain data.</summary>
interface IPickled
{
    /// <summary>What a call of a class or function gives.</summary>
    /// <exception cref="ModelFormatException">It is none that stands for data.</exception>
    object? Call(PickledName callable, object?[] arguments);

    /// <summary>Gives a value its state.</summary>
    void SetState(object? value, object? state);

    /// <summary>What lies outside of the pickle.</summary>
    object? Persistent(object? id);
}

/// <summary>The name of a Python class or function.</summary>
sealed record PickledName(string Module, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A Python dictionary, in its order. Keys are texts, numbers, truth values, or tuples of these.</summary>
sealed class PickledDictionary : OrderedDictionary<object, object?>
{
    public PickledDictionary() { }

    /// <summary>Whether these are the attributes of a scripted module.</summary>
    public bool IsModule { get; init; }

    /// <summary>A dictionary of keys and values in turn.</summary>
    public PickledDictionary(object?[] items, string source) => Set(items, source);

    /// <summary>Sets keys and values in turn.</summary>
    public void Set(object?[] items, string source)
    {
        if (items.Length % 2 != 0) throw new ModelFormatException($"{source}: the pickle is not valid: a dictionary has a key without a value.");
        for (int i = 0; i < items.Length; i += 2)
        {
            this[items[i] switch
            {
                string or long or double or bool => items[i]!,
                PickledName name => name.ToString(),
                object?[] tuple when tuple.All(part => part is string or long or double or bool) => $"({string.Join(", ", tuple)})",
                var key => throw new ModelFormatException($"{source}: a dictionary has the key {key ?? "None"}. Expected texts or numbers."),
            }] = items[i + 1];
        }
    }
}
