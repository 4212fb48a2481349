namespace Tauten;

/// <summary>A model is valid, but asks for a feature that Tauten does not have. The message names it.</summary>
public sealed class UnsupportedModelException(string message, Exception? inner = null) : TautenException(message, inner);
