using System.Text;

namespace Tauten.Tests;

/// <summary>
/// Compares a text with one that a person has looked at and approved. What differs is written beside it as <c>.received.txt</c>.
/// </summary>
static class Approved
{
    /// <summary>Fails unless <paramref name="received"/> is what <c>Approved/NAME.txt</c> in the folder of the test project says.</summary>
    public static void Check(string project, string name, string received)
    {
        string folder = SourceTree.PathOf($"tests/{project}/Approved");
        string approvedFile = Path.Combine(folder, $"{name}.txt"), receivedFile = Path.Combine(folder, $"{name}.received.txt");
        string approved = File.Exists(approvedFile) ? Normal(File.ReadAllText(approvedFile)) : "";
        received = Normal(received);
        if (received == approved)
        {
            File.Delete(receivedFile);
            return;
        }
        File.WriteAllText(receivedFile, received);
        Assert.Fail($"""
            The text differs from tests/{project}/Approved/{name}.txt:
            {FirstDifference(approved, received)}
            Look at the whole difference, and if it is meant, accept it:
                mv tests/{project}/Approved/{name}.received.txt tests/{project}/Approved/{name}.txt
            """);
    }

    static string Normal(string text) => text.ReplaceLineEndings("\n").TrimEnd() + "\n";

    static string FirstDifference(string approved, string received)
    {
        string[] before = approved.Split('\n'), now = received.Split('\n');
        int line = 0;
        while (line < before.Length && line < now.Length && before[line] == now[line]) line++;
        return new StringBuilder().Append("line ").Append(line + 1)
            .Append("\n  approved: ").Append(line < before.Length ? before[line] : "(the end)")
            .Append("\n  received: ").Append(line < now.Length ? now[line] : "(the end)").ToString();
    }
}
