using System.Globalization;
using System.Text.Json;

namespace Tauten;

/// <summary>A part of the data of a program file, with the place where it stands: each answer is checked, and each complaint names the place.</summary>
sealed class ProgramPart
{
    /// <summary>A size beyond this is no size of a tensor, and would overflow what is computed from it.</summary>
    const long MaxSize = 1L << 40;

    const int MaxRank = 64;

    readonly JsonElement element;
    readonly string place;
    readonly Dictionary<string, JsonElement>? fields;
    readonly HashSet<string> asked = [];

    public ProgramPart(JsonElement element, string place)
    {
        (this.element, this.place) = (element, place);
        if (element.ValueKind != JsonValueKind.Object) return;
        fields = [];
        foreach (var field in element.EnumerateObject())
            if (!fields.TryAdd(field.Name, field.Value)) throw Wrong($"has '{field.Name}' twice", "each field once");
    }

    /// <summary>A complaint about this part.</summary>
    public ModelFormatException Wrong(string what, string expected, Exception? inner = null) => new($"{place} {what}. Expected {expected}.", inner);

    ModelFormatException Not(string expected) => Wrong(element.ValueKind switch
    {
        JsonValueKind.Object => "is an object",
        JsonValueKind.Array => "is a list",
        JsonValueKind.Null => "is null",
        _ => $"is {Short(element.GetRawText())}",
    }, expected);

    static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";

    Dictionary<string, JsonElement> Fields => fields ?? throw Not("an object");

    /// <summary>Whether there is a field.</summary>
    public bool Has(string name) => Fields.ContainsKey(name);

    /// <summary>A field.</summary>
    public ProgramPart this[string name]
    {
        get
        {
            asked.Add(name);
            return Fields.TryGetValue(name, out var field) ? new(field, $"{place}, {name}") : throw Wrong($"has no '{name}'", "it there");
        }
    }

    /// <summary>A field, or null where there is none.</summary>
    public ProgramPart? Find(string name) => Has(name) ? this[name] : null;

    /// <summary>After all fields were asked for: there are no others.</summary>
    public void End()
    {
        foreach (string name in Fields.Keys)
            if (!asked.Contains(name)) throw Wrong($"has the unknown field '{Short(name)}'", asked.Count == 0 ? "none" : string.Join(", ", asked.Order(StringComparer.Ordinal)));
    }

    public bool IsNull => element.ValueKind == JsonValueKind.Null;

    public bool IsObject => fields is not null;

    public bool IsList => element.ValueKind == JsonValueKind.Array;

    public IReadOnlyList<ProgramPart> Items
    {
        get
        {
            if (!IsList) throw Not("a list");
            var items = new ProgramPart[element.GetArrayLength()];
            int i = 0;
            foreach (var item in element.EnumerateArray()) items[i] = new(item, $"{place} {i++}");
            return items;
        }
    }

    public bool Bool => element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Not("true or false");

    public long Long => element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) ? value : throw Not("a whole number of 64 bits");

    public int Int => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) ? value : throw Not("a whole number of 32 bits");

    /// <summary>A whole number from 0 on, below a limit.</summary>
    public int Below(int limit, string what) => Int is var value && value >= 0 && value < limit ? value : throw Wrong($"is {value}", limit == 0 ? $"none: there is no {what}" : $"the number of {(what[0] == 'o' ? "an" : "a")} {what}, 0 to {limit - 1}");

    public double Double => element.ValueKind switch
    {
        JsonValueKind.Number when element.TryGetDouble(out double value) && double.IsFinite(value) => value,
        JsonValueKind.String => Text switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw Not("a number"),
        },
        _ => throw Not("a number"),
    };

    public string Text
    {
        get
        {
            if (element.ValueKind != JsonValueKind.String) throw Not("a text");
            try
            {
                return element.GetString()!;
            }
            catch (InvalidOperationException e)
            {
                throw Wrong("is not valid UTF-8", "a text", e);
            }
        }
    }

    public DType DType
    {
        get
        {
            string text = Text;
            foreach (var dtype in DTypes.All)
                if (dtype.Name() == text) return dtype;
            throw Not("the name of a dtype");
        }
    }

    public T Enum<T>() where T : struct, Enum => System.Enum.GetNames<T>().Contains(Text) ? System.Enum.Parse<T>(Text) : throw Not(string.Join(" or ", System.Enum.GetNames<T>()));

    public Dim Dim => Parsed(DimText.Dim, "a size");

    public Shape Shape => Parsed(DimText.Shape, "a shape");

    public ValueSpec Spec
    {
        get
        {
            if (!IsObject) return TensorSpec;
            bool sequence = Has("sequence");
            var held = this[sequence ? "sequence" : "optional"];
            End();
            return sequence ? new SequenceSpec(held.IsNull ? null : held.TensorSpec) : new OptionalSpec(held.IsNull ? null : held.Spec);
        }
    }

    public TensorSpec TensorSpec => Parsed(DimText.Spec, "a spec such as float32[batch, 3]");

    // What a size is computed from is small enough to compute with.
    T Parsed<T>(Func<string, (T Value, IEnumerable<Dim> Dims)> parse, string expected)
    {
        try
        {
            var (value, found) = parse(Text);
            Dim[] dims = [.. found];
            if (dims.Length > MaxRank) throw Wrong($"has {dims.Length} axes", $"at most {MaxRank}");
            foreach (var dim in dims)
                if (dim is { IsKnown: true, Value: > MaxSize or < -MaxSize }) throw Wrong($"has the size {dim.Value.ToString(CultureInfo.InvariantCulture)}", $"at most {MaxSize}");
            return value;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ShapeException)
        {
            throw Wrong($"is {Short(element.GetRawText())}: {e.Message}", expected, e);
        }
    }
}
