namespace Tauten.Data;

/// <summary>Takes the numbers that tell where an iterator stands, in order.</summary>
public sealed class DataStateWriter
{
    readonly List<long> numbers = [];

    /// <summary>Appends a number.</summary>
    public void Write(long number) => numbers.Add(number);

    /// <summary>Appends where a piece begins that was gathered before.</summary>
    internal void Write(ReadOnlySpan<long> piece)
    {
        numbers.Add(piece.Length);
        numbers.AddRange(piece);
    }

    /// <summary>Writes what somebody else saves, as a piece of its own.</summary>
    internal void Write(Action<DataStateWriter> save) => Write((ReadOnlySpan<long>)Saved(save));

    /// <summary>What somebody saves.</summary>
    internal static long[] Saved(Action<DataStateWriter> save)
    {
        var writer = new DataStateWriter();
        save(writer);
        return [.. writer.numbers];
    }

    internal long[] ToArray() => [.. numbers];
}

/// <summary>Gives the numbers that a <see cref="DataStateWriter"/> took, in the same order.</summary>
public sealed class DataStateReader
{
    readonly long[] numbers;
    int next;

    internal DataStateReader(long[] numbers) => this.numbers = numbers;

    /// <summary>The next number.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public long Read() => next < numbers.Length ? numbers[next++] : throw Damaged();

    internal long ReadCount(long most) => Read() is var count && count >= 0 && count <= most ? count : throw Damaged();

    internal long[] ReadPiece()
    {
        int count = (int)ReadCount(numbers.Length - next);
        next += count;
        return numbers[(next - count)..next];
    }

    /// <summary>Lets somebody load a piece, to its end.</summary>
    internal void ReadPiece(Action<DataStateReader> load) => Load(ReadPiece(), load);

    /// <summary>Lets somebody load numbers, to their end.</summary>
    internal static void Load(long[] numbers, Action<DataStateReader> load)
    {
        var reader = new DataStateReader(numbers);
        load(reader);
        reader.End();
    }

    internal void End()
    {
        if (next != numbers.Length) throw Damaged();
    }

    internal static DataException Damaged() => new("The saved position does not fit the pipeline: it is damaged, or was saved by another one.");
}
