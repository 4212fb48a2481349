using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// Native memory without finalizers and without a dispose ritual. Each block in use is watched by two weak handles: one on the token that all tensors
/// of a storage share, one on the storage itself, which nodes of the tape hold by count. Counts free most blocks the moment they are not needed; the
/// rest is found by asking the garbage collector for its young generations when a budget of bytes has been given out, and looking at the handles.
/// The reasons and the measurements are in docs/memory.md.
/// </summary>
sealed unsafe class BlockPool
{
    /// <summary>Bytes that may be given out between two looks are a tenth of the live set, and at least a floor between these: the higher, the more of the time looks take.</summary>
    const long LeastFloor = 1L << 20, MostFloor = 24L << 20;

    /// <summary>
    /// Looks may take one part in so many of the time between them. More of them means fewer blocks in turn: results are then written to memory that
    /// is still in a cache, which saves several times what the looks cost.
    /// </summary>
    const long LookShare = 10;

    /// <summary>The same for looks at all generations, which gain nothing but memory.</summary>
    const long FullShare = 50;

    /// <summary>
    /// What last-level caches have room for. With more memory in turn than this, results are written to memory itself, which costs more than looks that take
    /// one part in <see cref="CachedShare"/> of the time.
    /// </summary>
    const long CachedFloor = 12L << 20;

    /// <summary>The part of the time that looks may take before the floor rises above <see cref="CachedFloor"/>.</summary>
    const long CachedShare = 2;

    /// <summary>
    /// Free blocks that are kept beyond what the busiest moment needed: so much, and a quarter of it. Blocks fit one size only, and what is given back and mapped anew
    /// at each step of training costs the clearing of its pages.
    /// </summary>
    const long CacheAllowance = 16L << 20;

    readonly Lock gate = new();
    readonly Lock collecting = new();
    readonly Dictionary<long, Stack<nint>> free = [];
    readonly List<Block> used = [];
    readonly Stack<(GCHandle Token, GCHandle Storage)> handles = [];
    long outstanding, cached, sinceLook, live, busiest;
    int freedInList;
    long floor = 8L << 20, lastLook = Stopwatch.GetTimestamp(), fullCost;

    /// <summary>A piece of memory while a storage has it.</summary>
    internal sealed class Block(nint pointer, long size)
    {
        public readonly nint Pointer = pointer;
        public readonly long Size = size;
        public int Holders = 1;              // the tensors together count as one, each saved value of a node as one
        public bool TensorsAlive = true;
        public bool Freed;
        public GCHandle Token, Storage;
    }

    /// <summary>Bytes in use.</summary>
    public long Outstanding => outstanding;

    /// <summary>Bytes kept for reuse.</summary>
    public long Cached => cached;

    /// <summary>The largest number of bytes in use at once since the last call of <see cref="ResetPeak"/>.</summary>
    public long Peak { get; private set; }

    /// <summary>The number of times the garbage collector was asked.</summary>
    public long Looks { get; private set; }

    /// <summary>Asks the collector at every allocation: slow, but then <see cref="Peak"/> is what the program really needs.</summary>
    public bool LooksAlways { get; set; }

    /// <summary>Starts <see cref="Peak"/> anew.</summary>
    public void ResetPeak() => Peak = outstanding;

    public Block Rent(long byteCount, Storage storage, out StorageToken token)
    {
        long size = SizeClass(byteCount);
        if (LooksAlways) Collect(2);
        else if (Volatile.Read(ref sinceLook) + size > Budget) Look();
        token = new(storage);
        lock (gate)
        {
            var block = new Block(Take(size), size);
            (block.Token, block.Storage) = handles.Count > 0 ? handles.Pop() : (GCHandle.Alloc(null, GCHandleType.Weak), GCHandle.Alloc(null, GCHandleType.Weak));
            block.Token.Target = token;
            block.Storage.Target = storage;
            used.Add(block);
            outstanding += size;
            sinceLook += size;
            busiest = Math.Max(busiest, outstanding);
            Peak = Math.Max(Peak, outstanding);
            return block;
        }
    }

    /// <summary>The token that tensors of a block share: the one in use, or a new one when no tensor is left.</summary>
    public StorageToken Share(Block block, Storage storage, out bool isNew)
    {
        lock (gate)
        {
            if (block.Freed) throw Freed();
            isNew = false;
            if (block.TensorsAlive && block.Token.Target is StorageToken token) return token;
            isNew = true;
            if (!block.TensorsAlive)
            {
                block.TensorsAlive = true;
                block.Holders++;
            }
            token = new(storage);
            block.Token.Target = token;
            return token;
        }
    }

    public void Retain(Block block)
    {
        lock (gate)
        {
            if (block.Freed) throw Freed();
            block.Holders++;
        }
    }

    public void Release(Block block)
    {
        lock (gate) Unhold(block);
    }

    /// <summary>The tensors that share a token are known to be gone.</summary>
    public void Drop(Block block, StorageToken token)
    {
        lock (gate)
        {
            if (block.Freed || !block.TensorsAlive || !ReferenceEquals(block.Token.Target, token)) return;
            block.TensorsAlive = false;
            Unhold(block);
        }
    }

