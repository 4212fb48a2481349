namespace Tauten.Core.Tests;

/// <summary>Functions that rearrange, write and contract: captured with unknown sizes, with wrong arguments, and those that no fixture can hold.</summary>
public class RearrangingTests
{
    static readonly TensorSpec Matrix = new(DType.Float32, ["n", "m"]), Positions = new(DType.Int64, ["k"]);

    /// <summary>Functions of two matrices of one shape and a vector of positions on the first axis.</summary>
    static readonly Dictionary<string, Func<Tensor[], Tensor[]>> functions = new()
    {
        ["triangles"] = x => [x[0].Tril(-1) + x[0].Triu(1)],
        ["diagonals"] = x => [x[0].Diagonal(1), x[0].Diagonal(-1), x[0].Trace(), x[0][0].DiagEmbed(1), x[0].DiagEmbed(-1, 0, 1)],
        ["scatter of a diagonal"] = x => [x[0].DiagonalScatter(x[1].Diagonal(1), 1)],
        ["rolls"] = x => [x[0].Roll(2, 0), x[0].Roll([-7, 4], [0, 1]), x[0].Roll(3)],
        ["turns"] = x => [x[0].Rot90(1), x[0].Rot90(-1), x[0].FlipLR(), x[0].FlipUD(), x[0].MoveAxis(0, 1), x[0].SwapAxes(0, 1)],
        ["repetitions"] = x => [x[0].Repeat(2, 1, 3), x[0].Tile(2), x[0].RepeatInterleave(2, 1), x[0].RepeatInterleave(3)],
        ["repetitions by counts"] = x => [x[2].RepeatInterleave(x[2].Abs()), x[0].RepeatInterleave(Tensor.From([2L]), 0)],
        ["shapes"] = x => [x[0].Unflatten(1, 1, -1), x[0].Ravel(), x[0].AtLeast3D(), x[0].ReshapeAs(x[1]), x[0][..1].ExpandAs(x[1]), x[0][.., ..1].Expand(2, -1, x[0].Shape[1])],
        ["stacks"] = x => [Tensor.HStack(x[0], x[1]), Tensor.VStack(x[0], x[1][0]), Tensor.DStack(x[0], x[1]), Tensor.ColumnStack(x[0], x[1][.., 0])],
        ["blocks"] = x => [Tensor.BlockDiag(x[0], x[1][0], x[0])],
        ["grids"] = x => [.. Tensor.MeshGrid([x[0][0], x[1][.., 0]], GridIndexing.XY), Tensor.CartesianProd(x[0][0], x[1][.., 0])],
        ["paddings"] = x => [x[0].Pad([1, 1], [0, 1], PadMode.Reflect), x[0].Pad(0, 3, 4, PadMode.Replicate), x[0].Pad([1, 0], [2, 2], PadMode.Circular)],
        ["windows"] = x => [x[0].Unfold(1, 2, 1)],
        ["masks"] = x => [x[0].MaskedFill(x[1] > 0, 5), x[0].MaskedScatter(x[1] > 0, x[1]), x[0].With(x[1] > 0, -1), x[0].With(x[1][.., 0] > 0, x[1][0]), x[0].MaskedSelect(x[1][0] > 0)],
        ["positions of a condition"] = x => Tensor.Where(x[0] > x[1]),
        ["takes and puts"] = x => [x[0].Take(x[2]), x[0].Put(x[2], x[2].To(DType.Float32)), x[0].Put(x[2], x[2].To(DType.Float32), accumulate: true)],
        ["takes along an axis"] = x => [x[0].TakeAlongAxis(x[1].ArgSort(1), 1), x[0].TakeAlongAxis(x[2].Reshape([-1, 1]), 0)],
        ["copies and fills"] = x => [x[0].IndexCopy(0, x[2], x[1].IndexSelect(0, x[2])), x[0].IndexFill(0, x[2], 7), x[0].SelectScatter(x[1][0], 0, -1), x[0].SliceScatter(x[1][1..], 0, 1)],
        ["writing through positions"] = x => [x[0].IndexPut([x[2]], x[1][0]), x[0].IndexPut([x[2], x[2] * 0], x[1][0, 0], accumulate: true), x[0][x[2], x[2] * 0]],
        ["products"] = x => [x[0].TensorDot(x[1]), x[0].TensorDot(x[1], 0, 0), x[0].Kron(x[1]), x[0].Inner(x[1]), x[0][0].Outer(x[1][0]), x[0][0].Dot(x[1][0]), x[0].Mm(x[1].T), x[0].Mv(x[1][0])],
        ["products with sums"] = x => [x[0].Addmm(x[0], x[1].T.Mm(x[0]), 2, 3), x[0].Addr(x[0][.., 0], x[1][0]), x[0].T.Mm(x[1]).Addbmm(x[0].Unsqueeze(2), x[1].Unsqueeze(1))],
        ["einsum"] = x => [Tensor.Einsum("ij,kj,km->im", x[0], x[1], x[0]), Tensor.Einsum("...j,...j", x[0], x[1]), Tensor.Einsum("ij,ij,ij->", x[0], x[1], x[0])],
        ["bilinear"] = x => [x[0].Bilinear(x[1], x[1].Unsqueeze(1) * x[0].Unsqueeze(2).Narrow(1, 0, 1).Expand(-1, x[0].Shape[1], x[0].Shape[1]))],
        ["like"] = x => [Tensor.OnesLike(x[0]), Tensor.FullLike(x[0], 2, DType.Int32), x[0].TypeAs(x[2])],
    };

