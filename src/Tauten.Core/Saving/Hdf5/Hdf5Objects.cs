namespace Tauten;

/// <summary>The header of a group or data set: its messages, by kind.</summary>
sealed class Hdf5Objects(Hdf5Bytes file)
{
    const int MostMessages = 1 << 16, MostBlocks = 1 << 12;

    /// <summary>The messages of the object at an address.</summary>
    public List<(int Kind, byte[] Content)> Messages(long address)
    {
        var messages = new List<(int, byte[])>();
        var start = file.At(address, 4);
        if (start.AsSpan().SequenceEqual("OHDR"u8)) ReadSecond(address, messages);
        else ReadFirst(address, messages);
        return messages;
    }

    void ReadFirst(long address, List<(int, byte[])> messages)
    {
        var head = file.Read(address, 16);
        if (head.Byte() != 1) throw file.Wrong($"the object at {address} has an unknown header");
        head.Skip(1);
        int count = (int)head.Number(2);
        head.Skip(4);
        var blocks = new Queue<(long Address, long Length)>([(address + 16, head.Number(4))]);
        for (int read = 0; blocks.TryDequeue(out var block); read++)
        {
            if (read > MostBlocks) throw file.Wrong("an object header does not end");
            var x = file.Read(block.Address, block.Length);
            while (count > 0 && x.Left >= 8)
            {
                int kind = (int)x.Number(2), size = (int)x.Number(2);
                x.Skip(4);
                Add(messages, kind, x.Take(size).ToArray(), blocks);
                count--;
            }
        }
    }

    void ReadSecond(long address, List<(int, byte[])> messages)
    {
        var head = file.Read(address, 64);
        head.Skip(4);
        if (head.Byte() != 2) throw file.Wrong($"the object at {address} has an unknown header");
        int flags = head.Byte();
        if ((flags & 0x20) != 0) head.Skip(16);
        if ((flags & 0x10) != 0) head.Skip(4);
        long size = head.Number(1 << (flags & 3));
        var blocks = new Queue<(long Address, long Length)>([(address + head.Position, size)]);
        for (int read = 0; blocks.TryDequeue(out var block); read++)
        {
            if (read > MostBlocks) throw file.Wrong("an object header does not end");
            var x = file.Read(block.Address, block.Length);
            if (read > 0)
            {
                x.Expect("OCHK"u8);
                if (x.Left < 4) throw file.Wrong("an object header ends in the middle");
                x = x.Part(x.Left - 4);
            }
            int prefix = (flags & 4) != 0 ? 6 : 4;
            while (x.Left >= prefix)
            {
                int kind = x.Byte(), length = (int)x.Number(2);
                x.Skip(prefix - 3);
                if (length > x.Left) break;
                Add(messages, kind, x.Take(length).ToArray(), blocks);
            }
        }
    }

    void Add(List<(int, byte[])> messages, int kind, byte[] content, Queue<(long, long)> blocks)
    {
        const int Continuation = 0x10;
        if (messages.Count > MostMessages) throw file.Wrong("an object has too many messages");
        if (kind != Continuation)
        {
            messages.Add((kind, content));
            return;
        }
        var x = new Hdf5Cursor(file, content);
        blocks.Enqueue((x.Address(), x.Length()));
    }
}
