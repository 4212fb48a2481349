using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Tauten.Conventions;

/// <summary>Prints what an assembly shows to the world: a line for each public or protected member, in order.</summary>
static class PublicApi
{
    const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    static readonly Dictionary<Type, string> keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(char)] = "char",
    };

    static readonly NullabilityInfoContext nullability = new();

    public static string Print(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetTypes().Where(IsVisible).OrderBy(FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (string line in Members(type).Distinct().Order(StringComparer.Ordinal)) text.Append("    ").Append(line).Append('\n');
            text.Append('\n');
        }
        return text.ToString();
    }

    static bool IsVisible(Type type) => type.IsVisible || type is { IsNestedFamily: true, DeclaringType.IsVisible: true };

    static string FullName(Type type) => type.IsNested ? $"{FullName(type.DeclaringType!)}.{Name(type)}" : $"{type.Namespace}.{Name(type)}";

    static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    static string Head(Type type)
    {
        if (type.IsEnum) return $"enum {FullName(type)} : {Name(Enum.GetUnderlyingType(type))}";
        if (typeof(Delegate).IsAssignableFrom(type)) return $"delegate {Signature(type.GetMethod("Invoke")!, FullName(type))}";
        string kind = type.IsInterface ? "interface" : type.IsValueType ? (type.GetCustomAttribute<IsReadOnlyAttribute>() is not null ? "readonly " : "") + (type.IsByRefLike ? "ref struct" : "struct")
            : (type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (IsRecord(type) ? "record" : "class");
        string[] bases = [.. type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) ? [Name(b)] : Array.Empty<string>(),
            .. type.GetInterfaces().Where(i => i.IsVisible).Except(type.BaseType?.GetInterfaces() ?? []).Where(i => !IsRecord(type) || !i.Name.StartsWith("IEquatable", StringComparison.Ordinal)).Select(Name).Order(StringComparer.Ordinal)];
        return $"{kind} {FullName(type)}{(bases.Length == 0 ? "" : $" : {string.Join(", ", bases)}")}";
    }

    static IEnumerable<string> Members(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type)) yield break;
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static)) yield return $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}";
            yield break;
        }
        foreach (var field in type.GetFields(Declared).Where(f => Shown(f.IsPublic, f.IsFamily || f.IsFamilyOrAssembly)))
            yield return $"{Access(field.IsPublic)}{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}";
        foreach (var constructor in type.GetConstructors(Declared).Where(c => !c.IsStatic && Shown(c.IsPublic, c.IsFamily || c.IsFamilyOrAssembly) && !IsCopy(c)))
            yield return $"{Access(constructor.IsPublic)}{Plain(type.Name)}({Parameters(constructor)})";
        foreach (var property in type.GetProperties(Declared))
        {
            if (property.Name == "EqualityContract" || property.GetAccessors(true).FirstOrDefault(a => Shown(a.IsPublic, a.IsFamily || a.IsFamilyOrAssembly)) is not { } shown) continue;
            string accessors = string.Concat(property.GetAccessors(true).Where(a => Shown(a.IsPublic, a.IsFamily || a.IsFamilyOrAssembly)).OrderBy(a => a.Name, StringComparer.Ordinal)
                .Select(a => $"{(a.IsPublic ? "" : shown.IsPublic ? "protected " : "")}{(a.Name.StartsWith("get_", StringComparison.Ordinal) ? "get" : IsInit(a) ? "init" : "set")}; "));
            string name = property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
            yield return $"{Access(shown.IsPublic)}{Modifiers(shown)}{Name(property.PropertyType)}{Nullable(nullability.Create(property).ReadState, property.PropertyType)} {name} {{ {accessors}}}";
        }
        foreach (var method in type.GetMethods(Declared))
        {
            if (!Shown(method.IsPublic, method.IsFamily || method.IsFamilyOrAssembly) || method.Name.Contains('<') || method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal)) continue;
            // What the compiler writes for every record says nothing.
            if (IsRecord(type) && (method.GetCustomAttribute<CompilerGeneratedAttribute>() is not null || method.Name is "PrintMembers" or "Equals" or "GetHashCode" or "op_Equality" or "op_Inequality" or "Deconstruct")) continue;
            yield return $"{Access(method.IsPublic)}{Modifiers(method)}{Signature(method, method.Name)}";
        }
    }

    static bool Shown(bool isPublic, bool isProtected) => isPublic || isProtected;

    static bool IsCopy(ConstructorInfo constructor) => constructor.GetParameters() is [{ } only] && only.ParameterType == constructor.DeclaringType;

    static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    static string Access(bool isPublic) => isPublic ? "" : "protected ";

    static string Modifiers(MethodInfo method)
    {
        if (method.IsStatic) return "static ";
        bool overrides = method.GetBaseDefinition() != method;
        return method.DeclaringType!.IsInterface ? "" : (method.IsFinal && overrides ? "sealed " : "") + (overrides ? "override " : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");
    }

    static string Signature(MethodInfo method, string name) =>
        $"{Name(method.ReturnType)}{Nullable(nullability.Create(method.ReturnParameter).ReadState, method.ReturnType)} {name}{(method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "")}({Parameters(method)})";

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    static string Parameter(ParameterInfo p)
    {
        bool isParams = p.GetCustomAttribute<ParamArrayAttribute>() is not null || p.GetCustomAttribute<ParamCollectionAttribute>() is not null;
        string value = !p.HasDefaultValue ? "" : $" = {p.DefaultValue switch { null => p.ParameterType.IsValueType ? "default" : "null", string s => $"\"{s}\"", bool b => b ? "true" : "false", IFormattable f => f.ToString(null, System.Globalization.CultureInfo.InvariantCulture), var v => v.ToString() }}";
        return $"{(isParams ? "params " : p.IsOut ? "out " : p.ParameterType.IsByRef ? "ref " : "")}{Name(p.ParameterType)}{Nullable(nullability.Create(p).ReadState, p.ParameterType)} {p.Name}{value}";
    }

    static string Nullable(NullabilityState state, Type type) => state == NullabilityState.Nullable && !type.IsValueType && !type.IsGenericParameter ? "?" : "";

    static string Plain(string name) => name.Split('`')[0];

    static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (System.Nullable.GetUnderlyingType(type) is { } underlying) return $"{Name(underlying)}?";
        if (!type.IsGenericType) return type.Name;
        if (type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal)) return $"({string.Join(", ", type.GetGenericArguments().Select(Name))})";
        return $"{Plain(type.Name)}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
