namespace Tauten.Cpu;

/// <summary>One background thread of a <see cref="WorkerPool"/>: helps when woken, then spins for a moment and parks.</summary>
internal sealed class WorkerThread
{
    private const int Idle = 0;
    private const int Woken = 1;
    private const int Parked = 2;

    private readonly WorkerPool pool;
    private readonly int number;
    private readonly object gate = new();
    private int state;

    /// <summary>Starts the thread.</summary>
    /// <param name="pool">Whose jobs it helps with.</param>
    /// <param name="number">Its number among the helpers, from 0.</param>
    public WorkerThread(WorkerPool pool, int number)
    {
        this.pool = pool;
        this.number = number;
        new Thread(Loop) { IsBackground = true, Name = $"Tauten worker {number + 1}" }.UnsafeStart();
    }

    /// <summary>Makes the thread look at the current job. Cheap while it is still awake.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref state, Woken) == Parked)
        {
            lock (gate)
                Monitor.Pulse(gate);
        }
    }

    /// <summary>Waits to be woken, helps, and so on for the life of the process.</summary>
    private void Loop()
    {
        while (true)
        {
            if (!Spin.Until(ref state, Woken) && Interlocked.CompareExchange(ref state, Parked, Idle) == Idle)
            {
                lock (gate)
                {
                    while (Volatile.Read(ref state) == Parked)
                        Monitor.Wait(gate);
                }
            }
            Interlocked.Exchange(ref state, Idle);
            pool.Help(number);
        }
    }
}

/// <summary>Waiting for some tens of microseconds without parking the thread, which costs about as much; other threads that need the processor get it.</summary>
internal static class Spin
{
    /// <summary>
    /// Rounds of a wait, about 40 ns each by the runtime's calibration. Long enough for the time between two operations of a program,
    /// short enough to be nothing beside what runs that long.
    /// </summary>
    private const int Rounds = 800;

    /// <summary>After this many rounds another thread that is ready may run.</summary>
    private const int RoundsBetweenYields = 64;

    /// <summary>Whether <paramref name="place"/> becomes <paramref name="value"/> within the spin.</summary>
    public static bool Until(ref int place, int value)
    {
        for (int round = 1; round <= Rounds; round++)
        {
            if (Volatile.Read(ref place) == value)
                return true;
            if (round % RoundsBetweenYields == 0)
                Thread.Yield();
            else
                Thread.SpinWait(1);
        }
        return false;
    }
}
