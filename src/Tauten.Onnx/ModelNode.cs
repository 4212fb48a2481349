namespace Tauten;

/// <summary>A node of an imported model, as the file has it.</summary>
/// <param name="Operator">Its operator, such as <c>Conv</c>, with its domain where that is not ONNX's own.</param>
/// <param name="Name">Its name; empty where it has none.</param>
/// <param name="Inputs">The names of what it reads; empty where an input is left out.</param>
/// <param name="Outputs">The names of what it gives.</param>
public sealed record ModelNode(string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
