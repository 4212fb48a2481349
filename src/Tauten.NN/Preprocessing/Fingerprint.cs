using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Tauten.NN;

/// <summary>
/// Hashes of strings (UTF-8) that are the same everywhere and for ever: FarmHash's Fingerprint64 (Pike: "FarmHash", 2014), which TensorFlow and Keras use, and SipHash-2-4
/// (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012), which takes a key.
/// </summary>
static class Fingerprint
{
    const ulong K0 = 0xc3a5c85c97cb3127, K1 = 0xb492b66fbe98f273, K2 = 0x9ae16a3b2f90404f;

    /// <summary>FarmHash's Fingerprint64.</summary>
    public static ulong Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Of(string)"/>
    public static ulong Of(ReadOnlySpan<byte> text) => text.Length switch
    {
        0 => K2,
        <= 3 => UpTo3(text),
        <= 7 => UpTo7(text),
        <= 16 => UpTo16(text),
        <= 32 => UpTo32(text),
        <= 64 => UpTo64(text),
        _ => Long(text),
    };

    static ulong UpTo3(ReadOnlySpan<byte> s)
    {
        uint y = (uint)(s[0] + (s[s.Length >> 1] << 8)), z = (uint)(s.Length + (s[^1] << 2));
        return Folded((y * K2) ^ (z * K0)) * K2;
    }

    static ulong UpTo7(ReadOnlySpan<byte> s) => Mixed((ulong)s.Length + ((ulong)Four(s) << 3), Four(s[^4..]), Factor(s));

    static ulong UpTo16(ReadOnlySpan<byte> s)
    {
        ulong factor = Factor(s), a = Eight(s) + K2, b = Eight(s[^8..]);
        return Mixed(BitOperations.RotateRight(b, 37) * factor + a, (BitOperations.RotateRight(a, 25) + b) * factor, factor);
    }

    static ulong UpTo32(ReadOnlySpan<byte> s)
    {
        ulong first = Ends(s, K1, out _, out ulong second);
        return Mixed(first, second, Factor(s));
    }

    // What the first and the last 16 bytes come to: two sums, and parts that longer texts go on with.
    static ulong Ends(ReadOnlySpan<byte> s, ulong k, out ulong a, out ulong second)
    {
        ulong b = Eight(s[8..]);
        a = Eight(s) * k;
        ulong c = Eight(s[^8..]) * Factor(s), d = Eight(s[^16..]) * K2;
        second = a + BitOperations.RotateRight(b + K2, 18) + c;
        return BitOperations.RotateRight(a + b, 43) + BitOperations.RotateRight(c, 30) + d;
    }

    static ulong UpTo64(ReadOnlySpan<byte> s)
    {
        ulong factor = Factor(s), y = Ends(s, K2, out ulong a, out ulong second), z = Mixed(y, second, factor);
        ulong e = Eight(s[16..]) * factor, f = Eight(s[24..]), g = (y + Eight(s[^32..])) * factor, h = (z + Eight(s[^24..])) * factor;
        return Mixed(BitOperations.RotateRight(e + f, 43) + BitOperations.RotateRight(g, 30) + h, e + BitOperations.RotateRight(f + a, 18) + g, factor);
    }

