namespace Tauten;

/// <summary>The root of all errors that Tauten reports on purpose. The message names the op or argument, what was received and what was expected.</summary>
public abstract class TautenException : Exception
{
    /// <summary>Creates the error; the path of the module that is running, if any, is added to the message.</summary>
    protected TautenException(string message, Exception? inner = null) : base(Ambient.Current.ModulePath is { Length: > 0 } path ? $"{message} (in {path})" : message, inner) =>
        (ModulePath, Statement) = (Ambient.Current.ModulePath, message);

    /// <summary>The module whose <c>Call</c> was running, such as <c>Net.fc1</c>; null outside of modules.</summary>
    public string? ModulePath { get; }

    /// <summary>What is wrong, in the words of the op that found it: without the path of the module, and without the composite op around it.</summary>
    internal string Statement { get; init; }
}

/// <summary>Sizes, ranks or axes do not fit.</summary>
public sealed class ShapeException(string message) : TautenException(message);

/// <summary>An element type is not what the operation takes.</summary>
public sealed class DTypeException(string message) : TautenException(message);

/// <summary>An index lies outside of the axis it selects from.</summary>
public sealed class IndexException(string message) : TautenException(message);

/// <summary>A matrix does not have what a computation needs: it is singular, or not positive definite, or an iteration did not converge.</summary>
public sealed class LinalgException(string message) : TautenException(message);

/// <summary>Tensors on different devices, or a device that does not exist.</summary>
public sealed class DeviceException(string message) : TautenException(message);

/// <summary>A gradient was asked for where there is none, or could not be computed.</summary>
public sealed class GradientException(string message, Exception? inner = null) : TautenException(message, inner);

/// <summary>A captured graph, or the use of a captured value, is not valid.</summary>
public sealed class GraphException(string message) : TautenException(message);

/// <summary>A file is not a valid model or does not fit the model that reads it.</summary>
public sealed class ModelFormatException(string message, Exception? inner = null) : TautenException(message, inner);

/// <summary>A device has no kernel for an op, and the op has no expansion.</summary>
public sealed class MissingKernelException(string message) : TautenException(message);
