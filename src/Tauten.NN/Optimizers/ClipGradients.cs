using Tauten.Ops;

namespace Tauten.NN;

/// <summary>Keeps gradients small before a step. Works inside of captured graphs.</summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([3f, 4]));
/// (weight.Value.Square().Sum() / 2).Backward();
/// Console.WriteLine(ClipGradients.ByNorm([weight], 1.0));    // 5    the norm before
/// Console.WriteLine(weight.Grad);    // [0.6000, 0.8000]
/// </code></example>
public static class ClipGradients
{
    /// <summary>
    /// Multiplies all gradients by min(1, largest / (norm + 1e-6)), where norm is that of all of them together, as of one long vector: PyTorch's
    /// <c>clip_grad_norm_</c>. Parameters without gradient are passed over.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="largest">The norm that is not to be exceeded.</param>
    /// <param name="order">The order of the norm; infinite for the largest absolute value.</param>
    /// <returns>The norm before, float32[] or that of the first gradient if it is wider; 0 if there is no gradient.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largest"/> is negative or not a number.</exception>
    public static Tensor ByNorm(IEnumerable<Parameter> parameters, double largest, double order = 2)
    {
        Check(largest, nameof(largest));
        var all = With(parameters);
        if (all.Count == 0) return Tensor.From(0f);
        using var untracked = Gradients.NoGrad();
        var norm = Norm(all, order);
        Scale(all, (largest / (norm + 1e-6)).Minimum(1).To(DType.Float64));
        return norm;
    }

    /// <summary>The norm of all gradients together: one pass on each device. 0 if there is none.</summary>
    internal static Tensor Norm(IEnumerable<Parameter> parameters, double order)
    {
        var all = With(parameters);
        if (all.Count == 0) return Tensor.From(0f);
        Tensor[] norms = [.. Devices(all).Select(here => Norm([.. here.Select(parameter => parameter.BorrowGrad()!)], order).Beside(all[0].BorrowGrad()!))];
        return norms.Length == 1 ? norms[0] : Tensor.Stack([.. norms.Select(part => part.To(norms[0].DType))], 0).Norm(order);
    }

    static List<List<Parameter>> Devices(List<Parameter> all) =>
        Ambient.Current.Capture is not null ? [all] : [.. all.GroupBy(parameter => parameter.BorrowGrad()!.Backend).Select(group => group.ToList())];

    /// <summary>Multiplies all gradients by a number, float64[]: one pass on each device.</summary>
    internal static void Scale(IEnumerable<Parameter> parameters, Tensor factor)
    {
        bool captures = Ambient.Current.Capture is not null;
        var all = With(parameters);
        foreach (var here in all.Count == 0 ? [] : Devices(all))
        {
            Tensor[] x = [factor.Beside(here[0].BorrowGrad()!), .. here.Select(parameter => parameter.BorrowGrad()!)];
            if (captures)
            {
                var recorded = Dispatch.RunAll(ScaleAll.Instance, x);
                for (int i = 0; i < recorded.Length; i++) here[i].Grad = recorded[i];
                continue;
            }
            var y = Dispatch.RunOver(ScaleAll.Instance, x, [.. here.Select(parameter => parameter.HasPrivateGrad)]);
            for (int i = 0; i < y.Length; i++) here[i].AdoptGrad(y[i]);
        }
    }

    static Tensor Norm(Tensor[] gradients, double order)
    {
        if (order == 2) return Dispatch.Run(TotalNorm.Instance, gradients);
        var dtype = OptimizerStep.Computed(gradients[0].DType);
        return Tensor.Stack([.. gradients.Select(gradient => gradient.To(OptimizerStep.Computed(gradient.DType)).Norm(order).To(dtype))], 0).Norm(order);
    }

    /// <summary>Clamps each element of all gradients to [-largest, largest]: PyTorch's <c>clip_grad_value_</c>. Parameters without gradient are passed over.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largest"/> is negative or not a number.</exception>
    public static void ByValue(IEnumerable<Parameter> parameters, double largest)
    {
        Check(largest, nameof(largest));
        using var untracked = Gradients.NoGrad();
        foreach (var parameter in With(parameters)) parameter.Grad = parameter.BorrowGrad()!.Clamp(-largest, largest);
    }

    static List<Parameter> With(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return [.. parameters.Where(parameter => parameter.BorrowGrad() is not null)];
    }

    static void Check(double largest, string name)
    {
        if (!(largest >= 0)) throw new ArgumentOutOfRangeException(name, largest, "Expected a number that is not negative.");
    }
}
