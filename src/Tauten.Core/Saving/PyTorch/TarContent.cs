using System.Buffers.Binary;

namespace Tauten;

/// <summary>The first format of PyTorch: storages, then tensors in them, then a pickle that names tensors by their keys.</summary>
sealed class TarContent(Stream storages, Stream tensors, string source)
{
    readonly Dictionary<string, object?> objects = [];

    /// <summary>The content.</summary>
    public object? Read(Stream pickle)
    {
        var names = new PyTorchObjects(source, Find);
        ReadStorages(names);
        ReadTensors(names);
        return new Pickle(pickle, names, source).Read();
    }

    object? Find(object? id)
    {
        // The source of a class is named beside it, and not needed.
        if (id is object?[] and [var type, ..]) return type;
        string key = Key(id);
        return objects.TryGetValue(key, out object? value) ? value : throw new ModelFormatException($"{source}: tensor '{key}' is missing.");
    }

    void ReadStorages(PyTorchObjects names)
    {
        var pickles = new Pickle(storages, names, source);
        long count = (long)pickles.Read()!;
        for (long i = 0; i < count; i++)
        {
            var x = (object?[])pickles.Read()!;
            var type = names.DTypeOf((PickledName)x[2]!);
            long elements = Int64(storages), place = storages.Position, bytes;
            if (elements < 0 || elements > (storages.Length - place) / type.Size()) throw new ModelFormatException($"{source}: storage '{Key(x[0])}' claims {elements} elements of {type.Name()}, but only {storages.Length - place} bytes follow.");
            bytes = elements * type.Size();
            objects[Key(x[0])] = new PyTorchStorage(type, elements, () => new SectionStream(storages, place, bytes), false, $"{source}: storage '{Key(x[0])}'");
            storages.Position = place + bytes;
        }
        foreach (object? view in (IEnumerable<object?>)pickles.Read()!)
        {
            var x = (object?[])view!;
            objects[Key(x[0])] = Storage(Key(x[1])).Part((long)x[2]!, (long)x[3]!);
        }
    }

    void ReadTensors(PyTorchObjects names)
    {
        var pickles = new Pickle(tensors, names, source);
        long count = (long)pickles.Read()!;
        for (long i = 0; i < count; i++)
        {
            var x = (object?[])pickles.Read()!;
            // Four bytes of rank, and four that once were the rest of it.
            long axes = (uint)Int64(tensors);
            if (axes > 64) throw new ModelFormatException($"{source}: tensor '{Key(x[0])}' has {axes} axes.");
            var sizes = Sizes((int)axes);
            var strides = Sizes((int)axes);
            var storage = Storage(Key(x[1]));
            objects[Key(x[0])] = storage.View(storage.DType, Int64(tensors), sizes, strides);
        }
    }

    PyTorchStorage Storage(string key) => objects.GetValueOrDefault(key) as PyTorchStorage ?? throw new ModelFormatException($"{source}: storage '{key}' is missing.");

    long[] Sizes(int axes) => [.. Enumerable.Range(0, axes).Select(_ => Int64(tensors))];

    static long Int64(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[8];
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    static string Key(object? key) => FormattableString.Invariant($"{key}");
}
