using Google.Protobuf;

namespace Tauten.Data;

/// <summary>A tf.train.Example: lists of bytes, float32 or int64 by name, in the encoding of protocol buffers.</summary>
/// <example><code>
/// var example = new TfExample();
/// example.Ints["label"] = [3];
/// example.Floats["pixels"] = [0.5f, 1];
/// var again = TfExample.Parse(example.ToBytes());
/// Console.WriteLine($"{again.Ints["label"][0]} {again.Floats["pixels"].Length}");    // 3 2
/// </code></example>
public sealed class TfExample
{
    const uint Features = (1 << 3) | 2, Feature = (1 << 3) | 2, Key = (1 << 3) | 2, Value = (2 << 3) | 2;
    const uint BytesList = (1 << 3) | 2, FloatList = (2 << 3) | 2, IntList = (3 << 3) | 2;
    const uint PackedItems = (1 << 3) | 2, SingleFloat = (1 << 3) | 5, SingleInt = 1 << 3;

    /// <summary>Lists of bytes by name.</summary>
    public SortedDictionary<string, byte[][]> Bytes { get; } = new(StringComparer.Ordinal);

    /// <summary>Lists of float32 by name.</summary>
    public SortedDictionary<string, float[]> Floats { get; } = new(StringComparer.Ordinal);

    /// <summary>Lists of int64 by name.</summary>
    public SortedDictionary<string, long[]> Ints { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads an encoded example. A feature without a list is an empty list of bytes.</summary>
    /// <exception cref="DataException">The bytes are no example.</exception>
    public static TfExample Parse(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var example = new TfExample();
        try
        {
            Each(bytes, Features, features => Each(features, Feature, entry => example.ReadEntry(entry)));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new DataException($"The record is no tf.train.Example: {e.Message}", e);
        }
        return example;
    }

    // Calls with each piece under a tag, and passes over the others.
    static void Each(byte[] bytes, uint wanted, Action<byte[]> piece)
    {
        using var input = new CodedInputStream(bytes);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag == wanted) piece(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        }
    }

    void ReadEntry(byte[] entry)
    {
        string name = "";
        byte[] feature = [];
        using var input = new CodedInputStream(entry);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag == Key) name = input.ReadString();
            else if (tag == Value) feature = input.ReadBytes().ToByteArray();
            else input.SkipLastField();
        }
        using var kinds = new CodedInputStream(feature);
        bool any = false;
        for (uint tag = kinds.ReadTag(); tag != 0; tag = kinds.ReadTag())
        {
            if (tag is not (BytesList or FloatList or IntList))
            {
                kinds.SkipLastField();
                continue;
            }
            any = true;
            byte[] list = kinds.ReadBytes().ToByteArray();
            if (tag == BytesList) Bytes[name] = ReadBytes(list);
            else if (tag == FloatList) Floats[name] = [.. ReadNumbers(list, SingleFloat, i => i.ReadFloat())];
            else Ints[name] = [.. ReadNumbers(list, SingleInt, i => i.ReadInt64())];
        }
        if (!any) Bytes[name] = [];
    }

    static byte[][] ReadBytes(byte[] list)
    {
        var items = new List<byte[]>();
        Each(list, PackedItems, items.Add);
        return [.. items];
    }

    static List<T> ReadNumbers<T>(byte[] list, uint single, Func<CodedInputStream, T> read)
    {
        var items = new List<T>();
        using var input = new CodedInputStream(list);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag == single) items.Add(read(input));
            else if (tag == PackedItems)
            {
                using var packed = new CodedInputStream(input.ReadBytes().ToByteArray());
                while (!packed.IsAtEnd) items.Add(read(packed));
            }
            else input.SkipLastField();
        }
        return items;
    }

    /// <summary>The encoding, with names in order.</summary>
    public byte[] ToBytes()
    {
        var entries = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, list) in Bytes) entries[name] = Write(o => Piece(o, BytesList, Write(items => { foreach (byte[] item in list) Piece(items, PackedItems, item); })));
        foreach (var (name, list) in Floats) entries[name] = Write(o => Piece(o, FloatList, Write(items => Packed(items, list.Length, p => { foreach (float item in list) p.WriteFloat(item); }))));
        foreach (var (name, list) in Ints) entries[name] = Write(o => Piece(o, IntList, Write(items => Packed(items, list.Length, p => { foreach (long item in list) p.WriteInt64(item); }))));
        return Write(o => Piece(o, Features, Write(features =>
        {
            foreach (var (name, feature) in entries)
                Piece(features, Feature, Write(entry =>
                {
                    entry.WriteTag(Key);
                    entry.WriteString(name);
                    Piece(entry, Value, feature);
                }));
        })));
    }

    static void Packed(CodedOutputStream output, int count, Action<CodedOutputStream> write)
    {
        if (count > 0) Piece(output, PackedItems, Write(write));
    }

    static void Piece(CodedOutputStream output, uint tag, byte[] bytes)
    {
        output.WriteTag(tag);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    static byte[] Write(Action<CodedOutputStream> write)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true)) write(output);
        return memory.ToArray();
    }
}
