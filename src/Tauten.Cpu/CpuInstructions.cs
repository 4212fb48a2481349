using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>A set of vector instructions that kernels are written for.</summary>
internal enum InstructionLevel
{
    /// <summary>128-bit vectors: NEON on Arm, SSE or plain scalar code elsewhere.</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,
}

/// <summary>Which vector instructions the kernels use: the best the machine has, or less where a test or the user asks for it.</summary>
internal static class CpuInstructions
{
    private static InstructionLevel level = FromEnvironment();

    /// <summary>The best level of this machine.</summary>
    public static InstructionLevel Detected
    {
        get
        {
            // Vector512.IsHardwareAccelerated is also false where 512-bit code would lower the clock: the runtime's judgement is taken over.
            if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated)
                return InstructionLevel.Avx512;
            return Avx2.IsSupported && Fma.IsSupported ? InstructionLevel.Avx2 : InstructionLevel.Portable;
        }
    }

    /// <summary>
    /// The level that kernels use. Set from the variable <c>TAUTEN_CPU_LEVEL</c> (portable, avx2, avx512) at start; never above <see cref="Detected"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The machine does not have these instructions.</exception>
    public static InstructionLevel Level
    {
        get => level;
        set
        {
            if (value > Detected)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"This machine has instructions up to {Detected}.");
            level = value;
        }
    }

    /// <summary>
    /// The level asked for by the environment, or the best there is. What the machine lacks is not an error: the same script runs everywhere.
    /// </summary>
    private static InstructionLevel FromEnvironment()
    {
        var detected = Detected;
        var wanted = Environment.GetEnvironmentVariable("TAUTEN_CPU_LEVEL")?.ToLowerInvariant() switch
        {
            "portable" => InstructionLevel.Portable,
            "avx2" => InstructionLevel.Avx2,
            _ => detected,
        };
        return wanted < detected ? wanted : detected;
    }
}
