namespace Tauten.Data;

/// <summary>A picture in a file, and its class.</summary>
/// <param name="Path">The file.</param>
/// <param name="Label">The number of the class.</param>
public sealed record LabeledFile(string Path, long Label) : INamedElement
{
    /// <summary>The pixels and the label.</summary>
    /// <param name="channels">What the channels shall be.</param>
    /// <exception cref="DataException">The file is damaged or of a kind that is not read.</exception>
    public Sample Decode(ImageChannels channels = ImageChannels.Rgb) => new(Image.Load(Path, channels), Tensor.From(Label));

    /// <inheritdoc/>
    public override string ToString() => Path;
}

/// <summary>Pictures in folders, of which each is a class.</summary>
/// <param name="Files">The files of all classes, in the order of their names.</param>
/// <param name="Classes">The names of the folders, in order; their numbers are the labels.</param>
/// <example><code>
/// foreach (string kind in new[] { "cats", "dogs" })
///     Image.Save(Path.Combine(Directory.CreateDirectory(kind).FullName, "1.png"), Tensor.Zeros([3, 4, 4], DType.UInt8));
/// var folder = ImageFolder.Open(".");
/// Console.WriteLine(string.Join(' ', folder.Classes));                          // cats dogs
/// Console.WriteLine(folder.Files.Map(file => file.Decode()).Last().Target);     // 1
/// </code></example>
public sealed record ImageFolder(IndexedDataset<LabeledFile> Files, IReadOnlyList<string> Classes)
{
    static readonly string[] endings = [".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm", ".pbm"];

    /// <summary>Whether a path ends as those of pictures do that can be read.</summary>
    public static bool IsPicture(string path) => endings.Contains(Path.GetExtension(path)?.ToLowerInvariant());

    /// <summary>Looks through a folder whose folders are the classes. Pictures are opened when they are asked for.</summary>
    /// <exception cref="DataException">There is no such folder, or no picture in it.</exception>
    public static ImageFolder Open(string path)
    {
        if (!Directory.Exists(path)) throw new DataException($"There is no folder {path}.");
        string[] classes = [.. Directory.GetDirectories(path).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];
        LabeledFile[] files = [.. classes.SelectMany((name, label) => Directory.GetFiles(Path.Combine(path, name), "*", SearchOption.AllDirectories)
            .Where(IsPicture).Order(StringComparer.Ordinal).Select(f => new LabeledFile(f, label)))];
        if (files.Length == 0) throw new DataException($"The folder {path} has no folders with pictures. Expected a folder for each class, with files that end in {string.Join(", ", endings)}.");
        return new(Dataset.From(files), classes);
    }
}
