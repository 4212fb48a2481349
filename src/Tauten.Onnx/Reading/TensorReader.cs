using System.Runtime.InteropServices;
using System.Text;

namespace Tauten.OnnxFormat;

/// <summary>Tensors of a file as values: from raw bytes, from lists of numbers, or from a file beside the model.</summary>
/// <param name="files">Where external data lie; null where there is no folder.</param>
/// <param name="parts">The model that the tensors are part of; null for a single value.</param>
sealed class TensorReader(ExternalFiles? files, ModelParts? parts = null)
{
    /// <summary>A tensor or texts.</summary>
    /// <exception cref="ModelFormatException">The data do not fill the shape.</exception>
    public OnnxValue Read(TensorProto proto)
    {
        string name = proto.Name.Length > 0 ? $"Tensor '{proto.Name}'" : "A tensor";
        var type = (ElementType)proto.DataType;
        var shape = ShapeOf(proto.Dims, name);
        if (type == ElementType.String) return Strings(proto, shape, name);
        var dtype = type.Carrier();
        long count = shape.Count;
        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
        {
            var (source, offset, length) = External(proto, name);
            return new OnnxTensor(FromSource(source, offset, length), type);
        }
        if (proto.HasRawData)
        {
            if (parts is not null && parts.IsTicket(proto.RawData, out var place)) return new OnnxTensor(FromSource(parts.Source, place.Offset, place.Length), type);
            Fill(proto.RawData.Length);
            return new OnnxTensor(FromRaw(proto.RawData.Span, type, dtype, shape), type);
        }
        int given = Math.Max(Math.Max(proto.FloatData.Count, proto.Int32Data.Count), Math.Max(Math.Max(proto.Int64Data.Count, proto.DoubleData.Count), proto.Uint64Data.Count));
        long needed = type.IsHalfByte() && given != count ? (count + 1) / 2 : count;
        if (given != needed) throw new ModelFormatException($"{name}: {type}{shape} has {count} elements. Received: {given}.");
        return new OnnxTensor(FromLists(proto, type, dtype, shape, name), type);

        void Fill(long received)
        {
            long expected = type.IsHalfByte() ? (count + 1) / 2 : type.IsSmallFloat() ? count : checked(count * dtype.Size());
            if (received != expected) throw new ModelFormatException($"{name}: {type}{shape} takes {expected} bytes. Received: {received}.");
        }

        Tensor FromSource(TensorSource source, long offset, long length)
        {
            Fill(length);
            if (type != ElementType.Bool && !type.IsCarried() && BitConverter.IsLittleEndian) return source.Read(offset, new(dtype, shape));
            if (length > Array.MaxLength) throw new UnsupportedModelException($"{name}: {length} bytes of {type} are more than an array of .NET holds.");
            byte[] bytes = new byte[length];
            source.Copy(offset, bytes);
            return FromRaw(bytes, type, dtype, shape);
        }
    }

    static Shape ShapeOf(IReadOnlyList<long> dims, string name)
    {
        if (dims.Count > 64) throw new ModelFormatException($"{name}: {dims.Count} dimensions are more than 64.");
        foreach (long dim in dims)
            if (dim < 0) throw new ModelFormatException($"{name}: a size cannot be negative. Received: [{string.Join(", ", dims)}].");
        try
        {
            return Shape.Of([.. dims]);
        }
        catch (ShapeException error)
        {
            throw new ModelFormatException($"{name}: {error.Message}", error);
        }
    }

    static OnnxStrings Strings(TensorProto proto, Shape shape, string name) => proto.StringData.Count == shape.Count
        ? new([.. proto.StringData.Select(s => Encoding.UTF8.GetString(s.Span))], shape)
        : throw new ModelFormatException($"{name}: a shape {shape} of texts has {shape.Count} of them. Received: {proto.StringData.Count}.");

    (TensorSource Source, long Offset, long Length) External(TensorProto proto, string name)
    {
        if (files is null) throw new ModelFormatException($"{name} lies in a file beside the model, but the model was not read from a file. Import it by its path.");
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (var entry in proto.ExternalData)
            switch (entry.Key)
            {
                case "location": location = entry.Value; break;
                case "offset": offset = Number(entry, name); break;
                case "length": length = Number(entry, name); break;
            }
        return files.Find(location ?? throw new ModelFormatException($"{name}: external data without a location."), offset, length, name);
    }

