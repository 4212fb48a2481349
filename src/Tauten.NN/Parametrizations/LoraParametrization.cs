using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// A frozen weight plus a learned update of low rank: W + scale B A, where W counts as the matrix of its first axis by all others (Hu et al.: "LoRA: Low-Rank Adaptation of Large Language Models",
/// 2021). Assigned a value, W changes so that the sum becomes it. See <see cref="Lora"/>.
/// </summary>
/// <remarks>
/// Parameters: <c>lora_A</c> [rank, columns], at first evenly spread between -1/sqrt(columns) and 1/sqrt(columns), and <c>lora_B</c> [rows, rank], at first 0, so that nothing changes. While it is
/// merged W contains the update, and there are none.
/// </remarks>
/// <example><code>
/// var layer = new Linear(64, 10);
/// Lora.Apply(layer, rank: 4, alpha: 8, "weight");
/// var update = layer.NamedModules().Select(m => m.Module).OfType&lt;LoraParametrization>().Single();
/// Console.WriteLine($"{update.A.Value.Shape} {update.B.Value.Shape} {update.Scale}");    // [4, 64] [10, 4] 2
/// </code></example>
public sealed class LoraParametrization : Parametrization
{
    readonly Generator? generator;
    Parameter a = null!, b = null!;

    internal LoraParametrization(int rank, double? alpha, double dropout, bool rankStabilized, Generator? generator)
    {
        if (rank < 1) throw new ArgumentOutOfRangeException(nameof(rank), rank, "Lora: expected a rank of at least 1.");
        (Rank, Dropout, this.generator) = (rank, Rates.Check(dropout, nameof(Lora)), generator);
        Scale = (alpha ?? rank) / (rankStabilized ? Math.Sqrt(rank) : rank);
    }

    /// <summary>The rank of the update.</summary>
    public int Rank { get; }

    /// <summary>What the update is multiplied by: alpha / rank, or alpha / sqrt(rank) if stabilized.</summary>
    public double Scale { get; }

    /// <summary>The rate at which columns of A are dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Whether the weight contains the update.</summary>
    public bool IsMerged { get; private set; }

    /// <summary>[rank, columns].</summary>
    public Parameter A => a;

    /// <summary>[rows, rank].</summary>
    public Parameter B => b;

    internal override void Start(Tensor value)
    {
        if (value.Rank < 2) throw new ShapeException($"Lora: expected a parameter of at least 2 axes. Received: shape {value.Shape}.");
        long rows = value.Shape[0].Value, columns = value.Shape.ElementCount.Value / Math.Max(1, rows);
        a = Initial.Fan(Shape.Of(Rank, columns), columns, generator, value.DType);
        b = Initial.Constant(Shape.Of(rows, Rank), 0, value.DType);
    }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        if (IsMerged) return;
        visitor.Visit("lora_A", a);
        visitor.Visit("lora_B", b);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor[] x) => IsMerged ? x[0] : x[0] + Update(x[0].Shape, IsTraining && Dropout > 0);

    /// <inheritdoc/>
    public override Tensor[] RightInverse(Tensor value) => [IsMerged ? value : value - Update(value.Shape, drops: false)];

    Tensor Update(Shape shape, bool drops)
    {
        var factor = a.Borrow();
        if (drops) factor *= Tensor.Ones([1, factor.Shape[1]], factor.DType).Dropout(Dropout, generator);
        return (b.Borrow().MatMul(factor) * Scale).Reshape(shape);
    }

    /// <summary>Adds the update to the weight, or takes it away again.</summary>
    internal void Merge(Parameter weight, bool merged)
    {
        if (merged == IsMerged) return;
        Initial.Outside(() => weight.Value = merged ? weight.Borrow() + Update(weight.Shape, drops: false) : weight.Borrow() - Update(weight.Shape, drops: false));
        IsMerged = merged;
    }

    /// <inheritdoc/>
    protected override string Details() =>
        string.Create(CultureInfo.InvariantCulture, $"rank {Rank}, scale {Scale}{(Dropout > 0 ? $", dropout {Dropout}" : "")}{(IsMerged ? ", merged" : "")}");
}
