using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>
/// Batch normalization by known statistics, right behind a convolution with a known weight, is a convolution with another weight, and a bias: (w * x + b - mean) scale + shift
/// = (w scale) * x + ((b - mean) scale + shift), with scale = weight / sqrt(variance + epsilon).
/// </summary>
/// <param name="graph">The graph that is rewritten: its nodes tell whether anybody else reads the convolution.</param>
sealed class FoldNormalization(Graph graph)
{
    Dictionary<(Node, int), int>? reads;           // counted when the first normalization is met: most graphs have none

    /// <summary>How often each value is read.</summary>
    public static Dictionary<(Node, int), int> Reads(Graph graph)
    {
        var reads = new Dictionary<(Node, int), int>();
        foreach (var node in graph.Nodes)
            for (int i = 0; i < node.InputCount && !graph.IsLeaf(node); i++) Count(node.Input(i), node.InputOutput(i));
        foreach (var (node, output) in graph.OutputPlaces) Count(node, output);
        foreach (var (_, node, output) in graph.Updates) Count(node, output);
        return reads;

        void Count(Node node, int output) => reads[(node, output)] = reads.GetValueOrDefault((node, output)) + 1;
    }

    /// <summary>What stands for a normalization in the new graph; null where it stays.</summary>
    /// <param name="node">The node in the graph that is rewritten.</param>
    /// <param name="op">Its op.</param>
    /// <param name="x">Its inputs in the new graph.</param>
    public Value[]? Rule(Node node, Op op, Value[] x)
    {
        if (op is not BatchNorm norm || !IsReadOnce(node, 0) || Known(node, 1) is not { } mean || Known(node, 2) is not { } variance) return null;
        var (before, now) = (node.Input(0), x[0].Node);
        Tensor? bias = null;
        if (before.Op is Add && now.Op is Add)
        {
            // The convolution may be either of both.
            int at = before.Input(0).Op is Convolution ? 0 : 1;
            bias = Known(before, 1 - at);
            if (bias is null || !IsReadOnce(before, at) || !IsOfChannels(bias, node.Spec().Shape)) return null;
            (before, now) = (before.Input(at), now.Input(at));
        }
        if (before.Op is not Convolution || now.Op is not Convolution convolution || Known(before, 1) is not { } weight) return null;
        Tensor? factor = null, summand = null;
        if (x.Length == 5 && ((factor = Known(node, 3)) is null || (summand = Known(node, 4)) is null)) return null;
        var input = Tensor.Symbol(now.Input(0), now.InputOutput(0));
        Tensor scaled, shift;
        using (Capture.Pause())
        {
            var scale = (variance + norm.Epsilon).Rsqrt();
            if (factor is not null) scale *= factor;
            shift = ((bias is null ? -mean : bias.Reshape(mean.Shape) - mean) * scale);
            if (summand is not null) shift += summand;
            scaled = weight * scale.Reshape([scale.Shape[0], .. Enumerable.Repeat((Dim)1, weight.Rank - 1)]);
            shift = BatchMoments.Along(shift, weight.Rank);
        }
        return [Dispatch.Run(convolution, input, scaled) + shift];
    }

    bool IsReadOnce(Node node, int input) => (reads ??= Reads(graph))[(node.Input(input), node.InputOutput(input))] == 1;

    /// <summary>An input that has a value beforehand.</summary>
    Tensor? Known(Node node, int input) => graph.ConstantNodes.GetValueOrDefault(node.Input(input)) is { IsSymbolic: false } value ? value : null;

    /// <summary>One number for each channel, the same for all pixels.</summary>
    public static bool IsOfChannels(Tensor bias, Shape result) => bias.Rank >= result.Rank - 1 && bias.Shape[^(result.Rank - 1)] == result[1] && bias.Count == result[1].Value;
}
