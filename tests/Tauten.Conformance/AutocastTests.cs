using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Every case in mixed precision: an op takes the dtype that it declares, and what it gives is near.</summary>
public sealed class AutocastTests
{
    public static TheoryData<string> Cases => Table.Names(c => c.DTypes.Contains(DType.Float32) && !typeof(ValueOp).IsAssignableFrom(c.Op) && !typeof(OptimizerStep).IsAssignableFrom(c.Op));

    [Theory, MemberData(nameof(Cases))]
    public void An_op_runs_in_the_dtype_it_declares(string name)
    {
        var c = Table.Of(name);
        Trial.All([new Trial(c, c.Variants(false).First(), DType.Float32)], t =>
        {
            var x = t.Variant.Place(t.Inputs, Trial.Cpu);
            var plain = c.Function(x);
            Tensor[] y;
            using (Autocast.To(DType.BFloat16)) y = c.Function(x);
            for (int k = 0; k < y.Length; k++)
            {
                if (y[k].Shape != plain[k].Shape) return $"output {k} has shape {y[k].Shape}. Expected {plain[k].Shape}.";
                bool reduced = y[k].DType == DType.BFloat16 && plain[k].DType == DType.Float32;
                if (y[k].DType != plain[k].DType && !reduced) return $"output {k} is {y[k].DType.Name()}. Expected {plain[k].DType.Name()}, or bfloat16 in its place.";
                if (!reduced && c.Op.Name is "Fill" or "Iota") continue;
                HostTensor a = HostTensor.Read(y[k]), b = HostTensor.Read(plain[k]);
                if (!b.IsReal) continue;
                double largest = b.Reals.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
                for (int i = 0; i < b.Count; i++)
                    if (!a.Reals[i].Equals(b.Reals[i]) && !(Math.Abs(a.Reals[i] - b.Reals[i]) <= 0.06 * largest)) return $"output {k}, element {i} is {a.Reals[i]}. Expected about {b.Reals[i]}.";
            }
            return null;
        });
    }
}
