namespace Tauten.Core.Tests;

/// <summary>Every form of index against loops over plain arrays.</summary>
public class IndexingTests
{
    /// <summary>An index entry, and the positions it stands for on an axis of a given size; null makes the axis vanish after position 0.</summary>
    sealed record Entry(string Text, TensorIndex Index, Func<int, int[]> Positions, bool Vanishes = false, bool IsNew = false, bool IsEllipsis = false);

    static Entry RandomEntry(Random random, int size)
    {
        int a = random.Next(size + 1), b = random.Next(size + 1);
        if (a > b) (a, b) = (b, a);
        switch (random.Next(9))
        {
            case 0:
                return new("..", .., n => [.. Enumerable.Range(0, n)]);
            case 1:
                return new($"{a}..{b}", a..b, _ => [.. Enumerable.Range(a, b - a)]);
            case 2:
                return new($"{a}..^{size - b}", a..^(size - b), _ => [.. Enumerable.Range(a, b - a)]);
            case 3:
                int step = random.Next(1, 4);
                return new($"{a}..{b}/{step}", TensorIndex.Stepped(a, b, step), _ => [.. Enumerable.Range(0, size).Where(i => i >= a && i < b && (i - a) % step == 0)]);
            case 4 when size > 0:
                int first = random.Next(size), back = random.Next(1, 4);
                return new($"{first}../-{back}", TensorIndex.Stepped(first, null, -back), _ => [.. Enumerable.Range(0, size).Reverse().Where(i => i <= first && (first - i) % back == 0)]);
            case 5 when size > 0:
                int at = random.Next(size);
                return new($"{at}", at, _ => [at], Vanishes: true);
            case 6 when size > 0:
                int end = random.Next(1, size + 1);
                return random.Next(2) == 0 ? new($"^{end}", ^end, _ => [size - end], Vanishes: true) : new($"-{end}", (long)-end, _ => [size - end], Vanishes: true);
            case 7 when size > 0:
                int begin = random.Next(1, size + 1);
                return new($"-{begin}..", TensorIndex.Stepped(-begin), _ => [.. Enumerable.Range(size - begin, begin)]);
            default:
                return new("all", TensorIndex.All, n => [.. Enumerable.Range(0, n)]);
        }
    }

    static List<Entry> RandomIndex(Random random, int[] sizes)
    {
        var entries = new List<Entry>();
        int named = random.Next(sizes.Length + 1), front = random.Next(named + 1);
        bool ellipsis = random.Next(3) == 0;
        for (int i = 0; i < named; i++)
        {
            if (random.Next(5) == 0) entries.Add(new("new", TensorIndex.NewAxis, _ => [0], IsNew: true));
            if (ellipsis && i == front) entries.Add(new("...", TensorIndex.Ellipsis, _ => [], IsEllipsis: true));
            int axis = ellipsis && i >= front ? sizes.Length - named + i : i;
            entries.Add(RandomEntry(random, sizes[axis]));
        }
        return entries;
    }

    /// <summary>For each element of the part: where it lies in the whole. And the shape of the part.</summary>
    static (int[] Shape, List<int[]> Positions) Expected(int[] sizes, List<Entry> entries)
    {
        var axes = new List<int[]>();
        var shape = new List<int>();
        int named = entries.Count(e => !e.IsNew && !e.IsEllipsis);
        foreach (var entry in entries)
        {
            if (entry.IsNew) shape.Add(1);
            else if (entry.IsEllipsis)
                for (int i = sizes.Length - named; i > 0; i--) Whole();
            else
            {
                axes.Add(entry.Positions(sizes[axes.Count]));
                if (!entry.Vanishes) shape.Add(axes[^1].Length);
            }
        }
        while (axes.Count < sizes.Length) Whole();
        var lengths = axes.Select(a => a.Length).ToArray();
        return ([.. shape], [.. Plain.Positions(lengths).Select(p => p.Select((i, axis) => axes[axis][i]).ToArray())]);

        void Whole()
        {
            shape.Add(sizes[axes.Count]);
            axes.Add([.. Enumerable.Range(0, sizes[axes.Count])]);
        }
    }

