namespace Tauten.Benchmarks;

/// <summary>The memory of this process as the system counts it, in MB.</summary>
static class Resident
{
    public static long Megabytes => Status("VmRSS");

    public static long PeakMegabytes => Status("VmHWM");

    static long Status(string name) => File.Exists("/proc/self/status")
        ? long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) >> 10
        : Environment.WorkingSet >> 20;
}