    public static TheoryData<string> Names => [.. functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_capture_with_unknown_sizes_gives_the_same(string name)
    {
        var graph = Graph.Capture(functions[name], Matrix, Matrix, Positions);
        foreach (var (rows, columns) in ((int, int)[])[(3, 4), (5, 3)])
        {
            var random = new Generator((ulong)(rows + columns));
            Tensor[] x = [Tensor.Randn([rows, columns], generator: random), Tensor.Randn([rows, columns], generator: random), Tensor.From([2L, 0, -2])];
            var eager = functions[name](x);
            foreach (var result in (Tensor[][])[graph.Run(x), graph.Lower(_ => false).Run(x)])
                for (int i = 0; i < eager.Length; i++) TensorAssert.Equal(eager[i], result[i], 1e-5);
        }
    }

    /// <summary>Random equations against loops over all letters.</summary>
    [Fact]
    public void Sums_in_Einsteins_notation_are_those_of_loops()
    {
        var random = new Random(8);
        for (int round = 0; round < 300; round++)
        {
            string letters = "abcdeXY"[..random.Next(1, 8)];
            var sizes = letters.ToDictionary(l => l, _ => random.Next(1, 4));
            string[] inputs = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => new string([.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => letters[random.Next(letters.Length)])]))];
            string used = new([.. string.Concat(inputs).Distinct().Order()]);
            char[] chosen = [.. used.Where(_ => random.Next(2) == 0)];
            random.Shuffle(chosen);
            string output = random.Next(4) == 0 ? "" : "->" + new string(chosen);
            string result = output.Length > 0 ? new(chosen) : new([.. used.Where(l => string.Concat(inputs).Count(c => c == l) == 1)]);
            string equation = string.Join(',', inputs) + output;
            Plain[] x = [.. inputs.Select(text => Plain.Make([.. text.Select(l => sizes[l])], _ => random.Next(-3, 4)))];
            Plain.Make([.. result.Select(l => sizes[l])], Sum).MustBe(Tensor.Einsum(equation, [.. x.Select(t => t.ToTensor(DType.Float64))]), 1e-9, $"{equation}: ");

