using System.Collections.Concurrent;

namespace Tauten.Cpu;

/// <summary>What is made once for a key and kept, until too much has come together: then it is made again when next needed.</summary>
/// <param name="make">Makes it.</param>
/// <param name="size">How many numbers it holds.</param>
internal sealed class BoundedCache<TKey, TValue>(Func<TKey, TValue> make, Func<TValue, long> size) where TKey : IEquatable<TKey>
{
    const long KeptNumbers = 1 << 24;

    readonly ConcurrentDictionary<TKey, TValue> known = new();
    long kept;

    /// <summary>What belongs to a key. Two threads that ask at the same time may make it twice.</summary>
    public TValue Of(TKey key)
    {
        if (known.TryGetValue(key, out var found)) return found;
        var made = make(key);
        long numbers = size(made);
        if (Interlocked.Add(ref kept, numbers) > KeptNumbers)
        {
            known.Clear();
            Interlocked.Exchange(ref kept, numbers);
        }
        return known.GetOrAdd(key, made);
    }
}
