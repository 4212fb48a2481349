using System.Diagnostics;

namespace Tauten;

/// <summary>Finds the line of the user's program in a stack trace.</summary>
static class Anomaly
{
    /// <summary>The innermost frame that is not Tauten's own.</summary>
    public static string Here()
    {
        foreach (var frame in new StackTrace(1, fNeedFileInfo: true).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { } method || method.DeclaringAssemblyName is not { } assembly) continue;
            if (IsOurs(assembly)) continue;
            return frame.GetFileName() is { } file ? $"{file}:line {frame.GetFileLineNumber()}" : $"{method.DeclaringTypeName}.{method.Name}";
        }
        return "an unknown line";
    }

    static bool IsOurs(string assembly)
    {
        var name = assembly.AsSpan();
        int comma = name.IndexOf(',');
        if (comma >= 0) name = name[..comma];
        return name is "Tauten.Core" or "Tauten.Cpu" or "Tauten.NN" or "System.Private.CoreLib";
    }
}
