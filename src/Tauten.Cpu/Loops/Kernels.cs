using System.Reflection;
using System.Runtime.CompilerServices;
using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>
/// Where a kernel reads and writes. An operand's step is what its pointer advances per vector: its bytes per vector,
/// or 0 for one that is the same everywhere and lies there as one vector of equal elements.
/// </summary>
internal unsafe struct Tile
{
    /// <summary>The operands.</summary>
    public byte* A, B, C, D;

    /// <summary>The result.</summary>
    public byte* Y;

    /// <summary>Bytes per vector, or 0.</summary>
    public nint StepA, StepB, StepC, StepD;
}

/// <summary>A compiled inner loop: whole vectors only, contiguous result. The driver sees to everything else.</summary>
/// <param name="run">Computes the given number of elements, a multiple of <paramref name="lanes"/>.</param>
/// <param name="lanes">Elements per vector.</param>
/// <param name="nanoseconds">About how long an element takes when its data is in cache.</param>
/// <param name="method">Names the function on vectors that the loop is made of; null of a loop that has none.</param>
/// <param name="function">The function of two operands that it is a loop of, or <see cref="Functions.Where"/>; null of others.</param>
internal readonly unsafe struct Kernel(delegate*<Tile*, nint, void> run, int lanes, double nanoseconds, delegate*<MethodInfo> method, Type? function = null)
{
    private readonly delegate*<MethodInfo> _method = method;
    private readonly Type? _function = function;

    /// <summary>
    /// The function on vectors that the loop is made of, for code that calls it in a loop of its own: of the operands, as vectors of the element type, or
    /// masks in the place of booleans. Only where code can be made while a program runs.
    /// </summary>
    public MethodInfo Method => _method();

    /// <summary>Whether <see cref="Method"/> is there.</summary>
    public bool HasMethod => _method != null;

    /// <summary>Whether it is the loop of <typeparamref name="F"/>, a function of two operands or <see cref="Functions.Where"/>.</summary>
    public bool Is<F>() where F : struct => _function == typeof(F);

    /// <summary>Computes the given number of elements, a multiple of <see cref="Lanes"/>.</summary>
    public readonly delegate*<Tile*, nint, void> Run = run;

    /// <summary>Elements per vector.</summary>
    public readonly int Lanes = lanes;

    /// <summary>About how long an element takes when its data is in cache.</summary>
    public readonly double Nanoseconds = nanoseconds;

    /// <summary>y = f(a) for the current instruction level.</summary>
    public static Kernel Unary<F, T>() where F : struct, IUnaryFunction where T : unmanaged => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(Inner<V512<T>, T>.UnaryOf<F>(), V512<T>.Count, F.Nanoseconds, &Inner<V512<T>, T>.UnaryMethod<F>),
        InstructionLevel.Avx2 => new(Inner<V256<T>, T>.UnaryOf<F>(), V256<T>.Count, F.Nanoseconds, &Inner<V256<T>, T>.UnaryMethod<F>),
        _ => new(Inner<V128<T>, T>.UnaryOf<F>(), V128<T>.Count, F.Nanoseconds, &Inner<V128<T>, T>.UnaryMethod<F>),
    };

    /// <summary>Boolean bytes of a question about a.</summary>
    public static Kernel Predicate<F, T>() where F : struct, IPredicate where T : unmanaged => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(&Inner<V512<T>, T>.Predicate<F>, V512<T>.Count, 0.1, &Inner<V512<T>, T>.PredicateMethod<F>),
        InstructionLevel.Avx2 => new(&Inner<V256<T>, T>.Predicate<F>, V256<T>.Count, 0.1, &Inner<V256<T>, T>.PredicateMethod<F>),
        _ => new(&Inner<V128<T>, T>.Predicate<F>, V128<T>.Count, 0.1, &Inner<V128<T>, T>.PredicateMethod<F>),
    };

    /// <summary>y = f(a, b).</summary>
    public static Kernel Binary<F, T>() where F : struct, IBinaryFunction where T : unmanaged => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(Inner<V512<T>, T>.BinaryOf<F>(), V512<T>.Count, F.Nanoseconds, &Inner<V512<T>, T>.BinaryMethod<F>, typeof(F)),
        InstructionLevel.Avx2 => new(Inner<V256<T>, T>.BinaryOf<F>(), V256<T>.Count, F.Nanoseconds, &Inner<V256<T>, T>.BinaryMethod<F>, typeof(F)),
        _ => new(Inner<V128<T>, T>.BinaryOf<F>(), V128<T>.Count, F.Nanoseconds, &Inner<V128<T>, T>.BinaryMethod<F>, typeof(F)),
    };

    /// <summary>Boolean bytes of a question about a and b.</summary>
    public static Kernel Compare<F, T>() where F : struct, IComparison where T : unmanaged => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(&Inner<V512<T>, T>.Compare<F>, V512<T>.Count, 0.1, &Inner<V512<T>, T>.CompareMethod<F>, typeof(F)),
        InstructionLevel.Avx2 => new(&Inner<V256<T>, T>.Compare<F>, V256<T>.Count, 0.1, &Inner<V256<T>, T>.CompareMethod<F>, typeof(F)),
        _ => new(&Inner<V128<T>, T>.Compare<F>, V128<T>.Count, 0.1, &Inner<V128<T>, T>.CompareMethod<F>, typeof(F)),
    };

    /// <summary>y = f(a, b, c).</summary>
    public static Kernel Ternary<F, T>() where F : struct, ITernaryFunction where T : unmanaged => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(&Inner<V512<T>, T>.Ternary<F>, V512<T>.Count, 0.15, &Inner<V512<T>, T>.TernaryMethod<F>),
        InstructionLevel.Avx2 => new(&Inner<V256<T>, T>.Ternary<F>, V256<T>.Count, 0.15, &Inner<V256<T>, T>.TernaryMethod<F>),
        _ => new(&Inner<V128<T>, T>.Ternary<F>, V128<T>.Count, 0.15, &Inner<V128<T>, T>.TernaryMethod<F>),
    };

    /// <summary>y = b where the boolean byte a is set, else c. <typeparamref name="T"/> only gives the size.</summary>
    public static Kernel Where<T>() where T : unmanaged => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(&Inner<V512<T>, T>.Where, V512<T>.Count, 0.15, &Inner<V512<T>, T>.WhereMethod, typeof(Where)),
        InstructionLevel.Avx2 => new(&Inner<V256<T>, T>.Where, V256<T>.Count, 0.15, &Inner<V256<T>, T>.WhereMethod, typeof(Where)),
        _ => new(&Inner<V128<T>, T>.Where, V128<T>.Count, 0.15, &Inner<V128<T>, T>.WhereMethod, typeof(Where)),
    };

    /// <summary>y = c where F(a, b), else d. The type of c and d is one of the size of <typeparamref name="T"/>.</summary>
    public static Kernel Where<F, T>() where F : struct, IComparison where T : unmanaged => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => new(&Inner<V512<T>, T>.Where<F>, V512<T>.Count, 0.2, null),
        InstructionLevel.Avx2 => new(&Inner<V256<T>, T>.Where<F>, V256<T>.Count, 0.2, null),
        _ => new(&Inner<V128<T>, T>.Where<F>, V128<T>.Count, 0.2, null),
    };

    /// <summary>The inner loops themselves. Fully optimized from the first call: the first tier would run each vector operation as a call.</summary>
    private static class Inner<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Nanoseconds below which a function takes no longer than the loop around it, of which four elements then share a turn.
        private const double Cheap = 0.1;

        // Chosen here, not in one loop: the just-in-time compiler would inline the function five times, of which it can do so many only, before it leaves four of them out.
        public static delegate*<Tile*, nint, void> UnaryOf<F>() where F : struct, IUnaryFunction => F.Nanoseconds <= Cheap ? &ByFours<F> : &Unary<F>;

        public static delegate*<Tile*, nint, void> BinaryOf<F>() where F : struct, IBinaryFunction => F.Nanoseconds <= Cheap ? &BinaryByFours<F> : &Binary<F>;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Unary<F>(Tile* tile, nint n) where F : struct, IUnaryFunction
        {
            byte* a = tile->A;
            nint stepA = tile->StepA;
            T* y = (T*)tile->Y;
            for (nint i = 0; i < n; i += V.Count, a += stepA) F.Apply<V, T>(V.Load((T*)a)).Store(y + i);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ByFours<F>(Tile* tile, nint n) where F : struct, IUnaryFunction
        {
            byte* a = tile->A;
            nint stepA = tile->StepA;
            T* y = (T*)tile->Y;
            nint i = 0;
            for (; i + 4 * V.Count <= n; i += 4 * V.Count, a += 4 * stepA)
            {
                F.Apply<V, T>(V.Load((T*)a)).Store(y + i);
                F.Apply<V, T>(V.Load((T*)(a + stepA))).Store(y + i + V.Count);
                F.Apply<V, T>(V.Load((T*)(a + 2 * stepA))).Store(y + i + 2 * V.Count);
                F.Apply<V, T>(V.Load((T*)(a + 3 * stepA))).Store(y + i + 3 * V.Count);
            }
            for (; i < n; i += V.Count, a += stepA) F.Apply<V, T>(V.Load((T*)a)).Store(y + i);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Predicate<F>(Tile* tile, nint n) where F : struct, IPredicate
        {
            byte* a = tile->A, y = tile->Y;
            nint stepA = tile->StepA;
            for (nint i = 0; i < n; i += V.Count, a += stepA) V.StoreMask(F.Apply<V, T>(V.Load((T*)a)), y + i);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Binary<F>(Tile* tile, nint n) where F : struct, IBinaryFunction
        {
            byte* a = tile->A, b = tile->B;
            nint stepA = tile->StepA, stepB = tile->StepB;
            T* y = (T*)tile->Y;
            for (nint i = 0; i < n; i += V.Count)
            {
                F.Apply<V, T>(V.Load((T*)a), V.Load((T*)b)).Store(y + i);
                a += stepA;
                b += stepB;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void BinaryByFours<F>(Tile* tile, nint n) where F : struct, IBinaryFunction
        {
            byte* a = tile->A, b = tile->B;
            nint stepA = tile->StepA, stepB = tile->StepB;
            T* y = (T*)tile->Y;
            nint i = 0;
            for (; i + 4 * V.Count <= n; i += 4 * V.Count)
            {
                F.Apply<V, T>(V.Load((T*)a), V.Load((T*)b)).Store(y + i);
                F.Apply<V, T>(V.Load((T*)(a + stepA)), V.Load((T*)(b + stepB))).Store(y + i + V.Count);
                F.Apply<V, T>(V.Load((T*)(a + 2 * stepA)), V.Load((T*)(b + 2 * stepB))).Store(y + i + 2 * V.Count);
                F.Apply<V, T>(V.Load((T*)(a + 3 * stepA)), V.Load((T*)(b + 3 * stepB))).Store(y + i + 3 * V.Count);
                a += 4 * stepA;
                b += 4 * stepB;
            }
            for (; i < n; i += V.Count)
            {
                F.Apply<V, T>(V.Load((T*)a), V.Load((T*)b)).Store(y + i);
                a += stepA;
                b += stepB;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Compare<F>(Tile* tile, nint n) where F : struct, IComparison
        {
            byte* a = tile->A, b = tile->B, y = tile->Y;
            nint stepA = tile->StepA, stepB = tile->StepB;
            for (nint i = 0; i < n; i += V.Count)
            {
                V.StoreMask(F.Apply<V, T>(V.Load((T*)a), V.Load((T*)b)), y + i);
                a += stepA;
                b += stepB;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Ternary<F>(Tile* tile, nint n) where F : struct, ITernaryFunction
        {
            byte* a = tile->A, b = tile->B, c = tile->C;
            nint stepA = tile->StepA, stepB = tile->StepB, stepC = tile->StepC;
            T* y = (T*)tile->Y;
            for (nint i = 0; i < n; i += V.Count)
            {
                F.Apply<V, T>(V.Load((T*)a), V.Load((T*)b), V.Load((T*)c)).Store(y + i);
                a += stepA;
                b += stepB;
                c += stepC;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Where(Tile* tile, nint n)
        {
            byte* a = tile->A, b = tile->B, c = tile->C;
            nint stepA = tile->StepA, stepB = tile->StepB, stepC = tile->StepC;
            T* y = (T*)tile->Y;
            for (nint i = 0; i < n; i += V.Count)
            {
                V.Select(V.LoadMask(a), V.Load((T*)b), V.Load((T*)c)).Store(y + i);
                a += stepA;
                b += stepB;
                c += stepC;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Where<F>(Tile* tile, nint n) where F : struct, IComparison
        {
            byte* a = tile->A, b = tile->B, c = tile->C, d = tile->D;
            nint stepA = tile->StepA, stepB = tile->StepB, stepC = tile->StepC, stepD = tile->StepD;
            T* y = (T*)tile->Y;
            for (nint i = 0; i < n; i += V.Count)
            {
                V.Select(F.Apply<V, T>(V.Load((T*)a), V.Load((T*)b)), V.Load((T*)c), V.Load((T*)d)).Store(y + i);
                a += stepA;
                b += stepB;
                c += stepC;
                d += stepD;
            }
        }

        // In a program that was compiled ahead of time, nobody asks for these, and the condition leaves them out.
        public static MethodInfo UnaryMethod<F>() where F : struct, IUnaryFunction => RuntimeFeature.IsDynamicCodeSupported ? ((Func<V, V>)F.Apply<V, T>).Method : null!;

        public static MethodInfo PredicateMethod<F>() where F : struct, IPredicate => RuntimeFeature.IsDynamicCodeSupported ? ((Func<V, V>)F.Apply<V, T>).Method : null!;

        public static MethodInfo BinaryMethod<F>() where F : struct, IBinaryFunction => RuntimeFeature.IsDynamicCodeSupported ? ((Func<V, V, V>)F.Apply<V, T>).Method : null!;

        public static MethodInfo CompareMethod<F>() where F : struct, IComparison => RuntimeFeature.IsDynamicCodeSupported ? ((Func<V, V, V>)F.Apply<V, T>).Method : null!;

        public static MethodInfo TernaryMethod<F>() where F : struct, ITernaryFunction => RuntimeFeature.IsDynamicCodeSupported ? ((Func<V, V, V, V>)F.Apply<V, T>).Method : null!;

        public static MethodInfo WhereMethod() => RuntimeFeature.IsDynamicCodeSupported ? ((Func<V, V, V, V>)V.Select).Method : null!;
    }
}
