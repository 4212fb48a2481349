using System.Globalization;

namespace Tauten.Agreement;

/// <summary>Values, gradients and gradients of gradients against the fixtures that PyTorch has written.</summary>
public sealed class AgreementTests
{
    // Four for tensors, six for neural networks.
    const long Budget = 10 << 20;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var area in Areas.All)
                foreach (string name in Fixture.Of(area.Name).Cases) data.Add(area.Name, name);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Agrees(string area, string name)
    {
        var calls = Areas.All.Single(a => a.Name == area);
        foreach (var dtype in (DType[])[DType.Float64, DType.Float32]) Check(calls, name, dtype, calls[Fixture.KeyOf(name)]);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Agrees_compiled(string area, string name)
    {
        var calls = Areas.All.Single(a => a.Name == area);
        var call = calls[Fixture.KeyOf(name)];
        bool captured = true;
        var compiled = Compiled.Function(x =>
        {
            try
            {
                return call(x);
            }
            // What makes modules or reads numbers cannot be captured.
            catch (Exception e) when (x.All(t => t.IsSymbolic) && e is GraphException or ShapeException or InvalidOperationException)
            {
                captured = false;
                throw;
            }
        }, new CompileOptions { Check = false, FreeBatch = false });
        try
        {
            Check(calls, name, DType.Float64, compiled);
        }
        catch (Exception) when (!captured)
        {
            Interlocked.Increment(ref notCaptured);
        }
        Assert.InRange(notCaptured, 0, LargestNotCaptured);
    }

    // Most of them make the modules that they are about.
    const int LargestNotCaptured = 400;

    static int notCaptured;

    [Fact]
    public void Every_call_has_a_case_and_every_case_a_call()
    {
        foreach (var area in Areas.All)
        {
            var keys = Fixture.Of(area.Name).Cases.Select(Fixture.KeyOf).Distinct().ToHashSet();
            Assert.Equal([], area.Where(key => !keys.Contains(key)));
            Assert.Equal([], keys.Where(key => !area.Contains(key)));
        }
    }

    [Fact]
    public void Every_file_of_fixtures_is_compared_and_all_are_small()
    {
        var files = Directory.GetFiles(Path.GetDirectoryName(Fixture.PathOf("basics"))!, "*.safetensors");
        Assert.Equal(files.Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal), Areas.All.Select(a => a.Name).Order(StringComparer.Ordinal));
        Assert.InRange(files.Sum(f => new FileInfo(f).Length), 1, Budget);
    }

    static void Check(Area area, string name, DType dtype, Func<Tensor[], Tensor[]> call)
    {
        string key = Fixture.KeyOf(name);
        var fixture = Fixture.Of(area.Name);
        Tensor?[] first = fixture.Parts(name, "grad"), second = fixture.Parts(name, "second");
        var x = fixture.Parts(name, "in").Select(t => t!.DType.IsFloating() ? t.To(dtype).WithGrad(first.Length > 0) : t!).ToArray();
        var y = call(x);
        double tolerance = area.Tolerance(key, dtype);
        Compare("out", fixture.Parts(name, "out"), y, tolerance, dtype);
        if (first.Length == 0) return;

        var wrt = x.Where(t => t.DType.IsFloating()).ToArray();
        var at = Enumerable.Range(0, x.Length).Where(i => x[i].DType.IsFloating()).ToArray();
        var gradients = Gradients.Of(Total(y, 0), wrt, createGraph: second.Length > 0);
        Compare("grad", first, Spread(gradients, at, first.Length), tolerance, dtype);
        if (second.Length == 0) return;

        var total = Total(gradients, 5, at);
        var again = total.RequiresGrad ? Gradients.Of(total, wrt) : [.. wrt.Select(t => Tensor.Zeros(t.Shape, t.DType))];
        Compare("second", second, Spread(again, at, second.Length), tolerance, dtype);
    }

    /// <summary>The sum of all that can be differentiated, each element with a weight of its own.</summary>
    static Tensor Total(Tensor[] y, int salt, int[]? salts = null)
    {
        Tensor? total = null;
        for (int k = 0; k < y.Length; k++)
        {
            if (!y[k].RequiresGrad) continue;
            var part = (y[k] * Fixture.Seed(y[k].Shape, salt + (salts is null ? k : salts[k]), y[k].DType)).Sum();
            total = total is null ? part : total + part;
        }
        return total ?? Tensor.Zeros([]);
    }

    static Tensor[] Spread(Tensor[] found, int[] at, int count)
    {
        var all = new Tensor[count];
        for (int i = 0; i < at.Length; i++) all[at[i]] = found[i];
        return all;
    }

    static void Compare(string what, Tensor?[] expected, Tensor[] received, double tolerance, DType dtype)
    {
        Assert.Equal(expected.Length, received.Length);
        for (int k = 0; k < expected.Length; k++)
        {
            if (expected[k] is not { } e) continue;
            string place = $"{dtype.Name()} {what}{k}";
            Assert.True(e.Shape == received[k].Shape, $"{place}: expected shape {e.Shape}. Received: {received[k].Shape}.");
            Assert.True(e.DType.IsFloating() == received[k].DType.IsFloating(), $"{place}: expected {e.DType.Name()}. Received: {received[k].DType.Name()}.");
            if (e.DType.IsFloating()) Compare(place, e.ToArray<double>(), received[k].Detach().To(DType.Float64).ToArray<double>(), tolerance, dtype);
            else Assert.True(e.To(DType.Int64).ToArray<long>().AsSpan().SequenceEqual(received[k].To(DType.Int64).ToArray<long>()), $"{place}: expected {e}. Received: {received[k]}.");
        }
    }

    static void Compare(string place, double[] expected, double[] received, double tolerance, DType dtype)
    {
        // What does not fit into the dtype is infinite there.
        if (dtype == DType.Float32) expected = Array.ConvertAll(expected, v => Math.Abs(v) > float.MaxValue ? Math.CopySign(double.PositiveInfinity, v) : v);
        double largest = expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        double allowed = tolerance * (largest == 0 ? 1 : largest);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i].Equals(received[i]) || Math.Abs(expected[i] - received[i]) <= allowed;
            Assert.True(same, string.Create(CultureInfo.InvariantCulture, $"{place}[{i}]: expected {expected[i]:R}. Received: {received[i]:R}, allowed error {allowed:g3}."));
        }
    }
}
