namespace Tauten.Cpu;

/// <summary>The sizes of a recurrent pass, and the order of its steps.</summary>
internal unsafe struct SequenceSizes
{
    /// <summary>Steps.</summary>
    public long Steps;

    /// <summary>Sequences.</summary>
    public long Rows;

    /// <summary>Size of a gate.</summary>
    public long Hidden;

    /// <summary>Size of the state: <see cref="Hidden"/>, or less after a projection.</summary>
    public long State;

    /// <summary>Whether sequences are read from the end.</summary>
    public bool Backwards;

    /// <summary>The number of steps of each sequence, or null.</summary>
    public long* Lengths;

    /// <summary>The time of the step that is computed after <paramref name="step"/> others.</summary>
    public readonly long Time(long step) => Backwards ? Steps - 1 - step : step;

    /// <summary>Whether a sequence has a step.</summary>
    public readonly bool Has(long row, long time) => Lengths == null || time < Lengths[row];

    /// <summary>How many rows from <paramref name="row"/> on agree in whether they have a step.</summary>
    public readonly long Alike(long row, long end, long time, out bool has)
    {
        has = Has(row, time);
        if (Lengths == null) return end - row;
        long next = row + 1;
        while (next < end && Has(next, time) == has) next++;
        return next - row;
    }

    /// <summary>Where the state before a step lies: among those of all steps, or the first one.</summary>
    public readonly T* Before<T>(long row, long time, T* states, T* first, long size) where T : unmanaged
    {
        long before = Backwards ? time + 1 : time - 1;
        return before < 0 || before >= Steps || !Has(row, before) ? first + row * size : states + (before * Rows + row) * size;
    }
}

/// <summary>
/// One layer and direction of a recurrent net. Each step has phases, which need what the phase before gives in the same rows; a phase can be done for some
/// rows (sequences) and some panels (ranges of columns) of its result.
/// </summary>
internal interface ISequencePass
{
    /// <summary>Phases of a step.</summary>
    int Phases { get; }

    /// <summary>Panels of a phase.</summary>
    long Panels(int phase);

    /// <summary>Nanoseconds that a phase takes one thread, roughly.</summary>
    double Work(int phase);

    /// <summary>Does a phase for a range of rows and one of panels; <paramref name="step"/> counts in the order of the pass.</summary>
    void Run(long step, int phase, long row, long endRow, long panel, long endPanel);
}

/// <summary>
/// Runs a pass. Sequences do not know of each other: they are shared out among threads once, and no thread waits for another before the end. A few long ones
/// instead share out the columns of each phase, where these are worth it.
/// </summary>
internal static class SequencePass
{
    /// <summary>So many rows reuse a weight that has been brought from the second cache.</summary>
    private const long LeastRows = 8;

    /// <summary>Beyond this, more rows do not make a weight's way any cheaper.</summary>
    private const long MostRows = 48;

    /// <summary>With this many chunks, no thread waits long at the end.</summary>
    private const long EnoughChunks = 16;

    /// <summary>Nanoseconds below which the columns of a phase are not shared out: handing them out and waiting takes some microseconds.</summary>
    private const double LeastPhase = 40_000;

    /// <summary>All steps for all rows.</summary>
    public static void Run<TPass>(long steps, long rows, TPass pass) where TPass : struct, ISequencePass
    {
        if (rows == 0) return;
        double work = 0, longest = 0;
        for (int phase = 0; phase < pass.Phases; phase++)
        {
            work += pass.Work(phase);
            longest = Math.Max(longest, pass.Work(phase));
        }
        long chunkRows = Math.Clamp(BlockSizes.Even(rows, Math.Max(1, BlockSizes.Parts(rows, EnoughChunks)), 4), LeastRows, MostRows);
        if (rows > chunkRows || longest < LeastPhase)
        {
            var chunks = new RowChunks<TPass> { Pass = pass, Steps = steps, Rows = rows, ChunkRows = chunkRows };
            Workers.For((int)BlockSizes.Parts(rows, chunkRows), work * steps, ref chunks);
            return;
        }
        var columns = new ColumnChunks<TPass> { Pass = pass, Rows = rows };
        for (columns.Step = 0; columns.Step < steps; columns.Step++)
        {
            for (columns.Phase = 0; columns.Phase < pass.Phases; columns.Phase++)
                Workers.For(checked((int)pass.Panels(columns.Phase)), pass.Work(columns.Phase), ref columns);
        }
    }

    /// <summary>Some rows, from the first step to the last.</summary>
    private struct RowChunks<TPass> : IChunks where TPass : struct, ISequencePass
    {
        public TPass Pass;
        public long Steps, Rows, ChunkRows;

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            long row = chunk * ChunkRows, end = Math.Min(row + ChunkRows, Rows);
            for (long step = 0; step < Steps; step++)
            {
                for (int phase = 0; phase < Pass.Phases; phase++)
                    Pass.Run(step, phase, row, end, 0, Pass.Panels(phase));
            }
        }
    }

    /// <summary>All rows, one panel of one phase of one step.</summary>
    private struct ColumnChunks<TPass> : IChunks where TPass : struct, ISequencePass
    {
        public TPass Pass;
        public long Rows, Step;
        public int Phase;

        /// <inheritdoc/>
        public void Run(int chunk) => Pass.Run(Step, Phase, 0, Rows, chunk, chunk + 1);
    }
}
