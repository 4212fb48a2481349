namespace Tauten.Conformance;

/// <summary>A body made by chance from a seed: inputs of random shapes and layouts, a random graph of ops over them, and outputs.</summary>
sealed class RandomBody
{
    readonly Random random;
    readonly bool joins;
    readonly long[] sizes;
    readonly int rows;                                    // axes that lead from row to row
    readonly List<(Tensor Value, bool Exact)> inputs = [];

    public RandomBody(int seed, bool joins)
    {
        random = new(seed);
        this.joins = joins;
        int rank = random.Next(joins ? 2 : 0, 5);
        sizes = new long[rank];
        for (int i = 0; i < rank; i++) sizes[i] = random.Next(12) switch
        {
            0 => 1,
            1 when !joins => 0,
            < 6 => random.Next(2, 6),
            < 10 => random.Next(6, 40),
            _ => rank <= 2 ? random.Next(40, 700) : random.Next(6, 20),
        };
        rows = joins ? random.Next(0, rank) : rank;
        Type = random.Next(8) switch { 0 => DType.Float64, 1 => DType.Float16, 2 => DType.BFloat16, 3 when !joins => DType.Int32, 4 when !joins => DType.Int64, _ => DType.Float32 };
        int count = random.Next(1, 5);
        for (int i = 0; i < count; i++) inputs.Add((Input(i == 0), true));
    }

    public DType Type { get; }

    public Tensor[] Inputs => [.. inputs.Select(i => i.Value)];

    public TensorSpec[] Specs => [.. Inputs.Select(x => x.Spec)];

    /// <summary>A tensor that can be broadcast to the iteration, the first of its whole shape.</summary>
    Tensor Input(bool whole)
    {
        int drop = whole ? 0 : random.Next(sizes.Length + 1);
        long[] shape = [.. sizes.Skip(drop).Select(size => !whole && random.Next(3) == 0 ? 1 : size)];
        switch (random.Next(4))
        {
            case 0 when shape.Length >= 2:
                // Transposed.
                return Numbers([.. shape.Reverse()]).Permute([.. Enumerable.Range(0, shape.Length).Reverse()]);
            case 1 when shape.Length >= 1:
                // Every second element.
                return Numbers([.. shape.SkipLast(1), 2 * shape[^1]]).Slice(-1, 0, 2 * shape[^1], 2);
            default:
                return Numbers(shape);
        }
    }

    Tensor Numbers(long[] shape)
    {
        long count = shape.Aggregate(1L, (a, b) => a * b);
        var numbers = new float[count];
        for (long i = 0; i < count; i++) numbers[i] = Type.IsFloating() ? (float)(random.NextDouble() * 4 - 2) : random.Next(-9, 10);
        return Tensor.From(numbers).Reshape([.. shape.Select(s => (Dim)s)]).To(Type);
    }

    /// <summary>The body; the same at each call.</summary>
    public Func<Tensor[], Tensor[]> Function()
    {
        int seed = random.Next();
        return x => new Maker(new(seed), this).Make(x);
    }

    sealed class Maker(Random random, RandomBody body)
    {
        readonly List<Tensor> numbers = [], masks = [];

        public Tensor[] Make(Tensor[] x)
        {
            numbers.AddRange(x);
            int steps = random.Next(1, 14);
            for (int i = 0; i < steps; i++) Step();
            if (!body.joins) return Pointwise(x);
            // Something of each kind is joined.
            int[] within = [.. Enumerable.Range(body.rows, body.sizes.Length - body.rows)], across = [.. Enumerable.Range(0, body.rows)];
            var results = new List<Tensor>();
            int joins = random.Next(1, 4);
            for (int i = 0; i < joins; i++)
            {
                var joined = Join(Full(x), within);
                if (random.Next(4) == 0) results.Add(joined);
                numbers.Add(joined);
                for (int k = random.Next(0, 5); k > 0; k--) Step();
            }
            if (body.rows > 0 && random.Next(2) == 0) results.Add(Full(x).Sum(Dims.Create([.. across.Select(a => (long)a)]), keepDims: random.Next(2) == 0));
            if (results.Count == 0 || random.Next(2) == 0) results.Add(Full(x));
            return [.. results];
        }

        Tensor[] Pointwise(Tensor[] x)
        {
            List<Tensor> results = [Full(x)];
            if (random.Next(3) == 0) results.Add(Full(x));
            if (masks.Count > 0 && random.Next(3) == 0) results.Add(Pick(masks).BroadcastTo(x[0].Shape));
            if (random.Next(4) == 0) results.Add(Full(x).To(random.Next(2) == 0 ? DType.Int32 : DType.Float64));
            return [.. results];
        }

        // What is joined has something from everywhere: a body of which nothing runs along its axes would be another one.
        Tensor Full(Tensor[] x) => body.joins ? Pick(numbers) + x[0] : Pick(numbers).BroadcastTo(x[0].Shape);

        Tensor Join(Tensor x, int[] axes)
        {
            var over = Dims.Create([.. axes.Select(a => (long)a)]);
            bool keep = random.Next(2) == 0;
            var joined = random.Next(4) switch { 0 => x.Max(over, keep), 1 => x.Min(over, keep), 2 => x.Mean(over, keep), _ => x.Sum(over, keep) };
            if (keep) return joined;
            return joined.Reshape([.. x.Shape.Select((d, i) => axes.Contains(i) ? 1 : d)]);
        }

        Tensor Pick(List<Tensor> list) => list[list.Count - 1 - Math.Min(random.Next(list.Count), random.Next(list.Count))];

        void Step()
        {
            Tensor a = Pick(numbers), b = Pick(numbers);
            bool floating = body.Type.IsFloating();
            switch (random.Next(16))
            {
                case 0: numbers.Add(a + b); break;
                case 1: numbers.Add(a - b); break;
                case 2: numbers.Add(a * b); break;
                case 3: numbers.Add(floating ? a / (b.Abs() + 1) : a * 3); break;
                case 4: numbers.Add(a.Maximum(b)); break;
                case 5: numbers.Add(a.Abs()); break;
                case 6: numbers.Add(floating ? a.Tanh() : -a); break;
                case 7: numbers.Add(floating ? (-a.Abs()).Exp() : a.Square()); break;
                case 8: numbers.Add(a * (floating ? 0.5 : 3) + 1); break;
                case 9: masks.Add(a > b); break;
                case 10: masks.Add(a.EqualTo(b)); break;
                case 11 when masks.Count > 0: numbers.Add(Tensor.Where(Pick(masks), a, b)); break;
                case 12 when masks.Count > 0: masks.Add(random.Next(3) switch { 0 => Pick(masks) & Pick(masks), 1 => Pick(masks) | Pick(masks), _ => !Pick(masks) }); break;
                case 13 when masks.Count > 0: numbers.Add(Pick(masks).To(body.Type) * a); break;
                case 14: numbers.Add(a.To(random.Next(3) switch { 0 => DType.Float64, 1 => DType.Int32, _ => DType.Float32 }).To(body.Type)); break;
                default: numbers.Add(floating ? a.Relu() : a - 1); break;
            }
        }
    }
}
