using System.Globalization;
using System.Reflection;
using System.Text;
using Tauten.Tests;

namespace Tauten.Core.Tests;

/// <summary>
/// What ToString prints. The approved text was compared with NumPy's: Approved/numpy.py prints the same tensors there, with four digits. Meant to
/// differ: whole floats have no digits behind the point, and the exponential form is taken for a range of 10,000 instead of 1,000.
/// </summary>
public class TextTests
{
    static readonly (string Name, Tensor Tensor)[] Samples =
    [
        ("a whole scalar", Tensor.From(3f)),
        ("a scalar", Tensor.From(-3.5)),
        ("an integer scalar", Tensor.From(42L)),
        ("a bool scalar", Tensor.From(true)),
        ("an empty vector", Tensor.Zeros([0])),
        ("an empty matrix", Tensor.Zeros([2, 0])),
        ("a huge empty one", Tensor.Zeros([1_000_000, 0])),
        ("whole floats", Tensor.From([13f, 19f])),
        ("negative zero", Tensor.From([0f, -0f, 1f])),
        ("floats", Tensor.From([0.5f, -1.25f, 100.123456f])),
        ("integers of several widths", Tensor.From(new[,] { { 1, -20, 300 }, { 4, 5, -6 } })),
        ("unsigned", Tensor.From([ulong.MaxValue, 0UL])),
        ("int64 limits", Tensor.From([long.MinValue, long.MaxValue])),
        ("bools", Tensor.From([true, false, true])),
        ("a bool matrix", Tensor.Eye(2, dtype: DType.Bool)),
        ("half", Tensor.From([(Half)0.1f, (Half)2.5f])),
        ("bfloat16", Tensor.From([(BFloat16)0.1f, (BFloat16)2.5f])),
        ("infinities and nan", Tensor.From([1.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity])),
        ("whole with nan", Tensor.From([1f, float.NaN])),
        ("only nan", Tensor.From([float.NaN])),
        ("tiny", Tensor.From([1e-5, 2e-5])),
        ("tiny beside ordinary", Tensor.From([1e-5, 1.0])),
        ("large", Tensor.From([1e8, 1.5e9])),
        ("whole below a hundred million", Tensor.From([99_999_999.0, 1])),
        ("a wide range", Tensor.From([0.001, 123456.5])),
        ("a moderate range", Tensor.From([0.5, 1000.25])),
        ("three axes", Tensor.Arange(12, DType.Float32).Reshape(2, 3, 2) / 2),
        ("a long row", Tensor.Arange(30, DType.Float32) * 1.5),
        ("a long integer row", Tensor.Arange(60)),
        ("a cut vector", Tensor.Arange(2000)),
        ("a cut matrix", Tensor.Arange(2500, DType.Float32).Reshape(50, 50) / 4),
        ("cut with three axes", Tensor.Arange(2000).Reshape(2, 10, 100)),
        ("a cut column", Tensor.Arange(1001).Reshape(1001, 1)),
        ("a view", Tensor.Arange(6).Reshape(2, 3).T),
    ];

    [Fact]
    public void Tensors_print_as_in_NumPy()
    {
        var text = new StringBuilder();
        foreach (var (name, tensor) in Samples) text.Append("--- ").Append(name).Append(" : ").Append(tensor.Spec).AppendLine().Append(tensor).AppendLine();
        Approved.Check("Tauten.Core.Tests", "text", text.ToString());
    }

    [Fact]
    public void The_text_does_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("0,5", 0.5.ToString());
            Assert.Equal("[0.5000, 1.5000]", Tensor.From([0.5f, 1.5f]).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Printing_is_not_tracked()
    {
        var x = Tensor.From([1f, 2f], requiresGrad: true);
        Assert.Equal("[2, 4]", (x * 2).ToString());
        Assert.Equal("[1, 2]", x.ToString());
    }

    [Theory]
    [InlineData("float32[2] [1, 2]", 2)]
    [InlineData("float32[8] [1, 2, 3, 4, 5, 6, 7, 8]", 8)]
    [InlineData("float32[9]", 9)]
    public void A_debugger_shows_the_spec_and_few_elements(string expected, int count) => Assert.Equal(expected, DebuggerText(Tensor.Arange(1.0, count + 1, 1)));

    [Fact]
    public void A_debugger_shows_captured_tensors_too()
    {
        string shown = "";
        Graph.Capture(x =>
        {
            shown = DebuggerText(x);
            return x;
        }, new TensorSpec(DType.Float32, ["batch", 2]));
        Assert.Equal("symbolic float32[batch, 2]", shown);
    }

    static string DebuggerText(Tensor x) => (string)typeof(Tensor).GetProperty("DebuggerText", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(x)!;
}
