namespace Tauten.Cpu;

/// <summary>What a matrix product needs of a vector register: all of <see cref="ISimd{TSelf, T}"/> have it, and others whose product is of another kind.</summary>
/// <typeparam name="TSelf">The vector.</typeparam>
/// <typeparam name="T">What a lane holds.</typeparam>
internal unsafe interface IProductVector<TSelf, T> where TSelf : unmanaged, IProductVector<TSelf, T> where T : unmanaged
{
    /// <summary>Lanes in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Reads <see cref="Count"/> elements at any alignment.</summary>
    static abstract TSelf Load(T* source);

    /// <summary>Writes <see cref="Count"/> elements at any alignment.</summary>
    void Store(T* target);

    /// <summary>The same value in all lanes.</summary>
    static abstract TSelf Create(T value);

    /// <summary>Sum; integers wrap.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>a * b + c, rounded once where the hardware has a fused instruction.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);
}
