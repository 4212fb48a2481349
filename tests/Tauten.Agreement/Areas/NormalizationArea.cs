namespace Tauten.Agreement;

static class NormalizationArea
{
    public static Area Calls { get; } = new("normalization")
    {
        ["group_norm 2"] = x => [x[0].GroupNorm(2, x[1], x[2])],
        ["group_norm 3 eps=0.1"] = x => [x[0].GroupNorm(3, epsilon: 0.1)],
        ["group_norm 1"] = x => [x[0].GroupNorm(1)],
        ["instance_norm"] = x => [x[0].InstanceNorm(x[1], x[2])],
        ["instance_norm eps=0.01"] = x => [x[0].InstanceNorm(epsilon: 0.01)],
        ["rms_norm 1 eps=1e-5"] = x => [x[0].RmsNorm(1, x[1])],
        ["rms_norm 2 eps=0.1"] = x => [x[0].RmsNorm(2, epsilon: 0.1)],
        ["local_response_norm 3"] = x => [x[0].LocalResponseNorm(3, 0.5, 0.7, 2)],
        ["local_response_norm 4"] = x => [x[0].LocalResponseNorm(4)],
        ["embedding"] = x => [x[0].Embedding(x[1])],
        ["embedding padding=-2"] = x => [x[0].Embedding(x[1], -2)],
    };
}
