namespace Tauten.Cpu;

/// <summary>
/// A batch of matrix products C[i, j] = [C[i, j]] + sum over p of A[i, p] B[p, j] [+ bias[j]], described by pointers. Strides count elements and may be
/// anything, also zero (a broadcast axis) or negative (a flipped one); only the columns of C are contiguous. C overlaps neither A nor B.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal unsafe struct MatrixProduct<T> where T : unmanaged
{
    /// <summary>Rows of A and C.</summary>
    public long Rows;

    /// <summary>Columns of B and C.</summary>
    public long Columns;

    /// <summary>Columns of A and rows of B. When it is 0, C becomes zero, or stays as it is where <see cref="Accumulate"/> is set.</summary>
    public long Inner;

    /// <summary>A[0, 0] of offset 0.</summary>
    public T* A;

    /// <summary>Distance of rows of A.</summary>
    public long ARow;

    /// <summary>Distance of columns of A.</summary>
    public long AColumn;

    /// <summary>B[0, 0] of offset 0.</summary>
    public T* B;

    /// <summary>Distance of rows of B.</summary>
    public long BRow;

    /// <summary>Distance of columns of B.</summary>
    public long BColumn;

    /// <summary>The forms that are kept of B's tensor; null where it may change.</summary>
    public KeptForms? Forms;

    /// <summary>The distance of B[0, 0] from the start of its storage, in bytes.</summary>
    public long BStart;

    /// <summary>C[0, 0] of offset 0.</summary>
    public T* C;

    /// <summary>Distance of rows of C.</summary>
    public long CRow;

    /// <summary>Whether to add to what C holds.</summary>
    public bool Accumulate;

    /// <summary>
    /// One number for each column of C, contiguous and in the type that sums are computed in; null for none. Added once, where the end of a sum is stored.
    /// </summary>
    public void* Bias;

    /// <summary>What is done to results that are finished.</summary>
    public ProductEpilogue<T> Epilogue;

    /// <summary>How many products there are.</summary>
    public int Batch;

    /// <summary>Offset of each A, or null: all the same A.</summary>
    public long* AOffsets;

    /// <summary>Offset of each B, or null: all the same B.</summary>
    public long* BOffsets;

    /// <summary>Offset of each C. Must not be null unless <see cref="Batch"/> is 1.</summary>
    public long* COffsets;

    /// <summary>The pointers of one product of the batch.</summary>
    public readonly MatrixProduct<T> Item(int item)
    {
        var one = this;
        one.Batch = 1;
        one.A += AOffsets is null ? 0 : AOffsets[item];
        one.B += BOffsets is null ? 0 : BOffsets[item];
        one.BStart += BOffsets is null ? 0 : BOffsets[item] * sizeof(T);
        one.C += COffsets is null ? 0 : COffsets[item];
        one.AOffsets = one.BOffsets = one.COffsets = null;
        return one;
    }

    /// <summary>
    /// The whole batch as one product where that is the same: all share B, and the rows of each A and C follow those of the one before.
    /// That is how a layer's weight meets inputs of shape [batch, time, features].
    /// </summary>
    public readonly bool TryFold(out MatrixProduct<T> folded)
    {
        folded = this;
        if (Batch == 1)
        {
            folded = Item(0);
            return true;
        }
        if (AOffsets is null)
            return false;
        for (int item = 1; item < Batch; item++)
        {
            if ((BOffsets is not null && BOffsets[item] != BOffsets[0])
                || AOffsets[item] - AOffsets[item - 1] != Rows * ARow
                || COffsets[item] - COffsets[item - 1] != Rows * CRow)
            {
                return false;
            }
        }
        folded = Item(0);
        folded.Rows = Batch * Rows;
        return true;
    }
}
