using System.Collections;

namespace Tauten.Agreement;

/// <summary>
/// One file of fixtures and Tauten's spelling of the functions in it. A key says function and attributes, as in the script that wrote the file; its value computes
/// the same from the same inputs. Each case runs in float32 and float64.
/// </summary>
/// <example><code>
/// new Area("basics") { ["softmax axis=1"] = x => [x[0].Softmax(1)] }
/// </code></example>
sealed class Area(string name) : IEnumerable<string>
{
    readonly Dictionary<string, Func<Tensor[], Tensor[]>> calls = [];
    readonly Dictionary<string, (double Single, double Double, string Reason)> loosened = [];

    public string Name => name;

    public Func<Tensor[], Tensor[]> this[string key]
    {
        get => calls.TryGetValue(key, out var call) ? call : throw new InvalidOperationException($"The fixtures of {name} have the key '{key}', but there is no call for it in Areas.");
        set => calls.Add(key, value);
    }

    /// <summary>Gives one key other tolerances than 1e-5 (float32) and 1e-10 (float64), for a reason.</summary>
    public Area Loosen(string key, string reason, double single = 1e-5, double @double = 1e-10)
    {
        if (!calls.ContainsKey(key)) throw new ArgumentException($"There is no key '{key}' to loosen.");
        loosened.Add(key, (single, @double, reason));
        return this;
    }

    /// <summary>The error allowed, relative to the largest expected value.</summary>
    public double Tolerance(string key, DType dtype) => loosened.TryGetValue(key, out var own)
        ? dtype == DType.Float32 ? own.Single : own.Double
        : dtype == DType.Float32 ? 1e-5 : 1e-10;

    public IEnumerator<string> GetEnumerator() => calls.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
