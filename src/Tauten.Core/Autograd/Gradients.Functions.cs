using System.Runtime.CompilerServices;

namespace Tauten;

// Functions from functions, as in torch.func. Each call is a level of differentiation of its own: they nest, and may be captured and mapped.
public static partial class Gradients
{
    /// <summary>The gradient of a function with one number as result, as a function: <c>x -> df/dx</c>. As <c>torch.func.grad</c>.</summary>
    /// <param name="function">A function whose result has one element.</param>
    /// <remarks>
    /// Also where gradients are not tracked (<see cref="NoGrad"/>) the gradient is computed; it is tracked in its turn if the input, or a parameter that the function
    /// uses, is.
    /// </remarks>
    /// <example><code>
    /// var slope = Gradients.Grad(x => x * x * x);
    /// var curvature = Gradients.Grad(Gradients.Grad(x => x * x * x));
    /// Console.WriteLine(slope(Tensor.From(2f)));    // 12
    /// Console.WriteLine(curvature(Tensor.From(2f)));    // 12
    /// </code></example>
    /// <exception cref="GradientException">The result has more than one element, or the input is not floating-point.</exception>
    [OverloadResolutionPriority(1)]
    public static Func<Tensor, Tensor> Grad(Func<Tensor, Tensor> function)
    {
        var both = GradAndValue(function);
        return x => both(x).Gradient;
    }

    /// <summary>The gradient of a function of two tensors with respect to one of them, as a function of both.</summary>
    /// <param name="function">A function whose result has one element.</param>
    /// <param name="argument">With respect to which argument: 0 or 1.</param>
    public static Func<Tensor, Tensor, Tensor> Grad(Func<Tensor, Tensor, Tensor> function, int argument = 0)
    {
        var both = GradAndValue(function, argument);
        return (x, y) => both(x, y).Gradient;
    }

    /// <summary>The gradient of a function of three tensors with respect to one of them, as a function of all.</summary>
    /// <param name="function">A function whose result has one element.</param>
    /// <param name="argument">With respect to which argument: 0, 1 or 2.</param>
    public static Func<Tensor, Tensor, Tensor, Tensor> Grad(Func<Tensor, Tensor, Tensor, Tensor> function, int argument = 0)
    {
        var both = GradAndValue(function, argument);
        return (x, y, z) => both(x, y, z).Gradient;
    }

    /// <summary>The gradients of a function of any number of tensors, as a function of all.</summary>
    /// <param name="function">A function whose result has one element. Where its parameter could be a tensor as well, its type has to be written: <c>(Tensor[] x) => ...</c>.</param>
    /// <param name="arguments">With respect to which arguments; all when left out.</param>
    public static Func<Tensor[], Tensor[]> Grad(Func<Tensor[], Tensor> function, params ReadOnlySpan<int> arguments)
    {
        var both = GradAndValue(function, arguments);
        return x => both(x).Gradients;
    }

    /// <summary><see cref="Grad(Func{Tensor, Tensor})"/> together with the function's value. As <c>torch.func.grad_and_value</c>.</summary>
    /// <example><code>
    /// var (gradient, value) = Gradients.GradAndValue(x => (x * x).Sum())(Tensor.From([1f, 2]));
    /// Console.WriteLine($"{gradient} {value}");    // [2, 4] 5
    /// </code></example>
    [OverloadResolutionPriority(1)]
    public static Func<Tensor, (Tensor Gradient, Tensor Value)> GradAndValue(Func<Tensor, Tensor> function)
    {
        var all = GradAndValue(x => function(x[0]), 0);
        return x => First(all([x]));
    }

    /// <summary><see cref="Grad(Func{Tensor, Tensor, Tensor}, int)"/> together with the function's value.</summary>
    public static Func<Tensor, Tensor, (Tensor Gradient, Tensor Value)> GradAndValue(Func<Tensor, Tensor, Tensor> function, int argument = 0)
    {
        var all = GradAndValue(x => function(x[0], x[1]), argument);
        return (x, y) => First(all([x, y]));
    }

    /// <summary><see cref="Grad(Func{Tensor, Tensor, Tensor, Tensor}, int)"/> together with the function's value.</summary>
    public static Func<Tensor, Tensor, Tensor, (Tensor Gradient, Tensor Value)> GradAndValue(Func<Tensor, Tensor, Tensor, Tensor> function, int argument = 0)
    {
        var all = GradAndValue(x => function(x[0], x[1], x[2]), argument);
        return (x, y, z) => First(all([x, y, z]));
    }

    /// <summary><see cref="Grad(Func{Tensor[], Tensor}, ReadOnlySpan{int})"/> together with the function's value.</summary>
    public static Func<Tensor[], (Tensor[] Gradients, Tensor Value)> GradAndValue(Func<Tensor[], Tensor> function, params ReadOnlySpan<int> arguments)
    {
        int[] which = arguments.ToArray();
        return x =>
        {
            int[] at = which.Length == 0 ? [.. Enumerable.Range(0, x.Length)] : which;
            foreach (int i in at)
                if (i < 0 || i >= x.Length) throw new GradientException($"Grad: there is no argument {i}. Expected 0 to {x.Length - 1}.");
            // What is not asked for passes by the level of differentiation.
            var level = new Linearization(z =>
            {
                var all = (Tensor[])x.Clone();
                for (int k = 0; k < at.Length; k++) all[at[k]] = z[k];
                return [function(all)];
            }, Floating("Grad", Array.ConvertAll(at, i => x[i])));
            var y = level.Value[0];
            return (Filled(level.Pull([Seed(y, null)]), Array.ConvertAll(at, i => x[i])), y);
        };
    }

