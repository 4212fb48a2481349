using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tauten.NN;

namespace Tauten.Cli;

/// <summary>The file with a network's weights and what must be known to use them, with errors in the user's words.</summary>
static class WeightsFile
{
    const string Task = "tauten.task", Facts = "tauten.facts";

    /// <summary>Finds out before a long training whether its result can be written. Leaves an existing file as it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="IOException">It cannot.</exception>
    public static void CheckWritable(string path, string option = "--out")
    {
        if (path.Length == 0) throw new IOException($"{option}: expected a file name. Received an empty one.");
        if (Directory.Exists(path)) throw new IOException($"{option}: {path} is a folder. Expected a file name.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new IOException($"{option}: there is no folder {folder}.");
        try
        {
            bool isNew = !File.Exists(path);
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write)) { }
            if (isNew) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option}: cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>Whether <paramref name="path"/> can be read at all.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void CheckReadable(string path, string task = "digits")
    {
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder. Expected a file with weights.");
        if (!File.Exists(path)) throw new IOException($"there is no file {path}. Make one with 'tauten train {task}'.");
    }

    /// <summary>Writes the weights of a task's net, whole or not at all.</summary>
    public static void Save(string path, string task, Recipe recipe)
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt", [Task] = task };
        if (recipe.Facts is { } facts) metadata[Facts] = facts;
        Safetensors.Save(path, recipe.Net.State(), metadata);
    }

    /// <summary>What must be known to use the weights in a file.</summary>
    /// <exception cref="ModelFormatException">The file is of another kind, or of another task.</exception>
    public static T ReadFacts<T>(string path, string task, JsonTypeInfo<T> type) where T : class
    {
        CheckReadable(path, task);
        var metadata = SafetensorsFile.Open(path).Metadata;
        if (!metadata.TryGetValue(Task, out string? found) || !metadata.TryGetValue(Facts, out string? facts)) throw new ModelFormatException($"{path} does not say how its weights are used. Expected a file of 'tauten train {task}'.");
        if (found != task) throw new ModelFormatException($"{path} is of 'tauten train {found}'. Expected one of 'tauten train {task}'.");
        try
        {
            return JsonSerializer.Deserialize(facts, type) ?? throw new ModelFormatException($"{path}: there are no facts.");
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"{path}: what is said about the weights cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A net with the weights of a file, ready for use.</summary>
    public static Module<Tensor, Tensor> Load(string path, Module<Tensor, Tensor> net)
    {
        net.Load(path);
        net.Eval();
        return net;
    }
}