    static ulong Long(ReadOnlySpan<byte> s)
    {
        const ulong Seed = 81;
        ulong x = unchecked(Seed * K2) + Eight(s), y = unchecked(Seed * K1 + 113), z = Folded(y * K2 + 113) * K2;
        (ulong First, ulong Second) v = default, w = default;
        int blocks = (s.Length - 1) / 64;
        for (int i = 0; i < blocks; i++)
        {
            var block = s[(i * 64)..];
            x = BitOperations.RotateRight(x + y + v.First + Eight(block[8..]), 37) * K1;
            y = BitOperations.RotateRight(y + v.Second + Eight(block[48..]), 42) * K1;
            x ^= w.Second;
            y += v.First + Eight(block[40..]);
            z = BitOperations.RotateRight(z + w.First, 33) * K1;
            v = Weak(block, v.Second * K1, x + w.First);
            w = Weak(block[32..], z + w.Second, y + Eight(block[16..]));
            (x, z) = (z, x);
        }
        ulong factor = K1 + ((z & 0xff) << 1);
        var last = s[^64..];
        w.First += (ulong)((s.Length - 1) & 63);
        v.First += w.First;
        w.First += v.First;
        x = BitOperations.RotateRight(x + y + v.First + Eight(last[8..]), 37) * factor;
        y = BitOperations.RotateRight(y + v.Second + Eight(last[48..]), 42) * factor;
        x ^= w.Second * 9;
        y += v.First * 9 + Eight(last[40..]);
        z = BitOperations.RotateRight(z + w.First, 33) * factor;
        v = Weak(last, v.Second * factor, x + w.First);
        w = Weak(last[32..], z + w.Second, y + Eight(last[16..]));
        (x, z) = (z, x);
        return Mixed(Mixed(v.First, w.First, factor) + Folded(y) * K0 + z, Mixed(v.Second, w.Second, factor) + x, factor);
    }

    static (ulong, ulong) Weak(ReadOnlySpan<byte> s, ulong a, ulong b)
    {
        ulong z = Eight(s[24..]);
        a += Eight(s);
        b = BitOperations.RotateRight(b + a + z, 21);
        ulong c = a;
        a += Eight(s[8..]) + Eight(s[16..]);
        b += BitOperations.RotateRight(a, 44);
        return (a + z, b + c);
    }

    static ulong Mixed(ulong u, ulong v, ulong factor) => Folded((v ^ Folded((u ^ v) * factor)) * factor) * factor;

    static ulong Folded(ulong x) => x ^ (x >> 47);

    static ulong Factor(ReadOnlySpan<byte> s) => K2 + (ulong)s.Length * 2;

    static ulong Eight(ReadOnlySpan<byte> s) => BinaryPrimitives.ReadUInt64LittleEndian(s);

    static uint Four(ReadOnlySpan<byte> s) => BinaryPrimitives.ReadUInt32LittleEndian(s);

    /// <summary>One fingerprint behind another, as TensorFlow joins those of crossed features.</summary>
    public static ulong Joined(ulong first, ulong second)
    {
        const ulong Factor = 0xc6a4a7935bd1e995;
        ulong x = ((first ^ Factor) ^ (Folded(second * Factor) * Factor)) * Factor;
        return Folded(Folded(x) * Factor);
    }

    /// <summary>SipHash-2-4 with a key of two numbers.</summary>
    public static ulong Of(string text, ulong key0, ulong key1) => Of(Encoding.UTF8.GetBytes(text), key0, key1);

    /// <inheritdoc cref="Of(string, ulong, ulong)"/>
    public static ulong Of(ReadOnlySpan<byte> text, ulong key0, ulong key1)
    {
        ulong v0 = key0 ^ 0x736f6d6570736575, v1 = key1 ^ 0x646f72616e646f6d, v2 = key0 ^ 0x6c7967656e657261, v3 = key1 ^ 0x7465646279746573;
        int whole = text.Length / 8 * 8;
        for (int i = 0; i < whole; i += 8) Absorb(Eight(text[i..]));
        ulong rest = (ulong)text.Length << 56;
        for (int i = whole; i < text.Length; i++) rest |= (ulong)text[i] << (8 * (i - whole));
        Absorb(rest);
        v2 ^= 0xff;
        for (int i = 0; i < 4; i++) Round();
        return v0 ^ v1 ^ v2 ^ v3;

        void Absorb(ulong word)
        {
            v3 ^= word;
            Round();
            Round();
            v0 ^= word;
        }

        void Round()
        {
            v0 += v1;
            v2 += v3;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
