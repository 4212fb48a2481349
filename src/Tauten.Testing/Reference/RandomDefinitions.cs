using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>Philox4x32-10, from the paper that <see cref="RandomBits"/> names.</summary>
static class RandomDefinitions
{
    public static void AddTo(KernelTable table) => table.Define<RandomBits>((op, x) =>
    {
        ulong seed = (ulong)x[0].Wholes[0], draw = (ulong)x[0].Wholes[1];
        var words = new Int128[op.Shape.Count];
        for (int i = 0; i < words.Length; i++) words[i] = Block((ulong)i / 4, draw, seed)[i % 4];
        return new HostTensor(DType.UInt32, op.Shape, words);
    });

    internal static uint[] Block(ulong low, ulong high, ulong seed)
    {
        uint c0 = (uint)low, c1 = (uint)(low >> 32), c2 = (uint)high, c3 = (uint)(high >> 32), k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0, p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 = unchecked(k0 + 0x9E3779B9);
            k1 = unchecked(k1 + 0xBB67AE85);
        }
        return [c0, c1, c2, c3];
    }
}
