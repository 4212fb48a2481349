namespace Tauten.Tests;

/// <summary>ONNX Runtime's shared library, which `benchmarks/peers/setup.sh` brings. Where it is not, there is nothing to compare with.</summary>
static class OtherRuntime
{
    public static string Library { get; } = Environment.GetEnvironmentVariable("TAUTEN_ONNXRUNTIME")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/tauten-peers/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1");
}
