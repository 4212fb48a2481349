using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Tauten.Data;
using Tauten.NN;
using Tauten.Training;

namespace Tauten.Cli;

/// <summary>A table.</summary>
sealed class CsvTask() : LearningTask("csv", "a network to tell a column of a table from the others; one row in five is for testing", 50, 32, 0.005)
{
    /// <summary>A column of whole numbers of which there are no more is one of classes.</summary>
    const int MostClasses = 20;

    readonly Argument<string> file = new("FILE") { Description = "A table of comma-separated values whose first line has the names of the columns" };
    readonly Option<string> target = new("--target") { Description = "The column to tell", HelpName = "COLUMN", Required = true };

    public override IReadOnlyList<Argument> Arguments => [file];

    public override IReadOnlyList<Option> Options => [target];

    public override Command Prediction => new Commands.PredictRows();

    public override Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        string path = settings.Call.GetRequiredValue(file), column = settings.Call.GetRequiredValue(target);
        var rows = Dataset.Csv(path).ToList();
        if (rows.Count < 10) throw new DataException($"{path} has {rows.Count} rows. Expected 10 or more.");
        _ = rows[0][column];
        rows = [.. Shuffled(rows, settings.Seed)];
        int tests = rows.Count / 5;
        var (known, others) = (rows[tests..], rows[..tests]);
        var facts = Facts(path, column, rows, known);
        var train = Dataset.From(Inputs(facts, known), Targets(facts, known));
        var test = Dataset.From(Inputs(facts, others), Targets(facts, others)).Batch(256);
        var batches = train.Shuffle().Batch(settings.BatchSize).Map(s => s, settings.Workers).Prefetch();
        return Task.FromResult(new Recipe(Net(facts), batches, train.Length, test, facts.Classes is null ? new MSELoss() : new CrossEntropyLoss(), facts.Classes is null ? [new R2Score()] : [new Accuracy()], "rows",
            facts.Classes is null ? "loss" : "accuracy")
        {
            Facts = JsonSerializer.Serialize(facts, FactsJson.Default.TableFacts),
        });
    }

    static TableFacts Facts(string path, string target, List<CsvRow> rows, List<CsvRow> known)
    {
        TableColumn[] columns = [.. rows[0].Columns.Where(c => c != target).Select(c => TableColumn.Of(c, known)).OfType<TableColumn>()];
        if (columns.Length == 0) throw new DataException($"{path} has no column that tells anything about '{target}'.");
        string[] words = [.. rows.Select(r => r[target]).Distinct().Order(StringComparer.Ordinal)];
        bool isNumber = rows.All(r => double.TryParse(r[target], NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        bool isClass = !isNumber || (words.Length <= MostClasses && words.All(w => long.TryParse(w, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)));
        if (isClass) return words.Length >= 2 ? new(target, columns, words, 0, 1) : throw new DataException($"{path}: all rows have the same '{target}'.");
        // A number is told as its distance from the mean in standard deviations; the loss is in their squares.
        double mean = known.Average(r => r.Number(target));
        return new(target, columns, null, mean, TableColumn.Spread(known.Select(r => r.Number(target)), mean));
    }

    /// <summary>The net for a table, with new weights.</summary>
    public static Module<Tensor, Tensor> Net(TableFacts facts)
    {
        int width = facts.Columns.Sum(c => c.Width);
        return new Sequential(new Linear(width, 64), new ReLU(), new Dropout(0.1), new Linear(64, 64), new ReLU(), new Linear(64, facts.Classes?.Length ?? 1));
    }

    /// <summary>What the net sees of rows, [rows, features].</summary>
    public static Tensor Inputs(TableFacts facts, IReadOnlyList<CsvRow> rows) =>
        Tensor.From([.. rows.SelectMany(r => facts.Columns.SelectMany(c => c.Features(r)))], [rows.Count, facts.Columns.Sum(c => c.Width)]);

    static Tensor Targets(TableFacts facts, List<CsvRow> rows) => facts.Classes is { } classes
        ? Tensor.From([.. rows.Select(r => (long)Array.IndexOf(classes, r[facts.Target]))])
        : Tensor.From([.. rows.Select(r => (float)((r.Number(facts.Target) - facts.Mean) / facts.Deviation))], [rows.Count, 1]);
}

/// <summary>What a net sees of a column: numbers in standard deviations, with a mark where there is none; texts as one of several.</summary>
/// <param name="Name">The name of the column.</param>
/// <param name="Words">The texts that there are; null of a column of numbers.</param>
/// <param name="Mean">The mean of the numbers.</param>
/// <param name="Deviation">Their standard deviation.</param>
/// <param name="Misses">Whether numbers are missing in some rows.</param>
sealed record TableColumn(string Name, string[]? Words, double Mean, double Deviation, bool Misses)
{
    /// <summary>A column of more different texts tells nothing about others.</summary>
    const int MostWords = 64;

    /// <summary>How many features there are of it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Width => Words?.Length ?? (Misses ? 2 : 1);

    /// <summary>The features of a row.</summary>
    public IEnumerable<float> Features(CsvRow row)
    {
        if (Words is not null) return Words.Select(w => row[Name] == w ? 1f : 0);
        double x = row.Number(Name);
        float value = double.IsFinite(x) ? (float)((x - Mean) / Deviation) : 0;
        return Misses ? [value, double.IsFinite(x) ? 0 : 1] : [value];
    }

    /// <summary>What is known of a column from some rows; null if it tells nothing.</summary>
    public static TableColumn? Of(string column, List<CsvRow> known)
    {
        if (known.All(r => string.IsNullOrWhiteSpace(r[column]) || double.TryParse(r[column], NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
        {
            double[] numbers = [.. known.Select(r => r.Number(column)).Where(double.IsFinite)];
            if (numbers.Length == 0) return null;
            double mean = numbers.Average();
            return new(column, null, mean, Spread(numbers, mean), numbers.Length < known.Count);
        }
        string[] words = [.. known.Select(r => r[column]).Distinct().Order(StringComparer.Ordinal)];
        return words.Length > MostWords ? null : new(column, words, 0, 1, false);
    }

    /// <summary>The standard deviation of numbers; 1 if all are the same.</summary>
    public static double Spread(IEnumerable<double> numbers, double mean) => Math.Sqrt(numbers.Average(x => (x - mean) * (x - mean))) is var d && d > 1e-12 ? d : 1;
}
