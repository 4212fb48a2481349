using System.Globalization;
using System.Text.RegularExpressions;

namespace Tauten.Benchmarks;

/// <summary>A convolution layer of a known network: "CHANNELSxHEIGHTxWIDTH->OUT kWINDOW sSTRIDE pPADDING gGROUPS", without the spaces in between.</summary>
/// <param name="Network">The network it comes from.</param>
/// <param name="Batch">Images.</param>
/// <param name="Layer">The layer as text.</param>
sealed partial record ConvolutionLayer(string Network, int Batch, string Layer)
{
    /// <summary>Every distinct convolution of three networks, in the order in which images pass.</summary>
    public static readonly ConvolutionLayer[] All =
    [
        .. Of("resnet50", 4,
            """
            3x224x224->64 k7s2p3g1
            64x56x56->64 k1s1p0g1
            64x56x56->64 k3s1p1g1
            64x56x56->256 k1s1p0g1
            256x56x56->64 k1s1p0g1
            256x56x56->128 k1s1p0g1
            128x56x56->128 k3s2p1g1
            128x28x28->512 k1s1p0g1
            256x56x56->512 k1s2p0g1
            512x28x28->128 k1s1p0g1
            128x28x28->128 k3s1p1g1
            512x28x28->256 k1s1p0g1
            256x28x28->256 k3s2p1g1
            256x14x14->1024 k1s1p0g1
            512x28x28->1024 k1s2p0g1
            1024x14x14->256 k1s1p0g1
            256x14x14->256 k3s1p1g1
            1024x14x14->512 k1s1p0g1
            512x14x14->512 k3s2p1g1
            512x7x7->2048 k1s1p0g1
            1024x14x14->2048 k1s2p0g1
            2048x7x7->512 k1s1p0g1
            512x7x7->512 k3s1p1g1
            """),
        .. Of("resnet18-cifar", 32,
            """
            3x32x32->64 k3s1p1g1
            64x32x32->64 k3s1p1g1
            64x32x32->128 k3s2p1g1
            128x16x16->128 k3s1p1g1
            64x32x32->128 k1s2p0g1
            128x16x16->256 k3s2p1g1
            256x8x8->256 k3s1p1g1
            128x16x16->256 k1s2p0g1
            256x8x8->512 k3s2p1g1
            512x4x4->512 k3s1p1g1
            256x8x8->512 k1s2p0g1
            """),
        .. Of("mobilenetv2", 8,
            """
            3x224x224->32 k3s2p1g1
            32x112x112->32 k3s1p1g32
            32x112x112->16 k1s1p0g1
            16x112x112->96 k1s1p0g1
            96x112x112->96 k3s2p1g96
            96x56x56->24 k1s1p0g1
            24x56x56->144 k1s1p0g1
            144x56x56->144 k3s1p1g144
            144x56x56->24 k1s1p0g1
            144x56x56->144 k3s2p1g144
            144x28x28->32 k1s1p0g1
            32x28x28->192 k1s1p0g1
            192x28x28->192 k3s1p1g192
            192x28x28->32 k1s1p0g1
            192x28x28->192 k3s2p1g192
            192x14x14->64 k1s1p0g1
            64x14x14->384 k1s1p0g1
            384x14x14->384 k3s1p1g384
            384x14x14->64 k1s1p0g1
            384x14x14->96 k1s1p0g1
            96x14x14->576 k1s1p0g1
            576x14x14->576 k3s1p1g576
            576x14x14->96 k1s1p0g1
            576x14x14->576 k3s2p1g576
            576x7x7->160 k1s1p0g1
            160x7x7->960 k1s1p0g1
            960x7x7->960 k3s1p1g960
            960x7x7->160 k1s1p0g1
            960x7x7->320 k1s1p0g1
            320x7x7->1280 k1s1p0g1
            """),
    ];

    /// <summary>What results are called by.</summary>
    public string Name => $"conv {Network} {Layer} b{Batch}";

    /// <summary>The shape of the input.</summary>
    public Shape Input => [Batch, Number("channels"), Number("height"), Number("width")];

    /// <summary>The shape of the weight.</summary>
    public Shape Weight => [Number("out"), Number("channels") / Number("groups"), Number("window"), Number("window")];

    /// <summary>The op.</summary>
    public Ops.Convolution Op
    {
        get
        {
            int stride = Number("stride"), padding = Number("padding");
            return new([stride, stride], [padding, padding, padding, padding], [1, 1], Number("groups"));
        }
    }

    int Number(string part) => int.Parse(Pattern().Match(Layer).Groups[part].ValueSpan, CultureInfo.InvariantCulture);

    static IEnumerable<ConvolutionLayer> Of(string network, int batch, string layers) => layers.Split('\n').Select(layer => new ConvolutionLayer(network, batch, layer));

    [GeneratedRegex(@"^(?<channels>\d+)x(?<height>\d+)x(?<width>\d+)->(?<out>\d+) k(?<window>\d+)s(?<stride>\d+)p(?<padding>\d+)g(?<groups>\d+)$")]
    private static partial Regex Pattern();
}
