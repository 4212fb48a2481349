namespace Tauten;

/// <summary>The time in which no tensor of a thread may take more than so many bytes: sizes may come from a file that nobody has checked.</summary>
readonly ref struct SizeLimit
{
    /// <summary>Tensors up to this size are never refused, so that small ones cost nothing.</summary>
    public const long Unchecked = 1 << 20;

    readonly long before;

    SizeLimit(long before) => this.before = before;

    /// <summary>Sets a limit until the result is disposed; a smaller one around it stays.</summary>
    public static SizeLimit Of(long bytes)
    {
        var ambient = Ambient.Current;
        var scope = new SizeLimit(ambient.LargestTensor);
        ambient.LargestTensor = Math.Min(ambient.LargestTensor, Math.Max(Unchecked, bytes));
        return scope;
    }

    /// <summary>Refuses a tensor that is too large.</summary>
    /// <exception cref="ShapeException">It takes more bytes than the limit.</exception>
    public static void Check(TensorSpec spec)
    {
        if (!spec.Shape.IsKnown) return;
        long most = Ambient.Current.LargestTensor;
        if (spec.Shape.Count > most / spec.DType.Size()) throw new ShapeException($"A tensor {spec} is larger than the limit of {most} bytes.");
    }

    /// <summary>The limit that held before.</summary>
    public void Dispose() => Ambient.Current.LargestTensor = before;
}
