namespace Tauten.Compiler;

/// <summary>
/// Gives every value of a plan an offset in the workspace, so that values that are needed at the same time do not overlap: the largest first, each at
/// the lowest place that is free for as long as it lives.
/// </summary>
static class MemoryLayout
{
    const long Alignment = 64;

    /// <summary>Places all slots that lie in the workspace.</summary>
    /// <returns>The bytes needed.</returns>
    public static long Place(IEnumerable<Slot> slots)
    {
        var blocks = Blocks(slots);
        blocks.Sort((a, b) => b.Bytes != a.Bytes ? b.Bytes.CompareTo(a.Bytes) : a.First.CompareTo(b.First));
        var placed = new List<Block>();       // by offset
        long total = 0;
        foreach (var block in blocks)
        {
            long offset = 0;
            foreach (var other in placed)
            {
                if (other.First > block.Last || other.Last < block.First) continue;
                if (other.Offset - offset >= block.Bytes) break;
                offset = Math.Max(offset, other.Offset + other.Bytes);
            }
            block.Offset = offset;
            int at = placed.FindIndex(other => other.Offset > offset);
            placed.Insert(at < 0 ? placed.Count : at, block);
            total = Math.Max(total, offset + block.Bytes);
            foreach (var slot in block.Slots) slot.Offset = offset;
        }
        return total;
    }

    /// <summary>The memory that is taken over from value to value is one block.</summary>
    static List<Block> Blocks(IEnumerable<Slot> slots)
    {
        var blocks = new List<Block>();
        var of = new Dictionary<Slot, Block>();
        foreach (var slot in slots)
        {
            if (slot.Place != Compiler.Place.Workspace || slot.Source is not null) continue;
            if (slot.Over is { } before && of.TryGetValue(before, out var block)) block.Slots.Add(slot);
            else blocks.Add(block = new() { Slots = { slot }, Bytes = (Math.Max(slot.Spec.ByteCount, 1) + Alignment - 1) / Alignment * Alignment });
            block.First = Math.Min(block.First, slot.First);
            block.Last = Math.Max(block.Last, slot.Last);
            of.Add(slot, block);
        }
        return blocks;
    }

    sealed class Block
    {
        public List<Slot> Slots { get; } = [];

        public long Bytes { get; init; }

        public long Offset { get; set; }

        public int First { get; set; } = int.MaxValue;

        public int Last { get; set; } = -1;
    }
}
