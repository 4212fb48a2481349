using System.Text.Json.Serialization;

namespace Tauten.Cli;

/// <summary>What must be known beside the weights of a net for pictures.</summary>
/// <param name="Net">The kind of net.</param>
/// <param name="Width">Its width, where the kind has one.</param>
/// <param name="Channels">1 for grey, 3 for colours.</param>
/// <param name="Side">Rows and columns.</param>
/// <param name="Mean">What is taken from each channel, of values from 0 to 1.</param>
/// <param name="Deviation">What that is divided by.</param>
/// <param name="Classes">The names of the classes.</param>
sealed record PictureFacts(string Net, int Width, int Channels, int Side, float[] Mean, float[] Deviation, string[] Classes);

/// <summary>What must be known beside the weights of a net for rows of a table.</summary>
/// <param name="Target">The column that is told.</param>
/// <param name="Columns">Those it is told from.</param>
/// <param name="Classes">The texts that the target may be; null if it is a number.</param>
/// <param name="Mean">The mean of the numbers.</param>
/// <param name="Deviation">Their standard deviation.</param>
sealed record TableFacts(string Target, TableColumn[] Columns, string[]? Classes, double Mean, double Deviation);

/// <summary>What must be known beside the weights of a net for a text.</summary>
/// <param name="Characters">All that there are, in the order of their numbers.</param>
/// <param name="Size">The width of the net.</param>
/// <param name="Length">How many characters it looks back.</param>
sealed record TextFacts(string Characters, int Size, int Length);

/// <summary>How facts are written into the file with the weights.</summary>
[JsonSerializable(typeof(PictureFacts)), JsonSerializable(typeof(TableFacts)), JsonSerializable(typeof(TextFacts))]
sealed partial class FactsJson : JsonSerializerContext;
