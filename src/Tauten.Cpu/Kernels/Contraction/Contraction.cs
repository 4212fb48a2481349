using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Matrix products of all element types: chooses the vector width and the way to go, from types and shapes only.</summary>
internal static unsafe class Contraction
{
    /// <summary>
    /// C = A B, or C + A B, for every product of the batch. Floats are summed in their own type, <see cref="Half"/> and <see cref="BFloat16"/>
    /// in <see cref="float"/> and rounded once at the end; integers wrap around.
    /// </summary>
    /// <exception cref="NotSupportedException">The type is not a number type.</exception>
    public static void Multiply<T>(in MatrixProduct<T> product) where T : unmanaged
    {
        if (product.Rows == 0 || product.Columns == 0 || product.Batch == 0)
            return;
        // Wrap-around arithmetic does not see the sign: signed and unsigned integers share their kernels.
        if (typeof(T) == typeof(float)) Multiply<T, float>(product);
        else if (typeof(T) == typeof(double)) Multiply<T, double>(product);
        else if (typeof(T) == typeof(Half)) Multiply<T, float>(product);
        else if (typeof(T) == typeof(BFloat16)) Multiply<T, float>(product);
        else if (typeof(T) == typeof(sbyte) || typeof(T) == typeof(byte)) Multiply<byte, byte>(As<T, byte>(product));
        else if (typeof(T) == typeof(short) || typeof(T) == typeof(ushort)) Multiply<ushort, ushort>(As<T, ushort>(product));
        else if (typeof(T) == typeof(int) || typeof(T) == typeof(uint)) Multiply<uint, uint>(As<T, uint>(product));
        else if (typeof(T) == typeof(long) || typeof(T) == typeof(ulong)) Multiply<ulong, ulong>(As<T, ulong>(product));
        else throw new NotSupportedException($"Matrix products are not defined for elements of type {typeof(T).Name}.");
    }

    /// <summary>C[rows, columns] = A B, or C + A B: one product.</summary>
    public static void Multiply<T>(
        long rows, long columns, long inner, T* a, long aRow, long aColumn, T* b, long bRow, long bColumn, T* c, long cRow, bool accumulate)
        where T : unmanaged =>
        Multiply(new MatrixProduct<T>
        {
            Rows = rows,
            Columns = columns,
            Inner = inner,
            A = a,
            ARow = aRow,
            AColumn = aColumn,
            B = b,
            BRow = bRow,
            BColumn = bColumn,
            C = c,
            CRow = cRow,
            Accumulate = accumulate,
            Batch = 1,
        });

    /// <summary>The same bits seen as another type of the same size.</summary>
    private static MatrixProduct<TTo> As<TFrom, TTo>(in MatrixProduct<TFrom> product) where TFrom : unmanaged where TTo : unmanaged =>
        System.Runtime.CompilerServices.Unsafe.BitCast<MatrixProduct<TFrom>, MatrixProduct<TTo>>(product);

    /// <summary>Stored as <typeparamref name="TStore"/>, computed in <typeparamref name="T"/>, with the vectors of the level.</summary>
    private static void Multiply<TStore, T>(in MatrixProduct<TStore> product) where TStore : unmanaged where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Multiply<TStore, T, V512<T>>(product); break;
            case InstructionLevel.Avx2: Multiply<TStore, T, V256<T>>(product); break;
            default: Multiply<TStore, T, V128<T>>(product); break;
        }
    }

    /// <summary>The way to go: by vectors, on one thread, or shared by threads.</summary>
    private static void Multiply<TStore, T, V>(in MatrixProduct<TStore> product)
        where TStore : unmanaged
        where T : unmanaged, INumberBase<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (product.TryFold(out var folded))
            MultiplyOne<TStore, T, V>(folded);
        else if (LocalProduct<TStore, T, V>.SuitsBatch(product))
            LocalProduct<TStore, T, V>.RunBatch(product);
        else
        {
            for (int item = 0; item < product.Batch; item++)
                MultiplyOne<TStore, T, V>(product.Item(item));
        }
    }

    /// <summary>One product.</summary>
    private static void MultiplyOne<TStore, T, V>(in MatrixProduct<TStore> product)
        where TStore : unmanaged
        where T : unmanaged, INumberBase<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (VectorProduct<TStore, T, V>.Suits(product))
            VectorProduct<TStore, T, V>.Run(product);
        else if (LocalProduct<TStore, T, V>.Suits(product))
            LocalProduct<TStore, T, V>.Run(product);
        else
            SharedProduct<TStore, T, V>.Run(product);
    }
}
