using System.Globalization;
using System.Security;
using System.Text;
using Tauten.Ops;

namespace Tauten;

/// <summary>A graph as a drawing in the SVG format: inputs above, each node below what it reads, coloured by what kind of op it is.</summary>
/// <example><code>
/// var graph = Graph.Capture(x => x.Softmax(-1), new TensorSpec(DType.Float32, ["batch", 3]));
/// Console.WriteLine(GraphDrawing.Svg(graph).StartsWith("&lt;svg"));    // True
/// </code></example>
public static class GraphDrawing
{
    const int Height = 34, RowGap = 30, ColumnGap = 16, Margin = 16, CharacterWidth = 7, Sweeps = 4, LongestName = 44;

    /// <summary>The drawing. Pointing at a node shows its attributes and module.</summary>
    public static string Svg(Graph graph)
    {
        var boxes = Boxes(graph);
        Arrange(boxes);
        int width = Margin + boxes.Select(box => box.X + box.Width).DefaultIfEmpty().Max(), height = Margin + boxes.Select(box => box.Y + Height).DefaultIfEmpty().Max();
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"11\">");
        text.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        foreach (var box in boxes)
            foreach (var from in box.From)
            {
                int x = from.X + from.Width / 2, y = from.Y + Height, toX = box.X + box.Width / 2, middle = (y + box.Y) / 2;
                text.AppendLine(CultureInfo.InvariantCulture, $"<path d=\"M{x} {y} C{x} {middle} {toX} {middle} {toX} {box.Y}\" fill=\"none\" stroke=\"#999\"/>");
            }
        foreach (var box in boxes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"<g><title>{Escaped(box.Title)}</title><rect x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" height=\"{Height}\" rx=\"5\" fill=\"{box.Color}\" stroke=\"#555\"/>");
            text.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{box.X + box.Width / 2}\" y=\"{box.Y + 14}\" text-anchor=\"middle\">{Escaped(box.Name)}</text><text x=\"{box.X + box.Width / 2}\" y=\"{box.Y + 28}\" text-anchor=\"middle\" fill=\"#444\">{Escaped(box.Spec)}</text></g>");
        }
        return text.AppendLine("</svg>").ToString();
    }

    static string Escaped(string text) => SecurityElement.Escape(text);

    static List<Box> Boxes(Graph graph)
    {
        var of = new Dictionary<Node, Box>();
        var names = new Dictionary<Node, string>();
        foreach (var (node, name) in graph.NamedInputs) names[node] = name;
        foreach (var (cell, node) in graph.CellNodes) names[node] = cell.Name ?? (cell is Buffer ? "buffer" : "parameter");
        foreach (var node in graph.Nodes)
        {
            bool leaf = graph.IsLeaf(node);
            string name = leaf ? names.GetValueOrDefault(node, "constant") : ProfileEvent.NameOf(node.Op!);
            if (name.Length > LongestName) name = $"{name.AsSpan(0, LongestName - 1)}…";
            string title = leaf ? name : $"{node.Op}{(node.Origin is { Module: { } module } origin ? $" in {module}{(origin.IsBackward ? ", backward" : "")}" : "")}";
            string spec = string.Join(", ", Enumerable.Range(0, node.OutputCount).Select(i => node.ValueSpec(i).ToString()));
            if (spec.Length > LongestName) spec = $"{spec.AsSpan(0, LongestName - 1)}…";
            of.Add(node, new(name, spec, title, Color(node, leaf)));
        }
        foreach (var node in graph.Nodes)
        {
            if (graph.IsLeaf(node)) continue;
            var box = of[node];
            for (int i = 0; i < node.InputCount; i++)
                if (!box.From.Contains(of[node.Input(i)])) box.From.Add(of[node.Input(i)]);
            box.Row = box.From.Select(from => from.Row + 1).DefaultIfEmpty().Max();
        }
        var results = new Box("return", "", "results and assignments", "#eeeeee");
        foreach (var (node, _) in graph.OutputPlaces) results.From.Add(of[node]);
        foreach (var (_, node, _) in graph.Updates) results.From.Add(of[node]);
        results.From = [.. results.From.Distinct()];
        results.Row = results.From.Select(from => from.Row + 1).DefaultIfEmpty().Max();
        // A parameter stands just above its first reader.
        foreach (var box in of.Values.Where(box => box.From.Count == 0))
            box.Row = of.Values.Append(results).Where(reader => reader.From.Contains(box)).Select(reader => reader.Row - 1).DefaultIfEmpty().Min();
        return [.. of.Values, results];
    }

    static string Color(Node node, bool leaf) => leaf ? "#dddddd" : node.Op switch
    {
        Fused => "#ffd9a0",
        ControlOp => "#f4b6c2",
        { } op => op.Kind() switch
        {
            OpKind.Contraction => "#a9c8f5",
            OpKind.Elementwise => "#c9ecc0",
            OpKind.Reduction => "#e5ccf2",
            OpKind.Movement => "#f5f0c0",
            OpKind.Creation => "#e8e8e8",
            _ => "#ffffff",
        },
        null => "#ffffff",
    };

    /// <summary>Rows from above, and within a row the order of what each box reads, looked at several times.</summary>
    static void Arrange(List<Box> boxes)
    {
        var rows = boxes.GroupBy(box => box.Row).OrderBy(row => row.Key).Select(row => row.ToList()).ToList();
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            for (int r = 0; r < rows.Count; r++)
            {
                int x = Margin;
                foreach (var box in rows[r])
                {
                    (box.X, box.Y) = (x, Margin + r * (Height + RowGap));
                    x += box.Width + ColumnGap;
                }
            }
            foreach (var row in rows)
            {
                foreach (var box in row) box.Pull = box.From.Count == 0 ? box.X : box.From.Average(from => from.X + from.Width / 2.0);
                row.Sort((a, b) => a.Pull.CompareTo(b.Pull));
                // As near to what it reads as its neighbours leave room.
                int free = Margin;
                foreach (var box in row)
                {
                    box.X = Math.Max(free, (int)(box.From.Count == 0 ? box.X : box.Pull - box.Width / 2.0));
                    free = box.X + box.Width + ColumnGap;
                }
            }
        }
    }

    sealed class Box(string name, string spec, string title, string color)
    {
        public string Name => name;

        public string Spec => spec;

        public string Title => title;

        public string Color => color;

        public List<Box> From { get; set; } = [];

        public int Width { get; } = Math.Max(Math.Max(name.Length, spec.Length), 6) * CharacterWidth + 16;

        public int Row { get; set; }

        public int X { get; set; }

        public int Y { get; set; }

        public double Pull { get; set; }
    }
}
