namespace Tauten.OnnxFormat;

/// <summary>
/// The generator of the specification's reference implementation (Matsumoto, Nishimura: "Mersenne Twister", 1998): of an operator with a seed, its draws are what the conformance suite expects.
/// </summary>
sealed class MersenneTwister
{
    const int Size = 624, Middle = 397;

    readonly uint[] state = new uint[Size];
    int next = Size;

    public MersenneTwister(uint seed)
    {
        state[0] = seed;
        for (uint i = 1; i < Size; i++) state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
    }

    /// <summary>A number from 0 up to 1, of 53 random bits.</summary>
    public double NextDouble() => ((NextBits() >> 5) * 67108864.0 + (NextBits() >> 6)) / 9007199254740992.0;

    uint NextBits()
    {
        if (next == Size) Twist();
        uint y = state[next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    void Twist()
    {
        for (int i = 0; i < Size; i++)
        {
            uint joined = (state[i] & 0x80000000) | (state[(i + 1) % Size] & 0x7fffffff);
            state[i] = state[(i + Middle) % Size] ^ (joined >> 1) ^ ((joined & 1) * 0x9908b0df);
        }
        next = 0;
    }
}