    static long Number(StringStringEntryProto entry, string name) =>
        long.TryParse(entry.Value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ModelFormatException($"{name}: {entry.Key} of external data must be a whole number. Received: '{entry.Value}'.");

    static Tensor FromRaw(ReadOnlySpan<byte> raw, ElementType type, DType dtype, Shape shape)
    {
        if (type.IsHalfByte()) return FromHalfBytes(raw, type, shape);
        if (type.IsSmallFloat()) return FromCodes(raw, type, shape);
        if (type == ElementType.Bool)
        {
            var bools = new bool[raw.Length];
            for (int i = 0; i < bools.Length; i++) bools[i] = raw[i] != 0;
            return Tensor.From(bools, shape);
        }
        return dtype switch
        {
            DType.Float32 => Little<float>(raw, shape),
            DType.Float64 => Little<double>(raw, shape),
            DType.Float16 => Little<Half>(raw, shape),
            DType.BFloat16 => Little<BFloat16>(raw, shape),
            DType.Int8 => Little<sbyte>(raw, shape),
            DType.UInt8 => Little<byte>(raw, shape),
            DType.Int16 => Little<short>(raw, shape),
            DType.UInt16 => Little<ushort>(raw, shape),
            DType.Int32 => Little<int>(raw, shape),
            DType.UInt32 => Little<uint>(raw, shape),
            DType.Int64 => Little<long>(raw, shape),
            _ => Little<ulong>(raw, shape),
        };
    }

    // The format is little-endian, as every platform that .NET runs on in practice.
    static Tensor Little<T>(ReadOnlySpan<byte> raw, Shape shape) where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("ONNX tensors are read on little-endian machines only.");
        return Tensor.From(MemoryMarshal.Cast<byte, T>(raw), shape);
    }

    static Tensor FromHalfBytes(ReadOnlySpan<byte> raw, ElementType type, Shape shape)
    {
        var codes = new byte[shape.Count];
        for (int i = 0; i < codes.Length; i++) codes[i] = (byte)(i % 2 == 0 ? raw[i / 2] & 15 : raw[i / 2] >> 4);
        return FromCodes(codes, type, shape);
    }

    static Tensor FromCodes(ReadOnlySpan<byte> codes, ElementType type, Shape shape)
    {
        if (type == ElementType.UInt4) return Tensor.From(codes, shape);
        if (type == ElementType.Int4)
        {
            var signed = new sbyte[codes.Length];
            for (int i = 0; i < signed.Length; i++) signed[i] = (sbyte)((sbyte)(codes[i] << 4) >> 4);
            return Tensor.From(signed, shape);
        }
        var format = SmallFloat.Of(type);
        var values = new float[codes.Length];
        for (int i = 0; i < values.Length; i++) values[i] = format.Decode(codes[i]);
        return Tensor.From(values, shape);
    }

    // Which list holds the elements of which type is said in the specification of TensorProto.
    static Tensor FromLists(TensorProto proto, ElementType type, DType dtype, Shape shape, string name)
    {
        switch (type)
        {
            case ElementType.Float32: return Tensor.From(Listed(proto.FloatData, v => v), shape);
            case ElementType.Float64: return Tensor.From(Listed(proto.DoubleData, v => v), shape);
            case ElementType.Int64: return Tensor.From(Listed(proto.Int64Data, v => v), shape);
            case ElementType.UInt64: return Tensor.From(Listed(proto.Uint64Data, v => v), shape);
            case ElementType.UInt32: return Tensor.From(Listed(proto.Uint64Data, v => (uint)v), shape);
            case ElementType.Int32: return Tensor.From(Listed(proto.Int32Data, v => v), shape);
            case ElementType.Int16: return Tensor.From(Listed(proto.Int32Data, v => (short)v), shape);
            case ElementType.UInt16: return Tensor.From(Listed(proto.Int32Data, v => (ushort)v), shape);
            case ElementType.Int8: return Tensor.From(Listed(proto.Int32Data, v => (sbyte)v), shape);
            case ElementType.UInt8: return Tensor.From(Listed(proto.Int32Data, v => (byte)v), shape);
            case ElementType.Bool: return Tensor.From(Listed(proto.Int32Data, v => v != 0), shape);
            case ElementType.Float16: return Tensor.From(Listed(proto.Int32Data, v => BitConverter.UInt16BitsToHalf((ushort)v)), shape);
            case ElementType.BFloat16: return Tensor.From(MemoryMarshal.Cast<ushort, BFloat16>(Listed(proto.Int32Data, v => (ushort)v)), shape);
        }
        if (!type.IsCarried()) throw new ModelFormatException($"{name}: no list of numbers holds {type}.");
        byte[] bytes = Listed(proto.Int32Data, v => (byte)v);
        return type.IsHalfByte() && bytes.Length != shape.Count ? FromHalfBytes(bytes, type, shape) : FromCodes(bytes, type, shape);

        TTo[] Listed<TFrom, TTo>(IReadOnlyList<TFrom> list, Func<TFrom, TTo> convert)
        {
            // Another list than the type's own holds the data.
            if (list.Count == 0 && shape.Count > 0) throw new ModelFormatException($"{name}: the list of numbers that holds {dtype.Name()} is empty.");
            var result = new TTo[list.Count];
            for (int i = 0; i < result.Length; i++) result[i] = convert(list[i]);
            return result;
        }
    }

