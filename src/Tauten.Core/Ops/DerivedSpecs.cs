using System.Collections.Concurrent;

namespace Tauten.Ops;

/// <summary>Shape rules of composites, found by expanding on symbols. The expansion costs microseconds, so results are remembered by op and input specs.</summary>
static class DerivedSpecs
{
    const int Limit = 4096;
    static readonly ConcurrentDictionary<Key, Specs> known = new();

    public static Specs Of(CompositeOp op, ReadOnlySpan<TensorSpec> x)
    {
        var key = new Key(op, x.ToArray());
        // A falsified rule must not be remembered.
        bool remembers = !Mutation.IsEnabled || Mutation.Rule is null;
        if (known.TryGetValue(key, out var specs) && remembers) return specs;
        // Nothing symbolic may leave this capture: only the specs are kept.
        using (var capture = Capture.Begin())
        {
            var symbols = new Tensor[x.Length];
            for (int i = 0; i < symbols.Length; i++) symbols[i] = capture.Graph.AddInput($"x{i}", x[i]);
            var y = Expand(op, x, symbols);
            specs = y.Length == 1 ? y[0].Spec : new Specs(Array.ConvertAll(y, t => t.Spec));
        }
        if (!remembers || DependsOnData(specs)) return specs;
        // Bounded: shapes that never repeat must not fill the memory.
        if (known.Count >= Limit) known.Clear();
        known[key] = specs;
        return specs;
    }

    // An error speaks of the op that was called, then of the one inside of it that found the fault.
    static Tensor[] Expand(CompositeOp op, ReadOnlySpan<TensorSpec> x, Tensor[] symbols)
    {
        try
        {
            return op.Expansion(symbols);
        }
        catch (TautenException e) when (e is DTypeException or ShapeException && !Names(e, op))
        {
            string message = $"{op} of {string.Join(", ", x.ToArray())}: {e.Statement}";
            throw e is DTypeException ? new DTypeException(message) { Statement = e.Statement } : new ShapeException(message) { Statement = e.Statement };
        }
    }

    static bool Names(TautenException e, Op op) => e.Statement.StartsWith(op.GetType().Name, StringComparison.Ordinal) && e.Statement.AsSpan(op.GetType().Name.Length) is [':' or '(' or ' ', ..];

    // Such a size is another one each time.
    static bool DependsOnData(Specs specs)
    {
        for (int i = 0; i < specs.Count; i++)
            if (!specs[i].Shape.IsKnown && specs[i].Shape.Any(d => d.Names.Any(n => n.Contains('#')))) return true;
        return false;
    }

    readonly struct Key(CompositeOp op, TensorSpec[] specs) : IEquatable<Key>
    {
        readonly CompositeOp op = op;
        readonly TensorSpec[] specs = specs;

        public bool Equals(Key other) => op.Equals(other.op) && specs.AsSpan().SequenceEqual(other.specs);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(op);
            foreach (var spec in specs) hash.Add(spec);
            return hash.ToHashCode();
        }
    }
}
