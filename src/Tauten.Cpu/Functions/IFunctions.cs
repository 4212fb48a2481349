namespace Tauten.Cpu;

/// <summary>y = f(x), element by element; five lines per function, compiled for every type and vector width that is asked for.</summary>
internal interface IUnaryFunction
{
    /// <summary>The function of each lane.</summary>
    static abstract V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>About how long an element takes on one core when its data is in cache: what decides whether sharing the work pays.</summary>
    static virtual double Nanoseconds => 0.1;
}

/// <summary>A question about each element; the answer is a mask, stored as boolean bytes.</summary>
internal interface IPredicate
{
    /// <summary>The mask of the lanes for which it holds.</summary>
    static abstract V Apply<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged;
}

/// <summary>y = f(a, b), element by element.</summary>
internal interface IBinaryFunction
{
    /// <summary>The function of each pair of lanes.</summary>
    static abstract V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>About how long an element takes on one core when its data is in cache: what decides whether sharing the work pays.</summary>
    static virtual double Nanoseconds => 0.1;
}

/// <summary>A question about each pair of elements; the answer is a mask, stored as boolean bytes.</summary>
internal interface IComparison
{
    /// <summary>The mask of the lanes for which it holds.</summary>
    static abstract V Apply<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged;
}

/// <summary>y = f(a, b, c), element by element.</summary>
internal interface ITernaryFunction
{
    /// <summary>The function of each triple of lanes.</summary>
    static abstract V Apply<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged;
}
