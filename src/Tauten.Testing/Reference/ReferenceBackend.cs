namespace Tauten.Testing;

/// <summary>
/// The living definition of every primitive op: naive code on doubles and 128-bit integers, rounded or wrapped once when the result is written.
/// Composites have no kernel here and run their expansions; views are copies. Each definition works out the result's shape and dtype by itself,
/// and a rule that says otherwise is an error, so that shape rules are tested too.
/// </summary>
public sealed class ReferenceBackend : Backend
{
    /// <summary>The one reference backend.</summary>
    public static ReferenceBackend Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "reference";

    /// <inheritdoc/>
    public override KernelTable Kernels { get; } = Definitions();

    /// <inheritdoc/>
    public override Storage Allocate(long byteCount) => new ArrayStorage(this, byteCount);

    static KernelTable Definitions()
    {
        var table = new KernelTable();
        ElementwiseDefinitions.AddTo(table);
        TranscendentalDefinitions.AddTo(table);
        SpecialDefinitions.AddTo(table);
        ReductionDefinitions.AddTo(table);
        MovementDefinitions.AddTo(table);
        IndexingDefinitions.AddTo(table);
        SortingDefinitions.AddTo(table);
        ContractionDefinitions.AddTo(table);
        LinearDefinitions.AddTo(table);
        SpectralDefinitions.AddTo(table);
        FourierDefinitions.AddTo(table);
        ResamplingDefinitions.AddTo(table);
        RandomDefinitions.AddTo(table);
        VariateDefinitions.AddTo(table);
        return table;
    }
}

/// <summary>A managed array as the storage of tensors.</summary>
sealed class ArrayStorage(Backend backend, long byteCount) : Storage
{
    readonly byte[] bytes = new byte[byteCount];

    public override Backend Backend => backend;

    public override long ByteCount => bytes.Length;

    protected internal override ref byte Reference => ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(bytes);
}

/// <summary>How definitions are put into a table.</summary>
static class Defining
{
    /// <summary>An op with one output.</summary>
    public static void Define<TOp>(this KernelTable table, Func<TOp, HostTensor[], HostTensor> definition) where TOp : Ops.Op =>
        table.Define<TOp>((op, x) => [definition(op, x)]);

    /// <summary>An op with any number of outputs.</summary>
    public static void Define<TOp>(this KernelTable table, Func<TOp, HostTensor[], HostTensor[]> definition) where TOp : Ops.Op =>
        table.Add<TOp>((op, x, y) =>
        {
            var inputs = new HostTensor[x.Length];
            for (int i = 0; i < inputs.Length; i++) inputs[i] = HostTensor.Read(x[i]);
            var outputs = definition(op, inputs);
            if (outputs.Length != y.Length) throw new ShapeException($"{op}: by definition it has {outputs.Length} outputs, but its rule gives {y.Length}.");
            for (int i = 0; i < y.Length; i++)
            {
                if (y[i] is null) y[i] = Tensor.Allocate(x.Length > 0 ? x[0].Backend : Backends.Default, outputs[i].Spec);
                if (y[i].Spec != outputs[i].Spec) throw new ShapeException($"{op}: by definition output {i} is {outputs[i].Spec}, but its rule gives {y[i].Spec}.");
                outputs[i].WriteTo(y[i]);
            }
        });

    /// <summary>The position of every element of a shape in row-major order; the array is used again for each.</summary>
    public static IEnumerable<int[]> Positions(int[] sizes)
    {
        if (sizes.Contains(0)) yield break;
        var position = new int[sizes.Length];
        while (true)
        {
            yield return position;
            int k = sizes.Length - 1;
            while (k >= 0 && ++position[k] == sizes[k]) position[k--] = 0;
            if (k < 0) yield break;
        }
    }

    /// <summary>The number of the element at a position in row-major order; axes of size 1 are broadcast, and axes in front of the shape's are ignored.</summary>
    public static int Offset(int[] sizes, ReadOnlySpan<int> position)
    {
        int offset = 0, skipped = position.Length - sizes.Length;
        for (int k = 0; k < sizes.Length; k++) offset = offset * sizes[k] + (sizes[k] == 1 ? 0 : position[skipped + k]);
        return offset;
    }

    public static Shape ToShape(this int[] sizes) => Shape.Of(Array.ConvertAll(sizes, s => (long)s));

    public static int Product(this IEnumerable<int> sizes) => sizes.Aggregate(1, (a, b) => a * b);

    /// <summary>The sizes that two shapes broadcast to.</summary>
    public static int[] Broadcast(int[] a, int[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        var result = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int p = i <= a.Length ? a[^i] : 1, q = i <= b.Length ? b[^i] : 1;
            result[^i] = p == 1 ? q : q == 1 || p == q ? p : throw new ShapeException($"[{string.Join(", ", a)}] and [{string.Join(", ", b)}] cannot be broadcast.");
        }
        return result;
    }
}
