namespace Tauten.Cpu;

/// <summary>For how much of the iteration a value of a body is one number.</summary>
enum BodyExtent
{
    /// <summary>One for all.</summary>
    Uniform,

    /// <summary>One for each row.</summary>
    Row,

    /// <summary>One for each element.</summary>
    Element,

    /// <summary>One for each column, known at the end.</summary>
    Column,
}

/// <summary>What a fused body computes with, such as an input or the result of a step.</summary>
/// <param name="Index">Its position among the values of the body.</param>
/// <param name="Register">The type as which it is computed: float32 for 16-bit floats.</param>
sealed record BodyValue(int Index, DType Register)
{
    /// <summary>For how much of the iteration it is one number.</summary>
    public BodyExtent Extent { get; set; }

    /// <summary>Whether it is the same for all elements.</summary>
    public bool IsUniform => Extent == BodyExtent.Uniform;

    /// <summary>Bytes per element while it is computed with.</summary>
    public int Width => Register.Size();
}

/// <summary>What a step does.</summary>
enum BodyStepKind
{
    /// <summary>Runs a loop over vectors.</summary>
    Loop,

    /// <summary>Converts elements, in one or several steps.</summary>
    Convert,

    /// <summary>Makes the value of each row that of its elements.</summary>
    Spread,

    /// <summary>Joins the elements of each row into one.</summary>
    JoinRow,

    /// <summary>Joins the elements of each column into one, which is done at the end.</summary>
    JoinColumn,
}

/// <summary>One operation of a fused body on whole tiles.</summary>
sealed unsafe class BodyStep
{
    /// <summary>What it does.</summary>
    public BodyStepKind Kind { get; init; }

    /// <summary>The values that it reads.</summary>
    public required BodyValue[] Inputs { get; set; }

    /// <summary>The value that it makes.</summary>
    public required BodyValue Output { get; init; }

    /// <summary>The loop over vectors.</summary>
    public Kernel Loop { get; init; }

    /// <summary>The conversions.</summary>
    public Conversion.Path Conversion { get; init; }

    /// <summary>What joins elements.</summary>
    public ReductionKernel Join { get; init; }

    /// <summary>Of the elements that are joined, the axes along which.</summary>
    public int[] Joined { get; init; } = [];

    /// <summary>
    /// The loop whose function does the same on vectors, masks in the place of booleans; given the type whose vectors masks are. Has no method where there is none.
    /// </summary>
    public Func<DType, Kernel> OnVectors { get; init; } = _ => default;

    /// <summary>Bytes per element of the numbers among what it reads and makes; 0 where all are booleans, -1 where they differ.</summary>
    public int Width
    {
        get
        {
            int width = 0;
            foreach (var value in (ReadOnlySpan<BodyValue>)[.. Inputs, Output])
            {
                if (value.Register == DType.Bool) continue;
                if (width != 0 && width != value.Width) return -1;
                width = value.Width;
            }
            return width;
        }
    }
}
