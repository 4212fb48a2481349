using System.Text.Json;

namespace Tauten.Data;

/// <summary>Makes data sets.</summary>
/// <example><code>
/// var data = Dataset.From([3, 1, 2]).Shuffle().Map(x => x * 10);
/// Console.WriteLine(data.Sum());    // 60
/// </code></example>
public static class Dataset
{
    /// <summary>As the number of workers: as many as it takes, up to the number of processors.</summary>
    public const int Auto = 0;

    /// <summary>Elements in memory.</summary>
    public static IndexedDataset<T> From<T>(IReadOnlyList<T> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return new ListDataset<T>(elements, $"memory({elements.Count})");
    }

    /// <summary>The elements of a tensor along its first axis. Batches are gathered at once.</summary>
    /// <exception cref="ShapeException">It is a scalar.</exception>
    public static IndexedDataset<Tensor> From(Tensor rows) => new RowDataset(rows);

    /// <summary>Samples whose inputs and targets lie along the first axes of two tensors. Batches are gathered at once.</summary>
    /// <param name="inputs">[samples, ...].</param>
    /// <param name="targets">[samples, ...].</param>
    /// <param name="weights">How much each sample counts, [samples]; all the same if left out.</param>
    /// <exception cref="ShapeException">The numbers of samples differ.</exception>
    public static IndexedDataset<Sample> From(Tensor inputs, Tensor targets, Tensor? weights = null) => From(new Sample(inputs, targets, weights));

    /// <summary>Samples that lie along the first axes of the tensors of one batch. Batches are gathered at once.</summary>
    /// <exception cref="ShapeException">The numbers of samples differ.</exception>
    public static IndexedDataset<Sample> From(Sample all) => new SampleDataset(all);

    /// <summary>The numbers from 0 to <paramref name="count"/> - 1.</summary>
    public static IndexedDataset<long> Range(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new RangeDataset(count);
    }

    /// <summary>What a sequence gives that is made anew for each pass. A saved position is found again by passing over the elements before it.</summary>
    public static Dataset<T> Generate<T>(Func<IEnumerable<T>> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return new GeneratedDataset<T>(_ => make());
    }

    /// <summary>What a sequence gives that is made for the seed and epoch of each pass. A saved position is found again by passing over the elements before it.</summary>
    public static Dataset<T> Generate<T>(Func<DataOrder, IEnumerable<T>> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return new GeneratedDataset<T>(make);
    }

    /// <summary>The paths of files whose names match a pattern such as <c>*.png</c>, in the order of their names.</summary>
    /// <exception cref="DataException">There is no such folder.</exception>
    public static IndexedDataset<string> Files(string folder, string pattern = "*", bool recursive = false)
    {
        if (!Directory.Exists(folder)) throw new DataException($"Dataset.Files: there is no folder {folder}.");
        string[] files = Directory.GetFiles(folder, pattern, recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly);
        Array.Sort(files, StringComparer.Ordinal);
        return new ListDataset<string>(files, $"files({pattern}, {files.Length})");
    }

    /// <summary>The lines of text files in UTF-8, one file after the other; files that end in .gz are decompressed. A position in a file is its offset in bytes.</summary>
    public static Dataset<string> TextLines(params string[] paths) => Join(paths, path => new LineDataset(path));

    /// <summary>The lines of files that hold a JSON value a line.</summary>
    /// <exception cref="DataException">When it is read: a line is no JSON; the message names it.</exception>
    public static Dataset<JsonElement> JsonLines(params string[] paths) => TextLines(paths).Where(line => line.Length > 0 && !line.AsSpan().Trim().IsEmpty).Map("json", (line, _) =>
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    });

    /// <summary>The rows of a table of comma-separated values whose first line has the names of the columns. A saved position is found again by reading the rows before it.</summary>
    /// <param name="path">The file; .gz is decompressed.</param>
    /// <param name="delimiter">What separates values.</param>
    /// <exception cref="DataException">When it is read: a row has too many or too few values; the message names its line.</exception>
    public static Dataset<CsvRow> Csv(string path, string delimiter = ",") => new GeneratedDataset<CsvRow>(_ => CsvRow.Read(path, delimiter), $"csv({System.IO.Path.GetFileName(path)})");

    /// <summary>The records of TFRecord files, one file after the other, with both checksums verified. A position in a file is its offset in bytes.</summary>
    public static Dataset<byte[]> TfRecords(params string[] paths) => Join(paths, path => new TfRecordDataset(path));

    /// <summary>The records of TFRecord files as tf.train.Example.</summary>
    public static Dataset<TfExample> TfExamples(params string[] paths) => TfRecords(paths).Map("example", (bytes, _) => TfExample.Parse(bytes));

    /// <summary>Records of one length that lie in files one behind the other.</summary>
    /// <param name="length">The length of a record in bytes.</param>
    /// <param name="paths">The files.</param>
    /// <exception cref="DataException">The size of a file is no multiple of the length.</exception>
    public static IndexedDataset<byte[]> FixedLengthRecords(int length, params string[] paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        IndexedDataset<byte[]>[] parts = [.. paths.Select(p => new FixedLengthDataset(p, length))];
        return parts.Length == 1 ? parts[0] : new IndexedConcatenation<byte[]>(parts);
    }

    /// <summary>Images with labels of two idx files, the format of MNIST: uint8 [1, rows, columns] and int64.</summary>
    /// <exception cref="DataException">A file is damaged, or the numbers of images and labels differ.</exception>
    public static IndexedDataset<Sample> Idx(string images, string labels)
    {
        var (pixels, classes) = (IdxFile.Load(images), IdxFile.Load(labels).To(DType.Int64));
        if (pixels.Rank != 3 || classes.Rank != 1 || pixels.Shape[0] != classes.Shape[0])
            throw new DataException($"Dataset.Idx: expected images [count, rows, columns] and labels [count]. Received: {pixels.Shape} in {images} and {classes.Shape} in {labels}.");
        return From(pixels.Unsqueeze(1), classes);
    }

    /// <summary>One data set behind the other.</summary>
    public static Dataset<T> Concat<T>(params Dataset<T>[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Length == 0) throw new ArgumentException("Dataset.Concat: expected a data set or more.", nameof(parts));
        return parts.All(p => p is IndexedDataset<T>) ? new IndexedConcatenation<T>([.. parts.Cast<IndexedDataset<T>>()]) : new ConcatenatedDataset<T>(parts);
    }

    static Dataset<T> Join<T>(string[] paths, Func<string, Dataset<T>> open)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Length == 0) throw new ArgumentException("Expected a path or more.", nameof(paths));
        return paths.Length == 1 ? open(paths[0]) : new ConcatenatedDataset<T>([.. paths.Select(open)]);
    }
}
