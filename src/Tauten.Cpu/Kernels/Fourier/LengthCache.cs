using System.Collections.Concurrent;

namespace Tauten.Cpu;

/// <summary>What is made once for a length and kept, until too much has come together: then it is made again when next needed.</summary>
/// <param name="make">Makes it.</param>
/// <param name="size">How many numbers it holds.</param>
internal sealed class LengthCache<TValue>(Func<long, TValue> make, Func<TValue, long> size)
{
    const long KeptNumbers = 1 << 24;

    readonly ConcurrentDictionary<long, TValue> known = new();
    long kept;

    /// <summary>What belongs to a length. Two threads that ask at the same time may make it twice.</summary>
    public TValue Of(long length)
    {
        if (known.TryGetValue(length, out var found)) return found;
        var made = make(length);
        long numbers = size(made);
        if (Interlocked.Add(ref kept, numbers) > KeptNumbers)
        {
            known.Clear();
            Interlocked.Exchange(ref kept, numbers);
        }
        return known.GetOrAdd(length, made);
    }
}
