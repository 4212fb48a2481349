using System.Globalization;
using System.Runtime.InteropServices;

namespace Tauten.OnnxFormat;

/// <summary>
/// ONNX Runtime's shared library, where the caller has one: the functions of the first version of its C interface, whose order never changes, that run a model once.
/// </summary>
sealed class OnnxRuntimeLibrary : IDisposable
{
    // Places in the library's table of functions.
    const int ErrorCode = 1, ErrorMessage = 2, NewEnvironment = 3, NewSession = 7, NewSessionOfBytes = 8, RunSession = 9, NewOptions = 10, SetThreads = 24, NewTensor = 49, TensorData = 51,
        TensorType = 60, TensorRank = 61, TensorShape = 62, TensorInfo = 65, NewMemoryInfo = 69, FreeEnvironment = 92, FreeStatus = 93, FreeMemoryInfo = 94, FreeSession = 95, FreeValue = 96, FreeInfo = 99, FreeOptions = 100;

    const int NotImplemented = 9, OnlyErrors = 3, OfDevice = 0, DefaultMemory = 0;

    readonly nint functions;
    readonly Stack<(int Function, nint Of)> made = [];
    readonly List<GCHandle> held = [];

    delegate nint EntryFunction();

    delegate nint TableFunction(uint version);

    delegate int CodeFunction(nint status);

    delegate nint TextFunction(nint status);

    delegate void FreeFunction(nint of);

    delegate nint NewFunction(out nint made);

    delegate nint NumberFunction(nint of, int number);

    delegate nint EnvironmentFunction(int level, nint name, out nint made);

    delegate nint SessionFunction(nint environment, nint path, nint options, out nint made);

    delegate nint BytesFunction(nint environment, nint bytes, nuint length, nint options, out nint made);

    delegate nint MemoryFunction(int allocator, int memory, out nint made);

    delegate nint TensorFunction(nint memory, nint data, nuint bytes, nint shape, nuint rank, int type, out nint made);

    delegate nint RunFunction(nint session, nint options, nint inputNames, nint inputs, nuint inputCount, nint outputNames, nuint outputCount, nint outputs);

    delegate nint ReadFunction(nint of, out nint read);

    delegate nint ReadNumberFunction(nint of, out int read);

    delegate nint ReadCountFunction(nint of, out nuint read);

    delegate nint ReadSizesFunction(nint of, nint sizes, nuint count);

    /// <summary>Loads the library.</summary>
    /// <exception cref="FileNotFoundException">There is none at the path, or it is another one.</exception>
    public OnnxRuntimeLibrary(string path)
    {
        try
        {
            nint library = NativeLibrary.Load(Path.GetFullPath(path));
            nint table = Marshal.GetDelegateForFunctionPointer<EntryFunction>(NativeLibrary.GetExport(library, "OrtGetApiBase"))();
            functions = Marshal.GetDelegateForFunctionPointer<TableFunction>(Marshal.ReadIntPtr(table))(1);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new FileNotFoundException($"{path} is not ONNX Runtime's shared library: {error.Message}", path, error);
        }
    }

