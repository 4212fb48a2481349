using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// One stage of a transform by the method of Stockham: no reordering at the end, and every access is a whole vector, whose lanes are different transforms.
/// With m points done so far, l left and r the radix: x holds [m, r, l] vectors, y gets [r, m, l], y[q', k, j] = sum over q of root(r)^(q q') root(m r)^(k q) x[k, q, j].
/// Strides are in elements, from vector to vector.
/// </summary>
internal static unsafe class Butterflies<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>A constant that the compiler sees.</summary>
    public interface IChoice
    {
        /// <summary>Its value.</summary>
        static abstract bool Holds { get; }
    }

    /// <summary>The stage turns its input by roots of unity: all but the first.</summary>
    public readonly struct Turns : IChoice
    {
        /// <inheritdoc/>
        public static bool Holds => true;
    }

    /// <summary>The first stage.</summary>
    public readonly struct Plain : IChoice
    {
        /// <inheritdoc/>
        public static bool Holds => false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Re(V re, V im, V cosine, V minusSine) => V.MultiplyAdd(im, minusSine, re * cosine);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Im(V re, V im, V cosine, V sine) => V.MultiplyAdd(re, sine, im * cosine);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two<TTurn>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, nint m, nint l, T* w) where TTurn : struct, IChoice
    {
        nint far = l * xs, apart = m * l * ys;
        for (nint k = 0; k < m; k++)
        {
            V c = default, s = default, n = default;
            if (TTurn.Holds) (c, s, n) = (V.Create(w[0]), V.Create(w[1]), -V.Create(w[1]));
            w += 2;
            T* ar = xr + 2 * k * far, ai = xi + 2 * k * far, br = yr + k * l * ys, bi = yi + k * l * ys;
            for (nint j = 0; j < l; j++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = V.Load(ar), i0 = V.Load(ai), r1 = V.Load(ar + far), i1 = V.Load(ai + far);
                if (TTurn.Holds)
                {
                    V t = Re(r1, i1, c, n);
                    i1 = Im(r1, i1, c, s);
                    r1 = t;
                }
                (r0 + r1).Store(br);
                (i0 + i1).Store(bi);
                (r0 - r1).Store(br + apart);
                (i0 - i1).Store(bi + apart);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three<TTurn>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, nint m, nint l, T* w) where TTurn : struct, IChoice
    {
        nint far = l * xs, apart = m * l * ys;
        V half = V.Number(-0.5), root = V.Number(0.86602540378443864676);
        for (nint k = 0; k < m; k++)
        {
            V c1 = default, s1 = default, c2 = default, s2 = default;
            if (TTurn.Holds)
            {
                (c1, s1) = (V.Create(w[0]), V.Create(w[1]));
                (c2, s2) = (V.Create(w[2]), V.Create(w[3]));
            }
            w += 4;
            T* ar = xr + 3 * k * far, ai = xi + 3 * k * far, br = yr + k * l * ys, bi = yi + k * l * ys;
            for (nint j = 0; j < l; j++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = V.Load(ar), i0 = V.Load(ai), r1 = V.Load(ar + far), i1 = V.Load(ai + far), r2 = V.Load(ar + 2 * far), i2 = V.Load(ai + 2 * far);
                if (TTurn.Holds)
                {
                    V t = Re(r1, i1, c1, -s1);
                    i1 = Im(r1, i1, c1, s1);
                    r1 = t;
                    t = Re(r2, i2, c2, -s2);
                    i2 = Im(r2, i2, c2, s2);
                    r2 = t;
                }
                V sr = r1 + r2, si = i1 + i2, dr = (r1 - r2) * root, di = (i1 - i2) * root;
                (r0 + sr).Store(br);
                (i0 + si).Store(bi);
                V er = V.MultiplyAdd(sr, half, r0), ei = V.MultiplyAdd(si, half, i0);
                (er + di).Store(br + apart);
                (ei - dr).Store(bi + apart);
                (er - di).Store(br + 2 * apart);
                (ei + dr).Store(bi + 2 * apart);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four<TTurn>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, nint m, nint l, T* w) where TTurn : struct, IChoice
    {
        nint far = l * xs, apart = m * l * ys;
        for (nint k = 0; k < m; k++)
        {
            V c1 = default, s1 = default, c2 = default, s2 = default, c3 = default, s3 = default, n1 = default, n2 = default, n3 = default;
            if (TTurn.Holds)
            {
                (c1, s1, n1) = (V.Create(w[0]), V.Create(w[1]), -V.Create(w[1]));
                (c2, s2, n2) = (V.Create(w[2]), V.Create(w[3]), -V.Create(w[3]));
                (c3, s3, n3) = (V.Create(w[4]), V.Create(w[5]), -V.Create(w[5]));
            }
            w += 6;
            T* ar = xr + 4 * k * far, ai = xi + 4 * k * far, br = yr + k * l * ys, bi = yi + k * l * ys;
            for (nint j = 0; j < l; j++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = V.Load(ar), i0 = V.Load(ai), r1 = V.Load(ar + far), i1 = V.Load(ai + far);
                V r2 = V.Load(ar + 2 * far), i2 = V.Load(ai + 2 * far), r3 = V.Load(ar + 3 * far), i3 = V.Load(ai + 3 * far);
                if (TTurn.Holds)
                {
                    V t = Re(r1, i1, c1, n1);
                    i1 = Im(r1, i1, c1, s1);
                    r1 = t;
                    t = Re(r2, i2, c2, n2);
                    i2 = Im(r2, i2, c2, s2);
                    r2 = t;
                    t = Re(r3, i3, c3, n3);
                    i3 = Im(r3, i3, c3, s3);
                    r3 = t;
                }
                V ar0 = r0 + r2, ai0 = i0 + i2, ar1 = r0 - r2, ai1 = i0 - i2, ar2 = r1 + r3, ai2 = i1 + i3, ar3 = r1 - r3, ai3 = i1 - i3;
                (ar0 + ar2).Store(br);
                (ai0 + ai2).Store(bi);
                (ar1 + ai3).Store(br + apart);
                (ai1 - ar3).Store(bi + apart);
                (ar0 - ar2).Store(br + 2 * apart);
                (ai0 - ai2).Store(bi + 2 * apart);
                (ar1 - ai3).Store(br + 3 * apart);
                (ai1 + ar3).Store(bi + 3 * apart);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five<TTurn>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, nint m, nint l, T* w) where TTurn : struct, IChoice
    {
        nint far = l * xs, apart = m * l * ys;
        V cosA = V.Number(0.30901699437494742410), cosB = V.Number(-0.80901699437494742410), sinA = V.Number(0.95105651629515357212), sinB = V.Number(0.58778525229247312917);
        for (nint k = 0; k < m; k++)
        {
            T* ar = xr + 5 * k * far, ai = xi + 5 * k * far, br = yr + k * l * ys, bi = yi + k * l * ys;
            for (nint j = 0; j < l; j++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = V.Load(ar), i0 = V.Load(ai), r1 = V.Load(ar + far), i1 = V.Load(ai + far), r2 = V.Load(ar + 2 * far), i2 = V.Load(ai + 2 * far);
                V r3 = V.Load(ar + 3 * far), i3 = V.Load(ai + 3 * far), r4 = V.Load(ar + 4 * far), i4 = V.Load(ai + 4 * far);
                if (TTurn.Holds)
                {
                    V c = V.Create(w[0]), s = V.Create(w[1]), t = Re(r1, i1, c, -s);
                    i1 = Im(r1, i1, c, s);
                    r1 = t;
                    (c, s) = (V.Create(w[2]), V.Create(w[3]));
                    t = Re(r2, i2, c, -s);
                    i2 = Im(r2, i2, c, s);
                    r2 = t;
                    (c, s) = (V.Create(w[4]), V.Create(w[5]));
                    t = Re(r3, i3, c, -s);
                    i3 = Im(r3, i3, c, s);
                    r3 = t;
                    (c, s) = (V.Create(w[6]), V.Create(w[7]));
                    t = Re(r4, i4, c, -s);
                    i4 = Im(r4, i4, c, s);
                    r4 = t;
                }
                V ar1 = r1 + r4, ai1 = i1 + i4, ar2 = r2 + r3, ai2 = i2 + i3, dr1 = r1 - r4, di1 = i1 - i4, dr2 = r2 - r3, di2 = i2 - i3;
                (r0 + ar1 + ar2).Store(br);
                (i0 + ai1 + ai2).Store(bi);
                V er = V.MultiplyAdd(ar2, cosB, V.MultiplyAdd(ar1, cosA, r0)), ei = V.MultiplyAdd(ai2, cosB, V.MultiplyAdd(ai1, cosA, i0));
                V fr = V.MultiplyAdd(dr2, sinB, dr1 * sinA), fi = V.MultiplyAdd(di2, sinB, di1 * sinA);
                (er + fi).Store(br + apart);
                (ei - fr).Store(bi + apart);
                (er - fi).Store(br + 4 * apart);
                (ei + fr).Store(bi + 4 * apart);
                er = V.MultiplyAdd(ar2, cosA, V.MultiplyAdd(ar1, cosB, r0));
                ei = V.MultiplyAdd(ai2, cosA, V.MultiplyAdd(ai1, cosB, i0));
                fr = dr1 * sinB - dr2 * sinA;
                fi = di1 * sinB - di2 * sinA;
                (er + fi).Store(br + 2 * apart);
                (ei - fr).Store(bi + 2 * apart);
                (er - fi).Store(br + 3 * apart);
                (ei + fr).Store(bi + 3 * apart);
            }
            w += 8;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<TTurn>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, nint m, nint l, T* w) where TTurn : struct, IChoice
    {
        nint far = l * xs, apart = m * l * ys;
        V root = V.Number(0.70710678118654752440);
        for (nint k = 0; k < m; k++)
        {
            T* ar = xr + 8 * k * far, ai = xi + 8 * k * far, br = yr + k * l * ys, bi = yi + k * l * ys;
            for (nint j = 0; j < l; j++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = V.Load(ar), i0 = V.Load(ai), r4 = V.Load(ar + 4 * far), i4 = V.Load(ai + 4 * far), t, c, s;
                if (TTurn.Holds)
                {
                    (c, s) = (V.Create(w[6]), V.Create(w[7]));
                    t = Re(r4, i4, c, -s);
                    i4 = Im(r4, i4, c, s);
                    r4 = t;
                }
                V b0r = r0 + r4, b0i = i0 + i4, b1r = r0 - r4, b1i = i0 - i4;

                V r2 = V.Load(ar + 2 * far), i2 = V.Load(ai + 2 * far), r6 = V.Load(ar + 6 * far), i6 = V.Load(ai + 6 * far);
                if (TTurn.Holds)
                {
                    (c, s) = (V.Create(w[2]), V.Create(w[3]));
                    t = Re(r2, i2, c, -s);
                    i2 = Im(r2, i2, c, s);
                    r2 = t;
                    (c, s) = (V.Create(w[10]), V.Create(w[11]));
                    t = Re(r6, i6, c, -s);
                    i6 = Im(r6, i6, c, s);
                    r6 = t;
                }
                V b2r = r2 + r6, b2i = i2 + i6, b3r = r2 - r6, b3i = i2 - i6;
                V c0r = b0r + b2r, c0i = b0i + b2i, c1r = b0r - b2r, c1i = b0i - b2i;
                V e0r = b1r + b3i, e0i = b1i - b3r, e1r = b1r - b3i, e1i = b1i + b3r;

                V r1 = V.Load(ar + far), i1 = V.Load(ai + far), r5 = V.Load(ar + 5 * far), i5 = V.Load(ai + 5 * far);
                if (TTurn.Holds)
                {
                    (c, s) = (V.Create(w[0]), V.Create(w[1]));
                    t = Re(r1, i1, c, -s);
                    i1 = Im(r1, i1, c, s);
                    r1 = t;
                    (c, s) = (V.Create(w[8]), V.Create(w[9]));
                    t = Re(r5, i5, c, -s);
                    i5 = Im(r5, i5, c, s);
                    r5 = t;
                }
                V b4r = r1 + r5, b4i = i1 + i5, b5r = r1 - r5, b5i = i1 - i5;

                V r3 = V.Load(ar + 3 * far), i3 = V.Load(ai + 3 * far), r7 = V.Load(ar + 7 * far), i7 = V.Load(ai + 7 * far);
                if (TTurn.Holds)
                {
                    (c, s) = (V.Create(w[4]), V.Create(w[5]));
                    t = Re(r3, i3, c, -s);
                    i3 = Im(r3, i3, c, s);
                    r3 = t;
                    (c, s) = (V.Create(w[12]), V.Create(w[13]));
                    t = Re(r7, i7, c, -s);
                    i7 = Im(r7, i7, c, s);
                    r7 = t;
                }
                V b6r = r3 + r7, b6i = i3 + i7, b7r = r3 - r7, b7i = i3 - i7;
                V d0r = b4r + b6r, d0i = b4i + b6i, d1r = b4r - b6r, d1i = b4i - b6i;
                (c0r + d0r).Store(br);
                (c0i + d0i).Store(bi);
                (c0r - d0r).Store(br + 4 * apart);
                (c0i - d0i).Store(bi + 4 * apart);
                (c1r + d1i).Store(br + 2 * apart);
                (c1i - d1r).Store(bi + 2 * apart);
                (c1r - d1i).Store(br + 6 * apart);
                (c1i + d1r).Store(bi + 6 * apart);

                V f0r = b5r + b7i, f0i = b5i - b7r, f1r = b5r - b7i, f1i = b5i + b7r;
                V g0r = (f0r + f0i) * root, g0i = (f0i - f0r) * root, g1r = (f1i - f1r) * root, g1i = (f1r + f1i) * root;
                (e0r + g0r).Store(br + apart);
                (e0i + g0i).Store(bi + apart);
                (e0r - g0r).Store(br + 5 * apart);
                (e0i - g0i).Store(bi + 5 * apart);
                (e1r + g1r).Store(br + 3 * apart);
                (e1i - g1i).Store(bi + 3 * apart);
                (e1r - g1r).Store(br + 7 * apart);
                (e1i + g1i).Store(bi + 7 * apart);
            }
            w += 14;
        }
    }

    /// <summary>Any odd radix p, in the order of p^2 steps: conjugate roots are taken together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Odd<TTurn>(int p, T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, nint m, nint l, T* w, T* roots) where TTurn : struct, IChoice
    {
        nint far = l * xs, apart = m * l * ys;
        int half = (p - 1) / 2;
        V* sums = stackalloc V[4 * half];
        for (nint k = 0; k < m; k++)
        {
            T* ar = xr + p * k * far, ai = xi + p * k * far, br = yr + k * l * ys, bi = yi + k * l * ys;
            for (nint j = 0; j < l; j++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = V.Load(ar), i0 = V.Load(ai), totalR = r0, totalI = i0;
                for (int q = 1; q <= half; q++)
                {
                    V ra = V.Load(ar + q * far), ia = V.Load(ai + q * far), rb = V.Load(ar + (p - q) * far), ib = V.Load(ai + (p - q) * far);
                    if (TTurn.Holds)
                    {
                        V c = V.Create(w[2 * q - 2]), s = V.Create(w[2 * q - 1]), t = Re(ra, ia, c, -s);
                        ia = Im(ra, ia, c, s);
                        ra = t;
                        (c, s) = (V.Create(w[2 * (p - q) - 2]), V.Create(w[2 * (p - q) - 1]));
                        t = Re(rb, ib, c, -s);
                        ib = Im(rb, ib, c, s);
                        rb = t;
                    }
                    V* sum = sums + 4 * (q - 1);
                    (sum[0], sum[1], sum[2], sum[3]) = (ra + rb, ia + ib, ra - rb, ia - ib);
                    totalR += sum[0];
                    totalI += sum[1];
                }
                totalR.Store(br);
                totalI.Store(bi);
                for (int k2 = 1; k2 <= half; k2++)
                {
                    V er = r0, ei = i0, fr = V.Number(0), fi = V.Number(0);
                    for (int q = 1, at = k2; q <= half; q++, at = at + k2 >= p ? at + k2 - p : at + k2)
                    {
                        V* sum = sums + 4 * (q - 1);
                        V c = V.Create(roots[2 * at]), s = V.Create(roots[2 * at + 1]);
                        er = V.MultiplyAdd(sum[0], c, er);
                        ei = V.MultiplyAdd(sum[1], c, ei);
                        fr = V.MultiplyAdd(sum[2], s, fr);
                        fi = V.MultiplyAdd(sum[3], s, fi);
                    }
                    (er + fi).Store(br + k2 * apart);
                    (ei - fr).Store(bi + k2 * apart);
                    (er - fi).Store(br + (p - k2) * apart);
                    (ei + fr).Store(bi + (p - k2) * apart);
                }
            }
            w += 2 * (p - 1);
        }
    }
}
