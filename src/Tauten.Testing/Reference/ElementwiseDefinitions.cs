using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>What arithmetic, comparison, bitwise ops, select and cast compute for each element.</summary>
static class ElementwiseDefinitions
{
    public static void AddTo(KernelTable table)
    {
        table.Numeric<Neg>(x => -x, x => -x);
        table.Numeric<Abs>(Math.Abs, x => x < 0 ? -x : x);
        table.Numeric<Sign>(x => double.IsNaN(x) || x == 0 ? x : x > 0 ? 1 : -1, x => x > 0 ? 1 : x < 0 ? -1 : 0);
        table.Numeric<Square>(x => x * x, x => x * x);
        table.Numeric<Relu>(x => x < 0 ? 0 : x, x => x < 0 ? 0 : x);
        table.Real<Sqrt>(Math.Sqrt);
        table.Real<Rsqrt>(x => 1 / Math.Sqrt(x));
        table.Real<Reciprocal>(x => 1 / x);
        table.Real<Floor>(Math.Floor);
        table.Real<Ceiling>(Math.Ceiling);
        table.Real<Round>(x => Math.Round(x, MidpointRounding.ToEven));
        table.Real<Truncate>(Math.Truncate);
        table.Question<IsNaN>(double.IsNaN);
        table.Question<IsInfinity>(double.IsInfinity);
        table.Question<IsFinite>(double.IsFinite);
        table.Define<Not>((_, x) => new HostTensor(x[0].DType, x[0].Shape, Array.ConvertAll(x[0].Wholes, v => x[0].DType == DType.Bool ? 1 - v : ~v)));
        table.Define<Cast>((op, x) => Convert(x[0], op.DType));

        table.Binary<Add>((a, b) => a + b, (a, b) => a + b);
        table.Binary<Sub>((a, b) => a - b, (a, b) => a - b);
        table.Binary<Mul>((a, b) => a * b, (a, b) => a * b);
        table.Binary<Div>((a, b) => a / b, (a, b) => b == 0 ? 0 : a / b);
        table.Binary<Pow>(Math.Pow, Power);
        table.Binary<Maximum>(Math.Max, Int128.Max);
        table.Binary<Minimum>(Math.Min, Int128.Min);
        table.Binary<Remainder>(RemainderOf, (a, b) => b == 0 ? 0 : a % b != 0 && a < 0 != b < 0 ? a % b + b : a % b);
        table.Binary<Atan2>(Math.Atan2, null);
        table.Binary<And>(null, (a, b) => a & b);
        table.Binary<Or>(null, (a, b) => a | b);
        table.Binary<Xor>(null, (a, b) => a ^ b);
        table.Binary<ShiftLeft>(null, (a, b) => b >= 0 && b < 64 ? a << (int)b : 0);
        table.Binary<ShiftRight>(null, (a, b) => b >= 0 && b < 64 ? a >> (int)b : a < 0 ? -1 : 0);

        table.Real<Exp2>(x => Math.Pow(2, x));
        table.Real<Log2>(Math.Log2);
        table.Real<Log10>(Math.Log10);
        table.Real<BinaryExponent>(x => x == 0 || !double.IsFinite(x) ? 0 : Math.ILogB(x) + 1);
        table.Question<Signbit>(double.IsNegative);
        table.Binary<Fmod>((a, b) => a % b, (a, b) => b == 0 ? 0 : a % b);
        table.Define<Nextafter>((_, x) => new HostTensor(x[0].DType, Defining.Broadcast(x[0].Sizes, x[1].Sizes).ToShape(), Pairs(x, t => t.Reals, (a, b) => Neighbour(a, b, x[0].DType))));
        table.Binary<Gcd>(null, (a, b) =>
        {
            (a, b) = (Int128.Abs(a), Int128.Abs(b));
            while (b != 0) (a, b) = (b, a % b);
            return a;
        });

        table.Comparison<Equal>((a, b) => a == b, (a, b) => a == b);
        table.Comparison<NotEqual>((a, b) => a != b, (a, b) => a != b);
        table.Comparison<Less>((a, b) => a < b, (a, b) => a < b);
        table.Comparison<LessEqual>((a, b) => a <= b, (a, b) => a <= b);
        table.Comparison<Greater>((a, b) => a > b, (a, b) => a > b);
        table.Comparison<GreaterEqual>((a, b) => a >= b, (a, b) => a >= b);

        table.Define<Where>((_, x) =>
        {
            var sizes = Defining.Broadcast(x[0].Sizes, Defining.Broadcast(x[1].Sizes, x[2].Sizes));
            var real = new double[sizes.Product()];
            var whole = new Int128[real.Length];
            int i = 0;
            foreach (var position in Defining.Positions(sizes))
            {
                var chosen = x[0].Wholes[Defining.Offset(x[0].Sizes, position)] != 0 ? x[1] : x[2];
                int from = Defining.Offset(chosen.Sizes, position);
                if (chosen.IsReal) real[i++] = chosen.Reals[from];
                else whole[i++] = chosen.Wholes[from];
            }
            return x[1].IsReal ? new(x[1].DType, sizes.ToShape(), real) : new(x[1].DType, sizes.ToShape(), whole);
        });
    }

