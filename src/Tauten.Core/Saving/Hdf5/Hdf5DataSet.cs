using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten;

/// <summary>One data set: its type, its sizes, and its elements, in one piece or in chunks.</summary>
sealed class Hdf5DataSet
{
    const int Space = 1, Type = 3, OldFillValue = 4, FillValue = 5, Layout = 8, Filters = 0xb;
    const int MostAxes = 64;

    readonly Hdf5Bytes file;
    readonly string name;
    readonly Hdf5Type type;
    readonly long[] sizes;
    readonly Hdf5Cursor layout;
    readonly Hdf5Filters filters;
    readonly byte[]? fill;

    Hdf5DataSet(Hdf5Bytes file, string name, Hdf5Type type, long[] sizes, Hdf5Cursor layout, Hdf5Filters filters, byte[]? fill) =>
        (this.file, this.name, this.type, this.sizes, this.layout, this.filters, this.fill) = (file, name, type, sizes, layout, filters, fill);

    /// <summary>The data set with these messages; null if it has no numbers, or no elements at all.</summary>
    public static Hdf5DataSet? Of(Hdf5Bytes file, string name, List<(int Kind, byte[] Content)> messages)
    {
        Hdf5Cursor? Find(int kind) => messages.FirstOrDefault(m => m.Kind == kind).Content is { } content ? new(file, content) : null;

        if (Find(Space) is not { } space || Find(Type) is not { } kind || Find(Layout) is not { } layout) return null;
        if (Hdf5Type.Read(kind, file, name) is not { } type || Sizes(space, file, name) is not { } sizes) return null;
        return new(file, name, type, sizes, layout, Hdf5Filters.Read(Find(Filters), file, name), FillOf(Find(FillValue), Find(OldFillValue), type));
    }

    static long[]? Sizes(Hdf5Cursor x, Hdf5Bytes file, string name)
    {
        int version = x.Byte(), rank = x.Byte();
        x.Skip(1);
        if (version is not (1 or 2)) throw file.Wrong($"'{name}' has sizes in an unknown form");
        if (version == 1) x.Skip(5);
        else if (x.Byte() == 2) return null;
        if (rank > MostAxes) throw file.Wrong($"'{name}' has {rank} axes");
        return [.. Enumerable.Range(0, rank).Select(_ => x.Length())];
    }

    static byte[]? FillOf(Hdf5Cursor? fill, Hdf5Cursor? old, Hdf5Type type)
    {
        if (fill is null) return old is { Left: >= 4 } ? Value(old, old.Number(4)) : null;
        int version = fill.Byte();
        if (version == 3) return (fill.Byte() & 0x20) != 0 ? Value(fill, fill.Number(4)) : null;
        fill.Skip(2);
        return fill.Byte() == 1 && fill.Left >= 4 ? Value(fill, fill.Number(4)) : null;

        byte[]? Value(Hdf5Cursor x, long size) => size == type.Size ? x.Take(size).ToArray() : null;
    }

    /// <summary>The elements.</summary>
    /// <exception cref="ModelFormatException">The data is damaged, or stored in a way that is not read.</exception>
    public Tensor Read()
    {
        // What is packed may be a thousand times as large as the file, no more.
        const long LargestRatio = 1032;
        long bytes;
        Shape shape;
        try
        {
            shape = Shape.Of(sizes);
            bytes = sizes.Aggregate((long)type.Size, (product, size) => checked(product * size));
        }
        catch (Exception e) when (e is OverflowException or ShapeException)
        {
            throw file.Wrong($"'{name}' has more elements, [{string.Join(", ", sizes)}], than can be counted");
        }
        if (bytes > (filters.IsEmpty ? file.Length + 4096 : Math.Min(file.Length * LargestRatio, Npz.DefaultLimit)))
            throw file.Wrong($"'{name}' claims {bytes} bytes, more than a file of {file.Length} can hold");
        var tensor = Tensor.Allocate(Backends.Default, new(type.DType, shape));
        var held = tensor.Backend.IsHostReadable ? null : new byte[bytes];
        if (bytes > 0) Fill(held is null ? MemoryOf(tensor, bytes) : held);
        if (held is not null) tensor.Backend.CopyFromHost(tensor.Storage, held);
        GC.KeepAlive(tensor);
        return tensor;
    }

