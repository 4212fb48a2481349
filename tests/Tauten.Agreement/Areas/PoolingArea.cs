namespace Tauten.Agreement;

static class PoolingArea
{
    public static Area Calls { get; } = new("pooling")
    {
        ["max_pool1d 3"] = x => [x[0].MaxPool1d(3)],
        ["max_pool1d 3 stride=2 padding=1 dilation=2 ceil"] = x => Both(x[0].MaxPool1dWithIndices(3, 2, 1, 2, true)),
        ["max_pool2d 2"] = x => [x[0].MaxPool2d(2)],
        ["max_pool2d 3,2 stride=2,1 padding=1"] = x => Both(x[0].MaxPool2dWithIndices([3, 2], [2, 1], 1)),
        ["max_pool2d 3 stride=2 padding=1 ceil"] = x => Both(x[0].MaxPool2dWithIndices(3, 2, 1, ceilMode: true)),
        ["max_pool2d 2 stride=3 ceil"] = x => Both(x[0].MaxPool2dWithIndices(2, 3, ceilMode: true)),
        ["max_pool2d 4 stride=2 ceil"] = x => Both(x[0].MaxPool2dWithIndices(4, 2, ceilMode: true)),
        ["max_pool3d 2"] = x => [x[0].MaxPool3d(2)],
        ["max_pool3d 2,3,2 stride=1,2,2 padding=1,1,0 dilation=1,1,2 ceil"] = x => Both(x[0].MaxPool3dWithIndices([2, 3, 2], [1, 2, 2], [1, 1, 0], [1, 1, 2], true)),

        ["avg_pool1d 3"] = x => [x[0].AvgPool1d(3)],
        ["avg_pool1d 4 stride=3 padding=2 ceil uncounted"] = x => [x[0].AvgPool1d(4, 3, 2, false, true)],
        ["avg_pool2d 2"] = x => [x[0].AvgPool2d(2)],
        ["avg_pool2d 3 stride=2 padding=1 ceil"] = x => [x[0].AvgPool2d(3, 2, 1, ceilMode: true)],
        ["avg_pool2d 3 stride=2 padding=1 ceil uncounted"] = x => [x[0].AvgPool2d(3, 2, 1, false, true)],
        ["avg_pool2d 2 stride=3 ceil"] = x => [x[0].AvgPool2d(2, 3, ceilMode: true)],
        ["avg_pool2d 3,2 stride=2,1 padding=1 divisor=5"] = x => [x[0].AvgPool2d([3, 2], [2, 1], 1, divisorOverride: 5)],
        ["avg_pool3d 2,1,3 stride=1,2,2 padding=1,0,1 ceil"] = x => [x[0].AvgPool3d([2, 1, 3], [1, 2, 2], [1, 0, 1], ceilMode: true)],
        ["avg_pool3d 2 ceil uncounted divisor=-3"] = x => [x[0].AvgPool3d(2, null, 1, false, true, -3)],

        ["adaptive_avg_pool1d 3"] = x => [x[0].AdaptiveAvgPool1d(3)],
        ["adaptive_avg_pool1d 5"] = x => [x[0].AdaptiveAvgPool1d(5)],
        ["adaptive_avg_pool1d 1"] = x => [x[0].AdaptiveAvgPool1d(1)],
        ["adaptive_avg_pool2d 3,2"] = x => [x[0].AdaptiveAvgPool2d([3, 2])],
        ["adaptive_avg_pool2d 5,7"] = x => [x[0].AdaptiveAvgPool2d([5, 7])],
        ["adaptive_avg_pool2d 1,1"] = x => [x[0].AdaptiveAvgPool2d(1)],
        ["adaptive_avg_pool2d keep,3"] = x => [x[0].AdaptiveAvgPool2d([-1, 3])],
        ["adaptive_avg_pool3d 3,2,4"] = x => [x[0].AdaptiveAvgPool3d([3, 2, 4])],
        ["adaptive_avg_pool3d 5,7,3"] = x => [x[0].AdaptiveAvgPool3d([5, 7, 3])],
        ["adaptive_avg_pool3d 1,1,1"] = x => [x[0].AdaptiveAvgPool3d(1)],
        ["adaptive_max_pool1d 3"] = x => Both(x[0].AdaptiveMaxPool1dWithIndices(3)),
        ["adaptive_max_pool1d 5"] = x => Both(x[0].AdaptiveMaxPool1dWithIndices(5)),
        ["adaptive_max_pool1d 1"] = x => Both(x[0].AdaptiveMaxPool1dWithIndices(1)),
        ["adaptive_max_pool2d 3,2"] = x => Both(x[0].AdaptiveMaxPool2dWithIndices([3, 2])),
        ["adaptive_max_pool2d 5,7"] = x => Both(x[0].AdaptiveMaxPool2dWithIndices([5, 7])),
        ["adaptive_max_pool2d 1,1"] = x => Both(x[0].AdaptiveMaxPool2dWithIndices(1)),
        ["adaptive_max_pool3d 3,2,4"] = x => Both(x[0].AdaptiveMaxPool3dWithIndices([3, 2, 4])),
        ["adaptive_max_pool3d 5,7,3"] = x => Both(x[0].AdaptiveMaxPool3dWithIndices([5, 7, 3])),
        ["adaptive_max_pool3d 1,1,1"] = x => Both(x[0].AdaptiveMaxPool3dWithIndices(1)),

        ["lp_pool1d 2 window=3 stride=2"] = x => [x[0].LpPool1d(2, 3, 2)],
        ["lp_pool2d 3 window=2 ceil"] = x => [x[0].LpPool2d(3, 2, ceilMode: true)],
        ["lp_pool2d 1.5 window=2,3 stride=1"] = x => [x[0].LpPool2d(1.5, [2, 3], 1)],
        ["lp_pool3d 2 window=2"] = x => [x[0].LpPool3d(2, 2)],

        ["fractional_max_pool2d 2,3 size=3,2"] = x => Both(x[0].FractionalMaxPool2dWithIndices([2, 3], [3, 2], x[1])),
        ["fractional_max_pool2d 2 size=1"] = x => Both(x[0].FractionalMaxPool2dWithIndices(2, 1, x[1])),
        ["fractional_max_pool3d 2,1,3 size=3,2,2"] = x => Both(x[0].FractionalMaxPool3dWithIndices([2, 1, 3], [3, 2, 2], x[1])),

        ["max_unpool1d 2 stride=2 size=7"] = x => [Unpooled(x[0].MaxPool1dWithIndices(2), p => p.Values.MaxUnpool1d(p.Indices, 2, size: [7]))],
        ["max_unpool2d 2"] = x => [Unpooled(x[0].MaxPool2dWithIndices(2), p => p.Values.MaxUnpool2d(p.Indices, 2))],
        ["max_unpool2d 3,2 stride=3,2 padding=1,0"] = x => [Unpooled(x[0].MaxPool2dWithIndices([3, 2], padding: [1, 0]), p => p.Values.MaxUnpool2d(p.Indices, [3, 2], [3, 2], [1, 0]))],
        ["max_unpool3d 2"] = x => [Unpooled(x[0].MaxPool3dWithIndices(2), p => p.Values.MaxUnpool3d(p.Indices, 2))],
    };

    static Tensor[] Both((Tensor Values, Tensor Indices) pooled) => [pooled.Values, pooled.Indices];

    static Tensor Unpooled((Tensor Values, Tensor Indices) pooled, Func<(Tensor Values, Tensor Indices), Tensor> unpool) => unpool((pooled.Values * 2, pooled.Indices));
}
