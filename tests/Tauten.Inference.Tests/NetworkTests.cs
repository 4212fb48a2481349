namespace Tauten.InferenceTests;

/// <summary>
/// Networks that others have published, beside what ONNX Runtime makes of the same input. `benchmarks/peers/networks.sh` fetches them; where it has not run there is nothing to compare, and the
/// category is empty.
/// </summary>
[Trait("Category", "Networks")]
public sealed class NetworkTests
{
    static string Folder => Environment.GetEnvironmentVariable("TAUTEN_NETWORKS") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "tauten-networks");

    public static TheoryData<string> Networks => [.. Directory.Exists(Folder) ? Directory.GetDirectories(Folder).Where(f => File.Exists(Path.Combine(f, "model.onnx"))).Order(StringComparer.Ordinal).DefaultIfEmpty("none") : ["none"]];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_agrees_with_another_runtime(string folder)
    {
        if (folder == "none") return;
        var result = Conformance.Verify(folder, relative: 1e-3, absolute: 1e-4);
        Assert.True(result.Outcome == ConformanceOutcome.Passed, result.Reason);
    }
}