    static Span<byte> MemoryOf(Tensor tensor, long bytes) =>
        bytes <= int.MaxValue ? MemoryMarshal.CreateSpan(ref tensor.Storage.Reference, (int)bytes) : throw new ModelFormatException($"A data set of {bytes} bytes is larger than the 2 GB that are read.");

    void Fill(Span<byte> target)
    {
        int version = layout.Byte();
        if (version is 1 or 2)
        {
            int axes = layout.Byte(), kind = layout.Byte();
            layout.Skip(5);
            long place = kind == 0 ? -1 : layout.Address();
            long[] chunk = [.. Enumerable.Range(0, axes).Select(_ => layout.Number(4))];
            if (kind == 0) Inline(layout.Number(4), target);
            else if (kind == 1) InOnePiece(place, target);
            else InChunks(place, chunk[..^1], target);
        }
        else if (version is 3 or 4)
        {
            int kind = layout.Byte();
            if (kind == 0) Inline(layout.Number(2), target);
            else if (kind == 1) InOnePiece(layout.Address(), target);
            else if (kind == 2 && version == 3)
            {
                int axes = layout.Byte();
                long place = layout.Address();
                InChunks(place, [.. Enumerable.Range(0, axes - 1).Select(_ => layout.Number(4))], target);
            }
            else if (kind == 2) InIndexedChunks(target);
            else throw file.Wrong($"'{name}' is made of other data sets, which is not read");
        }
        else throw file.Wrong($"'{name}' is stored in an unknown way");
        type.Order(target, name, file);
    }

    void Inline(long size, Span<byte> target)
    {
        if (size < target.Length) throw file.Wrong($"'{name}' has {size} bytes. Expected {target.Length}");
        layout.Take(target.Length).CopyTo(target);
    }

    void InOnePiece(long place, Span<byte> target)
    {
        if (file.IsUndefined(place)) Fallback(target);
        else file.At(place, target);
    }

    void Fallback(Span<byte> target)
    {
        target.Clear();
        if (fill is null || fill.All(b => b == 0)) return;
        for (int i = 0; i < target.Length; i += fill.Length) fill.CopyTo(target[i..]);
    }

    // Chunks in a tree by their first element.
    void InChunks(long tree, long[] chunk, Span<byte> target)
    {
        const int MostNodes = 1 << 16;
        CheckChunk(chunk);
        Fallback(target);
        if (file.IsUndefined(tree)) return;
        var pending = new Stack<long>([tree]);
        for (int read = 0; pending.TryPop(out long node); read++)
        {
            if (read > MostNodes) throw file.Wrong($"the chunks of '{name}' do not end");
            var head = file.Read(node, 8 + 2 * file.OffsetSize);
            head.Expect("TREE"u8);
            if (head.Byte() != 1) throw file.Wrong($"the chunks of '{name}' are no chunks");
            int level = head.Byte(), used = (int)head.Number(2);
            var x = file.Read(node + 8 + 2 * file.OffsetSize, (long)used * (8 + 8 * (chunk.Length + 1) + file.OffsetSize));
            for (int i = 0; i < used; i++)
            {
                long size = x.Number(4), mask = x.Number(4);
                long[] first = [.. chunk.Select(_ => x.Number(8))];
                x.Skip(8);
                long place = x.Address();
                if (level > 0) pending.Push(place);
                else Place(filters.Unpack(file.At(place, size), mask, ChunkBytes(chunk), name), first, chunk, target);
            }
        }
    }

    // The fourth form: one chunk, chunks in a row without an index, or a table of their places.
    void InIndexedChunks(Span<byte> target)
    {
        int flags = layout.Byte(), axes = layout.Byte(), bytesOfSize = layout.Byte();
        if (axes < 1) throw file.Wrong($"'{name}' has chunks without axes");
        long[] chunk = [.. Enumerable.Range(0, axes - 1).Select(_ => layout.Number(bytesOfSize))];
        layout.Skip(bytesOfSize);           // the size of an element
        CheckChunk(chunk);
        int index = layout.Byte();
        long size = ChunkBytes(chunk), mask = 0;
        switch (index)
        {
            case 1:
                if ((flags & 2) != 0) (size, mask) = (layout.Length(), layout.Number(4));
                Fallback(target);
                long place = layout.Address();
                if (!file.IsUndefined(place)) Place(filters.Unpack(file.At(place, size), mask, ChunkBytes(chunk), name), new long[chunk.Length], chunk, target);
                break;
            case 2:
                Fallback(target);
                long start = layout.Address();
                if (!file.IsUndefined(start)) Numbered(chunk, target, i => (start + i * size, size, 0));
                break;
            case 3:
                layout.Skip(1);
                Fallback(target);
                long header = layout.Address();
                if (!file.IsUndefined(header)) Numbered(chunk, target, Hdf5FixedArray.Read(file, header, size, name));
                break;
            default:
                throw file.Wrong($"the chunks of '{name}' have an index of a kind that is not read, as data sets that can grow have when saved for the latest version only");
        }
    }

