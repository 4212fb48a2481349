using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>How an optimizer computes a vector of new parameters and moments.</summary>
interface IUpdateRule
{
    /// <summary>How many moments there are: 0 to 3.</summary>
    static abstract int Moments { get; }

    /// <summary>Whether a number in 64 bits is kept beside the moments.</summary>
    static virtual bool HasNumber => false;

    /// <summary>Whether sums over the parameter are wanted.</summary>
    static virtual bool Measures => false;

    /// <summary>Whether the parameter gets new values.</summary>
    static virtual bool Moves => true;

    /// <summary>Whether the moments get new values.</summary>
    static virtual bool Keeps => true;

    /// <summary>Updates a parameter and its moments, those there are.</summary>
    void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>What is added to two sums over the parameter, from the updated moments.</summary>
    void Measure<V, T>(V w, V a, V b, out V first, out V second) where V : unmanaged, ISimd<V, T> where T : unmanaged => first = second = default;
}

/// <summary>A rule that is made from an op.</summary>
interface IUpdateRule<TOp, TSelf> : IUpdateRule
{
    /// <summary>The numbers of a step, which is counted from 1 on. A number that is kept is given its next value.</summary>
    static abstract TSelf For(TOp op, double rate, long step, ref double number);
}

/// <summary>The update of one parameter: where all of it lies, contiguous, and the rule.</summary>
unsafe struct ParameterUpdate<TRule> where TRule : unmanaged
{
    /// <summary>Elements per block of work.</summary>
    public const int BlockSize = 16 * 1024;

    public byte* W, G, A, B, C, WOut, AOut, BOut, COut;
    public long Count;
    public int Number;
    public bool Climbs, IsDouble;

    /// <summary>Between a 16-bit parameter and the floats that it is computed in; null for others.</summary>
    public delegate*<byte*, byte*, nint, void> Widen, Narrow;

    public TRule Rule;

    public readonly long Blocks => (Count + BlockSize - 1) / BlockSize;
}

/// <summary>Blocks in a row, of one or several parameters.</summary>
struct UpdatePiece
{
    /// <summary>The parameter and the block of it where the piece begins, and the number of that block among those of all parameters.</summary>
    public int Update;

    /// <inheritdoc cref="Update"/>
    public long Block;

    /// <inheritdoc cref="Update"/>
    public long Number;

    public int Blocks;
}

/// <summary>Runs pieces.</summary>
unsafe struct UpdateChunks<TRule, V, T>(ParameterUpdate<TRule>* updates, UpdatePiece* pieces, double* sums) : IChunks
    where TRule : unmanaged, IUpdateRule where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    public readonly void Run(int chunk)
    {
        var piece = pieces[chunk];
        for (int k = 0; k < piece.Blocks; k++)
        {
            while (piece.Block >= updates[piece.Update].Blocks)
            {
                piece.Update++;
                piece.Block = 0;
            }
            UpdateLoop<TRule, V, T>.Block(updates[piece.Update], piece.Block, sums + 2 * (piece.Number + k));
            piece.Block++;
        }
    }
}

