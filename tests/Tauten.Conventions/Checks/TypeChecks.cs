using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Tauten.Conventions;

/// <summary>Rules about the types of the shipped assemblies.</summary>
static partial class TypeChecks
{
    static readonly string[] banned = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Impl", "Base", "Context", "Engine"];

    /// <summary>Static fields that change, and why they may.</summary>
    static readonly Dictionary<string, string> mutable = new()
    {
        ["Tauten.Backends.standard"] = "the backend registry",
        ["Tauten.Generator.shared"] = "the process's random generator, ambient state",
        ["Tauten.Ambient.current"] = "ambient state of a thread",
        ["Tauten.Mutation.Rule"] = "the seam of the mutation run, off in ordinary programs",
        ["Tauten.Mutation.Gradient"] = "the seam of the mutation run, off in ordinary programs",
        ["Tauten.OpSlot.count"] = "a number for each type of op",
        ["Tauten.OpSlot.slots"] = "a number for each type of op",
        ["Tauten.Ops.DerivedSpecs.known"] = "a cache that changes nothing but time",
        ["Tauten.Tensor.mirrors"] = "a cache tied to the life of its keys",
        ["Tauten.Cpu.ByteTile.IsEnabled"] = "machine code, used where the machine has it; a test does without",
        ["Tauten.Cpu.ConvolutionAlgorithms.UsesWinograd"] = "whether the fast algorithm of 3x3 convolutions may be used, a setting of the process",
        ["Tauten.Cpu.CpuInstructions.level"] = "the instruction set, chosen at start; tests lower it",
        ["Tauten.Cpu.ScratchBlocks.free"] = "memory kept for reuse",
        ["Tauten.Cpu.ScratchBlocks.kept"] = "memory kept for reuse",
        ["Tauten.Cpu.Workers.count"] = "the number of worker threads, a setting of the process",
        ["Tauten.Cpu.Workers.ParallelThreshold"] = "when work is shared among threads; tests lower it",
    };

    // What protoc writes is not ours either.
    static IEnumerable<Type> Written(Assembly assembly) => assembly.GetTypes().Where(t => t.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !IsMessage(t) && !t.Name.Contains('<') && t.Namespace?.StartsWith("Tauten", StringComparison.Ordinal) == true);

    static bool IsMessage(Type type) => type.Name.EndsWith("Reflection", StringComparison.Ordinal) && type.GetProperty("Descriptor", BindingFlags.Static | BindingFlags.Public)?.PropertyType.Name == "FileDescriptor"
        || type.GetInterfaces().Any(i => i.FullName == "Google.Protobuf.IMessage");

    public static IEnumerable<string> Names(Assembly assembly) =>
        from type in Written(assembly)
        from Match word in Word().Matches(type.Name)
        where banned.Contains(word.Value)
        select $"The type {type.FullName} has '{word.Value}' in its name, which says nothing. Name it after what it is in the field.";

    public static IEnumerable<string> Finalizers(Assembly assembly) =>
        from type in Written(assembly)
        where type.GetMethod("Finalize", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null
        select $"The type {type.FullName} has a finalizer, which comes too late and costs too much (docs/memory.md). Give back what it holds by count, or let the pool watch it.";

    public static IEnumerable<string> MutableStatics(Assembly assembly)
    {
        foreach (var type in Written(assembly))
            foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.IsLiteral || field.Name.Contains('<') && field.IsInitOnly) continue;
                string name = NameOf(field);
                if (field.IsInitOnly && !IsCollection(field.FieldType)) continue;
                if (!mutable.ContainsKey(name)) yield return $"The static field {name} can change. Pass the state along, make it ambient, or list it in TypeChecks.cs with a reason.";
            }
    }

    // The field behind an automatic property goes by the property's name.
    static string NameOf(FieldInfo field) => $"{field.DeclaringType!.FullName}.{(field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>')] : field.Name)}";

    static bool IsCollection(Type type) =>
        type.IsGenericType && type.Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) == true && !type.Name.StartsWith("IReadOnly", StringComparison.Ordinal) && !type.Name.StartsWith("Frozen", StringComparison.Ordinal) &&
        typeof(IEnumerable).IsAssignableFrom(type) || type.Name.StartsWith("ConditionalWeakTable", StringComparison.Ordinal);

    public static IEnumerable<string> Stale(IEnumerable<Assembly> assemblies)
    {
        var all = assemblies.SelectMany(Written).SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Select(NameOf)).ToHashSet();
        return mutable.Keys.Where(k => !all.Contains(k)).Select(k => $"TypeChecks.cs lists the static field {k}, which does not exist.");
    }

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();
}
