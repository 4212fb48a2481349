namespace System.Runtime.CompilerServices;

/// <summary>The compiler asks for this type before it accepts records; netstandard2.0 lacks it.</summary>
static class IsExternalInit;
