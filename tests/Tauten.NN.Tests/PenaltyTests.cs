using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Penalties, projections, masks and padded sequences against their formulas, said a second time.</summary>
public partial class PenaltyTests
{
    static readonly double[] numbers = Numbers(12, 3, 2);

    static Tensor Matrix() => Tensor.From(numbers, [3, 4]);

    [Fact]
    public void Penalties()
    {
        double absolute = numbers.Sum(Math.Abs), squares = numbers.Sum(v => v * v), cosines = 0;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < i; j++) cosines += Math.Abs(Product(i, j) / Math.Sqrt(Product(i, i) * Product(j, j)));
        Equal([0.5 * absolute], Penalty.L1(Matrix(), 0.5), 1e-13);
        Equal([0.25 * squares], Penalty.L2(Matrix(), 0.25), 1e-13);
        Equal([0.5 * absolute + 0.25 * squares], Penalty.L1L2(Matrix(), 0.5, 0.25), 1e-13);
        Equal([0.1 * cosines / 3], Penalty.Orthogonal(Matrix(), 0.1), 1e-13);
        Equal([0.1 * cosines / 3], Penalty.Orthogonal(Matrix().T, 0.1, columns: true), 1e-13);
        Equal([0], Penalty.Orthogonal(Tensor.Eye(4, dtype: DType.Float64)), 0);
        var x = Matrix().WithGrad(true);
        Penalty.L2(x, 0.25).Backward();
        Equal([.. numbers.Select(v => v / 2)], x.Grad!, 1e-13);
        Assert.Throws<DTypeException>(() => Penalty.L1(Tensor.From([1L])));
        Assert.Throws<ShapeException>(() => Penalty.Orthogonal(Tensor.Ones([1, 4])));

