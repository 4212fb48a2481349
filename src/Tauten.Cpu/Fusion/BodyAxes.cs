using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>
/// Which axes of the values of a body are the same axis of its iteration: found by joining the axes that ops and views let run along each other. An axis of
/// size 1 runs along with any, and belongs to none (-1).
/// </summary>
sealed class BodyAxes
{
    readonly List<int> parents = [];
    readonly List<bool> repeats = [];          // whether all along this axis are the same, as far as is known

    /// <summary>New axes for a shape, along which elements are the same or not.</summary>
    public int[] Of(Shape shape, bool repeated) => [.. shape.Select(dim => dim == 1 ? -1 : New(repeated))];

    /// <summary>The axes of the result of broadcasting.</summary>
    public int[] Broadcast(IReadOnlyList<int[]> operands, int rank)
    {
        var axes = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int joined = -1;
            foreach (var operand in operands)
            {
                if (i > operand.Length || operand[^i] < 0) continue;
                joined = joined < 0 ? operand[^i] : Join(joined, operand[^i]);
            }
            axes[^i] = joined;
        }
        return axes;
    }

    /// <summary>The axes of a view, of which each comes from one of the input or repeats elements.</summary>
    public int[] View(int[] input, int[] from, Shape shape) => [.. from.Select((axis, i) => axis >= 0 && input[axis] >= 0 ? input[axis] : shape[i] == 1 ? -1 : New(true))];

    /// <summary>The representative of an axis.</summary>
    public int Find(int axis)
    {
        while (parents[axis] != axis) axis = parents[axis] = parents[parents[axis]];
        return axis;
    }

    /// <summary>The representatives of axes, without those of size 1.</summary>
    public int[] Find(int[] axes) => [.. axes.Where(axis => axis >= 0).Select(Find)];

    /// <summary>Lets axes run along those of another tensor of that rank where they have the same size and nothing says that they run elsewhere.</summary>
    public void Attach(int[] axes, Shape shape, int[] to, Shape other)
    {
        if (axes.Length != to.Length) return;
        for (int i = 0; i < axes.Length; i++)
            if (axes[i] >= 0 && to[i] >= 0 && Find(axes[i]) != Find(to[i]) && shape[i] == other[i] && !Find(axes).Contains(Find(to[i])) && !Find(to).Contains(Find(axes[i]))) Join(axes[i], to[i]);
    }

    /// <summary>How many of the axes do not only repeat elements.</summary>
    public int Varying(int[] axes) => axes.Count(axis => axis >= 0 && !repeats[Find(axis)]);

    int New(bool repeated)
    {
        repeats.Add(repeated);
        parents.Add(parents.Count);
        return parents.Count - 1;
    }

    int Join(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        repeats[a] = repeats[b] = repeats[a] && repeats[b];
        return parents[Math.Max(a, b)] = Math.Min(a, b);
    }
}