    [Fact]
    public void Positions_ranges_steps_and_axes()
    {
        var random = new Random(5);
        for (int round = 0; round < 3000; round++)
        {
            int[] sizes = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(round % 10 == 0 ? 0 : 1, 6))];
            var x = Plain.Count(sizes);
            var entries = RandomIndex(random, sizes);
            var (shape, positions) = Expected(sizes, entries);
            string what = $"{Plain.ShapeOf(sizes)}[{string.Join(", ", entries.Select(e => e.Text))}] ";
            var expected = new Plain(shape, [.. positions.Select(p => x[p])]);
            expected.MustBe(x.ToTensor()[[.. entries.Select(e => e.Index)]], 0, what);
            // The same on a view with strides of its own.
            var turned = Plain.Make([.. sizes.Reverse()], p => x[[.. p.Reverse()]]).ToTensor().Permute([.. Enumerable.Range(0, sizes.Length).Reverse()]);
            expected.MustBe(turned[[.. entries.Select(e => e.Index)]], 0, what);
        }
    }

    [Fact]
    public void With_changes_the_part_and_nothing_else()
    {
        var random = new Random(6);
        for (int round = 0; round < 1500; round++)
        {
            int[] sizes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(round % 10 == 0 ? 0 : 1, 5))];
            var x = Plain.Count(sizes);
            var entries = RandomIndex(random, sizes);
            var (shape, positions) = Expected(sizes, entries);
            string what = $"{Plain.ShapeOf(sizes)}[{string.Join(", ", entries.Select(e => e.Text))}] ";
            // A value that is broadcast: some axes of size 1, some left out in front.
            int skip = random.Next(shape.Length + 1);
            int[] valueSizes = [.. shape.Skip(skip).Select(s => random.Next(3) == 0 ? 1 : s)];
            var value = Plain.Make(valueSizes, p => -1 - p.Select((i, axis) => i * Math.Pow(10, axis)).Sum());
            var changes = Plain.Positions(shape).Select((p, i) => (positions[i], value[[.. p.Skip(skip).Select((at, axis) => valueSizes[axis] == 1 ? 0 : at)]]));
            var tensor = x.ToTensor();
            x.With(changes).MustBe(tensor.With([.. entries.Select(e => e.Index)], value.ToTensor()), 0, what);
            x.MustBe(tensor);
            x.With(positions.Select(p => (p, -5.0))).MustBe(tensor.With([.. entries.Select(e => e.Index)], -5), 0, what);
        }
    }

    [Fact]
    public void Masks_select_in_row_major_order()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            int[] sizes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 5))];
            int lead = random.Next(sizes.Length), rank = random.Next(1, sizes.Length - lead + 1);
            var x = Plain.Count(sizes);
            int[] maskSizes = [.. sizes.Skip(lead).Take(rank)];
            var mask = Plain.Make(maskSizes, _ => random.Next(2));
            var chosen = Plain.Positions(maskSizes).Where(p => mask[p] != 0).ToArray();
            int[] shape = [.. sizes.Take(lead), chosen.Length, .. sizes.Skip(lead + rank)];
            int[] Place(int[] p) => [.. p.Take(lead), .. chosen[p[lead]], .. p.Skip(lead + 1)];
            TensorIndex[] index = [.. Enumerable.Repeat(TensorIndex.All, lead), mask.ToTensor(DType.Bool)];
            string what = $"{Plain.ShapeOf(sizes)} mask {Plain.ShapeOf(maskSizes)} at {lead} ";
            Plain.Make(shape, p => x[Place(p)]).MustBe(x.ToTensor()[index], 0, what);
            x.With(Plain.Positions(shape).Select(p => (Place(p), -1.0))).MustBe(x.ToTensor().With(index, -1), 0, what);
            var values = Plain.Make(shape, _ => random.Next(100, 200));
            x.With(Plain.Positions(shape).Select(p => (Place(p), values[p]))).MustBe(x.ToTensor().With(index, values.ToTensor()), 0, what);
        }
    }

    [Fact]
    public void Index_tensors_are_broadcast_and_replace_their_axes()
    {
        var random = new Random(8);
        for (int round = 0; round < 600; round++)
        {
            int rank = random.Next(1, 5);
            int[] sizes = [.. Enumerable.Range(0, rank).Select(_ => random.Next(1, 5))];
            var x = Plain.Count(sizes);
            bool[] indexed = [.. Enumerable.Range(0, rank).Select(_ => random.Next(2) == 0)];
            indexed[random.Next(rank)] = true;
            // Indices of one or two axes, some broadcast.
            int[] common = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(1, 4))];
            var indices = sizes.Select(size => Plain.Make([.. common.Select(s => random.Next(3) == 0 ? 1 : s)], _ => random.Next(-size, size))).ToArray();
            var used = indices.Where((_, axis) => indexed[axis]).ToArray();
            int[] seen = [.. common.Select((_, i) => used.Max(u => u.Sizes[i]))];
            int first = Array.IndexOf(indexed, true), last = Array.LastIndexOf(indexed, true);
            bool neighbours = Enumerable.Range(first, last - first + 1).All(i => indexed[i]);
            int lead = neighbours ? first : 0;
            int[] rest = [.. Enumerable.Range(0, rank).Where(i => !indexed[i])];
            int[] shape = [.. rest.Take(lead).Select(i => sizes[i]), .. seen, .. rest.Skip(lead).Select(i => sizes[i])];
            int[] Place(int[] p)
            {
                int[] at = p[lead..(lead + seen.Length)], free = [.. p.Take(lead), .. p.Skip(lead + seen.Length)];
                int next = 0;
                return [.. Enumerable.Range(0, rank).Select(axis =>
                {
                    if (!indexed[axis]) return free[next++];
                    int value = (int)indices[axis][[.. at.Select((i, k) => indices[axis].Sizes[k] == 1 ? 0 : i)]];
                    return value < 0 ? value + sizes[axis] : value;
                })];
            }
            TensorIndex[] index = [.. indices.Select((values, axis) => indexed[axis] ? values.ToTensor(round % 2 == 0 ? DType.Int64 : DType.Int32) : TensorIndex.All)];
            string what = $"{Plain.ShapeOf(sizes)} indexed {string.Join(' ', indexed)} by {string.Join(' ', used.Select(u => Plain.ShapeOf(u.Sizes)))} ";
            Plain.Make(shape, p => x[Place(p)]).MustBe(x.ToTensor()[index], 0, what);
            var values = Plain.Make(shape, _ => random.Next(100, 200));
            var changes = Plain.Positions(shape).Select(p => (Place(p), values[p])).ToArray();
            // Where one place is named twice, which value wins depends on the order in memory; that is not promised.
            if (changes.Select(c => string.Join(',', c.Item1)).Distinct().Count() < changes.Length) continue;
            x.With(changes).MustBe(x.ToTensor().With(index, values.ToTensor()), 0, what);
        }
    }

    [Fact]
    public void Tensors_and_ranges_mix()
    {
        var x = Plain.Count(4, 5, 6);
        var rows = Tensor.From([2L, 0, -1]);
        int[] at = [2, 0, 3];
        Plain.Make([3, 5, 2], p => x[at[p[0]], p[1], 4 + p[2]]).MustBe(x.ToTensor()[rows, .., ^2..]);
        Plain.Make([3, 6], p => x[at[p[0]], 1, p[1]]).MustBe(x.ToTensor()[rows, 1]);
        Plain.Make([1, 3, 3, 6], p => x[at[p[1]], 1 + p[2], p[3]]).MustBe(x.ToTensor()[TensorIndex.NewAxis, rows, 1..4]);
        Plain.Make([4, 5, 3], p => x[p[0], p[1], p[2] == 2 ? 5 : at[p[2]]]).MustBe(x.ToTensor()[TensorIndex.Ellipsis, rows]);
        x.With(Plain.Positions([3, 5]).Select(p => (new[] { at[p[0]], p[1], 5 }, 7.0))).MustBe(x.ToTensor().With([rows, TensorIndex.All, 5], 7));
    }

    [Fact]
    public void In_a_collection_expression_a_whole_axis_has_a_name()
    {
        // `..` alone would be a spread there; in parentheses it is a range.
        var x = Plain.Count(3, 4, 6);
        var expected = x.With(Enumerable.Range(0, 4).Select(i => (new[] { 1, i, 5 }, -1.0)));
        expected.MustBe(x.ToTensor().With([1, TensorIndex.All, 5], -1));
        expected.MustBe(x.ToTensor().With([1, (..), 5], -1));
        expected.MustBe(x.ToTensor().With([1, 0..4, ^1], -1));
        expected.MustBe(x.ToTensor().With([1, TensorIndex.Ellipsis, 5], -1));
        expected.MustBe(x.ToTensor().With([1, TensorIndex.NewAxis, TensorIndex.All, 5], Tensor.Full([1, 4], -1)));
        TensorAssert.Equal([23 + 24 - 18, 47, 71], x.ToTensor()[.., ^1, 5] + Tensor.From([6f, 0, 0]));
    }

    [Fact]
    public void Gradients_flow_to_both_the_tensor_and_the_value()
    {
        var x = Tensor.Arange(12, DType.Float32).Reshape(3, 4).WithGrad();
        var value = Tensor.From([10f, 20f], requiresGrad: true);
        var weights = Tensor.Arange(12, DType.Float32).Reshape(3, 4);
        (x.With([1, 1..3], value) * weights).Sum().Backward();
        TensorAssert.Equal([0, 1, 2, 3, 4, 0, 0, 7, 8, 9, 10, 11], x.Grad!);
        TensorAssert.Equal([5, 6], value.Grad!);
        x.ZeroGrad();
        (x[Tensor.From([0L, 0, 2]), Tensor.From([1L, 1, 3])] * Tensor.From([1f, 10f, 100f])).Sum().Backward();
        TensorAssert.Equal([0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100], x.Grad!);
        x.ZeroGrad();
        x[x > 9].Sum().Backward();
        TensorAssert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], x.Grad!);
    }

    [Fact]
    public void Selection_methods()
    {
        var x = Plain.Count(3, 4);
        var t = x.ToTensor();
        Plain.Make([4], p => x[1, p[0]]).MustBe(t.Select(0, 1));
        Plain.Make([3], p => x[p[0], 3]).MustBe(t.Select(-1, -1));
        Plain.Make([3, 2], p => x[p[0], 1 + p[1]]).MustBe(t.Narrow(1, 1, 2));
        Plain.Make([3, 2], p => x[p[0], 3 - 2 * p[1]]).MustBe(t.Slice(1, 3, null, -2));
        Plain.Make([2, 4], p => x[1 + p[0], p[1]]).MustBe(t.Slice(0, -2));
        Plain.Make([2, 4], p => x[2 * p[0], p[1]]).MustBe(t.IndexSelect(0, Tensor.From([0L, 2])));
        Plain.Make([3, 1], p => x[p[0], p[0]]).MustBe(t.Gather(1, Tensor.From([0L, 1, 2]).Reshape(3, 1)));
        TensorAssert.Equal([5, 6, 7, 8, 9, 10, 11], t.MaskedSelect(t > 4));
        TensorAssert.Equal(Tensor.From(new long[,] { { 0, 1 }, { 1, 0 }, { 1, 1 } }), Tensor.From(new[,] { { 0f, 1f }, { 2f, 3f } }).NonZero());
    }

    [Fact]
    public void Errors_name_the_axis_and_what_is_possible()
    {
        var x = Tensor.Zeros([3, 4]);
        Assert.Throws<IndexException>(() => x[3]);
        Assert.Throws<IndexException>(() => x[-4]);
        Assert.Throws<IndexException>(() => x[^0]);
        Assert.Throws<IndexException>(() => x[^4]);
        Assert.Throws<IndexException>(() => x[.., 2..5]);
        Assert.Throws<IndexException>(() => x[3..2]);
        Assert.Throws<IndexException>(() => x[TensorIndex.Stepped(0, 3, 0)]);
        Assert.Throws<IndexException>(() => x[TensorIndex.Stepped(3, null, -1)]);
        Assert.Throws<IndexException>(() => x[Tensor.From([3L])].ToArray<float>());
        Assert.Throws<IndexException>(() => x[Tensor.From([0L]), Tensor.From([4L])]);
        Assert.Throws<ShapeException>(() => x[0, 0, 0]);
        Assert.Throws<ShapeException>(() => x[TensorIndex.Ellipsis, TensorIndex.Ellipsis]);
        Assert.Throws<ShapeException>(() => x[Tensor.Zeros([4], DType.Bool)]);
        Assert.Throws<ShapeException>(() => x[Tensor.From(true)]);
        Assert.Throws<DTypeException>(() => x[Tensor.From([1f])]);
        Assert.Throws<ShapeException>(() => x.With(0, Tensor.Zeros([3])));
        Assert.Throws<DTypeException>(() => x.With(0, Tensor.Zeros([4], DType.Int32)));
        Assert.Throws<ShapeException>(() => x.With(Tensor.From([0L, 1]), Tensor.Zeros([3, 4])));
    }
}