        static double Product(int i, int j) => Enumerable.Range(0, 4).Sum(k => numbers[4 * i + k] * numbers[4 * j + k]);
    }

    [Fact]
    public void Projections()
    {
        double[] norms = [.. Enumerable.Range(0, 3).Select(i => Math.Sqrt(Enumerable.Range(0, 4).Sum(k => numbers[4 * i + k] * numbers[4 * i + k])))];
        double middle = norms.Order().ElementAt(1);
        Of(n => Math.Min(n, middle), Projection.MaxNorm(Matrix(), middle, 1));
        Of(n => 0.3 * Math.Clamp(n, 1, middle) + 0.7 * n, Projection.MinMaxNorm(Matrix(), 1, middle, 0.3, 1));
        Of(_ => 1, Projection.UnitNorm(Matrix(), 1));
        Equal([.. numbers.Select(v => Math.Max(0, v))], Projection.NonNegative(Matrix()), 0);
        var parameter = new Parameter(Matrix());
        Projection.Apply([parameter], w => Projection.UnitNorm(w, 1));
        Of(_ => 1, parameter.Value);
        Assert.True(parameter.RequiresGrad);
        Assert.Throws<ArgumentOutOfRangeException>(() => Projection.MinMaxNorm(Matrix(), 2, 1, 1, 1));

        void Of(Func<double, double> norm, Tensor received) => Equal([.. numbers.Select((v, i) => v * norm(norms[i / 4]) / norms[i / 4])], received, 1e-6);
    }

    [Fact]
    public void Masks_of_weights()
    {
        var parameter = new Parameter(Matrix());
        var pruning = new Pruning();
        Assert.False(pruning.IsPruned(parameter));
        pruning.Smallest(parameter, 0.25);
        double limit = numbers.Select(Math.Abs).Order().ElementAt(3);
        Equal([.. numbers.Select(v => Math.Abs(v) < limit ? 0 : v)], parameter.Value, 0);
        // A third of the nine that are left.
        pruning.Smallest(parameter, 1 / 3.0);
        double next = numbers.Select(Math.Abs).Order().ElementAt(6);
        double[] left = [.. numbers.Select(v => Math.Abs(v) < next ? 0 : v)];
        Equal(left, parameter.Value, 0);
        Equal([.. left.Select(v => v == 0 ? 0.0 : 1)], pruning.MaskOf(parameter), 0);
        parameter.Value += 1;
        pruning.Apply();
        Equal([.. left.Select(v => v == 0 ? 0 : v + 1)], parameter.Value, 1e-15);
        Assert.True(pruning.Remove(parameter));
        Assert.False(pruning.Remove(parameter));
        pruning.Apply();
        Equal([.. left.Select(v => v == 0 ? 0 : v + 1)], parameter.Value, 1e-15);

        // Of two parameters together, the one with small weights loses all.
        Parameter small = new(Matrix() / 100), large = new(Matrix().Abs() + 1);
        pruning.Smallest([small, large], 0.5);
        Assert.Equal((0, 12), (pruning.MaskOf(small).Sum().Item<double>(), pruning.MaskOf(large).Sum().Item<double>()));

        var random = new Parameter(Tensor.Ones([100]));
        pruning.Random(random, 0.3, new Generator(1));
        pruning.Random(random, 0.5, new Generator(2));
        Assert.Equal(35, random.Value.Sum().Item<float>());
        pruning.With(random, Tensor.Zeros([100], DType.Bool));
        Assert.Equal(0, random.Value.Sum().Item<float>());
    }

    [Fact]
    public void Masks_of_slices()
    {
        var parameter = new Parameter(Matrix());
        var pruning = new Pruning();
        pruning.SmallestSlices(parameter, 0.3, axis: 0, order: 1);
        int least = Enumerable.Range(0, 3).MinBy(i => Enumerable.Range(0, 4).Sum(k => Math.Abs(numbers[4 * i + k])));
        Equal([.. numbers.Select((v, i) => i / 4 == least ? 0 : v)], parameter.Value, 0);
        // Of the two rows that are left, half.
        pruning.SmallestSlices(parameter, 0.5, axis: 0, order: 1);
        Assert.Equal(4, pruning.MaskOf(parameter).Sum().Item<double>());
        var other = new Parameter(Matrix());
        pruning.RandomSlices(other, 0.5, axis: -1, new Generator(4));
        Assert.Equal([0.0, 0, 3, 3], pruning.MaskOf(other).Sum(0).ToArray<double>().Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => pruning.RandomSlices(other, 1.5));
    }

    [Fact]
    public void Sequences_of_different_lengths()
    {
        Tensor a = Tensor.From(Numbers(6, 1), [3, 2]), b = Tensor.From(Numbers(2, 2), [1, 2]);
        var (padded, lengths) = PaddedSequences.From([a, b], value: 7);
        Assert.Equal(Shape.Of(3, 2, 2), padded.Shape);
        Assert.Equal([3L, 1], lengths.ToArray<long>());
        Assert.Equal(a.ToArray<double>(), padded.Select(1, 0).ToArray<double>());
        Assert.Equal([.. b.ToArray<double>(), 7, 7, 7, 7], padded.Select(1, 1).ToArray<double>());
        var first = PaddedSequences.From([a, b], batchFirst: true, atFront: true).Padded;
        Assert.Equal([0, 0, 0, 0, .. b.ToArray<double>()], first.Select(0, 1).ToArray<double>());
        var back = PaddedSequences.Split(padded, lengths);
        Assert.Equal(a.ToArray<double>(), back[0].ToArray<double>());
        Assert.Equal(b.ToArray<double>(), back[1].ToArray<double>());
        Assert.Equal([true, true, true, false, true, false, false, false], PaddedSequences.Mask(lengths, 4).ToArray<bool>());
        Assert.Throws<ShapeException>(() => PaddedSequences.From([a, Tensor.Ones([2, 3], DType.Float64)]));
        Assert.Throws<ShapeException>(() => PaddedSequences.Split(padded, Tensor.From([4L, 1])));
    }

    sealed partial class Table : Module<Tensor, Tensor>
    {
        readonly Parameter[] steps = [new(Tensor.Ones([2])), new(Tensor.Ones([3]))];

        protected override Tensor Forward(Tensor x) => x * steps[0].Value.Sum() + steps[1].Value.Sum();
    }

    [Fact]
    public void Lists_of_parameters_belong_to_the_module()
    {
        var table = new Table();
        Assert.Equal(["steps.0", "steps.1"], table.State().Keys);
        Assert.Equal(5, table.Call(Tensor.From(1f)).Item<float>());
    }
}