    static (Tensor, Tensor) First((Tensor[] Gradients, Tensor Value) all) => (all.Gradients[0], all.Value);

    /// <summary>
    /// The value of a function and its pullback: the function that takes a gradient arriving at the result to that of the input (the transposed Jacobian times
    /// a vector). As <c>torch.func.vjp</c>. The pullback may be called any number of times.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.From([0f, 1]);
    /// var (y, pullback) = Gradients.Vjp(v => v.Exp(), x);
    /// Console.WriteLine(pullback(Tensor.From([1f, 10])));    // [ 1.0000, 27.1828]
    /// </code></example>
    public static (Tensor Value, Func<Tensor, Tensor> Pullback) Vjp(Func<Tensor, Tensor> function, Tensor x)
    {
        var (y, pullback) = Vjp(v => [function(v[0])], [x]);
        return (y[0], seed => pullback([seed])[0]);
    }

    /// <summary>The value of a function of several tensors with several results, and its pullback.</summary>
    public static (Tensor[] Value, Func<Tensor[], Tensor[]> Pullback) Vjp(Func<Tensor[], Tensor[]> function, Tensor[] x)
    {
        var level = new Linearization(function, Floating("Vjp", x));
        return (level.Value, seeds => Filled(level.Pull(Fitting("Vjp", seeds, level.Value)), x));
    }

    /// <summary>The value of a function, and the gradient of <c>sum(v * value)</c>.</summary>
    public static (Tensor Value, Tensor Gradient) Vjp(Func<Tensor, Tensor> function, Tensor x, Tensor v)
    {
        var (y, pullback) = Vjp(function, x);
        return (y, pullback(v));
    }

    /// <summary>The values of a function of several tensors, and the gradients of the sum of <c>v * value</c>.</summary>
    public static (Tensor[] Value, Tensor[] Gradients) Vjp(Func<Tensor[], Tensor[]> function, Tensor[] x, Tensor[] v)
    {
        var (y, pullback) = Vjp(function, x);
        return (y, pullback(v));
    }

    /// <summary>
    /// The value of a function and its derivative along <paramref name="v"/> (the Jacobian times a vector). As <c>torch.func.jvp</c>. Computed by two reverse walks, so
    /// every op that has a gradient has this too.
    /// </summary>
    /// <example><code>
    /// var (y, tangent) = Gradients.Jvp(v => v * v, Tensor.From([1f, 2]), Tensor.From([1f, 10]));
    /// Console.WriteLine(y);    // [1, 4]
    /// Console.WriteLine(tangent);    // [ 2, 40]
    /// </code></example>
    /// <exception cref="ShapeException">The direction does not have the shape of the input.</exception>
    public static (Tensor Value, Tensor Tangent) Jvp(Func<Tensor, Tensor> function, Tensor x, Tensor v)
    {
        var (y, push) = Linearize(function, x);
        return (y, push(v));
    }

    /// <summary>The values of a function of several tensors with several results, and their derivatives along <paramref name="v"/>.</summary>
    public static (Tensor[] Value, Tensor[] Tangents) Jvp(Func<Tensor[], Tensor[]> function, Tensor[] x, Tensor[] v)
    {
        var (y, push) = Linearize(function, x);
        return (y, push(v));
    }

    /// <summary>
    /// The value of a function and its linear approximation there: the function that takes a direction to the derivative along it. As
    /// <c>torch.func.linearize</c>. What does not depend on the direction is computed once.
    /// </summary>
    /// <example><code>
    /// var (y, push) = Gradients.Linearize(v => v * v, Tensor.From([1f, 2]));
    /// Console.WriteLine(push(Tensor.From([1f, 0])));    // [2, 0]
    /// Console.WriteLine(push(Tensor.From([0f, 1])));    // [0, 4]
    /// </code></example>
    public static (Tensor Value, Func<Tensor, Tensor> Pushforward) Linearize(Func<Tensor, Tensor> function, Tensor x)
    {
        var (y, push) = Linearize(v => [function(v[0])], [x]);
        return (y[0], v => push([v])[0]);
    }

    /// <summary>The values of a function of several tensors with several results, and its linear approximation there.</summary>
    public static (Tensor[] Value, Func<Tensor[], Tensor[]> Pushforward) Linearize(Func<Tensor[], Tensor[]> function, Tensor[] x)
    {
        var level = new Linearization(function, Floating("Jvp", x));
        level.Prepare();
        return (level.Value, v => level.Push(Fitting("Jvp", v, x)));
    }

    static Tensor[] Floating(string name, Tensor[] x)
    {
        for (int i = 0; i < x.Length; i++)
            if (!x[i].DType.IsFloating()) throw new GradientException($"{name}: argument {i} has dtype {x[i].DType.Name()}; only floating-point tensors have gradients.");
        return x;
    }

    static Tensor[] Fitting(string name, Tensor[] v, Tensor[] like)
    {
        if (v.Length != like.Length) throw new ShapeException($"{name}: expected {like.Length} tensors. Received: {v.Length}.");
        for (int i = 0; i < v.Length; i++)
            if (v[i].DType != like[i].DType || (v[i].Shape != like[i].Shape && v[i].Shape.IsKnown && like[i].Shape.IsKnown))
                throw new ShapeException($"{name}: tensor {i} must have the spec {like[i].Spec}. Received: {v[i].Spec}.");
        return v;
    }

    /// <summary>Zeros where there is no gradient.</summary>
    static Tensor[] Filled(Tensor?[] found, Tensor[] like) => [.. found.Select((g, i) => g ?? Tensor.Zeros(like[i].Shape, like[i].DType))];
}
