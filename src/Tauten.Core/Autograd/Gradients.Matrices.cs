namespace Tauten;

/// <summary>In which direction a Jacobian is computed.</summary>
public enum JacobianMode
{
    /// <summary>Forward if there are far more results than inputs, else in reverse.</summary>
    BySize,
    /// <summary>Row by row, all rows at once: one gradient for each element of the result. As <c>torch.func.jacrev</c>.</summary>
    Reverse,
    /// <summary>Column by column, all columns at once: one derivative for each element of the input. As <c>torch.func.jacfwd</c>.</summary>
    Forward,
}

public static partial class Gradients
{
    /// <summary>
    /// The derivative of each element of a function's result with respect to each element of its input: element [i.., j..] is dy[i..]/dx[j..]. As
    /// <c>torch.func.jacrev</c> and <c>jacfwd</c>.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="x">The point.</param>
    /// <param name="mode">The direction of the computation, which does not change the result.</param>
    /// <param name="chunkSize">How many rows or columns are computed at once, to bound the memory needed; all when left out.</param>
    /// <returns>A tensor of the result's shape followed by that of <paramref name="x"/>.</returns>
    /// <example><code>
    /// Console.WriteLine(Gradients.Jacobian(v => v * v.Sum(), Tensor.From([1f, 2])));
    /// // [[4, 1],
    /// //  [2, 5]]
    /// </code></example>
    public static Tensor Jacobian(Func<Tensor, Tensor> function, Tensor x, JacobianMode mode = JacobianMode.BySize, int? chunkSize = null) => Jacobian(v => [function(v[0])], [x], mode, chunkSize)[0][0];

    /// <summary>The derivatives of each result of a function with respect to each of its inputs.</summary>
    /// <returns>For each result, for each input a tensor of the result's shape followed by the input's.</returns>
    public static Tensor[][] Jacobian(Func<Tensor[], Tensor[]> function, Tensor[] x, JacobianMode mode = JacobianMode.BySize, int? chunkSize = null)
    {
        var level = new Linearization(function, Floating("Jacobian", x));
        for (int i = 0; i < level.Value.Length; i++)
            if (!level.Value[i].DType.IsFloating()) throw new GradientException($"Jacobian: result {i} has dtype {level.Value[i].DType.Name()}; only floating-point tensors have derivatives.");
        if (mode == JacobianMode.BySize) mode = Elements(x) is { IsKnown: true } inputs && Elements(level.Value) is { IsKnown: true } results && results > 3 * inputs ? JacobianMode.Forward : JacobianMode.Reverse;
        using (level.Mode()) return mode == JacobianMode.Forward ? Columns(level, x, chunkSize) : Rows(level, x, chunkSize);
    }

    static Dim Elements(Tensor[] all) => all.Aggregate((Dim)0, (sum, t) => sum + t.Shape.ElementCount);

    static Tensor[][] Rows(Linearization level, Tensor[] x, int? chunkSize)
    {
        var y = level.Value;
        var rows = new Tensor[y.Length][];
        for (int k = 0; k < rows.Length; k++)
        {
            var seeds = new Tensor?[y.Length];
            var all = Tensor.VMap(v =>
            {
                seeds[k] = v[0];
                return Filled(level.Pull(seeds), x);
            }, chunkSize: chunkSize)([Basis(y[k])]);
            rows[k] = [.. all.Select((rows, i) => rows.Reshape([.. y[k].Shape, .. x[i].Shape]))];
        }
        return rows;
    }

    static Tensor[][] Columns(Linearization level, Tensor[] x, int? chunkSize)
    {
        level.Prepare();
        var y = level.Value;
        var columns = Array.ConvertAll(y, _ => new Tensor[x.Length]);
        for (int i = 0; i < x.Length; i++)
        {
            var tangents = new Tensor?[x.Length];
            var all = Tensor.VMap(v =>
            {
                tangents[i] = v[0];
                return level.Push(tangents);
            }, outAxes: [.. y.Select(_ => -1)], chunkSize: chunkSize)([Basis(x[i])]);
            for (int k = 0; k < y.Length; k++) columns[k][i] = all[k].Reshape([.. y[k].Shape, .. x[i].Shape]);
        }
        return columns;
    }

