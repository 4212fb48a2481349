using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// The innermost loop of all matrix products: c(i, j) = [c(i, j)] + sum over p of a(i, p) b(p, j) for a tile of C that stays in registers.
/// One text for every element type, vector width and tile size: rows that a tile lacks are removed when the code is compiled.
/// Each element of C is one sum in ascending order of p, so it does not depend on the tile it falls in.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TTile">The tile.</typeparam>
/// <typeparam name="TStrides">How the operands lie.</typeparam>
internal static unsafe class MicroKernel<V, T, TTile, TStrides>
    where V : unmanaged, IProductVector<V, T>
    where T : unmanaged
    where TTile : struct, ITile
    where TStrides : struct, ITileStrides
{
    /// <summary>Multiplies a strip of A by a strip of B, adds to or overwrites a whole tile of C.</summary>
    /// <param name="inner">Length of the sums.</param>
    /// <param name="a">a(i, p) lies at a[i * ARow + p * AColumn].</param>
    /// <param name="b">b(p, j) lies at b[p * BRow + j].</param>
    /// <param name="strides">These distances.</param>
    /// <param name="c">c(i, j) lies at c[i * cRow + j].</param>
    /// <param name="cRow">Distance of rows of C.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    /// <param name="bias">As many numbers as the tile has columns, added to each row; null for none.</param>
    /// <param name="ahead">What will be needed after this tile: asked for while it is computed, a cache line for four steps. Any address may be given.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(long inner, T* a, T* b, TStrides strides, T* c, long cRow, bool accumulate, T* bias = null, T* ahead = null)
    {
        long aRow = strides.ARow, aColumn = strides.AColumn, bRow = strides.BRow;
        V c0 = default, d0 = default;
        V c1 = default, d1 = default;
        V c2 = default, d2 = default;
        V c3 = default, d3 = default;
        V c4 = default, d4 = default;
        V c5 = default, d5 = default;
        V c6 = default, d6 = default;
        V c7 = default, d7 = default;
        V c8 = default, d8 = default;
        V c9 = default, d9 = default;
        V c10 = default, d10 = default;
        V c11 = default, d11 = default;

        // C is needed at the end only: by then it has arrived.
        PrefetchRow(c);
        if (TTile.Rows > 1) PrefetchRow(c + 1 * cRow);
        if (TTile.Rows > 2) PrefetchRow(c + 2 * cRow);
        if (TTile.Rows > 3) PrefetchRow(c + 3 * cRow);
        if (TTile.Rows > 4) PrefetchRow(c + 4 * cRow);
        if (TTile.Rows > 5) PrefetchRow(c + 5 * cRow);
        if (TTile.Rows > 6) PrefetchRow(c + 6 * cRow);
        if (TTile.Rows > 7) PrefetchRow(c + 7 * cRow);
        if (TTile.Rows > 8) PrefetchRow(c + 8 * cRow);
        if (TTile.Rows > 9) PrefetchRow(c + 9 * cRow);
        if (TTile.Rows > 10) PrefetchRow(c + 10 * cRow);
        if (TTile.Rows > 11) PrefetchRow(c + 11 * cRow);

        long p = 0;
        if (TTile.Rows <= 6)
        {
            // Twelve sums keep two multipliers busy only if little else is decoded between them: four steps share their arithmetic on pointers, and
            // where distances are known they are part of the instructions.
            if (typeof(TStrides) == typeof(RowStrides))
            {
                // A pointer for each row: with the place in a row, distances of rows would need sums of their own for every element.
                T* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow;
                for (; p <= inner - 4; p += 4)
                {
                    if (Sse.IsSupported) Sse.Prefetch1(ahead);
                    ahead += 64 / sizeof(T);
                    Step(a, a1, a2, a3, a4, a5, 0, b, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    b += bRow;
                    Step(a, a1, a2, a3, a4, a5, 1, b, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    b += bRow;
                    Step(a, a1, a2, a3, a4, a5, 2, b, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    b += bRow;
                    Step(a, a1, a2, a3, a4, a5, 3, b, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    b += bRow;
                    a += 4;
                    a1 += 4;
                    a2 += 4;
                    a3 += 4;
                    a4 += 4;
                    a5 += 4;
                }
            }
            else
            {
                for (; p <= inner - 4; p += 4)
                {
                    Prefetch(a + 64 * aColumn);
                    if (Sse.IsSupported) Sse.Prefetch1(ahead);
                    ahead += 64 / sizeof(T);
                    Step(a, 0, aRow, b, 0, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    Step(a, aColumn, aRow, b, bRow, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    Step(a, 2 * aColumn, aRow, b, 2 * bRow, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    Step(a, 3 * aColumn, aRow, b, 3 * bRow, ref c0, ref d0, ref c1, ref d1, ref c2, ref d2, ref c3, ref d3, ref c4, ref d4, ref c5, ref d5);
                    a += 4 * aColumn;
                    b += 4 * bRow;
                }
            }
        }
        // Four base pointers and two multiples of the row distance reach all twelve rows without further arithmetic.
        T* third = a + 3 * aRow, sixth = a + 6 * aRow, ninth = a + 9 * aRow;
        long twice = 2 * aRow;
        for (; p < inner; p++)
        {
            var left = V.Load(b);
            var right = TTile.Vectors > 1 ? V.Load(b + V.Count) : default;
            // Packs come from the third cache or memory when a block begins: asked for some 200 ns ahead. Past the end lies the next strip or panel.
            Prefetch(a + 128 * aColumn);
            PrefetchRow(b + 64 * bRow);
            Row(a[0], left, right, ref c0, ref d0);
            if (TTile.Rows > 1) Row(a[aRow], left, right, ref c1, ref d1);
            if (TTile.Rows > 2) Row(a[twice], left, right, ref c2, ref d2);
            if (TTile.Rows > 3) Row(third[0], left, right, ref c3, ref d3);
            if (TTile.Rows > 4) Row(third[aRow], left, right, ref c4, ref d4);
            if (TTile.Rows > 5) Row(third[twice], left, right, ref c5, ref d5);
            if (TTile.Rows > 6) Row(sixth[0], left, right, ref c6, ref d6);
            if (TTile.Rows > 7) Row(sixth[aRow], left, right, ref c7, ref d7);
            if (TTile.Rows > 8) Row(sixth[twice], left, right, ref c8, ref d8);
            if (TTile.Rows > 9) Row(ninth[0], left, right, ref c9, ref d9);
            if (TTile.Rows > 10) Row(ninth[aRow], left, right, ref c10, ref d10);
            if (TTile.Rows > 11) Row(ninth[twice], left, right, ref c11, ref d11);
            a += aColumn;
            third += aColumn;
            sixth += aColumn;
            ninth += aColumn;
            b += bRow;
        }

        if (bias != null)
        {
            var left = V.Load(bias);
            var right = TTile.Vectors > 1 ? V.Load(bias + V.Count) : default;
            Add(left, right, ref c0, ref d0);
            if (TTile.Rows > 1) Add(left, right, ref c1, ref d1);
            if (TTile.Rows > 2) Add(left, right, ref c2, ref d2);
            if (TTile.Rows > 3) Add(left, right, ref c3, ref d3);
            if (TTile.Rows > 4) Add(left, right, ref c4, ref d4);
            if (TTile.Rows > 5) Add(left, right, ref c5, ref d5);
            if (TTile.Rows > 6) Add(left, right, ref c6, ref d6);
            if (TTile.Rows > 7) Add(left, right, ref c7, ref d7);
            if (TTile.Rows > 8) Add(left, right, ref c8, ref d8);
            if (TTile.Rows > 9) Add(left, right, ref c9, ref d9);
            if (TTile.Rows > 10) Add(left, right, ref c10, ref d10);
            if (TTile.Rows > 11) Add(left, right, ref c11, ref d11);
        }

        Store(c, c0, d0, accumulate);
        if (TTile.Rows > 1) Store(c + 1 * cRow, c1, d1, accumulate);
        if (TTile.Rows > 2) Store(c + 2 * cRow, c2, d2, accumulate);
        if (TTile.Rows > 3) Store(c + 3 * cRow, c3, d3, accumulate);
        if (TTile.Rows > 4) Store(c + 4 * cRow, c4, d4, accumulate);
        if (TTile.Rows > 5) Store(c + 5 * cRow, c5, d5, accumulate);
        if (TTile.Rows > 6) Store(c + 6 * cRow, c6, d6, accumulate);
        if (TTile.Rows > 7) Store(c + 7 * cRow, c7, d7, accumulate);
        if (TTile.Rows > 8) Store(c + 8 * cRow, c8, d8, accumulate);
        if (TTile.Rows > 9) Store(c + 9 * cRow, c9, d9, accumulate);
        if (TTile.Rows > 10) Store(c + 10 * cRow, c10, d10, accumulate);
        if (TTile.Rows > 11) Store(c + 11 * cRow, c11, d11, accumulate);
    }

    /// <summary>One step of the sums of a tile of up to six rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        T* a, long aPlace, long aRow, T* b, long bPlace,
        ref V c0, ref V d0, ref V c1, ref V d1, ref V c2, ref V d2, ref V c3, ref V d3, ref V c4, ref V d4, ref V c5, ref V d5)
    {
        var left = V.Load(b + bPlace);
        var right = TTile.Vectors > 1 ? V.Load(b + (bPlace + V.Count)) : default;
        Row(a[aPlace], left, right, ref c0, ref d0);
        if (TTile.Rows > 1) Row(a[aPlace + aRow], left, right, ref c1, ref d1);
        if (TTile.Rows > 2) Row(a[aPlace + 2 * aRow], left, right, ref c2, ref d2);
        if (TTile.Rows > 3) Row(a[aPlace + 3 * aRow], left, right, ref c3, ref d3);
        if (TTile.Rows > 4) Row(a[aPlace + 4 * aRow], left, right, ref c4, ref d4);
        if (TTile.Rows > 5) Row(a[aPlace + 5 * aRow], left, right, ref c5, ref d5);
    }

    /// <summary>The same for a tile of six rows, each with a pointer of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        T* a, T* a1, T* a2, T* a3, T* a4, T* a5, long place, T* b,
        ref V c0, ref V d0, ref V c1, ref V d1, ref V c2, ref V d2, ref V c3, ref V d3, ref V c4, ref V d4, ref V c5, ref V d5)
    {
        var left = V.Load(b);
        var right = TTile.Vectors > 1 ? V.Load(b + V.Count) : default;
        Row(a[place], left, right, ref c0, ref d0);
        Row(a1[place], left, right, ref c1, ref d1);
        Row(a2[place], left, right, ref c2, ref d2);
        Row(a3[place], left, right, ref c3, ref d3);
        Row(a4[place], left, right, ref c4, ref d4);
        Row(a5[place], left, right, ref c5, ref d5);
    }

    /// <summary>One row of the tile: c += x * left, d += x * right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(T x, V left, V right, ref V c, ref V d)
    {
        var lanes = V.Create(x);
        c = V.MultiplyAdd(lanes, left, c);
        if (TTile.Vectors > 1) d = V.MultiplyAdd(lanes, right, d);
    }

    /// <summary>c += left, d += right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(V left, V right, ref V c, ref V d)
    {
        c += left;
        if (TTile.Vectors > 1) d += right;
    }

    /// <summary>Writes one row of the tile: the only place where results of products reach memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* c, V left, V right, bool accumulate)
    {
        if (accumulate)
        {
            left += V.Load(c);
            if (TTile.Vectors > 1) right += V.Load(c + V.Count);
        }
        left.Store(c);
        if (TTile.Vectors > 1) right.Store(c + V.Count);
    }

    /// <summary>Asks for the cache lines of one row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRow(T* row)
    {
        Prefetch(row);
        if (TTile.Vectors > 1) Prefetch(row + V.Count);
    }

    /// <summary>Asks for a cache line that is needed soon; any address may be given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(T* place)
    {
        if (Sse.IsSupported) Sse.Prefetch0(place);
    }
}