    /// <summary>Runs a model.</summary>
    /// <param name="path">The model's file, beside which its weights may lie; null where it is given as bytes.</param>
    /// <param name="bytes">The model.</param>
    /// <param name="inputNames">The names of the inputs.</param>
    /// <param name="inputs">Their values.</param>
    /// <param name="outputNames">The names of the outputs.</param>
    /// <exception cref="UnsupportedModelException">The library has no kernel for an operator with these types.</exception>
    /// <exception cref="ModelFormatException">The library refuses the model or its inputs; the message is its own.</exception>
    public Tensor[] Run(string? path, byte[] bytes, IReadOnlyList<string> inputNames, ReadOnlySpan<Tensor> inputs, IReadOnlyList<string> outputNames)
    {
        nint environment = New(Function<EnvironmentFunction>(NewEnvironment)(OnlyErrors, Text("tauten"), out nint e), e, FreeEnvironment);
        nint options = New(Function<NewFunction>(NewOptions)(out nint o), o, FreeOptions);
        Expect(Function<NumberFunction>(SetThreads)(options, 1));
        nint session = path is null
            ? New(Function<BytesFunction>(NewSessionOfBytes)(environment, Pinned(bytes), (nuint)bytes.Length, options, out nint s), s, FreeSession)
            : New(Function<SessionFunction>(NewSession)(environment, PathText(path), options, out nint t), t, FreeSession);
        nint memory = New(Function<MemoryFunction>(NewMemoryInfo)(OfDevice, DefaultMemory, out nint m), m, FreeMemoryInfo);
        var given = new nint[inputs.Length];
        for (int i = 0; i < given.Length; i++)
        {
            var x = inputs[i];
            byte[] elements = TensorReader.Bytes(x);
            nint data = Pinned(elements.Length == 0 ? new byte[1] : elements), shape = Pinned(x.Shape.Select(d => d.Value).Append(0).ToArray());
            given[i] = New(Function<TensorFunction>(NewTensor)(memory, data, (nuint)elements.Length, shape, (nuint)x.Rank, (int)ElementTypes.Of(x.DType), out nint value), value, FreeValue);
        }
        var results = new nint[outputNames.Count];
        Expect(Function<RunFunction>(RunSession)(session, 0, Texts(inputNames), Pinned(given), (nuint)given.Length, Texts(outputNames), (nuint)results.Length, Pinned(results)));
        foreach (nint result in results) made.Push((FreeValue, result));
        return Array.ConvertAll(results, Value);
    }

    Tensor Value(nint value)
    {
        nint info = New(Function<ReadFunction>(TensorInfo)(value, out nint i), i, FreeInfo);
        Expect(Function<ReadNumberFunction>(TensorType)(info, out int type));
        Expect(Function<ReadCountFunction>(TensorRank)(info, out nuint rank));
        long[] sizes = new long[checked((int)rank)];
        Expect(Function<ReadSizesFunction>(TensorShape)(info, Pinned(sizes), rank));
        Expect(Function<ReadFunction>(TensorData)(value, out nint data));
        var dtype = ((ElementType)type).Carrier();
        var shape = Shape.Of(sizes);
        byte[] elements = new byte[checked((int)new TensorSpec(dtype, shape).ByteCount)];
        if (elements.Length > 0) Marshal.Copy(data, elements, 0, elements.Length);
        var proto = new TensorProto { DataType = type, RawData = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(elements) };
        proto.Dims.Add(sizes);
        return new TensorReader(null).Read(proto).AsTensor();
    }

    T Function<T>(int place) where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(Marshal.ReadIntPtr(functions, place * nint.Size));

    nint New(nint status, nint value, int free)
    {
        Expect(status);
        made.Push((free, value));
        return value;
    }

    void Expect(nint status)
    {
        if (status == 0) return;
        int code = Function<CodeFunction>(ErrorCode)(status);
        string message = string.Create(CultureInfo.InvariantCulture, $"ONNX Runtime: {Marshal.PtrToStringUTF8(Function<TextFunction>(ErrorMessage)(status))}");
        Function<FreeFunction>(FreeStatus)(status);
        throw code == NotImplemented ? new UnsupportedModelException(message) : new ModelFormatException(message);
    }

    nint Pinned(Array array)
    {
        var handle = GCHandle.Alloc(array, GCHandleType.Pinned);
        held.Add(handle);
        return handle.AddrOfPinnedObject();
    }

    nint Text(string text) => Pinned((byte[])[.. System.Text.Encoding.UTF8.GetBytes(text), 0]);

    nint Texts(IReadOnlyList<string> texts) => Pinned(texts.Select(Text).ToArray());

    nint PathText(string path) => OperatingSystem.IsWindows() ? Pinned((byte[])[.. System.Text.Encoding.Unicode.GetBytes(path), 0, 0]) : Text(path);

    /// <summary>Gives back all that was made, the last first. The library itself stays loaded, as it does not expect to be taken away.</summary>
    public void Dispose()
    {
        while (made.TryPop(out var last)) Function<FreeFunction>(last.Function)(last.Of);
        foreach (var handle in held) handle.Free();
        held.Clear();
    }
}
