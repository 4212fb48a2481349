using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Tauten.Cli.Commands;

/// <summary>Options whose value is a number within bounds; anything else is an error that says what was expected.</summary>
static class NumberOption
{
    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static Option<T> Whole<T>(string name, string description, T standard, T low, T high) where T : struct, IBinaryInteger<T> =>
        Create(name, description, standard, value => value >= low && value <= high, $"a whole number from {low} to {high}");

    /// <summary>A number above 0, at most <paramref name="high"/>.</summary>
    public static Option<double> Positive(string name, string description, double standard, double high) =>
        Create(name, description, standard, value => value > 0 && value <= high, string.Create(CultureInfo.InvariantCulture, $"a number above 0, at most {high}"));

    static Option<T> Create<T>(string name, string description, T standard, Predicate<T> accepts, string expected) where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && accepts(value)) return value;
            result.AddError($"{name}: expected {expected}. Received: {text}.");
            return standard;
        },
    };
}
