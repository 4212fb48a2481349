using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tauten.Packages.Tests;

/// <summary>What strangers get: packages in an empty project, ahead-of-time compilation, other platforms.</summary>
[Trait("Category", "Slow")]
public sealed class PackageTests
{
    const string Version = "0.0.0-test";

    const string Programs = """
        // the PyTorch-style loop
        var model = new Net();
        var criterion = new CrossEntropyLoss();
        var optimizer = new Adam(model.Parameters(), learningRate: 0.001);
        for (int epoch = 0; epoch < 5; epoch++)
        {
            var inputs = Tensor.Randn([64, 784]);
            var labels = Tensor.RandInt(0, 10, [64]);
            optimizer.ZeroGrad();
            var loss = criterion.Call(model.Call(inputs), labels);
            loss.Backward();
            optimizer.Step();
            Console.WriteLine($"Epoch {epoch + 1}, Loss: {loss.Item<float>():F4}");
        }

        // the Dense network with a loop by hand
        var classifier = new Sequential(new Dense(128, Activation.Relu), new Dense(10));
        var adam = new Adam(classifier.Parameters(), learningRate: 0.01);
        {
            var inputs = Tensor.Randn([64, 784]);
            var labels = Tensor.RandInt(0, 10, [64]);
            for (int step = 0; step < 30; step++)
            {
                adam.ZeroGrad();
                var loss = criterion.Call(classifier.Call(inputs), labels);
                loss.Backward();
                adam.Step();
                if (step is 0 or 29) Console.WriteLine($"Dense {step} {loss.Item<float>():F4}");
            }
        }

        // gradients of anything
        var x = Tensor.From([2f, 3f], requiresGrad: true);
        (x * x * 3 + x).Sum().Backward();
        Console.WriteLine(x.Grad);                                   // [13, 19]

        // as in PyTorch
        sealed partial class Net : Module<Tensor, Tensor>          // `partial`: parameters are enumerated by a source generator
        {
            readonly Linear fc1 = new(784, 128);
            readonly Linear fc2 = new(128, 10);
            protected override Tensor Forward(Tensor x) => fc2.Call(fc1.Call(x).Relu());   // Call = hooks, module path, profiler around Forward
        }
        """;

    [Fact]
    public void AnEmptyProjectThatReferencesTautenRunsThePrograms()
    {
        using var folder = new Folder();
        string packages = Path.Combine(folder.Path, "packages"), app = Path.Combine(folder.Path, "app");
        var brings = XDocument.Load(Path.Combine(Tools.Root, "src/Tauten/Tauten.csproj")).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));
        foreach (string project in (string[])[.. brings, "Tauten"])
            Tools.Dotnet(Tools.Root, "pack", $"src/{project}", "-c", "Release", "-o", packages, $"-p:Version={Version}", "-nologo", "-v:q");
        long bytes = Directory.GetFiles(packages, "*.nupkg").Sum(f => new FileInfo(f).Length);
        Assert.True(bytes < 5 << 20, $"The packages have {bytes / 1048576.0:F2} MB together. Expected less than 5.");

        folder.File("app/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>{Path.Combine(folder.Path, "cache")}</RestorePackagesPath>
                <RestoreAdditionalProjectSources>{packages}</RestoreAdditionalProjectSources>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Tauten" Version="{Version}" /></ItemGroup>
            </Project>
            """);
        folder.File("app/Program.cs", Programs);
        string output = Tools.Dotnet(app, "run", "-c", "Release");
        Assert.Contains("Epoch 5, Loss: ", output, StringComparison.Ordinal);
        Assert.Contains("[13, 19]", output, StringComparison.Ordinal);
        double first = Loss(output, "Dense 0 "), last = Loss(output, "Dense 29 ");
        Assert.True(last < first / 2, $"The Dense network did not learn: {first} to {last}.");
    }

    static double Loss(string output, string before) => double.Parse(Regex.Match(output, Regex.Escape(before) + @"([0-9.]+)").Groups[1].Value, CultureInfo.InvariantCulture);

    [Fact]
    public void AheadOfTimeCompilationOfXorHasNoWarningAndLearns()
    {
        using var folder = new Folder();
        string output = Tools.Dotnet(Tools.Root, "publish", "samples/Xor", "-c", "Release", "-r", "linux-x64", "-o", folder.Path, "-nologo");
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
        string run = Tools.Run(folder.Path, Path.Combine(folder.Path, "Xor"));
        double first = Loss(run, "step   0  loss "), last = Loss(run, "step 500  loss ");
        Assert.True(first > 0.15 && last < 0.01, run);
    }

    [Fact]
    public void AheadOfTimeCompilationOfACompiledTrainingStepLearns()
    {
        using var folder = new Folder();
        folder.File("app/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net9.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <PublishAot>true</PublishAot>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{Tools.Root}/src/Tauten.Core/Tauten.Core.csproj" />
                <ProjectReference Include="{Tools.Root}/src/Tauten.Cpu/Tauten.Cpu.csproj" />
                <ProjectReference Include="{Tools.Root}/src/Tauten.NN/Tauten.NN.csproj" />
              </ItemGroup>
            </Project>
            """);
        folder.File("app/Program.cs", """
            using System.Globalization;
            using System.Runtime.CompilerServices;
            using Tauten;
            using Tauten.NN;

            Generator.Seed(0);
            var net = new Sequential(
                new Conv2d(1, 32, 3), new ReLU(), new Conv2d(32, 64, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(9216, 128), new ReLU(), new Linear(128, 10));
            var criterion = new CrossEntropyLoss();
            var optimizer = new Adam(net.Parameters());
            var step = Compiled.Function((Tensor x, Tensor y) =>
            {
                optimizer.ZeroGrad();
                var loss = criterion.Call(net.Call(x), y);
                loss.Backward();
                optimizer.Step();
                return loss;
            });
            Tensor images = Tensor.Randn([16, 1, 28, 28]), labels = Tensor.RandInt(0, 10, [16]);
            for (int i = 0; i < 12; i++) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {i} loss {step(images, labels).Item<float>():F4}"));
            var report = Compiled.ReportOf(step);
            Console.WriteLine($"captures {report.Captures}, eager {report.EagerCalls}, dynamic code {RuntimeFeature.IsDynamicCodeSupported}, fused {report.Graphs[0].Print().Contains("Fused")}");
            """);
        string app = Path.Combine(folder.Path, "app"), published = Path.Combine(folder.Path, "published");
        string output = Tools.Dotnet(app, "publish", "-c", "Release", "-r", "linux-x64", "-o", published, "-nologo");
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
        string run = Tools.Run(published, Path.Combine(published, "App"));
        Assert.Contains("captures 1, eager 0, dynamic code False, fused True", run, StringComparison.Ordinal);
        Assert.True(Loss(run, "step 11 loss ") < Loss(run, "step 0 loss ") / 2, run);
    }

    [Theory]
    [InlineData("win-x64")]
    [InlineData("osx-arm64")]
    [InlineData("linux-arm64")]
    public void OtherPlatformsBuild(string runtime)
    {
        using var folder = new Folder();
        Tools.Dotnet(Tools.Root, "publish", "src/Tauten.Cli", "-c", "Release", "-r", runtime, "--self-contained", "false", "-o", folder.Path, "-nologo");
        Assert.True(File.Exists(Path.Combine(folder.Path, "tauten.dll")));
    }
}
