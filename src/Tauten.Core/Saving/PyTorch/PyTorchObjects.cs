using System.Buffers.Binary;
using System.Text;

namespace Tauten;

/// <summary>
/// What stands for data among the classes and functions in PyTorch's files: tensors, parameters, sizes, dictionaries, and NumPy's arrays and scalars. Anything else is refused by its name.
/// </summary>
/// <param name="source">Names the file in messages.</param>
/// <param name="storageOf">The storage with a persistent id.</param>
/// <param name="skims">Whether tensors are left empty: to find where a pickle ends, before its storages are known.</param>
sealed class PyTorchObjects(string source, Func<object?, object?> storageOf, bool skims = false) : IPickled
{
    /// <inheritdoc/>
    public object? Persistent(object? id) => storageOf(id);

    /// <inheritdoc/>
    public object? Call(PickledName callable, object?[] x)
    {
        try
        {
            return callable.ToString() switch
            {
                "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => Rebuilt(x, null),
                "torch._utils._rebuild_tensor_v3" => Rebuilt(x, DTypeOf((PickledName)x[6]!)),
                "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" or "torch.nn.parameter.Parameter" => (Tensor)x[0]!,
                "torch._tensor._rebuild_from_type_v2" => Call((PickledName)x[0]!, (object?[])x[2]!),
                "torch.Size" or "builtins.tuple" or "__builtin__.tuple" => x.Length == 0 ? [] : Items(x[0]).ToArray(),
                "torch.device" => string.Join(':', x),
                "collections.OrderedDict" or "builtins.dict" or "__builtin__.dict" or "collections.Counter" => Dictionary(x),
                "collections.defaultdict" => Dictionary(x.Skip(1)),
                "builtins.list" or "__builtin__.list" or "builtins.set" or "__builtin__.set" or "builtins.frozenset" or "__builtin__.frozenset"
                    or "torch.jit._pickle.build_intlist" or "torch.jit._pickle.build_tensorlist" or "torch.jit._pickle.build_doublelist" or "torch.jit._pickle.build_boollist" =>
                    x.Length == 0 ? [] : Items(x[0]).ToList(),
                "_codecs.encode" => (x.Length > 1 && (string)x[1]! is not ("latin1" or "latin-1") ? Encoding.UTF8 : Encoding.Latin1).GetBytes((string)x[0]!),
                "builtins.bytearray" or "__builtin__.bytearray" or "builtins.bytes" => x.Length == 0 ? [] : (byte[])x[0]!,
                "numpy.dtype" => new NumpyDType((string)x[0]!),
                "numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar" => ((NumpyDType)x[0]!).Scalar((byte[])x[1]!),
                "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct" => new NumpyArray(),
                // A scripted module is its attributes.
                _ when callable.Module.StartsWith("__torch__", StringComparison.Ordinal) => new PickledDictionary { IsModule = true },
                _ => throw new ModelFormatException($"{source}: the file has an object of {callable}, which is code rather than data, and is not read. Expected tensors, numbers, texts and plain containers; "
                    + "save the model's state_dict() from Python."),
            };
        }
        catch (Exception e) when (e is IndexOutOfRangeException or InvalidCastException or NullReferenceException)
        {
            throw new ModelFormatException($"{source}: {callable} is not called as PyTorch does, with {x.Length} arguments.", e);
        }
    }

    /// <inheritdoc/>
    public void SetState(object? value, object? state)
    {
        switch (value)
        {
            case NumpyDType dtype:
                dtype.SetState((object?[])state!);
                break;
            case NumpyArray array:
                array.SetState((object?[])state!, source);
                break;
            case PickledDictionary dictionary when state is PickledDictionary attributes:
                // What a state_dict is decorated with is no entry of it; a scripted module has nothing else.
                foreach (var (name, item) in attributes)
                    if (!Equals(name, "_metadata")) dictionary[name] = item;
                break;
            case Tensor when state is null or PickledDictionary or object[]:
                break;
            default:
                throw new ModelFormatException($"{source}: the file gives a state to {value ?? "None"}, which has none.");
        }
    }

    /// <summary>Storage, offset, sizes, strides: a view of what lies in the file.</summary>
    Tensor Rebuilt(object?[] x, DType? dtype)
    {
        if (skims) return Tensor.Zeros([]);
        var storage = x[0] as PyTorchStorage ?? throw new ModelFormatException($"{source}: a tensor lies in {x[0] ?? "None"}. Expected a storage.");
        long offset = (long)x[1]!;
        long[] sizes = [.. Items(x[2]).Select(s => (long)s!)], strides = [.. Items(x[3]).Select(s => (long)s!)];
        return storage.View(dtype ?? storage.DType, offset, sizes, strides);
    }

