using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tauten;

/// <summary>One tensor of a safetensors file: its elements are the bytes from <paramref name="Start"/> to <paramref name="End"/> behind the header.</summary>
sealed record SafetensorsEntry(string Name, TensorSpec Spec, long Start, long End);

/// <summary>The header of a safetensors file, read with distrust: nothing in it is used before it was checked.</summary>
sealed class SafetensorsHeader
{
    /// <summary>The limit of the reference implementation.</summary>
    const int MaxBytes = 100_000_000;

    /// <summary>More axes than any real tensor has; what follows from a shape is then cheap.</summary>
    const int MaxRank = 64;

    const string MetadataName = "__metadata__";

    /// <summary>The tensors, in the order of their data, one behind the other.</summary>
    public required IReadOnlyList<SafetensorsEntry> Entries { get; init; }

    /// <summary>The free texts.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Places tensors as the reference implementation does: by falling alignment, so that every tensor is aligned, then by name.</summary>
    public static List<SafetensorsEntry> Arrange(IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (tensors.ContainsKey(MetadataName)) throw new ArgumentException($"No tensor may be named {MetadataName}: the safetensors format reserves it.", nameof(tensors));
        var entries = new List<SafetensorsEntry>(tensors.Count);
        long end = 0;
        foreach (var (name, tensor) in tensors.OrderByDescending(t => Place(t.Value.DType)).ThenBy(t => t.Key, Utf8Order.Instance))
        {
            long start = end;
            end = checked(start + tensor.Count * tensor.DType.Size());
            entries.Add(new(name, tensor.Spec, start, end));
        }
        return entries;
    }

