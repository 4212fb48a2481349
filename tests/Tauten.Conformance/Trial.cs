using System.Collections.Concurrent;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>One case with one choice of inputs and dtype.</summary>
sealed class Trial(OpCase operation, Variant variant, DType dtype)
{
    static long checks;
    static readonly ConcurrentDictionary<(OpCase, string, DType), Expectation> common = new();
    HostTensor[]? inputs;
    Expectation? expectation;

    /// <summary>The number of comparisons made so far in this process.</summary>
    public static long Checks => Interlocked.Read(ref checks);

    public static Backend Cpu { get; } = Backends.Default;

    public OpCase Case => operation;

    public Variant Variant => variant;

    public DType DType => dtype;

    public HostTensor[] Inputs => inputs ??= variant.Draw(operation, dtype);

    // It costs more than everything else, and several modes compare the common trials with it.
    public Expectation Expected => expectation ??= variant.IsCommon ? common.GetOrAdd((operation, variant.Name, dtype), _ => Expectation.Of(operation, Inputs)) : Expectation.Of(operation, Inputs);

    public TensorSpec[] Specs => Array.ConvertAll(Inputs, x => x.Spec);

    /// <summary>Runs the case on a backend, in the layouts of the variant.</summary>
    public Tensor[] Run(Backend? backend = null)
    {
        backend ??= Cpu;
        using var scope = Backends.Use(backend);
        return operation.Function(variant.Place(Inputs, backend));
    }

    /// <summary>The dtype that is run with every variant.</summary>
    public static DType MainDType(OpCase c) => c.DTypes.Contains(DType.Float32) ? DType.Float32 : c.DTypes[0];

    /// <summary>The trials of a case: each variant with the main dtype and the common ones with all, or all with all.</summary>
    public static IEnumerable<Trial> Of(OpCase c, bool all = false)
    {
        foreach (var dtype in c.DTypes)
            foreach (var variant in c.Variants(all))
                if (all || dtype == MainDType(c) || variant is { IsCommon: true, IsLarge: false }) yield return new(c, variant, dtype);
    }

    /// <summary>The trials that a mode is run with when it is about something else than sizes and values.</summary>
    public static IEnumerable<Trial> Common(OpCase c) => Of(c).Where(t => t.Variant.IsCommon);

    /// <summary>The plain trial in float64; null where the case does not take it.</summary>
    public static Trial? Smooth(OpCase c) => c.DTypes.Contains(DType.Float64) ? new(c, c.Variants(false).First(), DType.Float64) : null;

    /// <summary>Runs a check on each trial and fails with all that was found.</summary>
    public static void All(IEnumerable<Trial> trials, Func<Trial, string?> check)
    {
        var failures = Failures(trials, check).ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} failed:\n{string.Join('\n', failures.Take(12))}");
    }

    public static IEnumerable<string> Failures(IEnumerable<Trial> trials, Func<Trial, string?> check)
    {
        foreach (var trial in trials)
        {
            Interlocked.Increment(ref checks);
            string? failure;
            try
            {
                failure = check(trial);
            }
            catch (Exception e)
            {
                failure = e is TautenException ? $"{e.GetType().Name}: {e.Message}" : e.ToString();
            }
            if (failure is not null) yield return $"{trial}: {failure}";
        }
    }

    /// <summary>Tells how results differ in any bit; null when they do not.</summary>
    public static string? Differs(Tensor[] a, Tensor[] b)
    {
        for (int k = 0; k < a.Length; k++)
        {
            if (a[k].Spec != b[k].Spec) return $"output {k} is {a[k].Spec}. Expected {b[k].Spec}.";
            HostTensor x = HostTensor.Read(a[k]), y = HostTensor.Read(b[k]);
            for (int i = 0; i < x.Count; i++)
                if (x.IsReal ? !x.Reals[i].Equals(y.Reals[i]) || double.IsNegative(x.Reals[i]) != double.IsNegative(y.Reals[i]) && !double.IsNaN(x.Reals[i]) : x.Wholes[i] != y.Wholes[i])
                    return $"output {k}, element {i} is {(x.IsReal ? x.Reals[i] : x.Wholes[i])}. Expected the very same as {(y.IsReal ? y.Reals[i] : y.Wholes[i])}.";
        }
        return null;
    }

    public override string ToString() => $"{operation.Name}, {variant.Name}, {dtype.Name()} [{string.Join(", ", variant.Shapes.Select(s => s.ToString()))}]";
}
