namespace Tauten.Testing;

/// <summary>From where the elements of an input are drawn.</summary>
public sealed record Domain
{
    /// <summary>Real numbers from -2 to 2; whole numbers from -9 to 9 (0 to 9 in unsigned dtypes).</summary>
    public static Domain Plain { get; } = new();

    /// <summary>Real numbers from 0.2 to 2.5; whole numbers from 1 to 9.</summary>
    public static Domain Positive { get; } = new() { Low = 0.2, High = 2.5, WholeLow = 1 };

    /// <summary>Numbers at least 0.2 away from zero.</summary>
    public static Domain AwayFromZero { get; } = new() { Kinks = [0] };

    /// <summary>Numbers of which no two are close: for ops that choose or order elements.</summary>
    public static Domain Distinct { get; } = new() { IsDistinct = true, WholeLow = -60, WholeHigh = 60 };

    /// <summary>The smallest real number.</summary>
    public double Low { get; init; } = -2;

    /// <summary>The largest real number.</summary>
    public double High { get; init; } = 2;

    /// <summary>The smallest whole number, as far as the dtype has it.</summary>
    public int WholeLow { get; init; } = -9;

    /// <summary>The largest whole number.</summary>
    public int WholeHigh { get; init; } = 9;

    /// <summary>Real numbers from which all stay 0.2 away: where the function has no derivative.</summary>
    public IReadOnlyList<double> Kinks { get; init; } = [];

    /// <summary>Whether real numbers stay 0.2 away from every integer.</summary>
    public bool AvoidsIntegers { get; init; }

    /// <summary>Whether no two numbers are close.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>Whether NaN, infinities, negative zero and the extreme integers are part of it.</summary>
    public bool HasSpecials { get; init; } = true;

    /// <summary>Whether infinities are among the special values.</summary>
    public bool HasInfinities { get; init; } = true;

    internal double[] SpecialReals => HasInfinities ? [double.NaN, -0.0, 0.0, 1, -1, 0.5, -2.5, double.PositiveInfinity, double.NegativeInfinity] : [double.NaN, -0.0, 0.0, 1, -1, 0.5, -2.5];

    internal static Int128[] SpecialWholes(DType dtype) => dtype == DType.Bool ? [0, 1] : Rounding.Range(dtype) is var (low, high) && low < 0 ? [low, high, 0, -1, 1, low + 1, 2] : [high, 0, 1, high - 1, 2];

    internal double[] Reals(Random random, int count)
    {
        var values = new double[count];
        if (IsDistinct)
        {
            for (int i = 0; i < count; i++) values[i] = Low + (High - Low) * (i + 0.3 + 0.4 * random.NextDouble()) / count;
            random.Shuffle(values);
            return values;
        }
        for (int i = 0; i < count; i++)
            do values[i] = Low + (High - Low) * random.NextDouble();
            while (Kinks.Any(k => Math.Abs(k - values[i]) < 0.2) || (AvoidsIntegers && Math.Abs(values[i] - Math.Round(values[i])) < 0.2));
        return values;
    }

    internal Int128[] Wholes(Random random, int count, DType dtype)
    {
        var (least, most) = Rounding.Range(dtype);
        var (low, high) = ((int)Int128.Max(least, WholeLow), (int)Int128.Min(most, WholeHigh));
        var values = new Int128[count];
        for (int i = 0; i < count; i++) values[i] = random.Next(low, high + 1);
        return values;
    }
}

/// <summary>One input of an <see cref="OpCase"/>: a shape whose sizes may be names, and what it holds.</summary>
/// <param name="Shape">The dimensions. The framework gives the names sizes.</param>
/// <param name="Domain">From where elements are drawn.</param>
public sealed record Input(Shape Shape, Domain? Domain = null)
{
    /// <summary>The dtype, where it is not the one the case is run with.</summary>
    public DType? DType { get; init; }

    /// <summary>For indices: the size of the axis that they point into. Half of them count from the end.</summary>
    public Dim? IndexOf { get; init; }

    /// <summary>Whether indices are never negative: labels.</summary>
    public bool IsLabel { get; init; }

    /// <summary>Whether the dtype stays also when the case is run in another precision to judge its condition: learning rates.</summary>
    public bool KeepsDType { get; init; }

    /// <summary>Fixed elements, such as a random key.</summary>
    public IReadOnlyList<long>? Values { get; init; }

    /// <summary>Positions (int64) on an axis of the given size.</summary>
    public static Input Index(Shape shape, Dim size) => new(shape) { DType = Tauten.DType.Int64, IndexOf = size };

    /// <summary>A condition.</summary>
    public static Input Mask(Shape shape) => new(shape) { DType = Tauten.DType.Bool };

    /// <summary>The key of a random op.</summary>
    public static Input Key(long seed = 7, long draw = 3) => new([2]) { DType = Tauten.DType.UInt64, Values = [seed, draw] };
}
