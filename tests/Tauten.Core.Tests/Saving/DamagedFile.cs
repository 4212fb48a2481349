namespace Tauten.Core.Tests.Saving;

/// <summary>Changes bytes, fills, cuts and doubles parts of a file.</summary>
static class DamagedFile
{
    public static byte[] Of(byte[] file, Random random)
    {
        file = [.. file];
        for (int change = random.Next(1, 6); change > 0; change--)
        {
            int at = random.Next(file.Length), length = random.Next(1, 9);
            switch (random.Next(4))
            {
                case 0: file[at] = (byte)random.Next(256); break;
                case 1: file.AsSpan(at, Math.Min(length, file.Length - at)).Fill((byte)(random.Next(2) * 255)); break;
                case 2: file = file[..Math.Max(at, 1)]; break;
                default: file = [.. file[..at], .. file.AsSpan(at, Math.Min(length, file.Length - at)), .. file[at..]]; break;
            }
        }
        return file;
    }
}
