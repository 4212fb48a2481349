namespace Tauten.Ops;

/// <summary>A tensor whose axes have labels: what contractions are made of.</summary>
readonly struct LabelledTensor(Tensor tensor, int[] labels)
{
    /// <summary>The tensor.</summary>
    public Tensor Tensor => tensor;

    /// <summary>The label of each axis.</summary>
    public int[] Labels => labels;

    /// <summary>With one axis, along the diagonal, for each label that occurs several times.</summary>
    public LabelledTensor WithDiagonals()
    {
        var (x, names) = (tensor, labels.ToList());
        for (int i = 0; i < names.Count; i++)
        {
            int other = names.IndexOf(names[i], i + 1);
            if (other < 0) continue;
            int label = names[i];
            x = x.Diagonal(0, i, other);
            names.RemoveAt(other);
            names.RemoveAt(i--);
            names.Add(label);
        }
        return new(x, [.. names]);
    }

    /// <summary>Without axes of size 1 whose label has another size elsewhere.</summary>
    public LabelledTensor WithoutBroadcastAxes(Func<int, Dim> sizeOf)
    {
        var (shape, names) = (tensor.Shape, labels);
        var dropped = Enumerable.Range(0, names.Length).Where(i => shape[i] == 1 && sizeOf(names[i]) != 1).Select(i => (long)i).ToArray();
        return dropped.Length == 0 ? this : new(tensor.Squeeze(Dims.Create(dropped)), [.. names.Where((_, i) => !dropped.Contains(i))]);
    }

    /// <summary>Summed over the axes whose label is not needed.</summary>
    public LabelledTensor SummedTo(Func<int, bool> isNeeded)
    {
        var names = labels;
        var summed = Enumerable.Range(0, names.Length).Where(i => !isNeeded(names[i])).Select(i => (long)i).ToArray();
        return summed.Length == 0 ? this : new(tensor.Sum(Dims.Create(summed)).To(tensor.DType), [.. names.Where(isNeeded)]);
    }

    /// <summary>The axes in another order. A view.</summary>
    public Tensor Ordered(ReadOnlySpan<int> order)
    {
        var axes = new int[order.Length];
        bool moved = false;
        for (int i = 0; i < axes.Length; i++)
        {
            axes[i] = Array.IndexOf(labels, order[i]);
            moved |= axes[i] != i;
        }
        return moved ? tensor.Permute(axes) : tensor;
    }

    /// <summary>
    /// The products of two tensors' elements, summed over the labels that both have and nobody needs. One matrix product: its batch are the needed labels
    /// of both, its rows those of the first alone, its columns those of the second alone.
    /// </summary>
    public static LabelledTensor Product(LabelledTensor a, LabelledTensor b, Func<int, bool> isNeeded)
    {
        int[] batch = [.. a.Labels.Where(l => b.Labels.Contains(l) && isNeeded(l))];
        int[] inner = [.. a.Labels.Where(l => b.Labels.Contains(l) && !isNeeded(l))];
        int[] rows = [.. a.Labels.Except(b.Labels)], columns = [.. b.Labels.Except(a.Labels)];
        int[] result = [.. batch, .. rows, .. columns];
        if (inner.Length == 0)
        {
            var left = a.Ordered([.. batch, .. rows]);
            var right = b.Ordered([.. batch, .. columns]);
            // Axes of size 1 where only the other has one, so that elements are multiplied, not matrices.
            left = left.Reshape([.. left.Shape, .. Enumerable.Repeat((Dim)1, columns.Length)]);
            right = right.Reshape([.. right.Shape.Take(batch.Length), .. Enumerable.Repeat((Dim)1, rows.Length), .. right.Shape.Skip(batch.Length)]);
            return new(left * right, result);
        }
        Tensor first = a.Ordered([.. batch, .. rows, .. inner]), second = b.Ordered([.. batch, .. inner, .. columns]);
        Shape shape = [.. first.Shape.Take(batch.Length + rows.Length), .. second.Shape.Skip(batch.Length + inner.Length)];
        first = Folded(first, batch.Length, rows.Length);
        second = Folded(second, batch.Length, inner.Length);
        return new(Dispatch.Run(MatMul.Instance, first, second).Reshape(shape), result);
    }

    /// <summary>As a batch of matrices: the given number of axes for the rows, the others for the columns.</summary>
    static Tensor Folded(Tensor x, int batch, int rows)
    {
        Dim height = 1, width = 1;
        for (int i = 0; i < rows; i++) height *= x.Shape[batch + i];
        for (int i = batch + rows; i < x.Rank; i++) width *= x.Shape[i];
        return x.Reshape([.. x.Shape.Take(batch), height, width]);
    }
}