    void Numbered(long[] chunk, Span<byte> target, Func<long, (long Place, long Size, long Mask)> find)
    {
        long[] counts = [.. sizes.Select((s, i) => (s + chunk[i] - 1) / chunk[i])];
        long total = counts.Aggregate(1L, (a, b) => checked(a * b));
        for (long i = 0; i < total; i++)
        {
            var first = new long[chunk.Length];
            long rest = i;
            for (int axis = chunk.Length - 1; axis >= 0; axis--)
            {
                first[axis] = rest % counts[axis] * chunk[axis];
                rest /= counts[axis];
            }
            var (place, size, mask) = find(i);
            if (!file.IsUndefined(place)) Place(filters.Unpack(file.At(place, size), mask, ChunkBytes(chunk), name), first, chunk, target);
        }
    }

    void CheckChunk(long[] chunk)
    {
        const long Most = 1L << 31;
        if (chunk.Length != sizes.Length || chunk.Any(s => s < 1) || chunk.Aggregate((double)type.Size, (a, b) => a * b) >= Most) throw file.Wrong($"'{name}' has chunks of [{string.Join(", ", chunk)}]");
    }

    long ChunkBytes(long[] chunk) => chunk.Aggregate((long)type.Size, (a, b) => a * b);

    /// <summary>Copies a chunk to its place, row by row, without what sticks out.</summary>
    void Place(byte[] content, long[] first, long[] chunk, Span<byte> target)
    {
        int axes = sizes.Length;
        if (axes == 0)
        {
            content.AsSpan(0, type.Size).CopyTo(target);
            return;
        }
        for (int i = 0; i < axes; i++)
            if (first[i] < 0 || first[i] >= sizes[i]) throw file.Wrong($"a chunk of '{name}' lies outside of it, at [{string.Join(", ", first)}]");
        long[] there = [.. chunk.Select((c, i) => Math.Min(c, sizes[i] - first[i]))];
        int row = checked((int)(there[^1] * type.Size));
        var at = new long[axes];
        while (true)
        {
            long from = 0, to = 0;
            for (int i = 0; i < axes; i++)
            {
                from = from * chunk[i] + at[i];
                to = to * sizes[i] + first[i] + at[i];
            }
            content.AsSpan((int)(from * type.Size), row).CopyTo(target[(int)(to * type.Size)..]);
            int axis = axes - 2;
            while (axis >= 0 && ++at[axis] == there[axis]) at[axis--] = 0;
            if (axis < 0) return;
        }
    }
}

/// <summary>A table of the places of chunks.</summary>
static class Hdf5FixedArray
{
    /// <summary>Place, size and mask of each chunk by its number.</summary>
    public static Func<long, (long Place, long Size, long Mask)> Read(Hdf5Bytes file, long header, long chunkSize, string name)
    {
        var x = file.Read(header, 64);
        x.Expect("FAHD"u8);
        x.Skip(1);
        int filtered = x.Byte(), entry = x.Byte(), pageBits = x.Byte();
        long count = x.Length(), block = x.Address();
        if (file.IsUndefined(block)) return _ => (-1, 0, 0);
        long start = block + 6 + file.OffsetSize, page = 1L << pageBits;
        long pages = count > page ? (count + page - 1) / page : 0;
        if (pages > 0) start += (pages + 7) / 8 + 4;
        return i =>
        {
            if (i >= count) throw file.Wrong($"'{name}' has more chunks than their table");
            // Behind each page there is its checksum.
            long place = start + i * entry + (pages > 0 ? i / page * 4 : 0);
            var at = file.Read(place, entry);
            return filtered == 0 ? (at.Address(), chunkSize, 0) : (at.Address(), at.Number(entry - file.OffsetSize - 4), at.Number(4));
        };
    }
}
