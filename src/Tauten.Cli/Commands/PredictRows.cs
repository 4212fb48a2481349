using System.CommandLine;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Tauten.Data;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten predict csv WEIGHTS TABLE</c>: the table with what the net says about each row.</summary>
sealed class PredictRows : Command
{
    const int BatchSize = 256;
    readonly Argument<string> file = new("WEIGHTS") { Description = "Weights that 'tauten train csv' has saved" };
    readonly Argument<string> table = new("TABLE") { Description = "A table with the columns that the net has learned from" };

    /// <summary>The command.</summary>
    public PredictRows() : base("csv", "Write a table with a column more: what weights that 'tauten train csv' has saved say about each row.")
    {
        Add(file);
        Add(table);
        SetAction((call, stop) => Task.Run(() => Run(call, stop), CancellationToken.None));
    }

    int Run(ParseResult call, CancellationToken stop)
    {
        string path = call.GetRequiredValue(file);
        var facts = WeightsFile.ReadFacts(path, "csv", FactsJson.Default.TableFacts);
        var net = WeightsFile.Load(path, CsvTask.Net(facts));
        using var untracked = Gradients.NoGrad();
        using var csv = new CsvWriter(call.InvocationConfiguration.Output, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = Environment.NewLine }, leaveOpen: true);
        bool hasHead = false;
        foreach (var rows in Dataset.Csv(call.GetRequiredValue(table)).Batch(BatchSize, rows => rows.ToList()))
        {
            if (stop.IsCancellationRequested) return Tool.Interrupted;
            // Before anything is written, so that a mistake is all that is said.
            var said = net.Call(CsvTask.Inputs(facts, rows));
            if (!hasHead) Write([.. rows[0].Columns, $"predicted {facts.Target}", .. facts.Classes is null ? [] : new[] { "probability" }]);
            hasHead = true;
            if (facts.Classes is { } classes)
            {
                var (shares, best) = said.Softmax(1).TopK(1);
                long[] numbers = best.ToArray<long>();
                float[] probabilities = shares.ToArray<float>();
                for (int i = 0; i < rows.Count; i++) Write([.. rows[i].Values, classes[numbers[i]], probabilities[i].ToString("F4", CultureInfo.InvariantCulture)]);
            }
            else
            {
                float[] numbers = said.ToArray<float>();
                for (int i = 0; i < rows.Count; i++) Write([.. rows[i].Values, (numbers[i] * facts.Deviation + facts.Mean).ToString("G6", CultureInfo.InvariantCulture)]);
            }
        }
        return 0;

        void Write(IEnumerable<string> fields)
        {
            foreach (string field in fields) csv.WriteField(field);
            csv.NextRecord();
        }
    }
}
