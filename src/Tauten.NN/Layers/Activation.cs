namespace Tauten.NN;

/// <summary>A function that a <see cref="Dense"/> layer applies to its result.</summary>
public enum Activation
{
    /// <summary>The result as it is.</summary>
    None,
    /// <summary>max(x, 0); see <see cref="Tensor.Relu"/>.</summary>
    Relu,
    /// <summary>x times the normal distribution function; see <see cref="Tensor.Gelu"/>.</summary>
    Gelu,
    /// <summary>x sigmoid(x); see <see cref="Tensor.Silu"/>.</summary>
    Silu,
    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,
    /// <summary>exp(x) / sum(exp(x)) along the last axis.</summary>
    Softmax,
}

static class Activations
{
    public static Tensor Apply(this Activation activation, Tensor x) => activation switch
    {
        Activation.None => x,
        Activation.Relu => x.Relu(),
        Activation.Gelu => x.Gelu(),
        Activation.Silu => x.Silu(),
        Activation.Tanh => x.Tanh(),
        Activation.Sigmoid => x.Sigmoid(),
        Activation.Softmax => x.Softmax(-1),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Expected a member of Activation."),
    };
}
