namespace Tauten.Agreement;

static class BasicsArea
{
    public static Area Calls { get; } = new("basics")
    {
        ["softmax axis=1"] = x => [x[0].Softmax(1)],
        ["log_softmax axis=0"] = x => [x[0].LogSoftmax(0)],
        ["matmul"] = x => [x[0].MatMul(x[1])],
        ["logsumexp axis=1"] = x => [x[0].LogSumExp(1)],
        ["sort"] = x => x[0].Sort() is var (values, indices) ? [values, indices] : [],
        ["argmax axis=0"] = x => [x[0].ArgMax(0)],
        ["gelu"] = x => [x[0].Gelu()],
    };
}
