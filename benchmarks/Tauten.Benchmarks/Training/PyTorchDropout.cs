using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>Dropout of just the elements that PyTorch drops on a CPU, so that losses can be compared step by step.</summary>
/// <param name="shape">The shape of what it is applied to.</param>
/// <param name="rate">The probability.</param>
/// <param name="seed">What PyTorch's generator was seeded with.</param>
/// <param name="before">How many numbers it has drawn before the first step.</param>
sealed class PyTorchDropout(Shape shape, double rate, uint seed, int before) : Module<Tensor, Tensor>
{
    readonly MersenneTwister random = new(seed, before);

    // Not part of the net's state: PyTorch's has no such thing.
    readonly Drawn drawn = new(new Buffer(Tensor.Ones(shape)));

    /// <summary>Draws the factors of the next step.</summary>
    public void Draw()
    {
        var factors = new float[shape.ElementCount.Value];
        foreach (ref float factor in factors.AsSpan()) factor = random.NextDouble() < 1 - rate ? (float)(1 / (1 - rate)) : 0;
        drawn.Factors.Value = Tensor.From(factors, shape);
    }

    protected override Tensor Forward(Tensor x) => IsTraining ? x * drawn.Factors : x;

    sealed record Drawn(Buffer Factors);
}

/// <summary>The generator MT19937 (Matsumoto and Nishimura, 1998).</summary>
sealed class MersenneTwister
{
    const int Size = 624, Distance = 397;

    readonly uint[] state = new uint[Size];
    int next = Size;

    public MersenneTwister(uint seed, int skipped)
    {
        state[0] = seed;
        for (uint i = 1; i < Size; i++) state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >> 30) + i;
        for (int i = 0; i < skipped; i++) Next();
    }

    /// <summary>53 random bits as a number in [0, 1).</summary>
    public double NextDouble()
    {
        ulong high = Next();
        return ((high << 32 | Next()) & (1UL << 53) - 1) * (1.0 / (1UL << 53));
    }

    uint Next()
    {
        if (next == Size) Twist();
        uint y = state[next++];
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >> 18;
    }

    void Twist()
    {
        for (int i = 0; i < Size; i++)
        {
            uint y = state[i] & 0x80000000 | state[(i + 1) % Size] & 0x7fffffff;
            state[i] = state[(i + Distance) % Size] ^ y >> 1 ^ ((y & 1) != 0 ? 0x9908b0df : 0);
        }
        next = 0;
    }
}
