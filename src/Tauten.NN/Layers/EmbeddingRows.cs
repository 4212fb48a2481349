using System.Globalization;

namespace Tauten.NN;

/// <summary>Rows of a table looked up by index, with the options that <see cref="Embedding"/> and <see cref="EmbeddingBag"/> share.</summary>
sealed class EmbeddingRows
{
    readonly string layer;
    readonly long count;
    readonly double? maxNorm;
    readonly double normType;
    readonly bool scaleByFrequency;

    public EmbeddingRows(string layer, long count, long? paddingIndex, double? maxNorm, double normType, bool scaleByFrequency)
    {
        Initial.Size(count, layer, nameof(count));
        if (paddingIndex is { } index && (index < -count || index >= count)) throw new IndexException($"{layer}: the padding index {index} is outside of {count} rows.");
        if (maxNorm is { } largest && !(largest > 0)) throw new ArgumentOutOfRangeException(nameof(maxNorm), maxNorm, $"{layer}: expected a norm above 0.");
        if (!(normType > 0)) throw new ArgumentOutOfRangeException(nameof(normType), normType, $"{layer}: expected an order above 0.");
        (this.layer, this.count, this.maxNorm, this.normType, this.scaleByFrequency) = (layer, count, maxNorm, normType, scaleByFrequency);
        PaddingIndex = paddingIndex < 0 ? paddingIndex + count : paddingIndex;
    }

    /// <summary>The row that stands for nothing, from 0 on.</summary>
    public long? PaddingIndex { get; }

    public string Details => string.Create(
        CultureInfo.InvariantCulture,
        $"{(PaddingIndex is { } index ? $", padding index {index}" : "")}{(maxNorm is { } norm ? $", norm of order {normType} up to {norm}" : "")}{(scaleByFrequency ? ", gradients scaled by frequency" : "")}");

    /// <summary>The number of rows of a table that was given.</summary>
    public static long Count(Tensor table, string layer)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Rank == 2 ? table.Shape[0].Value : throw new ShapeException($"{layer}: expected vectors [count, dimension]. Received: shape {table.Shape}.");
    }

    /// <summary>Normally distributed rows, and zeros for padding.</summary>
    public Parameter Create(long dimension, Generator? generator, DType dtype)
    {
        Initial.Size(dimension, layer, nameof(dimension));
        return Initial.Outside(() =>
        {
            var table = Tensor.Randn(Shape.Of(count, dimension), dtype, generator);
            return new Parameter(PaddingIndex is { } index ? table.IndexFill(0, Tensor.From([index]), 0) : table);
        });
    }

    /// <summary>[..] becomes [.., dimension].</summary>
    public Tensor Of(Parameter table, Tensor indices, bool isTraining)
    {
        if (indices.DType is not (DType.Int64 or DType.Int32)) throw new DTypeException($"{layer}: expected indices of dtype int64 or int32. Received: {indices.DType.Name()}. Convert with To(dtype).");
        Indices.Check(indices, count, layer, "index");
        if (maxNorm is { } largest && isTraining) Shorten(table, indices.Flatten(), largest);
        var rows = indices.Embedding(table.Borrow(), PaddingIndex);
        if (maxNorm is { } limit && !isTraining) rows = rows.Flatten(0, -2).Renorm(normType, 0, limit).ReshapeAs(rows);
        if (!scaleByFrequency) return rows;
        // The value of the rows, the gradient of the scaled ones.
        var scaled = rows / Frequencies(indices).To(rows.DType).Unsqueeze(-1);
        return rows.Detach() + (scaled - scaled.Detach());
    }

    void Shorten(Parameter table, Tensor indices, double largest)
    {
        using var untracked = Gradients.NoGrad();
        var before = table.Borrow();
        table.Become(before.IndexCopy(0, indices, before.IndexSelect(0, indices).Renorm(normType, 0, largest)));
    }

    // How often each index occurs.
    Tensor Frequencies(Tensor indices)
    {
        using var untracked = Gradients.NoGrad();
        var flat = indices.Flatten();
        return Tensor.Zeros(Shape.Of(count)).IndexAdd(0, flat, Tensor.OnesLike(flat, DType.Float32)).IndexSelect(0, indices);
    }
}
