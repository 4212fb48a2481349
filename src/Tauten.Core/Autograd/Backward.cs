using Tauten.Ops;

namespace Tauten;

/// <summary>What a gradient formula sees: the gradients of its outputs, and the values it declared to read.</summary>
public sealed class Backward
{
    readonly Node node;
    readonly Tensor?[] gradients;
    readonly bool[] needs;
    readonly Tensor?[]? values;         // of inputs and outputs, where the tape does not have them

    internal Backward(Node node, Tensor?[] gradients, bool[] needs, Tensor?[]? values = null) => (this.node, this.gradients, this.needs, this.values) = (node, gradients, needs, values);

    /// <summary>The gradient of the first output.</summary>
    public Tensor Grad => GradOf(0);

    /// <summary>The gradient of one output; zeros when the result does not depend on it.</summary>
    public Tensor GradOf(int output) => gradients[output] ??= Tensor.Zeros(OutputSpec(output).Shape, OutputSpec(output).DType);

    /// <summary>Whether the result depends on this output at all.</summary>
    public bool HasGrad(int output) => gradients[output] is not null;

    /// <summary>Whether a gradient for this input is wanted; null may be returned where it is not.</summary>
    public bool Needs(int input) => needs[input];

    /// <summary>An input's value.</summary>
    /// <exception cref="GradientException">The op did not declare that its gradient reads it.</exception>
    public Tensor Input(int index) => Dispatch.ReadsInput(node.Op!.GradientReads(), index) ? Saved(index) : throw Undeclared($"input {index}");

    /// <summary>The first output's value.</summary>
    /// <exception cref="GradientException">The op did not declare that its gradient reads it.</exception>
    public Tensor Output => OutputAt(0);

    /// <summary>An output's value.</summary>
    /// <exception cref="GradientException">The op did not declare that its gradient reads it.</exception>
    public Tensor OutputAt(int index) => (node.Op!.GradientReads() & Reads.Output) != 0 ? Saved(node.InputCount + index) : throw Undeclared($"output {index}");

    /// <summary>An input's element type and shape, which need not be declared.</summary>
    public TensorSpec InputSpec(int index) => node.Input(index).Spec(node.InputOutput(index));

    /// <summary>An output's element type and shape, which need not be declared.</summary>
    public TensorSpec OutputSpec(int index = 0) => node.Spec(index);

    /// <summary>The number of inputs.</summary>
    public int InputCount => node.InputCount;

    /// <summary>The number of outputs.</summary>
    public int OutputCount => node.OutputCount;

    Tensor Saved(int slot)
    {
        if (values is not null) return values[slot]!;
        if (Ambient.Current.Capture is { } capture && node.Saved(slot) is null && capture.Knows(node))
            return slot < node.InputCount ? Tensor.Symbol(node.Input(slot), node.InputOutput(slot)) : Tensor.Symbol(node, slot - node.InputCount);
        return node.Saved(slot) ?? throw new GradientException(
            $"{node.Op}: the values that its gradient needs were freed by an earlier walk over the same graph. Pass keepGraph: true to the first Backward, or compute the result again.");
    }

    GradientException Undeclared(string what) => new($"{node.Op}: its gradient reads {what} without declaring it in GradientReads (declared: {node.Op!.GradientReads()}).");
}
