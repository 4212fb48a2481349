namespace Tauten.Agreement;

static class ConvolutionArea
{
    public static Area Calls { get; } = new("convolution")
    {
        ["conv1d"] = x => [x[0].Conv1d(x[1], x[2])],
        ["conv1d stride=3 padding=2 dilation=2 groups=2"] = x => [x[0].Conv1d(x[1], null, 3, 2, 2, 2)],
        ["conv1d stride=4"] = x => [x[0].Conv1d(x[1], stride: 4)],
        ["conv1d padding=same dilation=3"] = x => [x[0].Conv1d(x[1], x[2], padding: ConvolutionPadding.Same, dilation: 3)],
        ["conv2d"] = x => [x[0].Conv2d(x[1], x[2])],
        ["conv2d stride=2,3 padding=1,2 dilation=2,1 groups=3"] = x => [x[0].Conv2d(x[1], x[2], [2, 3], [1, 2], [2, 1], 3)],
        ["conv2d padding=same"] = x => [x[0].Conv2d(x[1], padding: ConvolutionPadding.Same)],
        ["conv2d padding=valid"] = x => [x[0].Conv2d(x[1], padding: ConvolutionPadding.Valid)],
        ["conv2d padding=1,2 reflect"] = x => [x[0].Conv2d(x[1], padding: [1, 2], padMode: PadMode.Reflect)],
        ["conv2d padding=1,2 replicate"] = x => [x[0].Conv2d(x[1], padding: [1, 2], padMode: PadMode.Replicate)],
        ["conv2d padding=1,2 circular"] = x => [x[0].Conv2d(x[1], padding: [1, 2], padMode: PadMode.Circular)],
        ["conv3d"] = x => [x[0].Conv3d(x[1], x[2])],
        ["conv3d stride=1,2,2 padding=1,0,1 dilation=2,1,1"] = x => [x[0].Conv3d(x[1], null, [1, 2, 2], [1, 0, 1], [2, 1, 1])],

        ["conv_transpose1d"] = x => [x[0].ConvTranspose1d(x[1], x[2])],
        ["conv_transpose1d stride=3 padding=1 output=2 groups=2 dilation=2"] = x => [x[0].ConvTranspose1d(x[1], x[2], 3, 1, 2, 2, 2)],
        ["conv_transpose1d stride=1 output=2 dilation=3"] = x => [x[0].ConvTranspose1d(x[1], outputPadding: 2, dilation: 3)],
        ["conv_transpose2d"] = x => [x[0].ConvTranspose2d(x[1], x[2])],
        ["conv_transpose2d stride=2,3 padding=1,0 output=1,2 groups=2"] = x => [x[0].ConvTranspose2d(x[1], x[2], [2, 3], [1, 0], [1, 2], 2)],
        ["conv_transpose2d padding=2"] = x => [x[0].ConvTranspose2d(x[1], padding: 2)],
        ["conv_transpose3d stride=2 padding=1 output=1"] = x => [x[0].ConvTranspose3d(x[1], x[2], 2, 1, 1)],

        ["unfold window=2,3"] = x => [x[0].Unfold([2, 3])],
        ["unfold window=3,2 dilation=2,1 padding=1,2 stride=2,3"] = x => [x[0].Unfold([3, 2], [2, 1], [1, 2], [2, 3])],
        ["unfold window=2 stride=2"] = x => [x[0].Unfold(2, stride: 2)],
        ["fold size=4,5 window=2,3"] = x => [x[0].Fold([4, 5], [2, 3])],
        ["fold size=6,5 window=3,2 dilation=2,1 padding=1,2 stride=2,3"] = x => [x[0].Fold([6, 5], [3, 2], [2, 1], [1, 2], [2, 3])],

        ["pixel_shuffle 2"] = x => [x[0].PixelShuffle(2)],
        ["pixel_shuffle 3"] = x => [x[0].PixelShuffle(3)],
        ["pixel_unshuffle 2"] = x => [x[0].PixelUnshuffle(2)],
        ["channel_shuffle 3"] = x => [x[0].ChannelShuffle(3)],
    };
}
