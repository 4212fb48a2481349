using System.Diagnostics;
using System.Runtime;

namespace Tauten.Benchmarks;

/// <summary>
/// Calls before what is measured, until the just-in-time compiler has its final code, as in a program that has run for a moment: it compiles a method again when it has been called some
/// thirty times and a tenth of a second has passed without new ones, on a thread of its own, which takes one of two cores meanwhile.
/// </summary>
static class WarmUp
{
    const double LongestSeconds = 15;

    /// <summary>Calls twice at least, for some seconds at least, and until no method has been compiled for <paramref name="quiet"/> seconds.</summary>
    public static void Run(Action run, double seconds, double quiet)
    {
        long began = Stopwatch.GetTimestamp(), changed = began, compiled = -1;
        run();
        do
        {
            run();
            long now = JitInfo.GetCompiledMethodCount();
            if (now != compiled) (compiled, changed) = (now, Stopwatch.GetTimestamp());
        }
        while (Since(began) < seconds || (Since(changed) < quiet && Since(began) < LongestSeconds));
    }

    static double Since(long moment) => Stopwatch.GetElapsedTime(moment).TotalSeconds;
}
