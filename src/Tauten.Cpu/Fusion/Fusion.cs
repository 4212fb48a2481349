using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>How the bodies of fused ops are run.</summary>
internal enum FusionForm
{
    /// <summary>Op by op.</summary>
    Off,

    /// <summary>Step by step on tiles that stay in cache, by loops that were compiled with the program.</summary>
    Tiles,

    /// <summary>By loops that are compiled while the program runs.</summary>
    Code,
}

/// <summary>The bodies that a backend has seen, ready to run.</summary>
sealed class Fusion(KernelTable kernels)
{
    /// <summary>Methods that are kept for bodies of the same structure.</summary>
    const int Capacity = 1024;

    readonly ConditionalWeakTable<Graph, Prepared> bodies = [];
    object? compiler;

    /// <summary>
    /// The engine: what the variable <c>TAUTEN_FUSION</c> says (off, tiles, il), or the best that the runtime allows. Without code generation at run time, there is none.
    /// </summary>
    public FusionForm Engine { get; set; } = Environment.GetEnvironmentVariable("TAUTEN_FUSION")?.ToLowerInvariant() switch
    {
        "off" => FusionForm.Off,
        "tiles" => FusionForm.Tiles,
        _ => RuntimeFeature.IsDynamicCodeSupported ? FusionForm.Code : FusionForm.Tiles,
    };

    /// <summary>Methods compiled so far.</summary>
    public int Compiled => RuntimeFeature.IsDynamicCodeSupported && compiler is VectorCompiler made ? made.Count : 0;

    /// <summary>The program of a body; null where it is not one that this backend runs as a whole.</summary>
    public BodyProgram? Find(Graph body)
    {
        if (Engine == FusionForm.Off) return null;
        var prepared = bodies.GetOrCreateValue(body);
        if (prepared.Program is { } ready && prepared.Engine == Engine && prepared.Level == CpuInstructions.Level) return ready;
        return Prepare(prepared, body);
    }

    BodyProgram? Prepare(Prepared prepared, Graph graph)
    {
        lock (prepared)
        {
            if (prepared.IsUnfit) return null;
            if (FusedBody.Of(kernels, graph) is not { } body)
            {
                prepared.IsUnfit = true;
                return null;
            }
            var program = RuntimeFeature.IsDynamicCodeSupported && Engine == FusionForm.Code
                ? BodyProgram.Compiled(body, Compiler().Compile)
                : BodyProgram.Of(body);
            (prepared.Engine, prepared.Level, prepared.Program) = (Engine, body.Level, program);
            return program;
        }
    }

    [System.Diagnostics.CodeAnalysis.RequiresDynamicCode("Emits methods.")]
    VectorCompiler Compiler()
    {
        if (compiler is null) Interlocked.CompareExchange(ref compiler, new VectorCompiler(Capacity), null);
        return (VectorCompiler)compiler;
    }

    sealed class Prepared
    {
        public volatile BodyProgram? Program;
        public FusionForm Engine;
        public InstructionLevel Level;
        public bool IsUnfit;
    }
}
