using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tauten.Data;

/// <summary>A row of a table: texts by the names of their columns.</summary>
/// <example><code>
/// File.WriteAllText("houses.csv", "rooms,price\n3,150.5\n");
/// CsvRow row = Dataset.Csv("houses.csv").First();
/// Console.WriteLine(row["rooms"]);             // 3
/// Console.WriteLine(row.Number("price"));      // 150.5
/// </code></example>
public sealed class CsvRow : INamedElement
{
    readonly string path;
    readonly IReadOnlyList<string> columns, values;

    internal CsvRow(string path, long line, IReadOnlyList<string> columns, IReadOnlyList<string> values) => (this.path, Line, this.columns, this.values) = (path, line, columns, values);

    /// <summary>The line in the file at which the row ends, from 1.</summary>
    public long Line { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns => columns;

    /// <summary>The texts, in the order of the columns.</summary>
    public IReadOnlyList<string> Values => values;

    /// <summary>The text of a column.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public string this[string column]
    {
        get
        {
            for (int i = 0; i < columns.Count; i++)
                if (columns[i] == column) return values[i];
            throw new DataException($"{path}: there is no column '{column}'. Columns: {string.Join(", ", columns)}.");
        }
    }

    /// <summary>The number of a column; NaN where there is no text.</summary>
    /// <exception cref="DataException">The text is no number.</exception>
    public double Number(string column)
    {
        string text = this[column];
        if (string.IsNullOrWhiteSpace(text)) return double.NaN;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw new DataException($"{path}, line {Line}: expected a number in column '{column}'. Received: '{text}'.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{path}, line {Line}";

    internal static IEnumerable<CsvRow> Read(string path, string delimiter)
    {
        using var text = new StreamReader(SourceFile.Open(path));
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = delimiter, IgnoreBlankLines = true, BadDataFound = bad => throw new DataException($"{path}, line {bad.Context.Parser?.RawRow}: a quotation mark stands inside of a text without quotation marks around it.") });
        if (!Next()) throw new DataException($"{path} is empty. Expected a first line with the names of the columns.");
        string[] columns = parser.Record!;
        while (Next())
        {
            string[] values = parser.Record!;
            if (values.Length != columns.Length) throw new DataException($"{path}, line {parser.RawRow}: expected {columns.Length} values. Received: {values.Length}.");
            yield return new CsvRow(path, parser.RawRow, columns, values);
        }

        bool Next()
        {
            try
            {
                return parser.Read();
            }
            catch (CsvHelperException e)
            {
                throw new DataException($"{path}, line {parser.RawRow}: {e.Message.Split('\n')[0].Trim()}", e);
            }
        }
    }
}
