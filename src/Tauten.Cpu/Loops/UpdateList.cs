using System.Buffers;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Updates of parameters, gathered and then done together: one call of the workers for all of them, whose pieces are cut by size and not by parameter. Only small
/// storage, which lies in managed objects, is updated at once.
/// </summary>
sealed unsafe class UpdateList<TRule>(int capacity) : IDisposable where TRule : unmanaged, IUpdateRule
{
    readonly ParameterUpdate<TRule>[] updates = ArrayPool<ParameterUpdate<TRule>>.Shared.Rent(capacity);
    readonly double[] sums = TRule.Measures ? new double[2 * capacity] : [];
    List<Tensor>? held;                                  // what had to be copied must live until the end
    int count, added;

    /// <summary>Adds the update of one parameter. Outputs may be the inputs.</summary>
    public void Add(Tensor w, Tensor g, ReadOnlySpan<Tensor> kept, Tensor wOut, ReadOnlySpan<Tensor> keptOut, bool climbs, in TRule rule)
    {
        int number = added++;
        w = Contiguous(w);
        g = Contiguous(g);
        // A tensor that a rule has not is never touched: any address will do.
        Tensor a = Of(kept, 0, w), b = Of(kept, 1, w), c = Of(kept, 2, w);
        Tensor aOut = Of(keptOut, 0, wOut), bOut = Of(keptOut, 1, wOut), cOut = Of(keptOut, 2, wOut);
        bool stays = Stays(w) && Stays(g) && Stays(a) && Stays(b) && Stays(c) && Stays(wOut) && Stays(aOut) && Stays(bOut) && Stays(cOut);
        fixed (byte* pw = &w.First(), pg = &g.First(), pa = &a.First(), pb = &b.First(), pc = &c.First())
        fixed (byte* pwOut = &wOut.First(), paOut = &aOut.First(), pbOut = &bOut.First(), pcOut = &cOut.First())
        {
            var update = new ParameterUpdate<TRule>
            {
                W = pw, G = pg, A = pa, B = pb, C = pc, WOut = pwOut, AOut = paOut, BOut = pbOut, COut = pcOut,
                Count = w.Shape.Count, Climbs = climbs, IsDouble = w.DType == DType.Float64, Rule = rule, Number = number,
            };
            if (w.DType == DType.Float16)
            {
                update.Widen = &HalfPrecision.WidenHalf;
                update.Narrow = &HalfPrecision.NarrowHalf;
            }
            if (w.DType == DType.BFloat16)
            {
                update.Widen = &HalfPrecision.WidenBrain;
                update.Narrow = &HalfPrecision.NarrowBrain;
            }
            if (stays) updates[count++] = update;
            else Run([update]);
        }
        Tensor Of(ReadOnlySpan<Tensor> list, int index, Tensor other) => index < list.Length ? Contiguous(list[index]) : other;

        // Such memory does not move while it is not pinned.
        static bool Stays(Tensor tensor) => tensor.Storage is CpuStorage;
    }

    Tensor Contiguous(Tensor tensor)
    {
        if (tensor.Layout.IsContiguous) return tensor;
        var copy = tensor.Contiguous();
        (held ??= []).Add(copy);
        return copy;
    }

    /// <summary>Gives back the memory of the list.</summary>
    public void Dispose() => ArrayPool<ParameterUpdate<TRule>>.Shared.Return(updates);

    /// <summary>Does all updates that were added.</summary>
    public void Run()
    {
        int doubles = 0;
        for (int i = 0; i < count; i++) doubles += updates[i].IsDouble ? 1 : 0;
        if (doubles is 0 || doubles == count)
        {
            Run(updates.AsSpan(0, count));
        }
        else
        {
            Run(Array.FindAll(updates[..count], update => update.IsDouble));
            Run(Array.FindAll(updates[..count], update => !update.IsDouble));
        }
        GC.KeepAlive(held);
    }

    /// <summary>What the rule measured of a parameter, in the order in which they were added.</summary>
    public (double First, double Second) Sums(int number) => (sums[2 * number], sums[2 * number + 1]);

    // All of one type of computation.
    void Run(ReadOnlySpan<ParameterUpdate<TRule>> updates)
    {
        if (updates.Length == 0) return;
        bool isDouble = updates[0].IsDouble;
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512 when isDouble: Run<V512<double>, double>(updates); break;
            case InstructionLevel.Avx512: Run<V512<float>, float>(updates); break;
            case InstructionLevel.Avx2 when isDouble: Run<V256<double>, double>(updates); break;
            case InstructionLevel.Avx2: Run<V256<float>, float>(updates); break;
            default:
                if (isDouble) Run<V128<double>, double>(updates);
                else Run<V128<float>, float>(updates);
                break;
        }
    }

    void Run<V, T>(ReadOnlySpan<ParameterUpdate<TRule>> updates) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        long elements = 0, blocks = 0;
        foreach (ref readonly var update in updates)
        {
            elements += update.Count;
            blocks += update.Blocks;
        }
        if (elements == 0) return;
        var partial = TRule.Measures ? new double[2 * blocks] : [];
        fixed (ParameterUpdate<TRule>* all = updates)
        fixed (double* measured = partial)
        {
            if (blocks == 1 && !TRule.Measures)
            {
                for (int u = 0; u < updates.Length; u++)
                    if (all[u].Count > 0) UpdateLoop<TRule, V, T>.Block(all[u], 0, null);
                return;
            }
            using var pieces = Scratch.Take((elements / ParameterUpdate<TRule>.BlockSize + updates.Length) * sizeof(UpdatePiece));
            var each = (UpdatePiece*)pieces.Pointer;
            int number = Pieces(updates, each);
            var chunks = new UpdateChunks<TRule, V, T>(all, each, measured);
            Workers.For(number, elements * (0.3 + 0.3 * TRule.Moments), ref chunks);
        }
        long block = 0;
        if (TRule.Measures)
            foreach (ref readonly var update in updates)
                for (long k = 0; k < update.Blocks; k++, block++)
                    for (int i = 0; i < 2; i++) sums[2 * update.Number + i] += partial[2 * block + i];
    }

    // Whole blocks, as many as make up the size of one: where they begin follows from the shapes alone.
    static int Pieces(ReadOnlySpan<ParameterUpdate<TRule>> updates, UpdatePiece* pieces)
    {
        const int Size = ParameterUpdate<TRule>.BlockSize;
        int found = 0;
        UpdatePiece piece = default;
        long inside = 0, number = 0;
        for (int u = 0; u < updates.Length; u++)
            for (long block = 0; block < updates[u].Blocks; block++, number++)
            {
                if (piece.Blocks == 0) piece = new() { Update = u, Block = block, Number = number };
                piece.Blocks++;
                inside += Math.Min(Size, updates[u].Count - block * Size);
                if (inside < Size) continue;
                pieces[found++] = piece;
                (piece, inside) = (default, 0);
            }
        if (piece.Blocks > 0) pieces[found++] = piece;
        return found;
    }
}
