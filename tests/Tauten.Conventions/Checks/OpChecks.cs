using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tauten.Conventions;

/// <summary>
/// What every op must have. Plain functions over an assembly and a tree, so that they also judge a changed copy; each says in a sentence what is
/// missing and where it belongs.
/// </summary>
static partial class OpChecks
{
    const string OpFolder = "src/Tauten.Core/Ops", TensorFolder = "src/Tauten.Core/Tensor", CaseFolder = "tests/Tauten.Conformance/Cases", Kernels = "src/Tauten.Cpu/CpuKernels.cs",
        DefinitionFolder = "src/Tauten.Testing/Reference";

    /// <summary>Ops that no method of <c>Tensor</c> makes, and who makes them instead.</summary>
    static readonly Dictionary<string, string> withoutMethod = new()
    {
        ["Alias"] = "reverse walks, where an input occurs twice",
        ["ConvolutionWeightGradient"] = "the gradient of Convolution",
        ["ChannelsLastConvolution"] = "compilers, where it is faster",
        ["SoftmaxGradient"] = "the gradient of Softmax",
        ["LogSoftmaxGradient"] = "the gradient of LogSoftmax",
        ["LayerNormGradient"] = "the gradient of LayerNorm",
        ["BatchMomentsGradient"] = "the gradient of BatchMoments",
        ["BatchNormGradient"] = "the gradient of BatchNorm",
        ["BatchNormTrainingGradient"] = "the gradient of BatchNormTraining",
        ["CrossEntropyGradient"] = "the gradient of CrossEntropy",
        ["MaxPoolGradient"] = "the gradient of MaxPool",
        ["AvgPoolGradient"] = "the gradient of AvgPool",
        ["ScaledDotProductAttentionGradient"] = "the gradient of ScaledDotProductAttention",
        ["CDistGradient"] = "the gradient of CDist",
        ["GridSampleGradient"] = "the gradient of GridSample",
        ["GammaVariateGradient"] = "the gradient of RandomGamma",
        ["ResampleGradient"] = "the gradient of Resample",
        ["LstmSequence"] = "the layers LSTM and LSTMCell",
        ["LstmSequenceGradient"] = "the gradient of LstmSequence",
        ["GruSequence"] = "the layers GRU and GRUCell",
        ["GruSequenceGradient"] = "the gradient of GruSequence",
        ["RnnSequence"] = "the layers RNN and RNNCell",
        ["RnnSequenceGradient"] = "the gradient of RnnSequence",
        ["RandomBits"] = "the expansions of RandomUniform and RandomNormal",
        ["If"] = "Tensor.If, while a graph is captured",
        ["While"] = "Tensor.While, while a graph is captured",
        ["Scan"] = "Tensor.Scan, while a graph is captured",
        ["Checkpoint"] = "Gradients.Checkpoint",
        ["Fused"] = "compilers, which put ops together",
        ["CustomGradient"] = "Gradients.Custom",
        ["Mapped"] = "Tensor.VMap, for composites without a batching rule",
        ["SgdStep"] = "the optimizer SGD",
        ["AdamStep"] = "the optimizers Adam and AdamW",
        ["FtrlStep"] = "the optimizer Ftrl",
        ["TotalNorm"] = "clipping of gradients",
        ["ScaleAll"] = "clipping of gradients",
        ["AdamaxStep"] = "the optimizer Adamax",
        ["NAdamStep"] = "the optimizer NAdam",
        ["RAdamStep"] = "the optimizer RAdam",
        ["RMSpropStep"] = "the optimizer RMSprop",
        ["AdagradStep"] = "the optimizer Adagrad",
        ["AdadeltaStep"] = "the optimizer Adadelta",
        ["AveragedStep"] = "the optimizer ASGD",
        ["RpropStep"] = "the optimizer Rprop",
        ["LionStep"] = "the optimizer Lion",
        ["LambStep"] = "the optimizer LAMB",
        ["AdafactorStep"] = "the optimizer Adafactor",
        ["SequenceConstruct"] = "who works with sequences, through Dispatch.RunValues",
        ["SequenceAt"] = "who works with sequences, through Dispatch.RunValues",
        ["SequenceLength"] = "who works with sequences, through Dispatch.RunValues",
        ["SequenceInsert"] = "who works with sequences, through Dispatch.RunValues",
        ["SequenceErase"] = "who works with sequences, through Dispatch.RunValues",
        ["OptionalConstruct"] = "who works with optionals, through Dispatch.RunValues",
        ["OptionalHasValue"] = "who works with optionals, through Dispatch.RunValues",
        ["OptionalContent"] = "who works with optionals, through Dispatch.RunValues",
    };

    /// <summary>Families by base type; the first that fits decides. Where none does, any folder of the families will do.</summary>
    static readonly (string Base, string[] Folders)[] families =
    [
        ("UnaryOp", ["Elementwise"]), ("BinaryOp", ["Elementwise"]), ("ReductionOp", ["Reduction"]), ("ScanOp", ["Reduction"]),
        ("ViewOp", ["Movement"]), ("ValueOp", ["Control"]), ("ControlOp", ["Control"]), ("CompositeOp", ["Composite", "Random", "Movement"]),
    ];

    /// <summary>Every op of an assembly: each type that derives from <c>Tauten.Ops.Op</c> and is not abstract.</summary>
    public static IEnumerable<Type> Ops(Assembly core) => core.GetTypes().Where(t => !t.IsAbstract && Bases(t).Any(b => b.FullName == "Tauten.Ops.Op")).OrderBy(t => t.Name);

