using System.Globalization;
using Tauten.OnnxFormat;

namespace Tauten;

/// <summary>What became of a folder of the conformance suite.</summary>
public enum ConformanceOutcome
{
    /// <summary>Every output is as expected.</summary>
    Passed,
    /// <summary>An output differs, or the model could not be run.</summary>
    Failed,
    /// <summary>The model asks for a feature that Tauten names as one it does not have.</summary>
    Skipped,
}

/// <summary>What became of a folder of the conformance suite, and why.</summary>
public sealed record ConformanceResult(ConformanceOutcome Outcome, string Reason);

/// <summary>
/// Folders in the layout of ONNX's own conformance suite: <c>model.onnx</c>, and inputs and expected outputs in <c>test_data_set_*</c>.
/// </summary>
public static class Conformance
{
    const double StepOfBFloat16 = 1.0 / 128;

    /// <summary>Runs a model on its inputs and compares the outputs with what is expected.</summary>
    /// <param name="folder">The folder of the model.</param>
    /// <param name="relative">How far an output may lie from what is expected, as a part of it.</param>
    /// <param name="absolute">How far an output may lie from what is expected, beyond that.</param>
    /// <param name="stop">Ends the run.</param>
    /// <remarks>
    /// NaN is right only where NaN is expected, and so is an infinity; element types and shapes must be the same. A bfloat16 may be one step of its type away, which is more than the usual
    /// part: some writers cut numbers off where others round them.
    /// </remarks>
    public static ConformanceResult Verify(string folder, double relative = 1e-3, double absolute = 1e-7, CancellationToken stop = default) => Verify(folder, relative, absolute, RunMode.Best, stop);

    internal static ConformanceResult Verify(string folder, double relative, double absolute, RunMode mode, CancellationToken stop)
    {
        try
        {
            string path = Path.Combine(folder, "model.onnx");
            if (!File.Exists(path)) return new(ConformanceOutcome.Failed, "there is no model.onnx");
            string[] sets = [.. Directory.GetDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal)];
            if (sets.Length == 0) return new(ConformanceOutcome.Failed, "there is no test_data_set_*");
            var model = Onnx.Import(path);
            foreach (string set in sets)
                if (Difference(model, set, relative, absolute, mode, stop) is { } difference) return new(ConformanceOutcome.Failed, $"{Path.GetFileName(set)}: {difference}");
            return new(ConformanceOutcome.Passed, "");
        }
        catch (UnsupportedModelException error)
        {
            return new(ConformanceOutcome.Skipped, error.Message);
        }
        catch (Exception error) when (error is TautenException or IOException or UnauthorizedAccessException)
        {
            return new(ConformanceOutcome.Failed, error.Message);
        }
    }

    static string? Difference(ImportedModel model, string set, double relative, double absolute, RunMode mode, CancellationToken stop)
    {
        var inputs = new Dictionary<string, OnnxValue>();
        for (int i = 0; i < model.Inputs.Count; i++)
        {
            string path = Path.Combine(set, string.Create(CultureInfo.InvariantCulture, $"input_{i}.pb"));
            if (!File.Exists(path)) return $"there is no input_{i}.pb";
            inputs[model.Inputs[i].Name] = ValueFiles.Read(path, model.Inputs[i].Proto);
        }
        var outputs = model.RunAll(inputs, mode, stop);
        bool any = false;
        for (int i = 0; i < outputs.Length; i++)
        {
            string path = Path.Combine(set, string.Create(CultureInfo.InvariantCulture, $"output_{i}.pb"));
            if (!File.Exists(path)) continue;
            any = true;
            var expected = ValueFiles.Read(path, model.Outputs[i].Proto);
            if (Difference(outputs[i], expected, relative, absolute) is { } difference) return $"output {model.Outputs[i].Name}: {difference}";
        }
        return any ? null : "there is no output_*.pb";
    }

    /// <summary>How a value differs from what is expected, in words; null where it does not.</summary>
    internal static string? Difference(OnnxValue? actual, OnnxValue expected, double relative, double absolute)
    {
        switch (expected, actual)
        {
            case (OnnxOptional { Content: null }, OnnxOptional { Content: null }): return null;
            case (OnnxOptional { Content: { } wanted }, OnnxOptional { Content: { } received }): return Difference(received, wanted, relative, absolute);
            case (OnnxOptional { Content: { } wanted }, not OnnxOptional): return Difference(actual, wanted, relative, absolute);
            case (OnnxStrings wanted, OnnxStrings received):
                return !wanted.Shape.Equals(received.Shape) ? $"expected {wanted}, received {received}"
                    : wanted.Elements.Zip(received.Elements).FirstOrDefault(p => p.First != p.Second) is { First: not null } pair ? $"expected '{pair.First}', received '{pair.Second}'" : null;
            case (OnnxSequence wanted, OnnxSequence received):
                return wanted.Count != received.Count ? $"expected {wanted}, received {received}"
                    : wanted.Zip(received, (e, a) => Difference(a, e, relative, absolute)).FirstOrDefault(d => d is not null);
            case (OnnxMap wanted, OnnxMap received):
                return wanted.Entries.Count != received.Entries.Count || wanted.Entries.Keys.Any(k => !received.Entries.ContainsKey(k)) ? $"expected {wanted}, received {received}"
                    : wanted.Entries.Select(e => Difference(received.Entries[e.Key], e.Value, relative, absolute)).FirstOrDefault(d => d is not null);
            case (OnnxTensor wanted, OnnxTensor received):
                return wanted.ElementType != received.ElementType || !wanted.Shape.Equals(received.Shape) ? $"expected {wanted}, received {received}"
                    : Difference(received.Tensor, wanted.Tensor, relative, absolute);
            default: return $"expected {expected}, received {actual?.Kind ?? "nothing"}";
        }
    }

    static string? Difference(Tensor actual, Tensor expected, double relative, double absolute)
    {
        if (!expected.DType.IsFloating())
        {
            var same = actual.EqualTo(expected);
            if (same.All().Item<bool>()) return null;
            long at = same.Flatten().LogicalNot().Int().ArgMax().Item<long>();
            return $"expected {expected.Flatten()[at].To(DType.Float64).Item<double>()}, received {actual.Flatten()[at].To(DType.Float64).Item<double>()} at {at}";
        }
        if (expected.DType == DType.BFloat16) relative = Math.Max(relative, StepOfBFloat16);
        double[] a = actual.To(DType.Float64).ToArray<double>(), e = expected.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < e.Length; i++)
        {
            bool agrees = double.IsNaN(e[i]) ? double.IsNaN(a[i]) : double.IsInfinity(e[i]) ? a[i].Equals(e[i]) : Math.Abs(a[i] - e[i]) <= absolute + relative * Math.Abs(e[i]);
            if (!agrees) return string.Create(CultureInfo.InvariantCulture, $"expected {e[i]:G9}, received {a[i]:G9} at {i} of {e.Length}");
        }
        return null;
    }
}
