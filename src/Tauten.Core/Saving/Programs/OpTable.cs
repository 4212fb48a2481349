using System.Collections.Frozen;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// How ops are saved by name and attributes, and made again: a closed table, so that a file can name nothing else. It holds every op of this library; ops of one's own
/// are added by name.
/// </summary>
/// <example><code>
/// using Tauten.Ops;
///
/// var ops = OpTable.Standard.With&lt;Snake>("mine.Snake", (op, writer) => writer.Write("A", op.A), reader => new Snake(reader.Double("A")));
/// var program = new GraphProgram();
/// program.Add("wave", x => [Dispatch.Run(new Snake(2), x[0])], ("x", new TensorSpec(DType.Float32, ["n"])));
/// var loaded = GraphProgram.Load(program.ToBytes(ops), ops);
/// Console.WriteLine(loaded.Run("wave", Tensor.From([0f, 1]))[0]);    // [0.0000, 1.4134]
///
/// sealed record Snake(double A) : CompositeOp
/// {
///     public override Tensor Expand(ReadOnlySpan&lt;Tensor> x) => x[0] + (x[0] * A).Sin().Square() / A;
/// }
/// </code></example>
public sealed class OpTable
{
    readonly FrozenDictionary<string, Entry> byName;
    readonly FrozenDictionary<Type, Entry> byType;

    OpTable(IEnumerable<Entry> entries)
    {
        Entry[] all = [.. entries];
        (byName, byType) = (all.ToFrozenDictionary(e => e.Name, StringComparer.Ordinal), all.ToFrozenDictionary(e => e.Type));
    }

    /// <summary>The ops of this library.</summary>
    public static OpTable Standard { get; } = new(StandardOps.Create().All);

    /// <summary>The table with an op of one's own.</summary>
    /// <param name="name">The name in files. It has a dot in it, as in <c>mine.Snake</c>: names without one are those of this library, now or later.</param>
    /// <param name="write">Writes the attributes.</param>
    /// <param name="read">Makes the op from them.</param>
    /// <exception cref="ArgumentException">The name has no dot, or the name or the type is in the table already.</exception>
    public OpTable With<TOp>(string name, Action<TOp, OpWriter> write, Func<OpReader, TOp> read) where TOp : Op
    {
        if (!name.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"The name '{name}' of an op of one's own needs a dot, as in 'mine.{name}': names without one belong to the library.", nameof(name));
        if (byName.ContainsKey(name) || byType.ContainsKey(typeof(TOp))) throw new ArgumentException($"The table has '{name}' or the type {typeof(TOp).Name} already.", nameof(name));
        return new([.. byName.Values, new(name, typeof(TOp), "", (op, writer) => write((TOp)op, writer), reader => read(reader))]);
    }

    /// <summary>Each op that can be saved, with its attributes and their types: what files may say. A line for each, in the order of names.</summary>
    public IReadOnlyList<string> Schema => [.. byName.Values.Where(e => e.Read is not null).OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => $"{e.Name}({e.Schema})")];

    /// <summary>The entry of an op that is to be saved.</summary>
    internal Entry Of(Op op) => !byType.TryGetValue(op.GetType(), out var entry)
        ? throw new ModelFormatException($"{op} cannot be saved: the table of ops has no {op.GetType().Name}. Add it with OpTable.With.")
        : entry.Read is null
            ? throw new ModelFormatException($"{op} cannot be saved: it holds code of the program. Replace it by what it is made of with graph.Lower(op => op is not {op.GetType().Name}); it then has the gradient that follows from that.")
            : entry;

    /// <summary>The entry of a name in a file; null where there is none.</summary>
    internal Entry? Find(string name) => byName.TryGetValue(name, out var entry) && entry.Read is not null ? entry : null;

    /// <summary>One op.</summary>
    internal sealed record Entry(string Name, Type Type, string Schema, Action<Op, OpWriter> Write, Func<OpReader, Op>? Read);

    /// <summary>A table that is being made.</summary>
    internal sealed class Entries
    {
        public List<Entry> All { get; } = [];

        public void Add<TOp>(string name, string schema, Action<TOp, OpWriter> write, Func<OpReader, TOp> read) where TOp : Op => All.Add(new(name, typeof(TOp), schema, (op, writer) => write((TOp)op, writer), reader => read(reader)));

        public void AddUnsavable<TOp>(string name) where TOp : Op => All.Add(new(name, typeof(TOp), "", (_, _) => { }, null));
    }
}
