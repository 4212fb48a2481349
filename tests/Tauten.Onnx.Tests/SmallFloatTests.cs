using Tauten.OnnxFormat;

namespace Tauten.OnnxTests;

/// <summary>Floating-point numbers of 8 and 4 bits.</summary>
public sealed class SmallFloatTests
{
    [Theory]
    [InlineData(ElementType.Float8E4M3FN, 0x7E, 448)]
    [InlineData(ElementType.Float8E4M3FN, 0x01, 0.001953125)]
    [InlineData(ElementType.Float8E4M3FNUZ, 0x7F, 240)]
    [InlineData(ElementType.Float8E5M2, 0x7B, 57344)]
    [InlineData(ElementType.Float8E5M2FNUZ, 0x7F, 57344)]
    [InlineData(ElementType.Float4E2M1, 0x07, 6)]
    [InlineData(ElementType.Float4E2M1, 0x09, -0.5)]
    public void CodesMeanNumbers(ElementType type, byte code, double value) => Assert.Equal((float)value, SmallFloat.Of(type).Decode(code));

    [Theory]
    [InlineData(ElementType.Float8E4M3FN)]
    [InlineData(ElementType.Float8E4M3FNUZ)]
    [InlineData(ElementType.Float8E5M2)]
    [InlineData(ElementType.Float8E5M2FNUZ)]
    [InlineData(ElementType.Float4E2M1)]
    public void EveryNumberKeepsItsCode(ElementType type)
    {
        var format = SmallFloat.Of(type);
        for (int code = 0; code < (type == ElementType.Float4E2M1 ? 16 : 256); code++)
        {
            float value = format.Decode((byte)code);
            if (float.IsNaN(value)) Assert.True(float.IsNaN(format.Decode(format.Encode(value))));
            else Assert.Equal(code, format.Encode(value, saturate: false));
        }
    }

    [Fact]
    public void NumbersThatAreTooLargeSaturateOrAreLost()
    {
        var format = SmallFloat.Of(ElementType.Float8E4M3FN);
        Assert.Equal(448, format.Round(1000));
        Assert.True(float.IsNaN(format.Round(1000, saturate: false)));
        // Half a step above the largest: to the even neighbour.
        Assert.Equal(448, format.Round(464, saturate: false));
        Assert.Equal(float.NegativeInfinity, SmallFloat.Of(ElementType.Float8E5M2).Round(-1e6f, saturate: false));
    }

    [Fact]
    public void HalvesGoToEven()
    {
        var format = SmallFloat.Of(ElementType.Float4E2M1);
        Assert.Equal(2, format.Round(2.5f));
        Assert.Equal(4, format.Round(3.5f));
        Assert.Equal(0, format.Round(0.25f));
    }
}
