using System.Numerics;
using System.Runtime.CompilerServices;
using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>A rectangle of elements: rows at a distance, each contiguous.</summary>
internal readonly unsafe struct Tile<T>(T* start, long row) where T : unmanaged
{
    /// <summary>The first element.</summary>
    public readonly T* Start = start;

    /// <summary>Distance of rows.</summary>
    public readonly long Row = row;

    /// <summary>The tile that begins some columns further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Tile<T> From(long column) => new(Start + column, Row);
}

/// <summary>
/// The elementwise parts of recurrent nets, each over a rectangle and each with one transcendental function at most, so that all of it is compiled in line.
/// Sigmoids err by 2.3 ulp (float) or 2 ulp (double) at most, tanh by 2.4 or 3, as everywhere.
/// </summary>
internal static unsafe class GateLoops<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>y = f(a + b).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Activate<F>(long rows, long width, Tile<T> a, Tile<T> b, Tile<T> y) where F : struct, IUnaryFunction
    {
        for (long i = 0; i < rows; i++)
        {
            T* pa = a.Start + i * a.Row, pb = b.Start + i * b.Row, py = y.Start + i * y.Row;
            long j = 0;
            for (; j + V.Count <= width; j += V.Count) F.Apply<V, T>(V.Load(pa + j) + V.Load(pb + j)).Store(py + j);
            if (j < width) Put(F.Apply<V, T>(Get(pa + j, width - j) + Get(pb + j, width - j)), py + j, width - j);
        }
    }

    /// <summary>The cell and the hidden state of an LSTM: c = f c + i g, h = o tanh(c). The gates lie <paramref name="gate"/> elements apart.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void LstmCell(long rows, long width, Tile<T> gates, long gate, Tile<T> cell, Tile<T> cells, Tile<T> hidden)
    {
        for (long i = 0; i < rows; i++)
        {
            T* pg = gates.Start + i * gates.Row, pc = cell.Start + i * cell.Row, pk = cells.Start + i * cells.Row, ph = hidden.Start + i * hidden.Row;
            for (long j = 0; j < width; j += V.Count)
            {
                long n = width - j;
                var c = V.MultiplyAdd(Get(pg + gate + j, n), Get(pc + j, n), Get(pg + j, n) * Get(pg + 2 * gate + j, n));
                Put(c, pc + j, n);
                Put(c, pk + j, n);
                Put(Get(pg + 3 * gate + j, n) * Tanh.Apply<V, T>(c), ph + j, n);
            }
        }
    }

    /// <summary>
    /// The gradients of the sums in the gates of an LSTM and of the cell before, for one row. <paramref name="innerGates"/> and <paramref name="innerCell"/>, gradients of the gates and the
    /// cell themselves, may be null.
    /// </summary>
    /// <param name="width">Columns.</param>
    /// <param name="hidden">The gradient of the hidden state.</param>
    /// <param name="more">What is to be added to it, or null.</param>
    /// <param name="gates">The gates i, f, g, o.</param>
    /// <param name="gate">Distance of gates.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="before">The cell before.</param>
    /// <param name="innerGates">Gradients of the gates.</param>
    /// <param name="innerCell">The gradient of the cell.</param>
    /// <param name="carry">The gradient of the cell from the step behind; that of the cell before is written in its place.</param>
    /// <param name="made">The gradients of the sums.</param>
    /// <param name="unprojected">Where to write o tanh(c), or null.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void LstmGradient(long width, T* hidden, T* more, T* gates, long gate, T* cell, T* before, T* innerGates, T* innerCell, T* carry, T* made, T* unprojected)
    {
        var one = V.Number(1);
        for (long j = 0; j < width; j += V.Count)
        {
            long n = width - j;
            var h = Get(hidden + j, n);
            if (more != null) h += Get(more + j, n);
            V i = Get(gates + j, n), f = Get(gates + gate + j, n), g = Get(gates + 2 * gate + j, n), o = Get(gates + 3 * gate + j, n);
            var tanh = Tanh.Apply<V, T>(Get(cell + j, n));
            if (unprojected != null) Put(o * tanh, unprojected + j, n);
            var c = Get(carry + j, n) + h * o * (one - tanh * tanh);
            if (innerCell != null) c += Get(innerCell + j, n);
            V gi = c * g, gf = c * Get(before + j, n), gg = c * i, go = h * tanh;
            if (innerGates != null)
            {
                gi += Get(innerGates + j, n);
                gf += Get(innerGates + gate + j, n);
                gg += Get(innerGates + 2 * gate + j, n);
                go += Get(innerGates + 3 * gate + j, n);
            }
            Put(c * f, carry + j, n);
            Put(gi * i * (one - i), made + j, n);
            Put(gf * f * (one - f), made + gate + j, n);
            Put(gg * (one - g * g), made + 2 * gate + j, n);
            Put(go * o * (one - o), made + 3 * gate + j, n);
        }
    }

    /// <summary>y = a + b.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add(long width, T* a, T* b, T* y)
    {
        for (long j = 0; j < width; j += V.Count) Put(Get(a + j, width - j) + Get(b + j, width - j), y + j, width - j);
    }

    /// <summary>y = a b.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(long width, T* a, T* b, T* y)
    {
        for (long j = 0; j < width; j += V.Count) Put(Get(a + j, width - j) * Get(b + j, width - j), y + j, width - j);
    }

    /// <summary>
    /// The new state of a gated recurrent unit: n = tanh(a + r q) and h = n + z (h' - n), for one row; without <paramref name="reset"/> n = tanh(a + q).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void GruState(long width, T* added, T* reset, T* product, T* update, T* before, T* candidate, T* hidden, T* next)
    {
        for (long j = 0; j < width; j += V.Count)
        {
            long n = width - j;
            V a = Get(added + j, n), q = Get(product + j, n);
            var made = Tanh.Apply<V, T>(reset == null ? a + q : V.MultiplyAdd(Get(reset + j, n), q, a));
            var h = V.MultiplyAdd(Get(update + j, n), Get(before + j, n) - made, made);
            Put(made, candidate + j, n);
            Put(h, hidden + j, n);
            Put(h, next + j, n);
        }
    }

    /// <summary>
    /// The gradients of the sums in z and n of a gated recurrent unit for one row; <paramref name="carry"/> becomes what passes by the gates, h z. <paramref name="gates"/> are r, z, q, n,
    /// <paramref name="made"/> r, z, n. With the reset gate behind the product also those of r and, in <paramref name="product"/>, of q, of which r, z, q are written there too.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void GruGradient(long width, T* arriving, T* carry, T* gates, long gate, T* before, T* inner, T* made, T* product)
    {
        var one = V.Number(1);
        for (long j = 0; j < width; j += V.Count)
        {
            long n = width - j;
            V h = Get(arriving + j, n) + Get(carry + j, n), z = Get(gates + gate + j, n), c = Get(gates + 3 * gate + j, n);
            V gn = h * (one - z), gz = h * (Get(before + j, n) - c);
            if (inner != null)
            {
                gn += Get(inner + 3 * gate + j, n);
                gz += Get(inner + gate + j, n);
            }
            gn *= one - c * c;
            gz *= z * (one - z);
            Put(gz, made + gate + j, n);
            Put(gn, made + 2 * gate + j, n);
            Put(h * z, carry + j, n);
            if (product == null) continue;
            V r = Get(gates + j, n), gq = gn * r, gr = gn * Get(gates + 2 * gate + j, n);
            if (inner != null)
            {
                gq += Get(inner + 2 * gate + j, n);
                gr += Get(inner + j, n);
            }
            gr *= r * (one - r);
            Put(gr, made + j, n);
            Put(gr, product + j, n);
            Put(gz, product + gate + j, n);
            Put(gq, product + 2 * gate + j, n);
        }
    }

    /// <summary>The gradient of the sum in r where the reset gate comes before the product, whose gradient is <paramref name="product"/>; what passes to the state before is added to <paramref name="carry"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void GruResetGradient(long width, T* product, T* gates, long gate, T* before, T* inner, T* made, T* carry)
    {
        for (long j = 0; j < width; j += V.Count)
        {
            long n = width - j;
            V gq = Get(product + j, n), r = Get(gates + j, n);
            if (inner != null) gq += Get(inner + 2 * gate + j, n);
            var gr = gq * Get(before + j, n);
            if (inner != null) gr += Get(inner + j, n);
            Put(gr * r * (V.Number(1) - r), made + j, n);
            Put(V.MultiplyAdd(gq, r, Get(carry + j, n)), carry + j, n);
        }
    }

    /// <summary>The gradient of the sum in a plain net for one row: (arriving + carry) times 1 - h^2, or where h is positive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RnnGradient(bool relu, long width, T* arriving, T* carry, T* output, T* made)
    {
        for (long j = 0; j < width; j += V.Count)
        {
            long n = width - j;
            V g = Get(arriving + j, n) + Get(carry + j, n), h = Get(output + j, n);
            Put(relu ? V.Select(h > V.Number(0), g, V.Number(0)) : g * (V.Number(1) - h * h), made + j, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Get(T* source, long count) => count >= V.Count ? V.Load(source) : Partial<V, T>.Load(source, (nint)count, V.Number(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V value, T* target, long count)
    {
        if (count >= V.Count) value.Store(target);
        else Partial<V, T>.Store(value, target, (nint)count);
    }
}
