namespace Tauten.Agreement;

static class TransformsArea
{
    static readonly Func<Tensor, Tensor> clipped = Gradients.Custom(x => x.Exp(), (_, y, gradient) => gradient * y.Clamp(high: 1));

    public static Area Calls { get; } = new("transforms")
    {
        ["jvp"] = x => Gradients.Jvp(Mixed, x[0], x[1]) is var (y, tangent) ? [y, tangent] : [],
        ["vjp"] = x => Gradients.Vjp(Mixed, x[0], x[1]) is var (y, gradient) ? [y, gradient] : [],
        ["linearize"] = x => [Gradients.Linearize(Mixed, x[0]).Pushforward(x[1])],
        ["jacobian"] = x => [Gradients.Jacobian(Mixed, x[0], JacobianMode.Reverse)],
        ["jacobian forward"] = x => [Gradients.Jacobian(Mixed, x[0], JacobianMode.Forward)],
        ["grad_and_value"] = x => Gradients.GradAndValue(One)(x[0]) is var (gradient, y) ? [gradient, y] : [],
        ["hessian"] = x => [Gradients.Hessian(One, x[0])],
        ["hvp"] = x => Gradients.Hvp(One, x[0], x[1]) is var (y, product) ? [y, product] : [],
        ["vhp"] = x => Gradients.Vhp(One, x[0], x[1]) is var (y, product) ? [y, product] : [],
        ["third derivative"] = x => [Gradients.Jacobian(z => Gradients.Hessian(One, z), x[0])],
        ["jacobian convolution"] = x => [Gradients.Jacobian((Tensor z) => z.Conv2d(x[1], stride: 2, padding: 1), x[0])],
        ["jacobian several"] = x => [.. Gradients.Jacobian(Several, x).SelectMany(row => row)],
        ["hessian several"] = x => [.. Gradients.Hessian((Tensor[] z) => z[0].MatMul(z[1]).Sin().Sum(), x).SelectMany(row => row)],
        ["jvp several"] = x => Gradients.Jvp(Several, x[..2], x[2..]).Tangents,
        ["per-sample gradients"] = x => Tensor.VMap(Gradients.Grad(z => Loss(z[0], z[1], z[2], z[3]), 0, 1, 2), [null, null, null, 0])(x),
        ["vmap softmax in=1 out=-1"] = x => [Tensor.VMap(v => v.Softmax(0), 1, -1)(x[0])],
        ["vmap norm"] = x => [Tensor.VMap(v => v.Norm())(x[0])],
        ["vmap matmul in=(0, None)"] = x => [Tensor.VMap((a, b) => a.MatMul(b), [0, null])(x[0], x[1])],
        ["vmap convolution in=(0, 0)"] = x => [Tensor.VMap((v, w) => v.Conv2d(w, padding: 1, groups: 2))(x[0], x[1])],
        ["vmap gather in=(0, 0)"] = x => [Tensor.VMap((v, i) => v.Gather(0, i))(x[0], x[1])],
        ["vmap index_select in=(None, 0)"] = x => [Tensor.VMap((v, i) => v.IndexSelect(1, i), [null, 0])(x[0], x[1])],
        ["vmap outer"] = x => [Tensor.VMap(v => Tensor.Stack([v, v * 2]), outAxis: 1)(x[0])],
        ["vmap pairs"] = x => [Tensor.VMap(a => Tensor.VMap(b => (a - b).Square().Sum())(x[1]))(x[0])],
        ["checkpoint"] = x => [Gradients.Checkpoint((v, w) => v.MatMul(w).Tanh().MatMul(w), x[0], x[1])],
        ["custom"] = x => [clipped(x[0])],
    };

    static Tensor Mixed(Tensor x) => Tensor.Stack([x[0] * x[1].Sin(), (x * x).Sum().Sqrt(), x.LogSumExp(0), x.Prod()]);

    static Tensor One(Tensor x) => (x.Softmax(0) * x.Tanh()).Sum() + x.Prod();

    static Tensor[] Several(Tensor[] x) => [x[0].MatMul(x[1]).Sin(), (x[0] * x[1]).Sum().Exp()];

    static Tensor Loss(Tensor w, Tensor b, Tensor v, Tensor x) => (v * (w.MatMul(x) + b).Tanh()).Sum().Square();
}