    internal static void Real<TOp>(this KernelTable table, Func<double, double> function) where TOp : Op =>
        table.Define<TOp>((_, x) => new HostTensor(x[0].DType, x[0].Shape, Array.ConvertAll(x[0].Reals, v => function(v))));

    static void Numeric<TOp>(this KernelTable table, Func<double, double> real, Func<Int128, Int128> whole) where TOp : Op =>
        table.Define<TOp>((_, x) => x[0].IsReal
            ? new HostTensor(x[0].DType, x[0].Shape, Array.ConvertAll(x[0].Reals, v => real(v)))
            : new HostTensor(x[0].DType, x[0].Shape, Array.ConvertAll(x[0].Wholes, v => whole(v))));

    static void Question<TOp>(this KernelTable table, Func<double, bool> question) where TOp : Op =>
        table.Define<TOp>((_, x) => new HostTensor(DType.Bool, x[0].Shape, Array.ConvertAll(x[0].Reals, v => (Int128)(question(v) ? 1 : 0))));

    internal static void Binary<TOp>(this KernelTable table, Func<double, double, double>? real, Func<Int128, Int128, Int128>? whole) where TOp : Op =>
        table.Define<TOp>((_, x) => x[0].IsReal
            ? new HostTensor(x[0].DType, Defining.Broadcast(x[0].Sizes, x[1].Sizes).ToShape(), Pairs(x, t => t.Reals, real!))
            : new HostTensor(x[0].DType, Defining.Broadcast(x[0].Sizes, x[1].Sizes).ToShape(), Pairs(x, t => t.Wholes, whole!)));

    static void Comparison<TOp>(this KernelTable table, Func<double, double, bool> real, Func<Int128, Int128, bool> whole) where TOp : Op =>
        table.Define<TOp>((_, x) => new HostTensor(DType.Bool, Defining.Broadcast(x[0].Sizes, x[1].Sizes).ToShape(), x[0].IsReal
            ? Pairs(x, t => t.Reals, (a, b) => (Int128)(real(a, b) ? 1 : 0))
            : Pairs(x, t => t.Wholes, (a, b) => (Int128)(whole(a, b) ? 1 : 0))));

    internal static TResult[] Pairs<T, TResult>(HostTensor[] x, Func<HostTensor, T[]> elements, Func<T, T, TResult> function)
    {
        if (x[0].DType != x[1].DType) throw new DTypeException($"{x[0].DType.Name()} and {x[1].DType.Name()} differ.");
        var sizes = Defining.Broadcast(x[0].Sizes, x[1].Sizes);
        int[] left = x[0].Sizes, right = x[1].Sizes;
        T[] a = elements(x[0]), b = elements(x[1]);
        var result = new TResult[sizes.Product()];
        int i = 0;
        foreach (var position in Defining.Positions(sizes)) result[i++] = function(a[Defining.Offset(left, position)], b[Defining.Offset(right, position)]);
        return result;
    }

    // The remainder with the sign of b, exact before it is rounded.
    static double RemainderOf(double a, double b)
    {
        double rest = a % b;
        return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
    }

    static double Neighbour(double a, double b, DType dtype)
    {
        if (double.IsNaN(a) || double.IsNaN(b)) return double.NaN;
        if (a == b) return b;
        if (dtype == DType.Float64) return a < b ? Math.BitIncrement(a) : Math.BitDecrement(a);
        return a < b ? MathF.BitIncrement((float)a) : MathF.BitDecrement((float)a);
    }

    static Int128 Power(Int128 a, Int128 b)
    {
        if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
        Int128 result = 1;
        for (; b > 0; b /= 2)
        {
            if (b % 2 == 1) result = unchecked(result * a);
            a = unchecked(a * a);
        }
        return result;
    }

    internal static HostTensor Convert(HostTensor x, DType dtype)
    {
        if (x.IsReal && dtype.IsFloating()) return new(dtype, x.Shape, x.Reals);
        if (x.IsReal) return new(dtype, x.Shape, Array.ConvertAll(x.Reals, v => Rounding.ToWhole(dtype, v)));
        if (dtype.IsFloating()) return new(dtype, x.Shape, Array.ConvertAll(x.Wholes, v => Rounding.ToReal(dtype, v)));
        return new(dtype, x.Shape, Array.ConvertAll(x.Wholes, v => Rounding.Wrap(dtype, v)));
    }
}
