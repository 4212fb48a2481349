namespace Tauten;

/// <summary>How each op of this library is saved and loaded. The lines are written by a source generator from the records themselves, so that none can be forgotten.</summary>
static partial class StandardOps
{
    /// <summary>The table.</summary>
    public static OpTable.Entries Create()
    {
        var table = new OpTable.Entries();
        AddAll(table);
        return table;
    }

    static partial void AddAll(OpTable.Entries table);
}