    PickledDictionary Dictionary(IEnumerable<object?> x)
    {
        var dictionary = new PickledDictionary();
        foreach (object? argument in x)
        {
            if (argument is PickledDictionary from)
                foreach (var (key, value) in from) dictionary[key] = value;
            else
                foreach (object? pair in Items(argument)) dictionary.Set([.. Items(pair)], source);
        }
        return dictionary;
    }

    static IEnumerable<object?> Items(object? value) => (IEnumerable<object?>)value!;

    /// <summary>The element type of a storage class, or of a dtype.</summary>
    /// <exception cref="ModelFormatException">There is no such type here.</exception>
    public DType DTypeOf(PickledName name) => name.Name switch
    {
        "FloatStorage" or "float32" or "float" => DType.Float32,
        "DoubleStorage" or "float64" or "double" => DType.Float64,
        "HalfStorage" or "float16" or "half" => DType.Float16,
        "BFloat16Storage" or "bfloat16" => DType.BFloat16,
        "LongStorage" or "int64" or "long" => DType.Int64,
        "IntStorage" or "int32" or "int" => DType.Int32,
        "ShortStorage" or "int16" or "short" => DType.Int16,
        "CharStorage" or "int8" => DType.Int8,
        "ByteStorage" or "uint8" or "UntypedStorage" or "_UntypedStorage" => DType.UInt8,
        "BoolStorage" or "bool" => DType.Bool,
        "uint16" => DType.UInt16,
        "uint32" => DType.UInt32,
        "uint64" => DType.UInt64,
        _ => throw new ModelFormatException($"{source}: the file has elements of {name}, which is no dtype here. Expected floats, integers or bools."),
    };
}

/// <summary>The dtype of a NumPy array in a pickle.</summary>
sealed class NumpyDType(string code)
{
    bool isBigEndian;

    /// <summary>The element type.</summary>
    /// <exception cref="InvalidCastException">There is no such type here.</exception>
    public DType DType => NpyHeader.PlainDType(code) ?? throw new InvalidCastException($"NumPy's dtype {code} is not read.");

    public void SetState(object?[] state) => isBigEndian = state[1] is ">";

    public Tensor Array(byte[] bytes, long[] sizes)
    {
        var storage = new PyTorchStorage(DType, bytes.Length / DType.Size(), () => new MemoryStream(bytes), isBigEndian, $"an array of {code}");
        return storage.View(DType, 0, [bytes.Length / DType.Size()], [1]).Reshape(Shape.Of(sizes));
    }

    public object Scalar(byte[] bytes)
    {
        if (bytes.Length != DType.Size()) throw new InvalidCastException($"A scalar of {bytes.Length} bytes. Expected {DType.Size()}.");
        var value = Array(bytes, []);
        return DType == DType.Bool ? value.Item<bool>() : DType.IsFloating() ? value.To(DType.Float64).Item<double>() : value.To(DType.Int64).Item<long>();
    }
}

/// <summary>A NumPy array in a pickle, which gets its content after it was made.</summary>
sealed class NumpyArray
{
    /// <summary>The elements.</summary>
    public Tensor? Value { get; private set; }

    public void SetState(object?[] state, string source)
    {
        long[] sizes = [.. ((IEnumerable<object?>)state[1]!).Select(s => (long)s!)];
        var (dtype, isFortran, bytes) = ((NumpyDType)state[2]!, (bool)state[3]!, BytesOf(state[4]!));
        decimal expected = sizes.Aggregate((decimal)dtype.DType.Size(), (product, size) => product * Math.Clamp(size, -1, 1 << 30));
        if (expected != bytes.Length || sizes.Any(s => s < 0))
            throw new ModelFormatException($"{source}: an array of shape [{string.Join(", ", sizes)}] has {bytes.Length} bytes.");
        Value = isFortran ? dtype.Array(bytes, [.. Enumerable.Reverse(sizes)]).Permute([.. Enumerable.Reverse(Enumerable.Range(0, sizes.Length))]) : dtype.Array(bytes, sizes);
    }

    // Python 2 knew no bytes: they are a text of so many characters.
    static byte[] BytesOf(object elements) => elements is string text ? Encoding.Latin1.GetBytes(text) : (byte[])elements;
}