    /// <summary>For each element of a tensor one like it, with 1 there and 0 elsewhere.</summary>
    static Tensor Basis(Tensor like) => Tensor.Eye(like.Shape.ElementCount, dtype: like.DType).Reshape([like.Shape.ElementCount, .. like.Shape]);

    /// <summary>
    /// The second derivatives of a function with one number as result: element [i.., j..] is d2f/(dx[i..] dx[j..]). As <c>torch.func.hessian</c>.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="x">The point.</param>
    /// <param name="chunkSize">How many rows are computed at once, to bound the memory needed; all when left out.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/> twice.</returns>
    /// <example><code>
    /// Console.WriteLine(Gradients.Hessian(v => (v * v * v).Sum(), Tensor.From([1f, 2])));
    /// // [[ 6,  0],
    /// //  [ 0, 12]]
    /// </code></example>
    /// <exception cref="GradientException">The result has more than one element.</exception>
    public static Tensor Hessian(Func<Tensor, Tensor> function, Tensor x, int? chunkSize = null) => Jacobian(Grad(function), x, JacobianMode.Reverse, chunkSize);

    /// <summary>The second derivatives of a function of several tensors with one number as result.</summary>
    /// <returns>For each two inputs a tensor of the shape of the first followed by that of the second.</returns>
    public static Tensor[][] Hessian(Func<Tensor[], Tensor> function, Tensor[] x, int? chunkSize = null) => Jacobian(Grad(function), x, JacobianMode.Reverse, chunkSize);

    /// <summary>
    /// The value of a function with one number as result, and its Hessian times <paramref name="v"/>, at the price of some gradients. As
    /// <c>torch.autograd.functional.hvp</c>. The Hessian is symmetric, so this is the same as <see cref="Vhp(Func{Tensor, Tensor}, Tensor, Tensor)"/>.
    /// </summary>
    /// <example><code>
    /// var (value, product) = Gradients.Hvp(v => (v * v * v).Sum(), Tensor.From([1f, 2]), Tensor.From([1f, 1]));
    /// Console.WriteLine($"{value} {product}");    // 9 [ 6, 12]
    /// </code></example>
    public static (Tensor Value, Tensor Product) Hvp(Func<Tensor, Tensor> function, Tensor x, Tensor v) => Vhp(function, x, v);

    /// <summary>The value of a function of several tensors with one number as result, and its Hessian times the tensors <paramref name="v"/>.</summary>
    public static (Tensor Value, Tensor[] Products) Hvp(Func<Tensor[], Tensor> function, Tensor[] x, Tensor[] v) => Vhp(function, x, v);

    /// <summary>The value of a function with one number as result, and <paramref name="v"/> times its Hessian. As <c>torch.autograd.functional.vhp</c>.</summary>
    /// <example><code>
    /// var (value, product) = Gradients.Vhp(v => (v * v * v).Sum(), Tensor.From([1f, 2]), Tensor.From([1f, 1]));
    /// Console.WriteLine(product);    // [ 6, 12]
    /// </code></example>
    /// <exception cref="ShapeException">The vector does not have the shape of the input.</exception>
    public static (Tensor Value, Tensor Product) Vhp(Func<Tensor, Tensor> function, Tensor x, Tensor v)
    {
        var (y, products) = Vhp(z => function(z[0]), [x], [v]);
        return (y, products[0]);
    }

    /// <summary>The value of a function of several tensors with one number as result, and the tensors <paramref name="v"/> times its Hessian.</summary>
    public static (Tensor Value, Tensor[] Products) Vhp(Func<Tensor[], Tensor> function, Tensor[] x, Tensor[] v)
    {
        var both = GradAndValue(function);
        var level = new Linearization(z =>
        {
            var (gradients, value) = both(z);
            return [.. gradients, value];
        }, Floating("Vhp", x));
        return (level.Value[^1], Filled(level.Pull([.. Fitting("Vhp", v, x), null]), x));
    }
}
