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
    public static void LstmCell(long rows, long width, Tile<T> gates, long gate, Tile<T> cell, Tile<T> cells, Tile<T> hidden)
    {
        long whole = width / V.Count * V.Count;
        LstmCell<Whole>(rows, 0, whole, gates, gate, cell, cells, hidden);
        if (whole < width) LstmCell<Edge>(rows, whole, width, gates, gate, cell, cells, hidden);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LstmCell<E>(long rows, long from, long width, Tile<T> gates, long gate, Tile<T> cell, Tile<T> cells, Tile<T> hidden) where E : struct, IEdge
    {
        for (long i = 0; i < rows; i++)
        {
            T* pg = gates.Start + i * gates.Row, pc = cell.Start + i * cell.Row, pk = cells.Start + i * cells.Row, ph = hidden.Start + i * hidden.Row;
            for (long j = from; j < width; j += V.Count)
            {
                long n = width - j;
                var c = V.MultiplyAdd(E.Load(pg + gate + j, n), E.Load(pc + j, n), E.Load(pg + j, n) * E.Load(pg + 2 * gate + j, n));
                E.Store(c, pc + j, n);
                E.Store(c, pk + j, n);
                E.Store(E.Load(pg + 3 * gate + j, n) * Tanh.Apply<V, T>(c), ph + j, n);
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
    public static void LstmGradient(long width, T* hidden, T* more, T* gates, long gate, T* cell, T* before, T* innerGates, T* innerCell, T* carry, T* made, T* unprojected)
    {
        long whole = width / V.Count * V.Count;
        LstmGradient<Whole>(0, whole, hidden, more, gates, gate, cell, before, innerGates, innerCell, carry, made, unprojected);
        if (whole < width) LstmGradient<Edge>(whole, width, hidden, more, gates, gate, cell, before, innerGates, innerCell, carry, made, unprojected);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LstmGradient<E>(long from, long width, T* hidden, T* more, T* gates, long gate, T* cell, T* before, T* innerGates, T* innerCell, T* carry, T* made, T* unprojected) where E : struct, IEdge
    {
        var one = V.Number(1);
        for (long j = from; j < width; j += V.Count)
        {
            long n = width - j;
            var h = E.Load(hidden + j, n);
            if (more != null) h += E.Load(more + j, n);
            V i = E.Load(gates + j, n), f = E.Load(gates + gate + j, n), g = E.Load(gates + 2 * gate + j, n), o = E.Load(gates + 3 * gate + j, n);
            var tanh = Tanh.Apply<V, T>(E.Load(cell + j, n));
            if (unprojected != null) E.Store(o * tanh, unprojected + j, n);
            var c = E.Load(carry + j, n) + h * o * (one - tanh * tanh);
            if (innerCell != null) c += E.Load(innerCell + j, n);
            V gi = c * g, gf = c * E.Load(before + j, n), gg = c * i, go = h * tanh;
            if (innerGates != null)
            {
                gi += E.Load(innerGates + j, n);
                gf += E.Load(innerGates + gate + j, n);
                gg += E.Load(innerGates + 2 * gate + j, n);
                go += E.Load(innerGates + 3 * gate + j, n);
            }
            E.Store(c * f, carry + j, n);
            E.Store(gi * i * (one - i), made + j, n);
            E.Store(gf * f * (one - f), made + gate + j, n);
            E.Store(gg * (one - g * g), made + 2 * gate + j, n);
            E.Store(go * o * (one - o), made + 3 * gate + j, n);
        }
    }

    /// <summary>y = a + b.</summary>
    public static void Add(long width, T* a, T* b, T* y)
    {
        long whole = width / V.Count * V.Count;
        Add<Whole>(0, whole, a, b, y);
        if (whole < width) Add<Edge>(whole, width, a, b, y);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Add<E>(long from, long width, T* a, T* b, T* y) where E : struct, IEdge
    {
        for (long j = from; j < width; j += V.Count) E.Store(E.Load(a + j, width - j) + E.Load(b + j, width - j), y + j, width - j);
    }

    /// <summary>y = a b.</summary>
    public static void Multiply(long width, T* a, T* b, T* y)
    {
        long whole = width / V.Count * V.Count;
        Multiply<Whole>(0, whole, a, b, y);
        if (whole < width) Multiply<Edge>(whole, width, a, b, y);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<E>(long from, long width, T* a, T* b, T* y) where E : struct, IEdge
    {
        for (long j = from; j < width; j += V.Count) E.Store(E.Load(a + j, width - j) * E.Load(b + j, width - j), y + j, width - j);
    }

    /// <summary>
    /// The new state of a gated recurrent unit: n = tanh(a + r q) and h = n + z (h' - n), for one row; without <paramref name="reset"/> n = tanh(a + q).
    /// </summary>
    public static void GruState(long width, T* added, T* reset, T* product, T* update, T* before, T* candidate, T* hidden, T* next)
    {
        long whole = width / V.Count * V.Count;
        GruState<Whole>(0, whole, added, reset, product, update, before, candidate, hidden, next);
        if (whole < width) GruState<Edge>(whole, width, added, reset, product, update, before, candidate, hidden, next);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void GruState<E>(long from, long width, T* added, T* reset, T* product, T* update, T* before, T* candidate, T* hidden, T* next) where E : struct, IEdge
    {
        for (long j = from; j < width; j += V.Count)
        {
            long n = width - j;
            V a = E.Load(added + j, n), q = E.Load(product + j, n);
            var made = Tanh.Apply<V, T>(reset == null ? a + q : V.MultiplyAdd(E.Load(reset + j, n), q, a));
            var h = V.MultiplyAdd(E.Load(update + j, n), E.Load(before + j, n) - made, made);
            E.Store(made, candidate + j, n);
            E.Store(h, hidden + j, n);
            E.Store(h, next + j, n);
        }
    }

    /// <summary>
    /// The gradients of the sums in z and n of a gated recurrent unit for one row; <paramref name="carry"/> becomes what passes by the gates, h z. <paramref name="gates"/> are r, z, q, n,
    /// <paramref name="made"/> r, z, n. With the reset gate behind the product also those of r and, in <paramref name="product"/>, of q, of which r, z, q are written there too.
    /// </summary>
    public static void GruGradient(long width, T* arriving, T* carry, T* gates, long gate, T* before, T* inner, T* made, T* product)
    {
        long whole = width / V.Count * V.Count;
        GruGradient<Whole>(0, whole, arriving, carry, gates, gate, before, inner, made, product);
        if (whole < width) GruGradient<Edge>(whole, width, arriving, carry, gates, gate, before, inner, made, product);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void GruGradient<E>(long from, long width, T* arriving, T* carry, T* gates, long gate, T* before, T* inner, T* made, T* product) where E : struct, IEdge
    {
        var one = V.Number(1);
        for (long j = from; j < width; j += V.Count)
        {
            long n = width - j;
            V h = E.Load(arriving + j, n) + E.Load(carry + j, n), z = E.Load(gates + gate + j, n), c = E.Load(gates + 3 * gate + j, n);
            V gn = h * (one - z), gz = h * (E.Load(before + j, n) - c);
            if (inner != null)
            {
                gn += E.Load(inner + 3 * gate + j, n);
                gz += E.Load(inner + gate + j, n);
            }
            gn *= one - c * c;
            gz *= z * (one - z);
            E.Store(gz, made + gate + j, n);
            E.Store(gn, made + 2 * gate + j, n);
            E.Store(h * z, carry + j, n);
            if (product == null) continue;
            V r = E.Load(gates + j, n), gq = gn * r, gr = gn * E.Load(gates + 2 * gate + j, n);
            if (inner != null)
            {
                gq += E.Load(inner + 2 * gate + j, n);
                gr += E.Load(inner + j, n);
            }
            gr *= r * (one - r);
            E.Store(gr, made + j, n);
            E.Store(gr, product + j, n);
            E.Store(gz, product + gate + j, n);
            E.Store(gq, product + 2 * gate + j, n);
        }
    }

    /// <summary>The gradient of the sum in r where the reset gate comes before the product, whose gradient is <paramref name="product"/>; what passes to the state before is added to <paramref name="carry"/>.</summary>
    public static void GruResetGradient(long width, T* product, T* gates, long gate, T* before, T* inner, T* made, T* carry)
    {
        long whole = width / V.Count * V.Count;
        GruResetGradient<Whole>(0, whole, product, gates, gate, before, inner, made, carry);
        if (whole < width) GruResetGradient<Edge>(whole, width, product, gates, gate, before, inner, made, carry);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void GruResetGradient<E>(long from, long width, T* product, T* gates, long gate, T* before, T* inner, T* made, T* carry) where E : struct, IEdge
    {
        for (long j = from; j < width; j += V.Count)
        {
            long n = width - j;
            V gq = E.Load(product + j, n), r = E.Load(gates + j, n);
            if (inner != null) gq += E.Load(inner + 2 * gate + j, n);
            var gr = gq * E.Load(before + j, n);
            if (inner != null) gr += E.Load(inner + j, n);
            E.Store(gr * r * (V.Number(1) - r), made + j, n);
            E.Store(V.MultiplyAdd(gq, r, E.Load(carry + j, n)), carry + j, n);
        }
    }

    /// <summary>The gradient of the sum in a plain net for one row: (arriving + carry) times 1 - h^2, or where h is positive.</summary>
    public static void RnnGradient(bool relu, long width, T* arriving, T* carry, T* output, T* made)
    {
        long whole = width / V.Count * V.Count;
        RnnGradient<Whole>(relu, 0, whole, arriving, carry, output, made);
        if (whole < width) RnnGradient<Edge>(relu, whole, width, arriving, carry, output, made);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RnnGradient<E>(bool relu, long from, long width, T* arriving, T* carry, T* output, T* made) where E : struct, IEdge
    {
        for (long j = from; j < width; j += V.Count)
        {
            long n = width - j;
            V g = E.Load(arriving + j, n) + E.Load(carry + j, n), h = E.Load(output + j, n);
            E.Store(relu ? V.Select(h > V.Number(0), g, V.Number(0)) : g * (V.Number(1) - h * h), made + j, n);
        }
    }

    private static V Get(T* source, long count) => Partial<V, T>.Load(source, (nint)count, V.Number(0));

    private static void Put(V value, T* target, long count) => Partial<V, T>.Store(value, target, (nint)count);

    /// <summary>How a vector meets memory: whole, without a question in the loop, or the last one of a row.</summary>
    private interface IEdge
    {
        static abstract V Load(T* source, long count);

        static abstract void Store(V value, T* target, long count);
    }

    private readonly struct Whole : IEdge
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Load(T* source, long count) => V.Load(source);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(V value, T* target, long count) => value.Store(target);
    }

    private readonly struct Edge : IEdge
    {
        public static V Load(T* source, long count) => Get(source, count);

        public static void Store(V value, T* target, long count) => Put(value, target, count);
    }
}
