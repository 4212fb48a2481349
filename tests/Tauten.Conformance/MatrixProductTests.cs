using System.Numerics;
using Tauten.Cpu;

namespace Tauten.Conformance;

/// <summary>Matrix products by every way that they can go, at every instruction level: against sums in double, whatever the threads, and with work on results in cache.</summary>
[Collection(ProcessWide.Name)]
public sealed unsafe class MatrixProductTests
{
    /// <summary>Rows, inner, columns, batch: few rows, few columns, small, shared, packed in chunks, long sums in parts, sums packed in pieces, batches.</summary>
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 3, 700, 90, 1 }, { 90, 700, 3, 1 }, { 40, 60, 50, 1 }, { 201, 300, 133, 1 }, { 31, 1100, 700, 1 }, { 8, 600, 515, 1 }, { 64, 9000, 64, 1 },
        { 8900, 1030, 40, 1 }, { 20, 21, 19, 5 }, { 128, 64, 100, 9 }, { 150, 200, 130, 3 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Sums(int rows, int inner, int columns, int batch)
    {
        foreach (bool turned in new[] { false, true })
        {
            AtEveryLevel(() =>
            {
                var (a, b) = (Numbers<float>(batch * rows * inner, 1), Numbers<float>(batch * inner * columns, 2));
                var y = Product(a, b, rows, inner, columns, batch, turned, default);
                var random = new Random(3);
                for (int check = 0; check < 2000; check++)
                {
                    int item = random.Next(batch), i = random.Next(rows), j = random.Next(columns);
                    double sum = 0, size = 0;
                    for (int p = 0; p < inner; p++)
                    {
                        double term = (double)A(a, item, i, p, rows, inner, turned) * b[(item * inner + p) * columns + j];
                        sum += term;
                        size += Math.Abs(term);
                    }
                    double found = y[(item * rows + i) * columns + j];
                    Assert.True(Math.Abs(found - sum) <= 1e-6 * size, $"[{item}, {i}, {j}] is {found}, expected {sum}.");
                }
            });
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Threads_do_not_show(int rows, int inner, int columns, int batch) => AtEveryLevel(() =>
    {
        var (a, b) = (Numbers<float>(batch * rows * inner, 1), Numbers<float>(batch * inner * columns, 2));
        int count = Workers.Count;
        double threshold = Workers.ParallelThreshold;
        try
        {
            Workers.Count = 1;
            var alone = Product(a, b, rows, inner, columns, batch, false, default);
            (Workers.Count, Workers.ParallelThreshold) = (5, 0);
            Assert.True(alone.AsSpan().SequenceEqual(Product(a, b, rows, inner, columns, batch, false, default)));
        }
        finally
        {
            (Workers.Count, Workers.ParallelThreshold) = (count, threshold);
        }
    });

    [Theory, MemberData(nameof(Shapes))]
    public void Work_on_results(int rows, int inner, int columns, int batch) => AtEveryLevel(() =>
    {
        Works<float>(rows, inner, columns, batch);
        Works<double>(rows, inner, columns, batch);
        Works<Half>(rows, inner, columns, batch);
    });

    static void Works<T>(int rows, int inner, int columns, int batch) where T : unmanaged, INumber<T>
    {
        var (a, b) = (Numbers<T>(batch * rows * inner, 1), Numbers<T>(batch * inner * columns, 2));
        var residual = Numbers<T>(batch * rows * columns, 4);
        var expected = Product(a, b, rows, inner, columns, batch, false, default);
        for (int i = 0; i < expected.Length; i++) expected[i] = T.Abs(expected[i]) + residual[i];
        fixed (T* other = residual)
        {
            var state = new Residual<T> { Other = other };
            var found = Product(a, b, rows, inner, columns, batch, false, new(&Residual<T>.Add, &state), &state);
            for (int i = 0; i < found.Length; i++) Assert.True(expected[i] == found[i], $"{typeof(T).Name}: element {i} is {found[i]}, expected {expected[i]}.");
        }
    }

    /// <summary>|y| + another matrix, wherever in the result a tile lies.</summary>
    struct Residual<T> where T : unmanaged, INumber<T>
    {
        public T* Result, Other;

        public static void Add(void* state, in ProductTile<T> tile)
        {
            ref var self = ref *(Residual<T>*)state;
            for (long i = 0; i < tile.Rows; i++)
            {
                T* row = tile.Start + i * tile.Row;
                for (long j = 0; j < tile.Columns; j++) row[j] = T.Abs(row[j]) + self.Other[row + j - self.Result];
            }
        }
    }

    static T[] Product<T>(T[] a, T[] b, int rows, int inner, int columns, int batch, bool turned, ProductEpilogue<T> epilogue, Residual<T>* state = null) where T : unmanaged, INumber<T>
    {
        var y = new T[batch * rows * columns];
        long[] ofA = [.. Enumerable.Range(0, batch).Select(i => (long)i * rows * inner)], ofB = [.. Enumerable.Range(0, batch).Select(i => (long)i * inner * columns)];
        long[] ofY = [.. Enumerable.Range(0, batch).Select(i => (long)i * rows * columns)];
        fixed (T* pa = a, pb = b, py = y)
        fixed (long* oa = ofA, ob = ofB, oy = ofY)
        {
            if (state != null) state->Result = py;
            Contraction.Multiply(new MatrixProduct<T>
            {
                Rows = rows, Inner = inner, Columns = columns, A = pa, ARow = turned ? 1 : inner, AColumn = turned ? rows : 1, B = pb, BRow = columns, BColumn = 1, C = py, CRow = columns,
                Epilogue = epilogue, Batch = batch, AOffsets = oa, BOffsets = ob, COffsets = oy,
            });
        }
        return y;
    }

    static float A(float[] a, int item, int i, int p, int rows, int inner, bool turned) => a[item * rows * inner + (turned ? p * rows + i : i * inner + p)];

    static T[] Numbers<T>(int count, int seed) where T : unmanaged, INumber<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateSaturating(random.NextDouble() - 0.5))];
    }

    static void AtEveryLevel(Action action)
    {
        try
        {
            for (var level = InstructionLevel.Portable; level <= CpuInstructions.Detected; level++)
            {
                CpuInstructions.Level = level;
                action();
            }
        }
        finally
        {
            CpuInstructions.Level = CpuInstructions.Detected;
        }
    }
}