            double Sum(int[] place)
            {
                string summed = new([.. used.Except(result)]);
                double sum = 0;
                foreach (var rest in Plain.Positions([.. summed.Select(l => sizes[l])]))
                    sum += inputs.Select((text, i) => x[i][[.. text.Select(l => result.Contains(l) ? place[result.IndexOf(l)] : rest[summed.IndexOf(l)])]]).Aggregate(1.0, (a, b) => a * b);
                return sum;
            }
        }
    }
    [Fact]
    public void A_product_of_several_takes_the_cheap_way()
    {
        // From the left, the first product would have 100 x 100 elements; ten operands are ordered without trying all ways.
        foreach (int more in (int[])[0, 6])
        {
            string equation = "ij,jk,k" + string.Concat(Enumerable.Repeat(",k", more)) + "->i";
            TensorSpec[] specs = [new(DType.Float32, [100, 2]), new(DType.Float32, [2, 100]), .. Enumerable.Repeat(new TensorSpec(DType.Float32, [100]), more + 1)];
            var graph = Graph.Capture(x => [Tensor.Einsum(equation, x)], specs).Lower(_ => false);
            Assert.True(graph.Nodes.Max(n => n.Spec().Shape.ElementCount.Value) <= 200, graph.Print());
        }
        Assert.Equal("[2]", Tensor.Einsum("ab,bc,cd,de,ef,fg,gh,hi,ij->j", [.. Enumerable.Repeat(Tensor.Ones([2, 2]), 9)]).Shape.ToString());
    }

    static Tensor Floats(params long[] sizes) => Tensor.Ones(Shape.Of(sizes));

    public static TheoryData<string> Mistakes => [.. mistakes.Keys];

    static readonly Dictionary<string, Func<object>> mistakes = new()
    {
        ["Einsum \"ij,jk->ik\": it names 2 inputs, but 1 were given."] = () => Tensor.Einsum("ij,jk->ik", Floats(2, 3)),
        ["Einsum \"ij,jk\": the letter 'j' has size 3 before, but 4 in input 1, whose shape is [4, 2]."] = () => Tensor.Einsum("ij,jk", Floats(2, 3), Floats(4, 2)),
        ["Einsum \"ijk->i\": input 0, 'ijk', names 3 axes, but its shape [2, 3] has 2."] = () => Tensor.Einsum("ijk->i", Floats(2, 3)),
        ["Einsum \"...ijk->i\": input 0, '...ijk', names 3 axes, but its shape [2, 3] has 2."] = () => Tensor.Einsum("...ijk->i", Floats(2, 3)),
        ["Einsum \"ij->k\": the letter 'k' of the result occurs in no input."] = () => Tensor.Einsum("ij->k", Floats(2, 3)),
        ["Einsum \"ij->ii\": the letter 'i' occurs twice in the result."] = () => Tensor.Einsum("ij->ii", Floats(2, 3)),
        ["Einsum \"ii\": the letter 'i' stands for axes of sizes 2 and 3 of input 0, whose shape is [2, 3]."] = () => Tensor.Einsum("ii", Floats(2, 3)),
        ["Einsum \"i1->i\": 'i1' holds '1'. Expected letters from a to z and A to Z, and at most one ellipsis '...'."] = () => Tensor.Einsum("i1->i", Floats(2, 3)),
        ["Einsum(Equation = i,i): dtypes float32 and int64 differ. Convert one of them with To(dtype)."] = () => Tensor.Einsum("i,i", Floats(2), Tensor.Arange(2)),
        ["Diagonal: expected two axes. Received: 1 twice, for shape [2, 3]."] = () => Floats(2, 3).Diagonal(0, 1, -1),
        ["DiagonalScatter: a source of shape [3] is not the diagonal of shape [2, 3]. Expected [2]."] = () => Floats(2, 3).DiagonalScatter(Floats(3)),
        ["Tril(Diagonal = 0): expected a matrix or a batch of them. Received: shape [3]."] = () => Floats(3).Tril(),
        ["Roll: expected a shift for each axis. Received: shifts [1, 2] and axes [0]."] = () => Floats(3).Roll([1, 2], 0),
        ["Repeat: expected a number for each axis of shape [2, 3]. Received: [2]. Use Tile to repeat the last axes only."] = () => Floats(2, 3).Repeat(2),
        ["RepeatInterleave: expected a number for each of the 3 slices along axis 0 of shape [3]. Received: numbers of shape [2]."] = () => Floats(3).RepeatInterleave(Tensor.From([1L, 2]), 0),
        ["RepeatedPositions: position 1 cannot be repeated -2 times. Expected 0 or more."] = () => Floats(2).RepeatInterleave(Tensor.From([1L, -2]), 0),
        ["Unflatten: axis 1 of shape [2, 6] cannot be arranged as [4, -1]. Expected sizes whose product is 6."] = () => Floats(2, 6).Unflatten(1, 4, -1),
        ["AsStrided: sizes [2, 3] and strides [3, 1] from 1 on reach from element 1 to 6. Expected 0 to 5, the elements of shape [6]."] = () => Floats(6).AsStrided([2, 3], [3, 1], 1),
        ["Pad: 3 before and 0 behind axis 0 of shape [3] are more than Reflect can take from it. Expected at most 2."] = () => Floats(3).Pad(0, 3, 0, PadMode.Reflect),
        ["HSplit: axis 1 of shape [2, 3] cannot be cut into 2 equal pieces. Use TensorSplit for unequal ones."] = () => Floats(2, 3).HSplit(2),
        ["TensorDot: axis 1 of shape [2, 3] and axis 0 of shape [2, 3] have different sizes."] = () => Floats(2, 3).TensorDot(Floats(2, 3), 1),
        ["Cross: expected axes of size 3. Received: axis -1 of shapes [2] and [3]."] = () => Floats(2).Cross(Floats(3)),
        ["Mm: expected a matrix and a matrix. Received: shapes [2, 3] and [3]."] = () => Floats(2, 3).Mm(Floats(3)),
        ["Addmm: shape [1, 2, 2] cannot be broadcast to [2, 2], the shape of the product."] = () => Floats(1, 2, 2).Addmm(Floats(2, 3), Floats(3, 2)),
        ["IndexSelect(Axis = 0): index 6 lies outside of axis 0 of size 6. Expected -6 to 5."] = () => Floats(2, 3).Take(Tensor.From([0L, 6])),
        ["Scatter(Axis = 0): index -7 lies outside of axis 0 of size 6. Expected -6 to 5."] = () => Floats(2, 3).Put(Tensor.From([-7L]), Floats(1)),
        ["Put: expected an element for each of 2 positions. Received: a source of shape [3]."] = () => Floats(2, 3).Put(Tensor.From([0L, 1]), Floats(3)),
        ["MaskedScatter: the mask is true 3 times, but the source has 2 elements."] = () => Floats(3).MaskedScatter(Tensor.Ones([3], DType.Bool), Floats(2)),
        ["IndexCopy: expected a source of shape [2, 3]. Received: [1, 3]."] = () => Floats(4, 3).IndexCopy(0, Tensor.From([0L, 1]), Floats(1, 3)),
        ["SelectScatter: expected a source of shape [3]. Received: []."] = () => Floats(2, 3).SelectScatter(Floats(), 0, 1),
        ["With: a value of shape [2] cannot be broadcast to [1], what the mask leaves of shape [4, 1]."] = () => Floats(4, 1).With(Tensor.Ones([4], DType.Bool), Floats(2)),
        ["A mask of shape [3] does not fit axes 0 to 0 of shape [4, 3]."] = () => Floats(4, 3).With(Tensor.Ones([3], DType.Bool), 1),
        ["Tensor.From: row 1 has 1 values. Expected 2, as the first."] = () => Tensor.From([[1f, 2], [3f]]),
        ["ToArray2D: expected a matrix. Received: shape [3]."] = () => Floats(3).ToArray2D<float>(),
        ["Map: no gradient flows through a C# function, but the tensor of shape [2] requires gradients. Use Detach, or tensor operations."] =
            () => Tensor.From([1f, 2], requiresGrad: true).Map((float v) => v),
        ["Epsilon: expected a floating-point dtype. Received: int32."] = () => DType.Int32.Epsilon(),
        ["BlockDiag: expected matrices. Received: shape [1, 2, 3]."] = () => Tensor.BlockDiag(Floats(1, 2, 3)),
        ["Expand: -1 at a new axis of [-1, 3]. Expected a size, since shape [3] has no such axis."] = () => Floats(3).Expand(-1, 3),
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_says_what_is_wrong(string message)
    {
        var error = Assert.ThrowsAny<Exception>(mistakes[message]);
        Assert.True(error is TautenException, error.ToString());
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Arrays_of_several_dimensions_go_in_and_out()
    {
        Assert.Equal(new[,] { { 1f, 3 }, { 2, 4 } }, Tensor.From([[1f, 2], [3, 4]]).T.ToArray2D<float>());
        Assert.Equal(new long[,,] { { { 0, 1 }, { 2, 3 } } }, Tensor.Arange(4).Reshape(1, 2, 2).ToArray3D<long>());
        Assert.Empty(Tensor.Zeros([0, 3]).ToArray2D<float>());
        Assert.Equal([1.0, 2.0], Tensor.From([1L, 4]).Map((long n) => Math.Sqrt(n)).ToArray<double>());
        Assert.Equal("[0, 0]", Tensor.From(Array.Empty<float[]>()).Shape.ToString());
    }

    [Fact]
    public void Tensors_like_others_have_their_shape_and_dtype()
    {
        var x = Tensor.Zeros([2, 3], DType.Float64);
        Assert.Equal("float64[2, 3]", Tensor.RandLike(x).Spec.ToString());
        Assert.Equal("float32[2, 3]", Tensor.RandnLike(x, DType.Float32).Spec.ToString());
        Assert.Equal("int64[2, 3]", Tensor.RandIntLike(x, 0, 9, DType.Int64).Spec.ToString());
        Assert.True(Tensor.ZerosLike(x, requiresGrad: true).RequiresGrad);
        Assert.Equal(double.MaxValue, DType.Float64.MaxValue());
        Assert.Equal(DType.Int32, DTypes.Promote(DType.Int16, DType.UInt16));
        Assert.Equal(DType.Float64, DTypes.Promote(DType.UInt64, DType.Int8));
        Assert.Equal(DType.Int64, DTypes.Promote(DType.Int64, DType.UInt32));
    }
}
