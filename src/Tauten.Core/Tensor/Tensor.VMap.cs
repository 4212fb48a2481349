using Tauten.Ops;

using System.Runtime.CompilerServices;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// The function that does for a whole batch what <paramref name="function"/> does for one sample, without a loop: it is captured for one sample, and each op
    /// of it is run once with an axis more. As <c>torch.func.vmap</c>.
    /// </summary>
    /// <param name="function">A function of one sample. It sees its input without the mapped axis.</param>
    /// <param name="inAxis">The axis of the input along which the samples lie.</param>
    /// <param name="outAxis">The axis of the result along which they shall lie.</param>
    /// <param name="randomness">What random numbers the samples get.</param>
    /// <remarks>
    /// Gradients flow to the input, and to parameters and tensors that the function uses. Maps may be nested, and may hold and be held by gradients and
    /// captures. As in a captured graph, the function must not look at values; a result whose size depends on data is an error.
    /// </remarks>
    /// <example><code>
    /// var normalize = Tensor.VMap(x => x / x.Norm());
    /// // Each row by itself.
    /// Console.WriteLine(normalize(Tensor.From(new[,] { { 3f, 4f }, { 0f, 2f } })));
    /// // [[0.6000, 0.8000],
    /// //  [0.0000, 1.0000]]
    /// </code></example>
    /// <exception cref="GraphException">The function looks at values, draws random numbers without leave, or its result's size depends on data.</exception>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    [OverloadResolutionPriority(1)]
    public static Func<Tensor, Tensor> VMap(Func<Tensor, Tensor> function, int inAxis = 0, int outAxis = 0, Randomness randomness = Randomness.Error)
    {
        var mapped = VMap(x => [function(x[0])], [inAxis], [outAxis], randomness);
        return x => mapped([x])[0];
    }

    /// <summary><see cref="VMap(Func{Tensor, Tensor}, int, int, Randomness)"/> for a function of two tensors.</summary>
    /// <param name="function">A function of one sample.</param>
    /// <param name="inAxes">For each input the axis along which the samples lie, or null where all samples share it; the first axes when left out.</param>
    /// <param name="outAxis">The axis of the result along which they shall lie.</param>
    /// <param name="randomness">What random numbers the samples get.</param>
    /// <example><code>
    /// var weight = Tensor.From([1f, 2]);
    /// var rows = Tensor.From(new[,] { { 1f, 0f }, { 0f, 1f } });
    /// var perSample = Tensor.VMap(Gradients.Grad((w, x) => (w * x).Sum().Square()), [null, 0]);
    /// // A gradient for each sample.
    /// Console.WriteLine(perSample(weight, rows));
    /// // [[2, 0],
    /// //  [0, 4]]
    /// </code></example>
    public static Func<Tensor, Tensor, Tensor> VMap(Func<Tensor, Tensor, Tensor> function, ReadOnlySpan<int?> inAxes = default, int outAxis = 0, Randomness randomness = Randomness.Error)
    {
        var mapped = VMap(x => [function(x[0], x[1])], inAxes, [outAxis], randomness);
        return (x, y) => mapped([x, y])[0];
    }

    /// <summary><see cref="VMap(Func{Tensor, Tensor}, int, int, Randomness)"/> for a function of three tensors.</summary>
    /// <param name="function">A function of one sample.</param>
    /// <param name="inAxes">For each input the axis along which the samples lie, or null where all samples share it; the first axes when left out.</param>
    /// <param name="outAxis">The axis of the result along which they shall lie.</param>
    /// <param name="randomness">What random numbers the samples get.</param>
    public static Func<Tensor, Tensor, Tensor, Tensor> VMap(Func<Tensor, Tensor, Tensor, Tensor> function, ReadOnlySpan<int?> inAxes = default, int outAxis = 0, Randomness randomness = Randomness.Error)
    {
        var mapped = VMap(x => [function(x[0], x[1], x[2])], inAxes, [outAxis], randomness);
        return (x, y, z) => mapped([x, y, z])[0];
    }

    /// <summary><see cref="VMap(Func{Tensor, Tensor}, int, int, Randomness)"/> for a function of any number of tensors with any number of results.</summary>
    /// <param name="function">A function of one sample.</param>
    /// <param name="inAxes">For each input the axis along which the samples lie, or null where all samples share it; the first axes when left out.</param>
    /// <param name="outAxes">For each result the axis along which they shall lie; the first axes when left out.</param>
    /// <param name="randomness">What random numbers the samples get.</param>
    /// <param name="chunkSize">How many samples are run at once, to bound the memory needed; all when left out.</param>
    public static Func<Tensor[], Tensor[]> VMap(
        Func<Tensor[], Tensor[]> function, ReadOnlySpan<int?> inAxes = default, ReadOnlySpan<int> outAxes = default, Randomness randomness = Randomness.Error, int? chunkSize = null)
    {
        if (chunkSize < 1) throw new ShapeException($"VMap: expected a chunk size of at least 1. Received: {chunkSize}.");
        var (from, to) = (inAxes.ToArray(), outAxes.ToArray());
        return x =>
        {
            var (batch, batched, size) = Batched(x, from);
            var parts = new List<Tensor[]>();
            if (chunkSize is not { } most || !size.IsKnown || size <= most) parts.Add(Mapped(batch, size));
            else
                for (long start = 0; start < size; start += most)
                {
                    long count = Math.Min(most, size - start);
                    parts.Add(Mapped([.. batch.Select((t, i) => batched[i] ? t.Narrow(0, start, count) : t)], count));
                }
            Tensor[] y = parts.Count == 1 ? parts[0] : [.. Enumerable.Range(0, parts[0].Length).Select(i => Concat(parts.ConvertAll(p => p[i]).ToArray()))];
            if (to.Length > 0 && to.Length != y.Length) throw new ShapeException($"VMap: the function has {y.Length} results, and axes were given for {to.Length}.");
            return to.Length == 0 ? y : [.. y.Select((t, i) => t.WithAxis(0, t.Shape.Axis(to[i], "VMap")))];

            Tensor[] Mapped(Tensor[] part, Dim count)
            {
                var one = Graph.Capture(function, [.. part.Select((t, i) => batched[i] ? t.Spec with { Shape = [.. t.Shape.Skip(1)] } : t.Spec)]);
                return one.RunFull(part, batched, count, randomness);
            }
        };
    }

    /// <summary>The inputs of a map with the samples in front, which of them have samples, and how many.</summary>
    static (Tensor[] Batch, bool[] Batched, Dim Size) Batched(Tensor[] x, int?[] axes)
    {
        if (axes.Length == 0) axes = [.. Enumerable.Repeat((int?)0, x.Length)];
        if (axes.Length != x.Length) throw new ShapeException($"VMap: {x.Length} inputs were given, and axes for {axes.Length}.");
        var batch = new Tensor[x.Length];
        Dim? size = null;
        for (int i = 0; i < x.Length; i++)
        {
            batch[i] = axes[i] is { } axis ? x[i].WithAxis(x[i].Shape.Axis(axis, "VMap"), 0) : x[i];
            if (axes[i] is null) continue;
            if (size is { IsKnown: true } other && batch[i].Shape[0] is { IsKnown: true } own && own != other)
                throw new ShapeException($"VMap: input {i} of shape {x[i].Shape} has {own} samples along axis {axes[i]}. Expected {other}, as in the inputs before it.");
            if (size is not { IsKnown: true }) size = batch[i].Shape[0];
        }
        return (batch, Array.ConvertAll(axes, a => a is not null), size ?? throw new ShapeException("VMap: expected an axis for at least one input, or there are no samples."));
    }

    /// <summary>With one axis at another place and the others in their order. A view.</summary>
    Tensor WithAxis(int from, int to)
    {
        if (from == to) return this;
        var order = Enumerable.Range(0, Rank).Where(i => i != from).ToList();
        order.Insert(to, from);
        return Permute([.. order]);
    }
}