/// <summary>The loop over a block: whole vectors, and one padded vector at the end.</summary>
static unsafe class UpdateLoop<TRule, V, T> where TRule : unmanaged, IUpdateRule where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    // So short that sums of it are exact enough in the parameter's own type.
    const int TileSize = 512;

    /// <summary>Updates one block of a parameter; <paramref name="sums"/> receives two sums where the rule measures.</summary>
    [SkipLocalsInit]
    public static void Block(in ParameterUpdate<TRule> update, long block, double* sums)
    {
        const int Size = ParameterUpdate<TRule>.BlockSize;
        long start = block * Size;
        nint n = (nint)Math.Min(Size, update.Count - start);
        var at = new Addresses
        {
            A = (T*)update.A + start, B = (T*)update.B + start, C = (T*)update.C + start,
            AOut = (T*)update.AOut + start, BOut = (T*)update.BOut + start, COut = (T*)update.COut + start,
        };
        if (TRule.Measures) sums[0] = sums[1] = 0;
        if (update.Widen == null)
        {
            at.W = (T*)update.W + start;
            at.G = (T*)update.G + start;
            at.WOut = (T*)update.WOut + start;
            if (!TRule.Measures) Vectors(update, at, n, sums);
            else
                for (nint i = 0; i < n; i += TileSize) Vectors(update, at.From(i), Math.Min(TileSize, n - i), sums);
            return;
        }
        T* w = stackalloc T[2 * TileSize];
        T* g = w + TileSize;
        for (nint i = 0; i < n; i += TileSize)
        {
            nint count = Math.Min(TileSize, n - i);
            update.Widen(update.W + (start + i) * 2, (byte*)w, count);
            update.Widen(update.G + (start + i) * 2, (byte*)g, count);
            var tile = at.From(i);
            tile.W = tile.WOut = w;
            tile.G = g;
            Vectors(update, tile, count, sums);
            if (TRule.Moves) update.Narrow((byte*)w, update.WOut + (start + i) * 2, count);
        }
    }

    [SkipLocalsInit]
    static void Vectors(in ParameterUpdate<TRule> update, in Addresses at, nint n, double* sums)
    {
        nint rest = n & (V.Count - 1), whole = n - rest;
        if (whole > 0) Whole(update.Rule, update.Climbs, at, whole, V.Count, sums);
        if (rest == 0) return;
        T* padded = stackalloc T[5 * V.Count];
        new Span<T>(padded, 5 * V.Count).Clear();
        T* pg = padded + V.Count, pa = pg + V.Count, pb = pa + V.Count, pc = pb + V.Count;
        Copy(at.W + whole, padded, rest);
        Copy(at.G + whole, pg, rest);
        if (TRule.Moments > 0) Copy(at.A + whole, pa, rest);
        if (TRule.Moments > 1) Copy(at.B + whole, pb, rest);
        if (TRule.Moments > 2) Copy(at.C + whole, pc, rest);
        var here = new Addresses { W = padded, G = pg, A = pa, B = pb, C = pc, WOut = padded, AOut = pa, BOut = pb, COut = pc };
        Whole(update.Rule, update.Climbs, here, V.Count, rest, sums);
        if (TRule.Moves) Copy(padded, at.WOut + whole, rest);
        if (!TRule.Keeps) return;
        if (TRule.Moments > 0) Copy(pa, at.AOut + whole, rest);
        if (TRule.Moments > 1) Copy(pb, at.BOut + whole, rest);
        if (TRule.Moments > 2) Copy(pc, at.COut + whole, rest);
    }

    // Of the last vector the first lanes count.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Whole(TRule rule, bool climbs, in Addresses at, nint n, nint lanes, double* sums)
    {
        T* w = at.W, g = at.G, a = at.A, b = at.B, c = at.C, wOut = at.WOut, aOut = at.AOut, bOut = at.BOut, cOut = at.COut;
        V first = V.Number(0), second = first;
        for (nint i = 0; i < n; i += V.Count)
        {
            V value = V.Load(w + i), gradient = V.Load(g + i), one = default, two = default, three = default;
            if (TRule.Moments > 0) one = V.Load(a + i);
            if (TRule.Moments > 1) two = V.Load(b + i);
            if (TRule.Moments > 2) three = V.Load(c + i);
            if (climbs) gradient = -gradient;
            rule.Apply<V, T>(ref value, gradient, ref one, ref two, ref three);
            if (TRule.Moves) value.Store(wOut + i);
            if (TRule.Keeps && TRule.Moments > 0) one.Store(aOut + i);
            if (TRule.Keeps && TRule.Moments > 1) two.Store(bOut + i);
            if (TRule.Keeps && TRule.Moments > 2) three.Store(cOut + i);
            if (!TRule.Measures) continue;
            rule.Measure<V, T>(value, one, two, out var x, out var y);
            first += x;
            second += y;
        }
        if (TRule.Measures) AddTo(sums, first, second, lanes);
    }

    [SkipLocalsInit]
    static void AddTo(double* sums, V first, V second, nint lanes)
    {
        T* values = stackalloc T[2 * V.Count];
        first.Store(values);
        second.Store(values + V.Count);
        for (nint i = 0; i < lanes; i++)
        {
            sums[0] += Wide(values[i]);
            sums[1] += Wide(values[V.Count + i]);
        }
    }

    static double Wide(T value) => typeof(T) == typeof(double) ? (double)(object)value : (float)(object)value;

    static void Copy(T* source, T* target, nint count) => Unsafe.CopyBlockUnaligned(target, source, (uint)(count * sizeof(T)));

    struct Addresses
    {
        public T* W, G, A, B, C, WOut, AOut, BOut, COut;

        public readonly Addresses From(nint i) =>
            new() { W = W + i, G = G + i, A = A + i, B = B + i, C = C + i, WOut = WOut + i, AOut = AOut + i, BOut = BOut + i, COut = COut + i };
    }
}
