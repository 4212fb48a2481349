namespace Tauten.Data;

/// <summary>Data cannot be read, decoded or prepared. The message names the file or the sample.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="inner">What was thrown by the code that prepared the sample.</param>
public sealed class DataException(string message, Exception? inner = null) : TautenException(message, inner);