    /// <summary>The header's bytes, padded with spaces so that the data begins at a multiple of eight.</summary>
    public static byte[] Write(List<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        // Names are not for HTML: only what JSON itself asks for is escaped.
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, text) in metadata.OrderBy(m => m.Key, Utf8Order.Instance)) json.WriteString(key, text);
                json.WriteEndObject();
            }
            foreach (var entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", NameOf(entry.Spec.DType));
                json.WriteStartArray("shape");
                foreach (long size in entry.Spec.Shape.Sizes) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Start);
                json.WriteNumberValue(entry.End);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        int padding = -buffer.WrittenCount & 7;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        if (buffer.WrittenCount > MaxBytes) throw new ModelFormatException($"The header of {entries.Count} tensors takes {buffer.WrittenCount} bytes. Expected at most {MaxBytes}, which is what readers accept.");
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads and checks the header of a file of <paramref name="length"/> bytes; <paramref name="source"/> names it in messages.</summary>
    public static SafetensorsHeader Read(Stream stream, long length, string source)
    {
        if (length < 8) throw new ModelFormatException($"{source}: not a safetensors file: it has {length} bytes. Expected at least the 8 of the header's length.");
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (size > MaxBytes) throw new ModelFormatException($"{source}: not a safetensors file, or a hostile one: it claims a header of {size} bytes. Expected at most {MaxBytes}.");
        if (size > (ulong)(length - 8)) throw new ModelFormatException($"{source}: the file is cut short: it claims a header of {size} bytes, but only {length - 8} bytes follow.");
        var header = new byte[size];
        stream.ReadExactly(header);
        if (size == 0 || header[0] != '{') throw new ModelFormatException($"{source}: not a safetensors file: its header begins with {(size == 0 ? "nothing" : $"byte 0x{header[0]:x2}")}. Expected '{{'.");
        return new Parser(source, length - 8 - (long)size).Parse(header);
    }

    static readonly (string Name, DType DType)[] names =
    [
        // In the order of the reference implementation, which decides where tensors are placed.
        ("BOOL", DType.Bool), ("U8", DType.UInt8), ("I8", DType.Int8), ("I16", DType.Int16), ("U16", DType.UInt16), ("F16", DType.Float16), ("BF16", DType.BFloat16),
        ("I32", DType.Int32), ("U32", DType.UInt32), ("F32", DType.Float32), ("F64", DType.Float64), ("I64", DType.Int64), ("U64", DType.UInt64),
    ];

    static int Place(DType dtype) => Array.FindIndex(names, n => n.DType == dtype);

    static string NameOf(DType dtype) => names[Place(dtype)].Name;

    /// <summary>The order of UTF-8 bytes, which is that of code points.</summary>
    sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? a, string? b) => Encoding.UTF8.GetBytes(a!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b!));
    }

    /// <summary>Turns the JSON of a header into entries.</summary>
    sealed class Parser(string source, long dataLength)
    {
        readonly Dictionary<string, SafetensorsEntry> entries = [];
        readonly Dictionary<string, string> metadata = [];
        bool hasMetadata;

        public SafetensorsHeader Parse(byte[] header)
        {
            try
            {
                // Nothing valid is nested deeper: the object of all, of a tensor, its shape.
                var json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = 3 });
                json.Read();
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                {
                    string name = Text(ref json);
                    json.Read();
                    if (name == MetadataName) ReadMetadata(ref json);
                    else if (!entries.TryAdd(name, ReadEntry(ref json, name))) throw Wrong($"tensor '{name}' is listed twice");
                }
                json.Read(); // only spaces may follow; the reader complains of anything else
            }
            catch (JsonException e)
            {
                throw new ModelFormatException($"{source}: the header is not valid JSON: {e.Message}", e);
            }
            var ordered = entries.Values.OrderBy(e => e.Start).ThenBy(e => e.End).ToList();
            CheckCover(ordered);
            return new() { Entries = ordered, Metadata = metadata };
        }

        void ReadMetadata(ref Utf8JsonReader json)
        {
            if (hasMetadata) throw Wrong($"{MetadataName} is listed twice");
            hasMetadata = true;
            Expect(json, JsonTokenType.StartObject, MetadataName, "an object of texts");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string key = Text(ref json);
                json.Read();
                Expect(json, JsonTokenType.String, $"{MetadataName} '{key}'", "a text");
                if (!metadata.TryAdd(key, Text(ref json))) throw Wrong($"{MetadataName} '{key}' is listed twice");
            }
        }

        SafetensorsEntry ReadEntry(ref Utf8JsonReader json, string name)
        {
            Expect(json, JsonTokenType.StartObject, $"tensor '{name}'", "an object of dtype, shape and data_offsets");
            string? dtype = null;
            List<long>? shape = null, offsets = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string field = Text(ref json);
                json.Read();
                bool repeated;
                switch (field)
                {
                    case "dtype":
                        Expect(json, JsonTokenType.String, $"tensor '{name}': dtype", "a text");
                        repeated = dtype is not null;
                        dtype = Text(ref json);
                        break;
                    case "shape":
                        repeated = shape is not null;
                        shape = ReadNumbers(ref json, $"tensor '{name}': shape", MaxRank);
                        break;
                    case "data_offsets":
                        repeated = offsets is not null;
                        offsets = ReadNumbers(ref json, $"tensor '{name}': data_offsets", 2);
                        break;
                    default:
                        throw Wrong($"tensor '{name}' has a field '{field}'. Expected dtype, shape and data_offsets");
                }
                if (repeated) throw Wrong($"tensor '{name}' has {field} twice");
            }
            if ((dtype is null ? "dtype" : shape is null ? "shape" : offsets is null ? "data_offsets" : null) is { } missing) throw Wrong($"tensor '{name}' has no {missing}");
            if (offsets!.Count != 2) throw Wrong($"tensor '{name}': data_offsets has {offsets.Count} numbers. Expected 2: begin and end");
            return Check(name, dtype!, shape!, offsets[0], offsets[1]);
        }

        SafetensorsEntry Check(string name, string dtype, List<long> shape, long start, long end)
        {
            int known = Array.FindIndex(names, n => n.Name == dtype);
            if (known < 0) throw Wrong($"tensor '{name}' has dtype {dtype}. Expected one of {string.Join(", ", names.Select(n => n.Name))}");
            if (start > end) throw Wrong($"tensor '{name}': data_offsets [{start}, {end}] run backwards");
            if (end > dataLength) throw Wrong($"tensor '{name}': data_offsets [{start}, {end}] leave the {dataLength} bytes of data: the file is cut short, or lies");
            var type = names[known].DType;
            long bytes;
            Shape sizes;
            try
            {
                bytes = shape.Aggregate((long)type.Size(), (product, size) => checked(product * size));
                sizes = Shape.Of([.. shape]);
            }
            catch (Exception e) when (e is OverflowException or ShapeException)
            {
                throw Wrong($"tensor '{name}': shape [{string.Join(", ", shape)}] has more bytes than 64 bits can count");
            }
            if (bytes != end - start) throw Wrong($"tensor '{name}': {dtype}[{string.Join(", ", shape)}] takes {bytes} bytes, but data_offsets [{start}, {end}] hold {end - start}");
            return new(name, new(type, sizes), start, end);
        }

        List<long> ReadNumbers(ref Utf8JsonReader json, string what, int limit)
        {
            Expect(json, JsonTokenType.StartArray, what, "a list of whole numbers");
            var numbers = new List<long>();
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                Expect(json, JsonTokenType.Number, $"{what}, number {numbers.Count}", "a whole number");
                if (!json.TryGetInt64(out long number) || number < 0)
                    throw Wrong($"{what}, number {numbers.Count}, is {Encoding.UTF8.GetString(json.ValueSpan)}. Expected a whole number from 0 to {long.MaxValue}");
                if (numbers.Count == limit) throw Wrong($"{what} has more than {limit} numbers");
                numbers.Add(number);
            }
            return numbers;
        }

        // One tensor behind the other, from the first byte to the last: no byte is hidden, none is used twice.
        void CheckCover(List<SafetensorsEntry> ordered)
        {
            long end = 0;
            string before = "";
            foreach (var entry in ordered)
            {
                if (entry.Start < end) throw Wrong($"tensors '{before}' and '{entry.Name}' overlap: one ends at byte {end}, the other begins at {entry.Start}");
                if (entry.Start > end) throw Wrong($"bytes {end} to {entry.Start} of the data, before tensor '{entry.Name}', belong to no tensor");
                (end, before) = (entry.End, entry.Name);
            }
            if (end != dataLength) throw Wrong($"{dataLength - end} bytes follow the last tensor. Expected the data to end at byte {end}");
        }

        string Text(ref Utf8JsonReader json)
        {
            try
            {
                return json.GetString()!;
            }
            catch (InvalidOperationException e)
            {
                throw new ModelFormatException($"{source}: a text in the header, at byte {json.TokenStartIndex}, is not valid UTF-8.", e);
            }
        }

        void Expect(in Utf8JsonReader json, JsonTokenType type, string what, string expected)
        {
            if (json.TokenType != type) throw Wrong($"{what} is {Described(json.TokenType)}. Expected {expected}");
        }

        static string Described(JsonTokenType type) => type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a text",
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "true or false",
            JsonTokenType.Null => "null",
            _ => "missing",
        };

        ModelFormatException Wrong(string what) => new($"{source}: {what}.");
    }
}