    /// <summary>Whether only tensors hold a block, no node.</summary>
    public bool IsUnshared(Block block)
    {
        lock (gate) return block is { Freed: false, Holders: 1, TensorsAlive: true };
    }

    /// <summary>A good moment to see which tensors the program has let go: right before a walk that frees what it consumes.</summary>
    public void BeforeBackward()
    {
        if (Volatile.Read(ref sinceLook) > Budget / 2) Look();
    }

    /// <summary>Gives free blocks back to the operating system.</summary>
    public void Trim()
    {
        lock (collecting) Collect(2);
        lock (gate) Evict(0, 0);
    }

    public static ObjectDisposedException Freed() => new(
        "Tensor", "The memory of this tensor was freed. Tensors made inside of an op's Gradient or Expand live only until it returns; return them, or copy their values.");

    long Budget => Math.Max(floor, live / 10);

    /// <summary>
    /// Asks the collector which tokens and storages are unreachable, unless another thread has just done so. What has lived through two looks is in the oldest
    /// generation: it is asked for, too, where that takes little of the time, and anyway when the live set seems to have grown.
    /// </summary>
    void Look()
    {
        lock (collecting)
        {
            if (sinceLook <= Budget / 2) return;
            long start = Stopwatch.GetTimestamp(), between = start - lastLook;
            bool full = fullCost * FullShare <= between;
            Collect(full ? 2 : 1);
            if (!full && outstanding > live + live / 4 + Budget)
            {
                start = Stopwatch.GetTimestamp();
                Collect(2);
                full = true;
            }
            lastLook = Stopwatch.GetTimestamp();
            long cost = lastLook - start;
            // What was dear once may have become cheap: the estimate falls until it is tried again.
            fullCost = full ? cost : fullCost - fullCost / 16;
            if (full) live = Math.Max(live - live / 10, outstanding);
            var (rises, most) = floor < CachedFloor ? (LookShare, CachedFloor) : (CachedShare, MostFloor);
            var (falls, least) = floor > CachedFloor ? (CachedShare, CachedFloor) : (LookShare, LeastFloor);
            if (cost * rises > between) floor = Math.Min(2 * floor, most);
            else if (cost * falls * 3 < between) floor = Math.Max(floor / 2, least);
        }
    }

    void Collect(int generation)
    {
        GC.Collect(generation, GCCollectionMode.Forced, blocking: true, compacting: false);
        Looks++;
        lock (gate)
        {
            int kept = 0;
            for (int i = 0; i < used.Count; i++)
            {
                var block = used[i];
                if (!block.Freed)
                {
                    if (block.Storage.Target is null) FreeBlock(block);
                    else if (block.TensorsAlive && block.Token.Target is null)
                    {
                        block.TensorsAlive = false;
                        if (--block.Holders == 0) FreeBlock(block);
                    }
                }
                if (!block.Freed) used[kept++] = block;
            }
            used.RemoveRange(kept, used.Count - kept);
            freedInList = 0;
            sinceLook = 0;
            busiest = Math.Max(busiest - busiest / 64, outstanding);
        }
    }

    void Unhold(Block block)
    {
        if (block.Freed || --block.Holders > 0) return;
        sinceLook = Math.Max(0, sinceLook - block.Size);
        FreeBlock(block);
        // Blocks freed by count stay in the list until the next look; keep it from growing when looks are rare.
        if (used.Count > 4096 && freedInList > used.Count / 4 * 3) Compact();
    }

    void Compact()
    {
        used.RemoveAll(b => b.Freed);
        freedInList = 0;
    }

    void FreeBlock(Block block)
    {
        block.Freed = true;
        freedInList++;
        block.Token.Target = null;
        block.Storage.Target = null;
        handles.Push((block.Token, block.Storage));
        outstanding -= block.Size;
        cached += block.Size;
        if (!free.TryGetValue(block.Size, out var blocks)) free[block.Size] = blocks = [];
        blocks.Push(block.Pointer);
    }

    nint Take(long size)
    {
        if (free.TryGetValue(size, out var blocks) && blocks.TryPop(out nint pointer))
        {
            cached -= size;
            return pointer;
        }
        Evict(size, busiest + busiest / 4 + CacheAllowance);
        return NativeBlocks.Allocate(size);
    }

    /// <summary>Frees cached blocks, large ones first, until <paramref name="room"/> more bytes stay within the limit.</summary>
    void Evict(long room, long limit)
    {
        if (outstanding + cached + room <= limit || cached == 0) return;
        foreach (long size in free.Keys.OrderDescending().ToArray())
        {
            while (outstanding + cached + room > limit && free[size].TryPop(out nint pointer))
            {
                NativeBlocks.Free(pointer, size);
                cached -= size;
            }
        }
    }

    /// <summary>Sizes are rounded up by at most an eighth, so that blocks fit again.</summary>
    static long SizeClass(long byteCount)
    {
        const long Smallest = 2048;
        if (byteCount <= Smallest) return Smallest;
        long power = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)byteCount) / 2, step = Math.Max(256, power / 8);
        return (byteCount + step - 1) / step * step;
    }
}