    static IEnumerable<Type> Bases(Type type)
    {
        for (var t = type.BaseType; t is not null; t = t.BaseType) yield return t;
    }

    static bool Is(Type op, string name) => Bases(op).Any(b => b.Name == name);

    /// <summary>All sentences about all ops.</summary>
    public static IEnumerable<string> Check(Assembly core, XDocument documentation, Tree tree)
    {
        var declarations = Declarations(tree);
        string methods = string.Concat(tree.Code(TensorFolder).Select(f => f.Code)), cases = string.Concat(tree.Code(CaseFolder).Select(f => f.Code)), kernels = Tree.WithoutComments(tree.Read(Kernels));
        string definitions = string.Concat(tree.Code(DefinitionFolder).Select(f => f.Code));
        var documented = documentation.Descendants("member").Where(m => m.Element("summary") is { } s && s.Value.Trim().Length > 0).Select(m => m.Attribute("name")!.Value).ToHashSet();
        return Ops(core).SelectMany(op => Check(op, declarations.GetValueOrDefault(op.Name), documented, methods, cases, kernels, definitions));
    }

    static IEnumerable<string> Check(Type op, string? file, HashSet<string> documented, string methods, string cases, string kernels, string definitions)
    {
        string name = op.Name, made = $@"(?:new\s+(?:Ops\.)?{name}\b|\b{name}\.Instance\b)";
        if (op.Namespace != "Tauten.Ops") yield return $"The op {name} is declared in the namespace {op.Namespace}. Ops belong in Tauten.Ops.";
        if (!op.IsPublic) yield return $"The op {name} is not public.";
        if (!op.IsSealed) yield return $"The op {name} is not sealed. Declare it as a sealed record.";
        if (op.GetMethod("<Clone>$") is null) yield return $"The op {name} is not a record, so equal ones would not be equal. Declare it as a sealed record.";
        if (!documented.Contains($"T:{op.FullName}")) yield return $"The op {name} has no documentation comment. Its first sentence says what it computes.";
        if (file is null) yield return $"The op {name} is declared nowhere below {OpFolder}. Put it into the folder of its family.";
        else if (Misplaced(op, file) is { } folders) yield return $"The op {name} is declared in {file}. Its family's folder is {string.Join(" or ", folders.Select(f => $"{OpFolder}/{f}"))}.";
        if (!withoutMethod.ContainsKey(name) && !Regex.IsMatch(methods, made))
            yield return $"The op {name} has no method in {TensorFolder} that makes it. Add a line to Tensor, or to the list of ops without one in OpChecks.cs, with a reason.";
        if (withoutMethod.ContainsKey(name) && Regex.IsMatch(methods, made)) yield return $"The op {name} is listed in OpChecks.cs as one without a method in Tensor, but has one. Take it off the list.";
        if (!Is(op, "ValueOp") && !Regex.IsMatch(cases, $@"(?:typeof\((?:Ops\.)?{name}\)|<(?:Ops\.)?{name}>)"))
            yield return $"The op {name} has no OpCase in {CaseFolder}. One line there gives it all its tests.";
        if (Is(op, "PrimitiveOp") && !Is(op, "ViewOp") && !Is(op, "ControlOp") && !Regex.IsMatch(kernels, $@"\.Add<Ops\.{name}>\("))
            yield return $"The primitive op {name} has no kernel on the CPU. Add it to {Kernels}, or derive the op from CompositeOp and expand it.";
        if (Is(op, "PrimitiveOp") && !Is(op, "ControlOp") && !Regex.IsMatch(definitions, $@"\b\w+<(?:Ops\.)?{name}>\("))
            yield return $"The primitive op {name} has no definition in {DefinitionFolder}, so nobody knows what its kernel should compute.";
        if (Is(op, "CompositeOp") && !Overrides(op, "Expand") && !Overrides(op, "ExpandAll")) yield return $"The composite op {name} overrides neither Expand nor ExpandAll, so it means nothing.";
    }

    static bool Overrides(Type op, string method) => op.GetMethods().Any(m => m.Name == method && m.DeclaringType!.Name != "CompositeOp");

    static string[]? Misplaced(Type op, string file)
    {
        string folder = file[(OpFolder.Length + 1)..].Split('/')[0];
        foreach (var (name, folders) in families)
            if (Is(op, name)) return folders.Contains(folder) ? null : folders;
        return file[(OpFolder.Length + 1)..].Contains('/') ? null : ["FAMILY"];
    }

    /// <summary>In which file each record below the folder of ops is declared.</summary>
    static Dictionary<string, string> Declarations(Tree tree)
    {
        var files = new Dictionary<string, string>();
        foreach (var (path, code) in tree.Code(OpFolder))
            foreach (Match match in Declaration().Matches(code)) files.TryAdd(match.Groups[1].Value, path);
        return files;
    }

    [GeneratedRegex(@"\b(?:record|class)\s+(\w+)")]
    private static partial Regex Declaration();

    /// <summary>The ops that the table of kernels names.</summary>
    public static IEnumerable<string> WithKernel(Tree tree) => KernelLine().Matches(Tree.WithoutComments(tree.Read(Kernels))).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"\.Add<Ops\.(\w+)>\(")]
    private static partial Regex KernelLine();

    /// <summary>The names of ops that stand in the list of exceptions but not in the assembly.</summary>
    public static IEnumerable<string> Stale(Assembly core) => withoutMethod.Keys.Except(Ops(core).Select(o => o.Name)).Select(n => $"OpChecks.cs lists {n}, which is no op.");
}
