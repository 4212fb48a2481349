namespace Tauten.Ops;

/// <summary>
/// In which order several labelled tensors are multiplied pair by pair: the one with the fewest multiplications, found among all for up to
/// eight of them, and beyond that by always taking the pair whose product grows least.
/// </summary>
sealed class ContractionOrder
{
    const int Exhaustive = 8;

    // Stands for sizes that are not known while a graph is captured.
    const double UnknownSize = 64;

    readonly UInt128[] labels;          // of each operand, a bit for each label
    readonly UInt128 output;
    readonly double[] sizes;

    ContractionOrder(UInt128[] labels, UInt128 output, double[] sizes) => (this.labels, this.output, this.sizes) = (labels, output, sizes);

    /// <summary>The product of all operands, summed over the labels that the output does not have.</summary>
    public static LabelledTensor Contract(LabelledTensor[] operands, int[] output, Func<int, Dim> sizeOf)
    {
        if (operands.Length == 1) return operands[0];
        if (operands.Length == 2) return LabelledTensor.Product(operands[0], operands[1], l => output.Contains(l));
        int[] all = [.. operands.SelectMany(o => o.Labels).Concat(output).Distinct()];
        if (all.Length > 128) throw new ShapeException($"A contraction may have up to 128 different axes. Received: {all.Length}.");
        var order = new ContractionOrder([.. operands.Select(o => Bits(o.Labels))], Bits(output), [.. all.Select(l => sizeOf(l) is { IsKnown: true } size ? size.Value : UnknownSize)]);
        var product = new Stack<LabelledTensor>();
        foreach (var step in operands.Length <= Exhaustive ? order.Best() : order.Greedy())
        {
            if (step.Operand >= 0) product.Push(operands[step.Operand]);
            else
            {
                var (right, left) = (product.Pop(), product.Pop());
                product.Push(LabelledTensor.Product(left, right, l => (step.Needed >> Array.IndexOf(all, l) & 1) != 0));
            }
        }
        return product.Pop();

        UInt128 Bits(int[] names) => names.Aggregate(UInt128.Zero, (bits, l) => bits | (UInt128.One << Array.IndexOf(all, l)));
    }

    /// <summary>One step, in postfix order: an operand, or the product of the last two, with the labels that are needed afterwards.</summary>
    readonly record struct Step(int Operand, UInt128 Needed);

    double Size(UInt128 bits)
    {
        double size = 1;
        for (int i = 0; i < sizes.Length; i++)
            if ((bits >> i & 1) != 0) size *= sizes[i];
        return size;
    }

    /// <summary>The best way for each set of operands, from smaller sets to larger ones.</summary>
    List<Step> Best()
    {
        int count = 1 << labels.Length;
        var union = new UInt128[count];
        for (int set = 1; set < count; set++) union[set] = union[set & (set - 1)] | labels[System.Numerics.BitOperations.TrailingZeroCount(set)];
        var kept = new UInt128[count];
        for (int set = 1; set < count; set++) kept[set] = union[set] & Needed(set);
        var cost = new double[count];
        var split = new int[count];
        for (int set = 1; set < count; set++)
        {
            if ((set & (set - 1)) == 0) continue;
            cost[set] = double.PositiveInfinity;
            int first = set & -set;
            // Each way to cut the set in two; the first operand is always on the left.
            for (int left = (set - 1) & set; left > 0; left = (left - 1) & set)
            {
                if ((left & first) == 0) continue;
                double total = cost[left] + cost[set ^ left] + Size(kept[left] | kept[set ^ left]);
                if (total < cost[set]) (cost[set], split[set]) = (total, left);
            }
        }
        var steps = new List<Step>();
        Add(count - 1);
        return steps;

        UInt128 Needed(int set) => output | union[count - 1 ^ set];

        void Add(int set)
        {
            if ((set & (set - 1)) == 0)
            {
                steps.Add(new(System.Numerics.BitOperations.TrailingZeroCount(set), 0));
                return;
            }
            Add(split[set]);
            Add(set ^ split[set]);
            steps.Add(new(-1, Needed(set)));
        }
    }

    List<Step> Greedy()
    {
        var parts = labels.Select((l, i) => (Labels: l, Steps: new List<Step> { new(i, 0) })).ToList();
        while (parts.Count > 1)
        {
            var (a, b, least) = (0, 1, double.PositiveInfinity);
            for (int i = 0; i < parts.Count; i++)
                for (int k = i + 1; k < parts.Count; k++)
                {
                    double growth = Size((parts[i].Labels | parts[k].Labels) & Needed(i, k)) - Size(parts[i].Labels) - Size(parts[k].Labels);
                    if (growth < least) (a, b, least) = (i, k, growth);
                }
            var needed = Needed(a, b);
            var joined = ((parts[a].Labels | parts[b].Labels) & needed, (List<Step>)[.. parts[a].Steps, .. parts[b].Steps, new(-1, needed)]);
            parts.RemoveAt(b);
            parts[a] = joined;
        }
        return parts[0].Steps;

        UInt128 Needed(int a, int b) => parts.Where((_, i) => i != a && i != b).Aggregate(output, (bits, p) => bits | p.Labels);
    }
}
