namespace Tauten;

/// <summary>The names in a group and the addresses of what they name, in all the ways in which groups are stored.</summary>
sealed class Hdf5Groups(Hdf5Bytes file)
{
    const int SymbolTable = 0x11, Link = 6, LinkInfo = 2;
    const int MostNodes = 1 << 16;

    int nodes;

    /// <summary>Whether an object with these messages is a group.</summary>
    public static bool IsGroup(List<(int Kind, byte[] Content)> messages) => messages.Any(m => m.Kind is SymbolTable or LinkInfo);

    /// <summary>What a group has. Links to other files and by name are left out.</summary>
    public IEnumerable<(string Name, long Address)> Links(List<(int Kind, byte[] Content)> messages)
    {
        var links = new List<(string, long)>();
        foreach (var (kind, content) in messages)
        {
            var x = new Hdf5Cursor(file, content);
            switch (kind)
            {
                case SymbolTable:
                    long tree = x.Address(), heap = x.Address();
                    ReadSymbols(tree, Names(heap), links);
                    break;
                case Link:
                    if (ReadLink(x) is { } link) links.Add(link);
                    break;
                case LinkInfo:
                    x.Skip(1);
                    if ((x.Byte() & 1) != 0) x.Skip(8);
                    long fractal = x.Address(), index = x.Address();
                    if (!file.IsUndefined(fractal) && !file.IsUndefined(index)) ReadDense(fractal, index, links);
                    break;
            }
        }
        return links;
    }

    (string, long)? ReadLink(Hdf5Cursor x)
    {
        x.Skip(1);
        int flags = x.Byte(), kind = (flags & 8) != 0 ? x.Byte() : 0;
        if ((flags & 4) != 0) x.Skip(8);
        if ((flags & 16) != 0) x.Skip(1);
        string name = System.Text.Encoding.UTF8.GetString(x.Take(x.Number(1 << (flags & 3))));
        return kind == 0 ? (name, x.Address()) : null;
    }

    byte[] Names(long heap)
    {
        var x = file.Read(heap, 64);
        x.Expect("HEAP"u8);
        x.Skip(4);
        long size = x.Length();
        x.Length();
        return file.At(x.Address(), size);
    }

    void ReadSymbols(long address, byte[] names, List<(string, long)> links)
    {
        var pending = new Stack<long>([address]);
        while (pending.TryPop(out long node))
        {
            if (++nodes > MostNodes) throw file.Wrong("a tree of names does not end");
            if (file.At(node, 4).AsSpan().SequenceEqual("SNOD"u8))
            {
                var x = file.Read(node, 8);
                x.Skip(6);
                int count = (int)x.Number(2), entry = 2 * file.OffsetSize + 24;
                x = file.Read(node + 8, (long)count * entry);
                for (int i = 0; i < count; i++)
                {
                    long name = x.Address(), target = x.Address();
                    int cache = (int)x.Number(4);
                    x.Skip(20);
                    // A link by name has no address of its own.
                    if (cache != 2) links.Add((TextAt(names, name), target));
                }
                continue;
            }
            var tree = file.Read(node, 8 + 2 * file.OffsetSize);
            tree.Expect("TREE"u8);
            if (tree.Byte() != 0) throw file.Wrong("a tree of names is one of data");
            tree.Skip(1);
            int used = (int)tree.Number(2);
            var entries = file.Read(node + 8 + 2 * file.OffsetSize, (long)used * (file.LengthSize + file.OffsetSize));
            for (int i = 0; i < used; i++)
            {
                entries.Skip(file.LengthSize);
                pending.Push(entries.Address());
            }
        }
    }

    string TextAt(byte[] names, long place)
    {
        if (place < 0 || place >= names.Length) throw file.Wrong("a name leaves its heap");
        return new Hdf5Cursor(file, names) { Position = (int)place }.Text();
    }

    void ReadDense(long fractal, long index, List<(string, long)> links)
    {
        var heap = new Hdf5FractalHeap(file, fractal);
        // The index by name: records of a hash and the place in the heap.
        foreach (byte[] record in new Hdf5Tree(file, index).Records())
            if (ReadLink(new(file, heap.Object(record.AsSpan(4)))) is { } link) links.Add(link);
    }
}