    /// <summary>A sparse tensor, made dense.</summary>
    public OnnxValue Read(SparseTensorProto proto)
    {
        string name = proto.Values?.Name is { Length: > 0 } given ? $"Sparse tensor '{given}'" : "A sparse tensor";
        if (proto.Values is null || proto.Indices is null) throw new ModelFormatException($"{name}: expected values and indices.");
        var shape = ShapeOf(proto.Dims, name);
        if (Read(proto.Values) is not OnnxTensor values || Read(proto.Indices) is not OnnxTensor { ElementType: ElementType.Int64 } indices) throw new ModelFormatException($"{name}: expected numbers and int64 indices.");
        var places = indices.Tensor;
        long found = values.Shape.ElementCount;
        if (places.Rank == 2)
        {
            if (places.Shape[0] != found || places.Shape[1] != shape.Rank) throw new ModelFormatException($"{name}: indices {places.Shape} do not fit {found} values in shape {shape}.");
            var flat = new long[found];
            long[] all = places.ToArray<long>();
            for (int i = 0; i < flat.Length; i++)
                for (int k = 0; k < shape.Rank; k++) flat[i] = flat[i] * shape[k] + Inside(all[i * shape.Rank + k], shape[k]);
            places = Tensor.From(flat);
        }
        else if (places.Rank != 1 || places.Shape[0] != found) throw new ModelFormatException($"{name}: indices {places.Shape} do not fit {found} values.");
        else
            foreach (long place in places.ToArray<long>()) Inside(place, shape.Count);
        var dense = Tensor.Zeros([shape.Count], values.Tensor.DType).Scatter(0, places, values.Tensor.Flatten());
        return new OnnxTensor(dense.Reshape(shape), values.ElementType);

        long Inside(long place, long size) => place >= 0 && place < size ? place : throw new ModelFormatException($"{name}: index {place} lies outside of shape {shape}.");
    }

    /// <summary>The element type and the bytes of a tensor of a dtype, for a file.</summary>
    public static TensorProto Write(Tensor x, string name)
    {
        var proto = Described(x, name);
        proto.RawData = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(Bytes(x));
        return proto;
    }

    /// <summary>Name, element type and shape of a tensor.</summary>
    public static TensorProto Described(Tensor x, string name)
    {
        var proto = new TensorProto { Name = name, DataType = (int)ElementTypes.Of(x.DType) };
        foreach (var dim in x.Shape) proto.Dims.Add(dim);
        return proto;
    }

    /// <summary>The elements of a tensor, for a file.</summary>
    public static byte[] Bytes(Tensor x) => x.DType switch
    {
        DType.Float32 => Bytes<float>(x),
        DType.Float64 => Bytes<double>(x),
        DType.Float16 => Bytes<Half>(x),
        DType.BFloat16 => Bytes<BFloat16>(x),
        DType.Int8 => Bytes<sbyte>(x),
        DType.UInt8 => Bytes<byte>(x),
        DType.Int16 => Bytes<short>(x),
        DType.UInt16 => Bytes<ushort>(x),
        DType.Int32 => Bytes<int>(x),
        DType.UInt32 => Bytes<uint>(x),
        DType.Int64 => Bytes<long>(x),
        DType.UInt64 => Bytes<ulong>(x),
        _ => Bytes<bool>(x),
    };

    static byte[] Bytes<T>(Tensor x) where T : unmanaged => MemoryMarshal.AsBytes<T>(x.ToArray<T>()).ToArray();
}
