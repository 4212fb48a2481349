using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>Computes common subexpressions once: the same op of the same values gives the same values.</summary>
sealed class MergeEqual
{
    readonly Dictionary<Computation, Value[]> found = [];

    /// <summary>The values of the same op of the same values, computed before or now.</summary>
    public Value[]? Rule(Op op, Value[] x)
    {
        if (op is ValueOp) return null;
        var computation = new Computation(op, x);
        if (found.TryGetValue(computation, out var same)) return same;
        var y = Graph.Apply(op, x);
        found.Add(computation, y);
        return y;
    }

    /// <summary>An op and what it is applied to.</summary>
    readonly struct Computation(Op op, Value[] x) : IEquatable<Computation>
    {
        readonly Op op = op;
        readonly Value[] x = x;

        public bool Equals(Computation other)
        {
            if (x.Length != other.x.Length || !op.Equals(other.op)) return false;
            for (int i = 0; i < x.Length; i++)
                if (!ReferenceEquals(x[i].Node, other.x[i].Node) || x[i].OutputIndex != other.x[i].OutputIndex || !x[i].IsSymbolic && !ReferenceEquals(x[i], other.x[i])) return false;
            return true;
        }

        public override bool Equals(object? other) => other is Computation computation && Equals(computation);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(op);
            foreach (var value in x) hash.Add(value.Node);
            return hash.ToHashCode();
        }
    }
}
