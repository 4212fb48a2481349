using System.Collections.Concurrent;

namespace Tauten.Compiler;

/// <summary>The memory in which a compiled function works: one piece for each thread that runs it at the same time, shared by its plans for all sizes.</summary>
sealed class WorkspacePool
{
    /// <summary>How many plans are kept ready to run in one piece of memory.</summary>
    const int LargestCount = 16;

    readonly ConcurrentStack<Memory> free = new();

    /// <summary>Runs a plan in memory that nobody else uses.</summary>
    public Tensor[] Run(Plan plan, ReadOnlySpan<Tensor> x)
    {
        if (!free.TryPop(out var memory)) memory = new();
        var results = memory.WorkspaceFor(plan).Run(x);
        // After an error, or when it was stopped, the memory is left to the collector.
        free.Push(memory);
        return results;
    }

    sealed class Memory
    {
        Storage? storage;
        readonly List<(Plan Plan, Workspace Workspace)> ready = [];

        public Workspace WorkspaceFor(Plan plan)
        {
            foreach (var (known, workspace) in ready)
                if (ReferenceEquals(known, plan)) return workspace;
            if (plan.WorkspaceBytes > (storage?.ByteCount ?? 0))
            {
                ready.Clear();
                storage = null;
                storage = plan.Backend.Allocate(plan.WorkspaceBytes);
            }
            if (ready.Count == LargestCount) ready.RemoveAt(0);
            var made = new Workspace(plan, storage);
            ready.Add((plan, made));
            return made;
        }
    }
}
