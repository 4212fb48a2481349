namespace Tauten.Data;

/// <summary>What decides the order of samples and all randomness of a pass over a data set: the same order gives the same pass, whatever the number of workers.</summary>
/// <param name="Seed">Where all randomness starts.</param>
/// <param name="Epoch">The number of the pass; each has an order of its own.</param>
public readonly record struct DataOrder(ulong Seed = 0, long Epoch = 0)
{
    /// <summary>The key of an operator: <paramref name="depth"/> tells operators of one pipeline apart.</summary>
    internal ulong Key(int depth) => Mix(Mix(Mix(Seed + 0x9E3779B97F4A7C15) ^ (ulong)Epoch) + (ulong)depth * 0xD1B54A32D192ED03);

    /// <summary>The order of pass number <paramref name="pass"/> inside of this one, as of a repeated data set; pass 0 is this one.</summary>
    internal DataOrder Pass(long pass) => pass == 0 ? this : this with { Seed = Mix(Seed ^ Mix((ulong)pass)) };

    /// <summary>A permutation of all numbers of 64 bits in which each bit depends on each (the finalizer of SplitMix64; Steele, Lea and Flood, 2014).</summary>
    internal static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
