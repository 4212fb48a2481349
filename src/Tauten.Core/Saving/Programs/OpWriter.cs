using System.Globalization;
using System.Text.Json;
using Tauten.Ops;

namespace Tauten;

/// <summary>Takes the attributes of an op that is saved.</summary>
public sealed class OpWriter
{
    readonly Utf8JsonWriter json;
    readonly ProgramWriter program;

    internal OpWriter(Utf8JsonWriter json, ProgramWriter program) => (this.json, this.program) = (json, program);

    /// <summary>Writes a truth value.</summary>
    public void Write(string name, bool value) => json.WriteBoolean(name, value);

    /// <summary>Writes a number.</summary>
    public void Write(string name, int value) => json.WriteNumber(name, value);

    /// <summary>Writes a number or nothing.</summary>
    public void Write(string name, int? value) => Write(name, (long?)value);

    /// <summary>Writes a number.</summary>
    public void Write(string name, long value) => json.WriteNumber(name, value);

    /// <summary>Writes a number or nothing.</summary>
    public void Write(string name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    /// <summary>Writes a number, to the last bit.</summary>
    public void Write(string name, double value)
    {
        // JSON has no such numbers.
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Writes a number, to the last bit, or nothing.</summary>
    public void Write(string name, double? value)
    {
        if (value is { } number) Write(name, number);
        else json.WriteNull(name);
    }

    /// <summary>Writes a text.</summary>
    public void Write(string name, string value) => json.WriteString(name, value);

    /// <summary>Writes a dtype by its name.</summary>
    public void Write(string name, DType value) => json.WriteString(name, value.Name());

    /// <summary>Writes a value of an enumeration by its name.</summary>
    public void Write<T>(string name, T value) where T : struct, Enum => json.WriteString(name, value.ToString());

    /// <summary>Writes numbers.</summary>
    public void Write(string name, Dims value)
    {
        json.WriteStartArray(name);
        foreach (long number in value.Span) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    /// <summary>Writes a shape, in which names may stand.</summary>
    public void Write(string name, Shape value) => json.WriteString(name, value.ToString());

    /// <summary>Writes a size, which may be an expression of names.</summary>
    public void Write(string name, Dim value) => json.WriteString(name, value.ToString());

    /// <summary>Writes an op with its attributes.</summary>
    public void Write(string name, Op value)
    {
        json.WriteStartObject(name);
        program.WriteOp(json, value);
        json.WriteEndObject();
    }

    /// <summary>Writes a graph that takes all that it needs as inputs.</summary>
    public void Write(string name, Graph value)
    {
        json.WritePropertyName(name);
        program.WriteGraph(json, value, isBody: true);
    }
}
