namespace Tauten.OnnxFormat;

/// <summary>
/// A rule asked for the values of a tensor while a graph is captured, and they are not known. The model is then captured again with the sizes of the inputs at hand, or run node by node.
/// </summary>
sealed class NeedsValueException(string message) : Exception(message);
