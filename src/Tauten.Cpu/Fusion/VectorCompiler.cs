// Code generation is what this file is for.
#pragma warning disable RS0030
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;

namespace Tauten.Cpu;

/// <summary>
/// Compiles loops over vectors while the program runs: a method that loads vectors, calls the functions of the steps (which the just-in-time compiler inlines) and
/// stores what others need. Loops of the same structure share a method: the same functions wired in the same way, whatever the sizes.
/// </summary>
/// <param name="capacity">Methods that are kept for reuse; beyond that, all are forgotten, and those in use live on with their programs.</param>
[RequiresDynamicCode("Emits methods.")]
sealed class VectorCompiler(int capacity)
{
    readonly Lock gate = new();
    readonly Dictionary<string, TileCode> made = [];

    /// <summary>Methods compiled so far.</summary>
    public int Count { get; private set; }

    /// <summary>The code of a loop.</summary>
    public TileCode Compile(VectorLoop loop)
    {
        var numbers = new Dictionary<BodyValue, int>();
        foreach (var value in loop.Operands) numbers.Add(value, numbers.Count);
        foreach (var step in loop.Steps) numbers.Add(step.Output, numbers.Count);
        MethodInfo[] methods = [.. loop.Steps.Select(s => s.OnVectors(loop.Mask).Method)];
        string key = Key(loop, methods, numbers);
        lock (gate)
        {
            if (made.TryGetValue(key, out var code)) return code;
            if (made.Count >= capacity) made.Clear();
            Count++;
            return made[key] = Emit(loop, methods);
        }
    }

    /// <summary>All that the method depends on.</summary>
    static string Key(VectorLoop loop, MethodInfo[] methods, Dictionary<BodyValue, int> numbers)
    {
        var key = new StringBuilder();
        key.Append(CultureInfo.InvariantCulture, $"{loop.Level} {loop.Mask}");
        foreach (var value in loop.Operands) key.Append(CultureInfo.InvariantCulture, $" {value.Register}{(value.IsUniform ? "*" : "")}");
        for (int i = 0; i < methods.Length; i++)
        {
            key.Append(CultureInfo.InvariantCulture, $"; {methods[i].MethodHandle.Value:x}");
            foreach (var value in loop.Steps[i].Inputs) key.Append(CultureInfo.InvariantCulture, $" {numbers[value]}");
            key.Append(CultureInfo.InvariantCulture, $" {loop.Steps[i].Output.Register}");
        }
        foreach (var value in loop.Results) key.Append(CultureInfo.InvariantCulture, $" > {numbers[value]}");
        return key.ToString();
    }

    static TileCode Emit(VectorLoop loop, MethodInfo[] methods)
    {
        var method = new DynamicMethod("FusedLoop", null, [typeof(byte**), typeof(nint*), typeof(nint)], typeof(VectorCompiler).Module, skipVisibility: true);
        new Emission(loop, methods, method.GetILGenerator()).Run();
        return method.CreateDelegate<TileCode>();
    }

    /// <summary>The emission of one method.</summary>
    sealed class Emission(VectorLoop loop, MethodInfo[] methods, ILGenerator il)
    {
        readonly Dictionary<Type, VectorMethods> vectors = [];
        readonly Dictionary<BodyValue, LocalBuilder> locals = [];
        readonly LocalBuilder[] pointers = new LocalBuilder[loop.Operands.Length + loop.Results.Length];
        readonly LocalBuilder[] advances = new LocalBuilder[loop.Operands.Length + loop.Results.Length];

        public void Run()
        {
            foreach (var dtype in Enum.GetValues<DType>())
                if (Wide.Of(dtype) == dtype && dtype != DType.Bool) vectors.Add(Methods(dtype).Vector, Methods(dtype));
            for (int i = 0; i < pointers.Length; i++)
            {
                pointers[i] = il.DeclareLocal(typeof(byte*));
                Element(OpCodes.Ldarg_0, i);
                il.Emit(OpCodes.Stloc, pointers[i]);
                if (i >= loop.Operands.Length || !loop.Operands[i].IsUniform)
                {
                    advances[i] = il.DeclareLocal(typeof(nint));
                    Element(OpCodes.Ldarg_1, i);
                    il.Emit(OpCodes.Stloc, advances[i]);
                }
                else Load(i);
            }
            Label top = il.DefineLabel(), end = il.DefineLabel();
            il.MarkLabel(top);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Ble, end);
            for (int i = 0; i < methods.Length; i++) Step(loop.Steps[i], methods[i]);
            for (int i = 0; i < loop.Results.Length; i++) Store(i);
            for (int i = 0; i < pointers.Length; i++)
            {
                if (advances[i] is null) continue;
                il.Emit(OpCodes.Ldloc, pointers[i]);
                il.Emit(OpCodes.Ldloc, advances[i]);
                il.Emit(OpCodes.Add);
                il.Emit(OpCodes.Stloc, pointers[i]);
            }
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldc_I4, loop.Lanes);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Sub);
            il.Emit(OpCodes.Starg_S, (byte)2);
            il.Emit(OpCodes.Br, top);
            il.MarkLabel(end);
            il.Emit(OpCodes.Ret);
        }

        VectorMethods Methods(DType dtype) => VectorMethods.Of(dtype == DType.Bool ? loop.Mask : dtype, loop.Level);

        /// <summary>Element i of an array of pointers or numbers.</summary>
        void Element(OpCode argument, int i)
        {
            il.Emit(argument);
            il.Emit(OpCodes.Ldc_I4, i * nint.Size);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldind_I);
        }

        /// <summary>The vector of an operand.</summary>
        void Load(int operand)
        {
            var value = loop.Operands[operand];
            var of = Methods(value.Register);
            il.Emit(OpCodes.Ldloc, pointers[operand]);
            il.Emit(OpCodes.Call, value.Register == DType.Bool ? of.LoadMask : of.Load);
            Keep(value, of.Vector);
        }

        void Keep(BodyValue value, Type vector) => il.Emit(OpCodes.Stloc, locals[value] = il.DeclareLocal(vector));

        /// <summary>A function of vectors that are at hand, or are loaded now.</summary>
        void Step(BodyStep step, MethodInfo method)
        {
            foreach (var value in step.Inputs)
                if (!locals.ContainsKey(value)) Load(Array.IndexOf(loop.Operands, value));
            var parameters = method.GetParameters();
            for (int i = 0; i < parameters.Length; i++)
            {
                var local = locals[step.Inputs[i]];
                il.Emit(OpCodes.Ldloc, local);
                As(local.LocalType, parameters[i].ParameterType);
            }
            il.Emit(OpCodes.Call, method);
            var natural = Methods(step.Output.Register).Vector;
            As(method.ReturnType, natural);
            Keep(step.Output, natural);
        }

        /// <summary>The same bits as another type.</summary>
        void As(Type from, Type to)
        {
            if (from == to) return;
            var (source, target) = (vectors[from], vectors[to]);
            if (source.ToCommon.ReturnType != from) il.Emit(OpCodes.Call, source.ToCommon);
            if (source.ToCommon.ReturnType != to) il.Emit(OpCodes.Call, target.FromCommon);
        }

        void Store(int result)
        {
            var value = loop.Results[result];
            var of = Methods(value.Register);
            il.Emit(OpCodes.Ldloc, locals[value]);
            il.Emit(OpCodes.Ldloc, pointers[loop.Operands.Length + result]);
            il.Emit(OpCodes.Call, value.Register == DType.Bool ? of.StoreMask : of.Store);
        }
    }
}
