using Tauten.Ops;

namespace Tauten;

/// <summary>Gives the attributes of an op that is loaded.</summary>
public sealed class OpReader
{
    readonly ProgramPart attributes;
    readonly ProgramReader program;

    internal OpReader(ProgramPart attributes, ProgramReader program) => (this.attributes, this.program) = (attributes, program);

    /// <summary>Whether the file mentions an attribute.</summary>
    public bool Has(string name) => attributes.Has(name);

    /// <summary>A truth value.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public bool Bool(string name) => attributes[name].Bool;

    /// <summary>A number in 32 bits.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public int Int(string name) => attributes[name].Int;

    /// <summary>A number in 32 bits, or nothing.</summary>
    /// <exception cref="ModelFormatException">The file has something else there.</exception>
    public int? IntOrNull(string name) => attributes[name] is { IsNull: false } part ? part.Int : null;

    /// <summary>A number in 64 bits.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public long Long(string name) => attributes[name].Long;

    /// <summary>A number in 64 bits, or nothing.</summary>
    /// <exception cref="ModelFormatException">The file has something else there.</exception>
    public long? LongOrNull(string name) => attributes[name] is { IsNull: false } part ? part.Long : null;

    /// <summary>A floating-point number.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public double Double(string name) => attributes[name].Double;

    /// <summary>A floating-point number, or nothing.</summary>
    /// <exception cref="ModelFormatException">The file has something else there.</exception>
    public double? DoubleOrNull(string name) => attributes[name] is { IsNull: false } part ? part.Double : null;

    /// <summary>A text.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public string Text(string name) => attributes[name].Text;

    /// <summary>A dtype.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public DType DType(string name) => attributes[name].DType;

    /// <summary>A value of an enumeration.</summary>
    /// <exception cref="ModelFormatException">The file has none of its names there.</exception>
    public T Enum<T>(string name) where T : struct, Enum => attributes[name].Enum<T>();

    /// <summary>Numbers.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public Dims Dims(string name) => Tauten.Dims.Create([.. attributes[name].Items.Select(p => p.Long)]);

    /// <summary>A shape.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public Shape Shape(string name) => attributes[name].Shape;

    /// <summary>A size.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public Dim Dim(string name) => attributes[name].Dim;

    /// <summary>An op.</summary>
    /// <exception cref="ModelFormatException">The file has none of this type there.</exception>
    public TOp Op<TOp>(string name) where TOp : Op => program.ReadOp(attributes[name]) is var op && op is TOp wanted ? wanted : throw attributes[name].Wrong($"is the op {op}", $"one that is a {typeof(TOp).Name}");

    /// <summary>A graph that takes all that it needs as inputs.</summary>
    /// <exception cref="ModelFormatException">The file has none there.</exception>
    public Graph Graph(string name) => program.ReadGraph(attributes[name], isBody: true);
}
