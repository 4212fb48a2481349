using System.Diagnostics;
using System.Text.Json;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Where time and memory go: every kernel that a thread runs while it is recorded, eagerly or from the plan of a compiled function, by op, by fused group and by module.
/// </summary>
/// <example><code>
/// var profile = new Profile();
/// var x = Tensor.Ones([64, 64]);
/// using (profile.Record()) x.MatMul(x).Exp().Sum();
/// foreach (var row in profile.ByOp().Rows.OrderBy(row => row.Name)) Console.WriteLine($"{row.Name} {row.Calls}");
/// // Exp 1
/// // MatMul 1
/// // Sum 1
/// </code></example>
public sealed class Profile
{
    readonly List<ProfileEvent> events = [];
    readonly long began = Stopwatch.GetTimestamp();

    /// <summary>Records what this thread runs until the scope is disposed. May be entered again and again.</summary>
    public ProfileScope Record() => new(this);

    /// <summary>The kernels that have run, in order.</summary>
    public IReadOnlyList<ProfileEvent> Events => events;

    /// <summary>Time and memory by op.</summary>
    public ProfileTable ByOp() => Table("op", e => e.Name);

    /// <summary>Time and memory by module and direction.</summary>
    public ProfileTable ByModule() => Table("module", e => $"{e.Module ?? "(outside of modules)"}{(e.IsBackward ? " backward" : "")}");

    /// <summary>Time and memory by anything.</summary>
    /// <param name="title">What the rows stand for.</param>
    /// <param name="name">The name of the row that an event belongs to.</param>
    public ProfileTable Table(string title, Func<ProfileEvent, string> name) => new(title, [.. events.GroupBy(name).Select(group => ProfileRow.Of(group.Key, [.. group])).OrderByDescending(row => row.Time)]);

    /// <summary>Writes the events as a trace that <c>chrome://tracing</c>, Perfetto and other tools show.</summary>
    public void WriteTrace(string path)
    {
        using var stream = File.Create(path);
        WriteTrace(stream);
    }

    /// <inheritdoc cref="WriteTrace(string)"/>
    public void WriteTrace(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        foreach (var e in events)
        {
            json.WriteStartObject();
            json.WriteString("name", e.Name);
            json.WriteString("cat", e.IsBackward ? "backward" : "forward");
            json.WriteString("ph", "X");
            WritePlace(e.Start, e.Thread);
            json.WriteNumber("dur", e.Duration.TotalMicroseconds);
            json.WriteStartObject("args");
            json.WriteString("op", e.Op.ToString());
            if (e.Module is not null) json.WriteString("module", e.Module);
            json.WriteNumber("bytes", e.Bytes);
            if (e.Operations is { } operations) json.WriteNumber("operations", operations);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("name", "memory");
            json.WriteString("ph", "C");
            WritePlace(e.Start + e.Duration, e.Thread);
            json.WriteStartObject("args");
            json.WriteNumber("held bytes", e.HeldBytes);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();

        void WritePlace(TimeSpan at, int thread)
        {
            json.WriteNumber("ts", at.TotalMicroseconds);
            json.WriteNumber("pid", 1);
            json.WriteNumber("tid", thread);
        }
    }

    /// <summary>The tables by op and by module.</summary>
    public override string ToString() => $"{ByOp()}\n{ByModule()}";

    /// <summary>Runs a kernel and remembers it.</summary>
    internal void Run(Kernel<Op> kernel, Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y, Origin? origin)
    {
        var specs = Dispatch.SpecsOf(x);
        var backend = x.Length > 0 ? x[0].Storage.Backend : Backends.Default;
        long garbage = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        kernel(op, x, y);
        backend.Synchronize();
        var duration = Stopwatch.GetElapsedTime(start);
        garbage = GC.GetAllocatedBytesForCurrentThread() - garbage;
        var results = Dispatch.SpecsOf(y);
        double? operations = op.Work(specs, results);
        var peak = operations is null || results.Length == 0 ? null : backend.PeakOperations(results[0].DType);
        events.Add(new(op, origin?.Module, origin?.IsBackward == true, Stopwatch.GetElapsedTime(began, start), duration, specs.Sum(s => s.ByteCount) + results.Sum(s => s.ByteCount), operations, peak, backend.HeldBytes, garbage, Environment.CurrentManagedThreadId));
    }
}

/// <summary>The time in which a thread records a <see cref="Profile"/>.</summary>
/// <example><code>
/// var profile = new Profile();
/// using (ProfileScope scope = profile.Record()) Tensor.Ones([3]).Exp();
/// Console.WriteLine(profile.Events.Any(e => e.Name == "Exp"));    // True
/// </code></example>
public readonly ref struct ProfileScope
{
    readonly Profile? before;

    internal ProfileScope(Profile profile)
    {
        before = Ambient.Current.Profile;
        Ambient.Current.Profile = profile;
    }

    /// <summary>Ends the recording, or goes on with the one from before.</summary>
    public void Dispose() => Ambient.Current.Profile = before;
}
