namespace Tauten.Cpu;

/// <summary>
/// Finished results of a matrix product that are still in a cache. Where they belong follows from their distance from the result's first element, which is that of the
/// same elements in any tensor of the result's layout.
/// </summary>
/// <param name="start">The first element of the first row.</param>
/// <param name="rows">How many rows.</param>
/// <param name="columns">How many columns; they are contiguous.</param>
/// <param name="row">Distance of rows.</param>
internal readonly unsafe struct ProductTile<T>(T* start, long rows, long columns, long row) where T : unmanaged
{
    /// <summary>The first element of the first row.</summary>
    public readonly T* Start = start;

    /// <summary>How many rows.</summary>
    public readonly long Rows = rows;

    /// <summary>How many columns; they are contiguous.</summary>
    public readonly long Columns = columns;

    /// <summary>Distance of rows.</summary>
    public readonly long Row = row;
}

/// <summary>
/// What is done to the results of a matrix product while they are in a cache: an activation, a scale, a residual. Called on any thread, after the bias has been added;
/// each result is in exactly one tile. Which tiles there are follows from the shape alone, but is not promised: only what is done element by element keeps its bits
/// from one version to the next.
/// </summary>
/// <param name="function">Changes a tile in place.</param>
/// <param name="state">Its first argument, which must outlive the product.</param>
internal readonly unsafe struct ProductEpilogue<T>(delegate*<void*, in ProductTile<T>, void> function, void* state) where T : unmanaged
{
    private readonly delegate*<void*, in ProductTile<T>, void> function = function;
    private readonly void* state = state;

    /// <summary>Nothing is to be done.</summary>
    public bool IsEmpty => function == null;

    /// <summary>Does it to a tile.</summary>
    public void Apply(T* start, long rows, long columns, long row)
    {
        if (function != null)
            function(state, new ProductTile<T>(start, rows, columns, row));
    }
}
