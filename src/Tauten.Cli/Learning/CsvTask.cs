using System.CommandLine;
using System.Globalization;
using Tauten.Data;
using Tauten.NN;
using Tauten.Training;

namespace Tauten.Cli;

/// <summary>A table.</summary>
sealed class CsvTask() : LearningTask("csv", "a network to tell a column of a table from the others; one row in five is for testing", 50, 32, 0.005)
{
    /// <summary>A column of whole numbers of which there are no more is one of classes.</summary>
    const int MostClasses = 20;

    /// <summary>A column of more different texts tells nothing about others.</summary>
    const int MostWords = 64;

    readonly Argument<string> file = new("FILE") { Description = "A table of comma-separated values whose first line has the names of the columns" };
    readonly Option<string> target = new("--target") { Description = "The column to tell", HelpName = "COLUMN", Required = true };

    public override IReadOnlyList<Argument> Arguments => [file];

    public override IReadOnlyList<Option> Options => [target];

    public override Task<Recipe> Make(TaskSettings settings, CancellationToken stop)
    {
        string path = settings.Call.GetRequiredValue(file), column = settings.Call.GetRequiredValue(target);
        var rows = Dataset.Csv(path).ToList();
        if (rows.Count < 10) throw new DataException($"{path} has {rows.Count} rows. Expected 10 or more.");
        _ = rows[0][column];
        rows = [.. Shuffled(rows, settings.Seed)];
        int tests = rows.Count / 5;
        var (known, others) = (rows[tests..], rows[..tests]);
        Func<CsvRow, IEnumerable<float>>[] features = [.. rows[0].Columns.Where(c => c != column).Select(c => Feature(c, known)).OfType<Func<CsvRow, IEnumerable<float>>>()];
        if (features.Length == 0) throw new DataException($"{path} has no column that tells anything about '{column}'.");
        Tensor Inputs(List<CsvRow> some)
        {
            float[][] all = [.. some.Select(r => features.SelectMany(f => f(r)).ToArray())];
            return Tensor.From([.. all.SelectMany(r => r)], [some.Count, all[0].Length]);
        }
        string[] words = [.. rows.Select(r => r[column]).Distinct().Order(StringComparer.Ordinal)];
        bool isNumber = rows.All(r => double.TryParse(r[column], NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        bool isClass = !isNumber || (words.Length <= MostClasses && words.All(w => long.TryParse(w, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)));
        if (isClass && words.Length < 2) throw new DataException($"{path}: all rows have the same '{column}'.");
        // A number is told as its distance from the mean in standard deviations; the loss is in their squares.
        double mean = isClass ? 0 : known.Average(r => r.Number(column)), deviation = isClass ? 1 : Deviation(known.Select(r => r.Number(column)), mean);
        Tensor Targets(List<CsvRow> some) => isClass
            ? Tensor.From([.. some.Select(r => (long)Array.IndexOf(words, r[column]))])
            : Tensor.From([.. some.Select(r => (float)((r.Number(column) - mean) / deviation))], [some.Count, 1]);
        var train = Dataset.From(Inputs(known), Targets(known));
        var test = Dataset.From(Inputs(others), Targets(others)).Batch(256);
        int width = (int)train.At(0).Input.Shape[0].Value;
        var net = new Sequential(new Linear(width, 64), new ReLU(), new Dropout(0.1), new Linear(64, 64), new ReLU(), new Linear(64, isClass ? words.Length : 1));
        var batches = train.Shuffle().Batch(settings.BatchSize).Map(s => s, settings.Workers).Prefetch();
        return Task.FromResult(isClass
            ? new Recipe(net, batches, train.Length, test, new CrossEntropyLoss(), [new Accuracy()], "rows", "accuracy")
            : new Recipe(net, batches, train.Length, test, new MSELoss(), [new R2Score()], "rows", "loss"));
    }

    // Numbers in standard deviations, with a mark where there is none; texts as one of several.
    static Func<CsvRow, IEnumerable<float>>? Feature(string column, List<CsvRow> known)
    {
        if (known.All(r => string.IsNullOrWhiteSpace(r[column]) || double.TryParse(r[column], NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
        {
            double[] numbers = [.. known.Select(r => r.Number(column)).Where(double.IsFinite)];
            if (numbers.Length == 0) return null;
            double mean = numbers.Average(), deviation = Deviation(numbers, mean);
            bool misses = numbers.Length < known.Count;
            return row => row.Number(column) is var x && double.IsFinite(x) ? misses ? [(float)((x - mean) / deviation), 0] : [(float)((x - mean) / deviation)] : misses ? [0, 1] : [0];
        }
        string[] words = [.. known.Select(r => r[column]).Distinct().Order(StringComparer.Ordinal)];
        return words.Length > MostWords ? null : row => words.Select(w => row[column] == w ? 1f : 0);
    }

    static double Deviation(IEnumerable<double> numbers, double mean) => Math.Sqrt(numbers.Average(x => (x - mean) * (x - mean))) is var d && d > 1e-12 ? d : 1;
}
