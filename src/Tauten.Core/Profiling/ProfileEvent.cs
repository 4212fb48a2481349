using Tauten.Ops;

namespace Tauten;

/// <summary>One run of a kernel while a <see cref="Profile"/> was recorded.</summary>
/// <param name="Op">The op; a <see cref="Fused"/> one stands for all ops in its body.</param>
/// <param name="Module">The path of the module that called it, such as <c>Net.fc1</c>; null outside of modules. Gradients belong to the module whose op they are of.</param>
/// <param name="IsBackward">Whether a reverse walk called it.</param>
/// <param name="Start">Since the profile was made.</param>
/// <param name="Duration">The time it took.</param>
/// <param name="Bytes">The bytes of its inputs and outputs together.</param>
/// <param name="Operations">The arithmetic operations, a multiply-add counting two; null where memory is what limits the op, or the number is not known.</param>
/// <param name="Peak">The operations in a second that the processor is able to do in this dtype; null where <paramref name="Operations"/> is.</param>
/// <param name="HeldBytes">The bytes that tensors and tapes held at its end.</param>
/// <param name="Garbage">The bytes of objects that it left to the garbage collector, on this thread.</param>
/// <param name="Thread">The thread that called it.</param>
public readonly record struct ProfileEvent(
    Op Op, string? Module, bool IsBackward, TimeSpan Start, TimeSpan Duration, long Bytes, double? Operations, double? Peak, long HeldBytes, long Garbage, int Thread)
{
    /// <summary>The op's name; for a fused op those of the ops in its body.</summary>
    public string Name => NameOf(Op);

    internal static string NameOf(Op op) => op is Fused fused
        ? $"Fused({string.Join(" ", fused.Body.Nodes.Where(n => n.Op is not null && n.Op.Kind() != OpKind.Creation).Select(n => n.Op!.GetType().Name))})"
        : op.GetType().Name;
}
