using System.Numerics;

namespace Tauten;

/// <summary>A heap of small objects in blocks of doubling size, where large groups keep their links.</summary>
sealed class Hdf5FractalHeap
{
    readonly Hdf5Bytes file;
    readonly int width, offsetBytes, lengthBytes, blockHead, rows;
    readonly long startSize, largestDirect, root;
    readonly int maxHeapBits;

    public Hdf5FractalHeap(Hdf5Bytes file, long address)
    {
        this.file = file;
        var x = file.Read(address, 256);
        x.Expect("FRHP"u8);
        x.Skip(1);
        x.Skip(2);
        if (x.Number(2) != 0) throw file.Wrong("a heap of links is packed, which is not read");
        int flags = x.Byte();
        long largestObject = x.Number(4);
        x.Skip(2 * file.LengthSize + 2 * file.OffsetSize + 8 * file.LengthSize);
        width = (int)x.Number(2);
        startSize = x.Length();
        largestDirect = x.Length();
        maxHeapBits = (int)x.Number(2);
        x.Skip(2);
        root = x.Address();
        rows = (int)x.Number(2);
        if (width < 1 || !BitOperations.IsPow2(startSize) || !BitOperations.IsPow2(largestDirect) || maxHeapBits is < 1 or > 64 || rows > 64) throw file.Wrong("a heap has sizes that are none");
        offsetBytes = (maxHeapBits + 7) / 8;
        lengthBytes = Math.Min((BitOperations.Log2((ulong)largestDirect) + 7) / 8, BitOperations.Log2((ulong)Math.Max(largestObject, 1)) / 8 + 1);
        blockHead = 5 + file.OffsetSize + offsetBytes + ((flags & 2) != 0 ? 4 : 0);
    }

    /// <summary>An object by its id.</summary>
    public byte[] Object(ReadOnlySpan<byte> id)
    {
        var x = new Hdf5Cursor(file, id.ToArray());
        if ((x.Byte() & 0x30) != 0) throw file.Wrong("a link lies outside of its heap, which is not read");
        long offset = x.Number(offsetBytes), length = x.Number(lengthBytes);
        if (rows == 0) return file.At(root + offset, length);
        return Within(root, rows, offset, length, 0);
    }

    // Rows of blocks: the first two of the smallest size, each later one of twice that of the row before.
    byte[] Within(long block, int blockRows, long offset, long length, int depth)
    {
        if (depth > 32) throw file.Wrong("a heap lies in itself");
        long at = 0, size = startSize;
        var entries = file.Read(block + 5 + file.OffsetSize + offsetBytes, (long)blockRows * width * file.OffsetSize);
        for (int row = 0; row < blockRows; row++)
        {
            if (row > 1) size *= 2;
            for (int column = 0; column < width; column++, at += size)
            {
                long child = entries.Address();
                if (offset < at || offset >= at + size) continue;
                if (file.IsUndefined(child)) throw file.Wrong("a link lies where its heap has no block");
                if (size <= largestDirect) return file.At(child + (offset - at), length);
                int rowsOfChild = BitOperations.Log2((ulong)(size / startSize / width)) + 1;
                return Within(child, rowsOfChild, offset - at, length, depth + 1);
            }
        }
        throw file.Wrong("a link leaves its heap");
    }
}

/// <summary>A tree of the second version: records in order.</summary>
sealed class Hdf5Tree
{
    readonly Hdf5Bytes file;
    readonly int nodeSize, recordSize, depth, rootRecords;
    readonly long root;

    public Hdf5Tree(Hdf5Bytes file, long address)
    {
        this.file = file;
        var x = file.Read(address, 64);
        x.Expect("BTHD"u8);
        x.Skip(2);
        nodeSize = (int)x.Number(4);
        recordSize = (int)x.Number(2);
        depth = (int)x.Number(2);
        x.Skip(2);
        root = x.Address();
        rootRecords = (int)x.Number(2);
        if (recordSize < 1 || nodeSize < 10 + recordSize || depth > 16) throw file.Wrong("a tree has sizes that are none");
    }

    /// <summary>All records.</summary>
    public List<byte[]> Records()
    {
        var records = new List<byte[]>();
        if (!file.IsUndefined(root)) Read(root, rootRecords, depth, records);
        return records;
    }

    void Read(long node, int count, int level, List<byte[]> records)
    {
        const int MostRecords = 1 << 20;
        var x = file.Read(node, nodeSize);
        x.Expect(level == 0 ? "BTLF"u8 : "BTIN"u8);
        x.Skip(2);
        if (records.Count + count > MostRecords) throw file.Wrong("a tree does not end");
        for (int i = 0; i < count; i++) records.Add(x.Take(recordSize).ToArray());
        if (level == 0) return;
        // How many bytes the numbers of records below take follows from how many would fit.
        long most = (nodeSize - 10) / recordSize, total = most;
        int countBytes = BytesFor(most);
        int totalBytes = 0;
        for (int l = 1; l < level; l++)
        {
            int pointer = file.OffsetSize + countBytes + (l > 1 ? totalBytes : 0);
            long inner = (nodeSize - 10 - pointer) / (recordSize + pointer);
            total = (inner + 1) * total + inner;
            totalBytes = BytesFor(total);
        }
        for (int i = 0; i <= count; i++)
        {
            long child = x.Address();
            int below = (int)x.Number(countBytes);
            if (level > 1) x.Skip(totalBytes);
            Read(child, below, level - 1, records);
        }
    }

    static int BytesFor(long number) => (BitOperations.Log2((ulong)Math.Max(number, 1)) + 8) / 8;
}
