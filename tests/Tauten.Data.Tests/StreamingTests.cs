using System.Diagnostics;

namespace Tauten.Data.Tests;

/// <summary>Data larger than memory.</summary>
public sealed class StreamingTests
{
    const int RecordLength = 1 << 16;
    readonly TestFolder folder = new();

    /// <summary>
    /// 8 GB of records from files, checks verified, through shuffle, batch, workers and prefetch; the process, tests and all, stays below 1 GB. The files hold 512 MB and are read 16 times, each time in an order of its own.
    /// </summary>
    [Fact, Trait("Category", "Slow")]
    public void Eight_gigabytes_go_through_one() => Stream(files: 8, recordsPerFile: 1024, passes: 16, mostMemory: 1L << 30);

    [Fact]
    public void Records_go_through_without_being_held() => Stream(files: 2, recordsPerFile: 200, passes: 3, mostMemory: long.MaxValue);

    void Stream(int files, int recordsPerFile, int passes, long mostMemory)
    {
        using (folder)
        {
            byte[] record = new byte[RecordLength];
            for (int f = 0; f < files; f++)
            {
                using var writer = new TfRecordWriter(folder.File($"{f}.tfrecord"));
                for (int i = 0; i < recordsPerFile; i++)
                {
                    BitConverter.TryWriteBytes(record, f * recordsPerFile + i);
                    record.AsSpan(4).Fill((byte)i);
                    writer.Write(record);
                }
            }
            var data = Dataset.Files(folder.Path, "*.tfrecord").Shuffle().Interleave(path => Dataset.TfRecords(path), cycle: 4).Repeat(passes)
                .Shuffle(1000).Map(bytes => (Number: BitConverter.ToInt32(bytes), Bytes: bytes), workers: 2).Batch(32, batch => batch.ToArray()).Prefetch(2);
            var seen = new int[files * recordsPerFile];
            long total = 0;
            foreach (var batch in data)
                foreach (var (number, bytes) in batch)
                {
                    seen[number]++;
                    total += bytes.Length;
                }
            Assert.Equal((long)files * recordsPerFile * passes * RecordLength, total);
            Assert.All(seen, n => Assert.Equal(passes, n));
            using var process = Process.GetCurrentProcess();
            Assert.True(process.PeakWorkingSet64 < mostMemory, $"{process.PeakWorkingSet64 >> 20} MB");
        }
    }
}
