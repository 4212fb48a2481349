namespace Tauten.Cpu;

/// <summary>What a fused body computes with, such as an input or the result of a step: one number for each element of the iteration, or one for all of them.</summary>
/// <param name="Index">Its position among the values of the body.</param>
/// <param name="Register">The type as which it is computed: float32 for 16-bit floats.</param>
/// <param name="IsUniform">Whether it is the same for all elements.</param>
sealed record BodyValue(int Index, DType Register, bool IsUniform)
{
    /// <summary>Bytes per element while it is computed with.</summary>
    public int Width => Register.Size();
}

/// <summary>One operation of a fused body on whole tiles: a loop over vectors, or conversions one after the other.</summary>
sealed unsafe class BodyStep
{
    /// <summary>The values that it reads.</summary>
    public required BodyValue[] Inputs { get; init; }

    /// <summary>The value that it makes.</summary>
    public required BodyValue Output { get; init; }

    /// <summary>The loop; without one, it converts.</summary>
    public Kernel Loop { get; init; }

    /// <summary>The conversions of a step without a loop.</summary>
    public Conversion.Path Conversion { get; init; }

    /// <summary>The loop whose function does the same on vectors, masks in the place of booleans; given the type whose vectors masks are. Has no method where there is none.</summary>
    public required Func<DType, Kernel> OnVectors { get; init; }

    /// <summary>Whether it has to be done once only.</summary>
    public bool IsUniform => Output.IsUniform;

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
