using System.Runtime.CompilerServices;
using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>
/// Cheap steps of a body in pairs: a sum, difference or product and another that alone reads it, or a comparison and the choice by it. A single pass over a tile
/// computes both, and what is in between stays in registers; the operations, and so the bits, are the same. A program of single steps spends most of its time on passes.
/// </summary>
static class PairedSteps
{
    /// <summary>The same steps with pairs as one step each, at the place of the second.</summary>
    public static IEnumerable<BodyStep> Of(FusedBody body, IReadOnlyList<BodyStep> steps)
    {
        var readers = new Dictionary<BodyValue, int>();
        foreach (var value in body.Steps.SelectMany(s => s.Inputs).Concat(body.Outputs.Select(o => o.Value))) readers[value] = readers.GetValueOrDefault(value) + 1;
        var result = new List<BodyStep>();
        foreach (var step in steps)
        {
            Kernel? pair = null;
            int first = result.FindIndex(s => readers.GetValueOrDefault(s.Output) == 1 && s.Output.Extent == step.Output.Extent && (pair = Find(s, step)).HasValue);
            if (pair is { } loop)
            {
                BodyValue[] operands = [.. result[first].Inputs, .. step.Inputs.Where(v => v != result[first].Output)];
                result.RemoveAt(first);
                result.Add(new() { Inputs = operands, Output = step.Output, Loop = loop });
            }
            else result.Add(step);
        }
        return result;
    }

    /// <summary>The loop of both, whose operands are those of the first and the others of the second; null where there is none.</summary>
    static Kernel? Find(BodyStep first, BodyStep second)
    {
        if (first.Kind != BodyStepKind.Loop || second.Kind != BodyStepKind.Loop || first.Inputs.Length != 2) return null;
        int place = Array.IndexOf(second.Inputs, first.Output);
        return (place, first.Inputs[0].Register) switch
        {
            (0 or 1, DType.Float32) => Find<float>(first, second, place),
            (0 or 1, DType.Float64) => Find<double>(first, second, place),
            _ => null,
        };
    }

    static Kernel? Find<T>(BodyStep first, BodyStep second, int place) where T : unmanaged
    {
        if (second.Loop.Is<Where>()) return place == 0 && second.Output.Width == first.Inputs[0].Width ? Choice<T>(first.Loop) : null;
        if (second.Inputs.Length != 2) return null;
        if (first.Loop.Is<Add>()) return Sum<Add, T>(second.Loop, place);
        if (first.Loop.Is<Sub>()) return Sum<Sub, T>(second.Loop, place);
        return first.Loop.Is<Mul>() ? Sum<Mul, T>(second.Loop, place) : null;
    }

    static Kernel? Sum<F, T>(Kernel second, int place) where F : struct, IBinaryFunction where T : unmanaged =>
        second.Is<Add>() ? Pair<F, Add, T>(place) : second.Is<Sub>() ? Pair<F, Sub, T>(place) : second.Is<Mul>() ? Pair<F, Mul, T>(place) : null;

    static Kernel Pair<F, G, T>(int place) where F : struct, IBinaryFunction where G : struct, IBinaryFunction where T : unmanaged =>
        place == 0 ? Kernel.Ternary<Left<F, G>, T>() : Kernel.Ternary<Right<F, G>, T>();

    static Kernel? Choice<T>(Kernel first) where T : unmanaged
    {
        if (first.Is<Greater>()) return Kernel.Where<Greater, T>();
        if (first.Is<GreaterEqual>()) return Kernel.Where<GreaterEqual, T>();
        if (first.Is<Less>()) return Kernel.Where<Less, T>();
        if (first.Is<LessEqual>()) return Kernel.Where<LessEqual, T>();
        if (first.Is<Equal>()) return Kernel.Where<Equal, T>();
        return first.Is<NotEqual>() ? Kernel.Where<NotEqual, T>() : null;
    }

    /// <summary>G(F(a, b), c).</summary>
    readonly struct Left<F, G> : ITernaryFunction where F : struct, IBinaryFunction where G : struct, IBinaryFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged => G.Apply<V, T>(F.Apply<V, T>(a, b), c);
    }

    /// <summary>G(c, F(a, b)).</summary>
    readonly struct Right<F, G> : ITernaryFunction where F : struct, IBinaryFunction where G : struct, IBinaryFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged => G.Apply<V, T>(c, F.Apply<V, T>(a, b));
    }
}
