namespace Tauten.Core.Tests;

/// <summary>Which operations share memory with their input, and that those which cannot make a copy.</summary>
public class ViewTests
{
    static bool Shares(Tensor a, Tensor b) => ReferenceEquals(a.Storage, b.Storage);

    static readonly Plain Numbers = Plain.Count(2, 3, 4);

    static readonly Tensor X = Numbers.ToTensor();

    public static TheoryData<string> Views => [.. ViewsOf.Keys];

    static readonly Dictionary<string, (Func<Tensor, Tensor> Of, Func<Plain> Expected)> ViewsOf = new()
    {
        ["reshape"] = (x => x.Reshape(6, 4), () => new([6, 4], Numbers.Values)),
        ["reshape with -1"] = (x => x.Reshape(4, -1), () => new([4, 6], Numbers.Values)),
        ["reshape to itself"] = (x => x.Reshape(2, 3, 4), () => Numbers),
        ["flatten"] = (x => x.Flatten(), () => new([24], Numbers.Values)),
        ["flatten some axes"] = (x => x.Flatten(1), () => new([2, 12], Numbers.Values)),
        ["permute"] = (x => x.Permute(2, 0, 1), () => Plain.Make([4, 2, 3], p => Numbers[p[1], p[2], p[0]])),
        ["transpose"] = (x => x.Transpose(0, -1), () => Plain.Make([4, 3, 2], p => Numbers[p[2], p[1], p[0]])),
        ["T"] = (x => x.T, () => Plain.Make([2, 4, 3], p => Numbers[p[0], p[2], p[1]])),
        ["unsqueeze"] = (x => x.Unsqueeze([0, -1]), () => new([1, 2, 3, 4, 1], Numbers.Values)),
        ["squeeze"] = (x => x.Unsqueeze(1).Squeeze(), () => Numbers),
        ["squeeze of an axis"] = (x => x.Unsqueeze([0, 1]).Squeeze(0), () => new([1, 2, 3, 4], Numbers.Values)),
        ["broadcast"] = (x => x.BroadcastTo([5, 2, 3, 4]), () => Plain.Make([5, 2, 3, 4], p => Numbers[p[1], p[2], p[3]])),
        ["expand of size 1"] = (x => x[.., ..1].Expand([2, 7, 4]), () => Plain.Make([2, 7, 4], p => Numbers[p[0], 0, p[2]])),
        ["flip"] = (x => x.Flip([0, 2]), () => Plain.Make([2, 3, 4], p => Numbers[1 - p[0], p[1], 3 - p[2]])),
        ["slice"] = (x => x.Slice(1, 0, null, 2), () => Plain.Make([2, 2, 4], p => Numbers[p[0], 2 * p[1], p[2]])),
        ["select"] = (x => x.Select(1, 2), () => Plain.Make([2, 4], p => Numbers[p[0], 2, p[1]])),
        ["narrow"] = (x => x.Narrow(2, 1, 2), () => Plain.Make([2, 3, 2], p => Numbers[p[0], p[1], 1 + p[2]])),
        ["split"] = (x => x.Split(2, 1)[1], () => Plain.Make([2, 1, 4], p => Numbers[p[0], 2, p[2]])),
        ["windows"] = (x => x.Windows(2, 3), () => Plain.Make([2, 3, 2, 3], p => Numbers[p[0], p[1], p[2] + p[3]])),
        ["windows with stride and dilation"] = (x => x.Windows(2, 2, 1, 2), () => Plain.Make([2, 3, 2, 2], p => Numbers[p[0], p[1], p[2] + 2 * p[3]])),
        ["diagonal"] = (x => x.Diagonal(1, 1, 2), () => Plain.Make([2, 3], p => Numbers[p[0], p[1], p[1] + 1])),
        ["diagonal of turned axes"] = (x => x.Diagonal(-1, 2, 0), () => Plain.Make([3, 2], p => Numbers[p[1], p[0], p[1] + 1])),
        ["move of an axis"] = (x => x.MoveAxis(0, 2), () => Plain.Make([3, 4, 2], p => Numbers[p[2], p[0], p[1]])),
        ["turn by 90 degrees"] = (x => x.Rot90(1, 0, 1), () => Plain.Make([3, 2, 4], p => Numbers[p[1], 2 - p[0], p[2]])),
        ["unflatten"] = (x => x.Unflatten(2, 2, -1), () => new([2, 3, 2, 2], Numbers.Values)),
        ["unfold"] = (x => x.Unfold(2, 2, 2), () => Plain.Make([2, 3, 2, 2], p => Numbers[p[0], p[1], 2 * p[2] + p[3]])),
        ["strides of one's own"] = (x => x.AsStrided([3, 2], [1, 12], 2), () => Plain.Make([3, 2], p => Numbers[p[1], 0, 2 + p[0]])),
        ["strides on a part"] = (x => x[1].AsStrided([2, 2], [-1, 4], 3), () => Plain.Make([2, 2], p => Numbers[1, p[1], 3 - p[0]])),
        ["expand with -1"] = (x => x[.., ..1].Expand(-1, 7, -1), () => Plain.Make([2, 7, 4], p => Numbers[p[0], 0, p[2]])),
        ["one of those unbound"] = (x => x.Unbind(1)[2], () => Plain.Make([2, 4], p => Numbers[p[0], 2, p[1]])),
        ["one coordinate of a grid"] = (x => Tensor.MeshGrid([x[0, 0], x[1, 1]])[1], () => Plain.Make([4, 4], p => Numbers[1, 1, p[1]])),
        ["detach"] = (x => x.Detach(), () => Numbers),
        ["reshape of a part"] = (x => x[1].Reshape(2, 6), () => Plain.Make([2, 6], p => Numbers[1, (p[0] * 6 + p[1]) / 4, (p[0] * 6 + p[1]) % 4])),
        ["splitting an axis of a part"] = (x => x[.., 1].Reshape(2, 2, 2), () => Plain.Make([2, 2, 2], p => Numbers[p[0], 1, 2 * p[1] + p[2]])),
        ["contiguous of a contiguous one"] = (x => x.Contiguous(), () => Numbers),
        ["to the same dtype"] = (x => x.To(DType.Float32), () => Numbers),
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void Views_share_memory(string name)
    {
        var (view, expected) = ViewsOf[name];
        var y = view(X);
        expected().MustBe(y, 0, name);
        Assert.True(Shares(X, y), $"{name} copies");
        // Arithmetic sees through the strides.
        var plain = expected();
        new Plain(plain.Sizes, [.. plain.Values.Select(v => 2 * v + 1)]).MustBe(y * 2 + 1, 0, name);
    }

    [Fact]
    public void Reshape_copies_only_where_it_must()
    {
        var turned = X.Permute(2, 1, 0);
        Assert.False(Shares(X, turned.Reshape(24)));
        Plain.Make([24], p => Numbers[p[0] % 2, p[0] / 2 % 3, p[0] / 6]).MustBe(turned.Reshape(24));
        Assert.False(Shares(X, X[.., .., ..3].Reshape(18)));
        Assert.True(Shares(X, X[.., .., ..3].Reshape(6, 3)));
        // Broadcast axes: merged with each other they stay a view, merged with others they cannot.
        var column = Tensor.Arange(3, DType.Float32).Reshape(3, 1);
        Plain.Make([12], p => p[0] / 4).MustBe(column.BroadcastTo([3, 4]).Reshape(12));
        Plain.Make([12], p => p[0] % 3).MustBe(column.T.BroadcastTo([4, 3]).Reshape(12));
        Assert.True(Shares(column, column.BroadcastTo([4, 5, 3, 1]).Reshape(20, 3)));
    }

    [Fact]
    public void Copies_do_not_share()
    {
        Assert.False(Shares(X, X + 0));
        Assert.False(Shares(X, X.With(0, 1)));
        Assert.False(Shares(X, X[Tensor.From([0L])]));
        Assert.False(Shares(X, X[X > 3]));
        Assert.False(Shares(X, X.Pad(0, 0, 0)));
        Assert.False(Shares(X, Tensor.Concat([X])));
        Assert.False(Shares(X, X.T.Contiguous()));
        Assert.True(X.T.Contiguous().Layout.IsContiguous);
    }

    [Fact]
    public void Empty_tensors_move_too()
    {
        var empty = Tensor.Zeros([2, 0, 3]);
        Assert.Equal("[0]", empty.Reshape(0).Shape.ToString());
        Assert.Equal("[3, 0, 2]", empty.Permute(2, 1, 0).Shape.ToString());
        Assert.Equal("[0, 3]", empty[1].Shape.ToString());
        Assert.Equal("[5, 2, 0, 3]", empty.BroadcastTo([5, 2, 0, 3]).Shape.ToString());
        Assert.Equal("[2, 0, 3]", empty.Flip(1).Shape.ToString());
        Assert.Equal("[2, 4, 3]", Tensor.Concat([empty, Tensor.Ones([2, 4, 3])], 1).Shape.ToString());
        Assert.Equal("[6, 0]", empty.Transpose(1, 2).Reshape(6, 0).Shape.ToString());
        Assert.Throws<ShapeException>(() => empty.Reshape(0, -1));
    }

    [Fact]
    public void Joining_and_splitting()
    {
        var parts = X.Split([1, 2], 1);
        Assert.Equal(["[2, 1, 4]", "[2, 2, 4]"], parts.Select(p => p.Shape.ToString()));
        TensorAssert.Equal(X, Tensor.Concat(parts, 1));
        TensorAssert.Equal(X, Tensor.Concat(X.Split(2, -1), -1));
        TensorAssert.Equal(X, Tensor.Stack([X[0], X[1]]));
        Plain.Make([3, 4, 2], p => Numbers[p[2], p[0], p[1]]).MustBe(Tensor.Stack([X[0], X[1]], -1));
        Assert.Equal([3L, 3, 1], Tensor.Arange(7).Split(3).Select(p => (long)p.Count));
        TensorAssert.Equal([9, 0, 1, 2, 9, 9], Tensor.Arange(3).Pad(0, 1, 2, 9));
    }

    [Fact]
    public void A_span_reads_in_row_major_order_whatever_the_strides()
    {
        Assert.Equal(Plain.Of(X.T).Values.Select(v => (float)v), X.T.AsSpan<float>().ToArray());
        Assert.Equal(Numbers.Values.Select(v => (float)v), X.AsSpan<float>().ToArray());
        var part = X[1];
        Assert.Equal(Numbers.Values.Skip(12).Select(v => (float)v), part.AsSpan<float>().ToArray());
    }
}
