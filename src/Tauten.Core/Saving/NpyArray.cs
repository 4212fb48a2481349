namespace Tauten;

/// <summary>An array of NumPy: real numbers, integers or bools, or complex numbers. Tensors of both kinds convert to it.</summary>
public sealed class NpyArray
{
    readonly Tensor? real;
    readonly ComplexTensor? complex;

    /// <summary>A real array.</summary>
    public NpyArray(Tensor tensor) => real = tensor;

    /// <summary>A complex array.</summary>
    public NpyArray(ComplexTensor tensor) => complex = tensor;

    /// <summary>Whether the elements are complex numbers.</summary>
    public bool IsComplex => complex is not null;

    /// <summary>The dimensions.</summary>
    public Shape Shape => real?.Shape ?? complex!.Shape;

    /// <summary>The dtype of the elements, or of both of their parts.</summary>
    public DType DType => real?.DType ?? complex!.DType;

    /// <summary>The real array.</summary>
    /// <exception cref="DTypeException">The array is complex.</exception>
    public Tensor Tensor => real ?? throw new DTypeException($"The array of shape {Shape} is complex. Read its property Complex.");

    /// <summary>The complex array; a real one gets imaginary parts of 0.</summary>
    /// <exception cref="DTypeException">The array is of integers or bools.</exception>
    public ComplexTensor Complex => complex ?? ComplexTensor.FromReal(real!);

    /// <summary>A real array.</summary>
    public static implicit operator NpyArray(Tensor tensor) => new(tensor);

    /// <summary>A complex array.</summary>
    public static implicit operator NpyArray(ComplexTensor tensor) => new(tensor);

    /// <summary>The elements as NumPy prints them.</summary>
    public override string ToString() => real?.ToString() ?? complex!.ToString();

    internal Tensor RealPart(string source) => real ?? throw new ModelFormatException($"{source}: the array of shape {Shape} is complex. Load it with LoadComplex.");

    internal ComplexTensor ComplexPart(string source) => complex ?? throw new ModelFormatException($"{source}: the array of shape {Shape} is {DType.Name()}, not complex. Load it with Load.");
}
