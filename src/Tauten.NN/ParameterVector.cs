namespace Tauten.NN;

/// <summary>The elements of many parameters as one vector, in their order.</summary>
/// <example><code>
/// var layer = new Linear(3, 2);
/// Tensor all = ParameterVector.From(layer.Parameters());
/// Console.WriteLine(all.Shape);    // [8]
/// ParameterVector.Assign(all * 0, layer.Parameters());
/// Console.WriteLine(layer.Call(Tensor.Ones([1, 3])).Sum());    // 0
/// </code></example>
public static class ParameterVector
{
    /// <summary>All elements, one parameter behind the other: PyTorch's <c>parameters_to_vector</c>. Gradients flow to the parameters.</summary>
    /// <exception cref="ArgumentException">There is no parameter.</exception>
    /// <exception cref="DTypeException">They are not all of one dtype.</exception>
    public static Tensor From(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameter[] all = [.. parameters];
        if (all.Length == 0) throw new ArgumentException("ParameterVector.From: expected at least one parameter.", nameof(parameters));
        if (all.FirstOrDefault(p => p.DType != all[0].DType) is { } other) throw new DTypeException($"ParameterVector.From: expected parameters of one dtype. Received: {all[0].DType.Name()} and {other.DType.Name()}.");
        return Tensor.Concat([.. all.Select(p => p.Value.Flatten())]);
    }

    /// <summary>Gives parameters their elements from a vector: PyTorch's <c>vector_to_parameters</c>.</summary>
    /// <exception cref="ShapeException">The vector has not as many elements as the parameters together.</exception>
    public static void Assign(Tensor vector, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(parameters);
        Parameter[] all = [.. parameters];
        long count = all.Sum(p => p.Shape.ElementCount.Value);
        if (vector.Rank != 1 || vector.Shape[0] != count) throw new ShapeException($"ParameterVector.Assign: expected a vector of {count} elements. Received: shape {vector.Shape}.");
        using var untracked = Gradients.NoGrad();
        long at = 0;
        foreach (var parameter in all)
        {
            long size = parameter.Shape.ElementCount.Value;
            parameter.Value = vector.Slice(0, at, at + size).Reshape(parameter.Shape).To(parameter.DType);
            at += size;
        }
    }
}
