using static Tauten.Tensor;

namespace Tauten.NN.Tests;

// More rows: layers that learn their sizes, of images, of tables and texts, and parametrizations.
public partial class ContinuationTests
{
    static IEnumerable<(Type, Row)> MoreRows() =>
    [
        Of(g => new AdaptiveLogSoftmaxWithLoss(4, 6, [2, 4], divValue: 2, generator: g), m => m.Call(X(3, 4), Labels()).Item2),
        Of(g => new ParameterList(new Parameter(Rand([3], DType.Float32, g)), new Parameter(Rand([3], DType.Float32, g))), m => m[0].Value * m[1].Value),
        Of(g => new ParameterDict { { "b", new Parameter(Rand([3], DType.Float32, g)) }, { "a", new Parameter(Rand([3], DType.Float32, g)) } }, m => m["a"].Value * m["b"].Value),
        Plain(g => new EinsumDense("abc,cd->abd", [4, 3], "d", generator: g), 2, 5, 4), Plain(g => new DepthwiseConv1d(2, 2, 2, generator: g), 2, 2, 4),
        Plain(g => new SeparableConv1d(2, 3, 2, generator: g), 2, 2, 4), Pair(_ => new CircleLoss(), R, Labels),
        Of(g => new ConvLSTM1d(2, 3, 2, generator: g), m => m.Call(X(3, 2, 2, 4)).Item1), Of(g => new ConvLSTM2d(2, 3, 2, generator: g), m => m.Call(X(3, 2, 2, 4, 4)).Item1),
        Of(g => new ConvLSTM3d(2, 3, 2, generator: g), m => m.Call(X(2, 2, 2, 3, 3, 3)).Item1),

        Plain(g => new LazyConv1d(3, 2, generator: g), 2, 2, 4), Plain(g => new LazyConv2d(3, 2, generator: g), 2, 2, 3, 4), Plain(g => new LazyConv3d(3, 2, generator: g), 2, 2, 3, 3, 3),
        Plain(g => new LazyConvTranspose1d(3, 2, generator: g), 2, 2, 4), Plain(g => new LazyConvTranspose2d(3, 2, generator: g), 2, 2, 3, 4),
        Plain(g => new LazyConvTranspose3d(3, 2, generator: g), 2, 2, 2, 2, 2), Plain(_ => new LazyBatchNorm1d(), 4, 3), Plain(_ => new LazyBatchNorm2d(), 4, 3, 2, 2),
        Plain(_ => new LazyBatchNorm3d(), 2, 3, 2, 2, 2), Plain(_ => new LazyInstanceNorm1d(), 2, 3, 4), Plain(_ => new LazyInstanceNorm2d(), 2, 3, 2, 2), Plain(_ => new LazyInstanceNorm3d(), 2, 3, 2, 2, 2),

        Plain(_ => new ActivityRegularization(0.1, 0.2), 3, 4), Plain(g => new GaussianDropout(0.5, g), 5, 6), Plain(_ => new UnitNorm(), 3, 4), Plain(_ => new Masking(), 2, 3, 4),
        Plain(_ => new Lambda(x => x * 2), 3, 4), Plain(_ => new Permute(0, 2, 1), 2, 3, 4), Plain(_ => new RepeatVector(3), 2, 4), Plain(_ => new Reshape([2, 6]), 2, 3, 4),
        Plain(_ => new GlobalAvgPool(), 2, 3, 4), Plain(_ => new GlobalMaxPool(), 2, 3, 4), Plain(_ => new Cropping1d([1]), 2, 3, 4), Plain(_ => new Cropping2d([1, 1]), 2, 3, 4, 4),
        Plain(_ => new Cropping3d([1, 1, 0]), 2, 3, 4, 4, 4), Plain(_ => new UpsamplingNearest2d(scale: 2), 2, 3, 4, 4), Plain(_ => new UpsamplingBilinear2d(scale: 2), 2, 3, 4, 4),

        Images(_ => new Resizing(3, 5)), Images(_ => new CenterCrop(3, 4)), Images(_ => new Rescaling(2, 1)), Images(_ => new AutoContrast()), Images(_ => new Equalization()),
        Images(_ => new Posterization(3)), Images(_ => new Solarization(0.5)), Images(g => new RandomBrightness(0.3, generator: g)), Images(g => new RandomContrast(0.3, generator: g)),
        Images(g => new RandomCrop(3, 4, g)), Images(g => new RandomErasing(generator: g)), Images(g => new RandomFlip(generator: g)), Images(g => new RandomGrayscale(generator: g)),
        Images(g => new RandomHue(0.3, generator: g)), Images(g => new RandomInvert(generator: g)), Images(g => new RandomRotation(0.3, generator: g)), Images(g => new RandomSaturation(0.3, generator: g)),
        Images(g => new RandomSharpness(0.3, generator: g)), Images(g => new RandomShear(0.3, generator: g)), Images(g => new RandomTranslation(0.3, 0.2, generator: g)), Images(g => new RandomZoom(0.3, generator: g)),
        Images(_ => new ImageNormalization([0.5f, 0.4f, 0.3f], [0.2f, 0.3f, 0.4f])), Images(g => new RandomAffine(20, 0.2, 0.2, (0.8, 1.2), 10, generator: g)),
        Images(g => new ColorJitter(0.3, 0.3, 0.3, 0.1, (0, 1), g)), Images(g => new RandAugment(range: (0, 1), generator: g)),
        Of(g => new MixUp(generator: g), m => m.Call(P(4, 3, 5, 6), P(4, 2)).Item1), Of(g => new CutMix(generator: g), m => m.Call(P(4, 3, 5, 6), P(4, 2)).Item1),
        Plain(_ => new MelSpectrogram(transformLength: 64, hop: 16, bins: 8), 2, 200),

        Plain(_ => new Normalization(P(4), P(4)), 3, 4), Plain(_ => new Discretization(-0.5, 0, 0.5), 3, 4), Of(_ => new CategoryEncoding(4), m => m.Call(Labels())),
        Of(_ => new IntegerLookup([7, 3]), m => m.Call(From([3L, 7, 9]))), Of(_ => new StringLookup(["b", "a"]), m => m.Call("a", "b", "c")), Of(_ => new Hashing(5), m => m.Call("a", "b", "c")),
        Of(_ => new HashedCrossing(5), m => m.Call(new[] { "a", "b" }, new[] { "c", "d" })), Of(_ => new TextVectorization(["b", "a"]), m => m.Call("a b", "c")),

        Computed<WeightNorm>(linear => linear.WeightNorm()), Computed<SpectralNorm>(linear => linear.SpectralNorm()), Computed<Orthogonal>(linear => linear.Orthogonal(generator: new(3))),
        Computed<ParametrizationList>(linear =>
        {
            Parametrize.Register(linear, "weight", x => x * 2);
            return linear;
        }),
        Computed<LoraParametrization>(linear =>
        {
            Lora.Apply(linear, 2, alpha: 4, "weight");
            return linear;
        }),
    ];

    static (Type, Row) Images<TLayer>(Func<Generator, TLayer> make) where TLayer : Module<Tensor, Tensor> => Of(make, layer => layer.Call(P(2, 3, 5, 6)));

    // What is saved is the layer with what computes its weight.
    static (Type, Row) Computed<TParametrization>(Func<Linear, Linear> change) where TParametrization : Module =>
        (typeof(TParametrization), new(g => change(new Linear(4, 3, generator: g)), linear => ((Linear)linear).Call(X(2, 4))));
}
