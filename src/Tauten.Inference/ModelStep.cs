namespace Tauten;

/// <summary>One kernel of a model, and the time that it takes.</summary>
/// <param name="Op">The op with its attributes.</param>
/// <param name="Result">The spec of what it computes.</param>
/// <param name="Milliseconds">The median of the runs.</param>
public sealed record ModelStep(string Op, string Result, double Milliseconds);
