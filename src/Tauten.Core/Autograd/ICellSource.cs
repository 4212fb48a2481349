namespace Tauten;

/// <summary>What the value of a <see cref="Cell"/> is computed from whenever it is read.</summary>
interface ICellSource
{
    /// <summary>The value, tracked back to what it is computed from.</summary>
    Tensor Read();

    /// <summary>Changes what the value is computed from, so that it becomes this one.</summary>
    void Write(Tensor value);

    /// <summary>The program may hold the value from here on, and with it what it is made of.</summary>
    void Escape();

    /// <summary>Whether gradients flow to what the value is computed from.</summary>
    bool RequiresGrad { get; set; }
}
