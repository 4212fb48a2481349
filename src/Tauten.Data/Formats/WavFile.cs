using System.Buffers.Binary;

namespace Tauten.Data;

/// <summary>Sound in WAV files: integers of 8, 16, 24 or 32 bits, or floating-point numbers of 32 or 64.</summary>
/// <param name="Samples">float32 [channels, length], from -1 to 1.</param>
/// <param name="SampleRate">How many samples make a second.</param>
/// <example><code>
/// new WavFile(Tensor.From([0f, 0.5f, -0.5f]).Reshape(1, 3), 16000).Save("tone.wav");
/// var sound = WavFile.Load("tone.wav");
/// Console.WriteLine($"{sound.Samples.Shape} {sound.SampleRate}");    // [1, 3] 16000
/// </code></example>
public sealed record WavFile(Tensor Samples, int SampleRate)
{
    const int Pcm = 1, Float = 3, Extensible = 0xFFFE;

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">The file is damaged or of a kind that is not read.</exception>
    public static WavFile Load(string path)
    {
        if (!File.Exists(path)) throw new DataException($"There is no file {path}.");
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (DataException e)
        {
            throw new DataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="DataException">They are damaged or of a kind that is not read.</exception>
    public static WavFile Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes[..4].SequenceEqual("RIFF"u8) || !bytes[8..12].SequenceEqual("WAVE"u8)) throw new DataException("This is no WAV file: expected RIFF and WAVE at its start.");
        int format = 0, channels = 0, rate = 0, bits = 0, block = 0;
        for (int at = 12; at + 8 <= bytes.Length;)
        {
            var name = bytes.Slice(at, 4);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            at += 8;
            // Writers that stream leave the size of the last chunk open.
            var chunk = bytes.Slice(at, (int)Math.Min(size, bytes.Length - at));
            if (name.SequenceEqual("fmt "u8))
            {
                if (chunk.Length < 16) throw new DataException("The chunk 'fmt ' is too short.");
                format = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
                channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
                rate = BinaryPrimitives.ReadInt32LittleEndian(chunk[4..]);
                block = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
                bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
                if (format == Extensible && chunk.Length >= 26) format = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]);
            }
            else if (name.SequenceEqual("data"u8))
            {
                bool known = (format == Pcm && bits is 8 or 16 or 24 or 32) || (format == Float && bits is 32 or 64);
                if (!known || channels == 0 || rate <= 0 || block != channels * bits / 8)
                    throw new DataException($"Expected integers of 8, 16, 24 or 32 bits, or floats of 32 or 64. Received: format {format}, {bits} bits, {channels} channels, {rate} Hz, blocks of {block} bytes.");
                return new(Read(chunk, format, channels, bits), rate);
            }
            at = (int)Math.Min(bytes.Length, at + size + (size & 1));
        }
        throw new DataException("There is no chunk 'data'.");
    }

    static Tensor Read(ReadOnlySpan<byte> data, int format, int channels, int bits)
    {
        int size = bits / 8, length = data.Length / (size * channels);
        var samples = new float[channels * length];
        for (int i = 0; i < length; i++)
            for (int c = 0; c < channels; c++)
            {
                var x = data.Slice((i * channels + c) * size, size);
                samples[c * length + i] = (format, bits) switch
                {
                    (Float, 32) => BinaryPrimitives.ReadSingleLittleEndian(x),
                    (Float, _) => (float)BinaryPrimitives.ReadDoubleLittleEndian(x),
                    (_, 8) => (x[0] - 128) / 128f,
                    (_, 16) => BinaryPrimitives.ReadInt16LittleEndian(x) / 32768f,
                    (_, 24) => ((x[0] << 8 | x[1] << 16 | x[2] << 24) >> 8) / 8388608f,
                    _ => BinaryPrimitives.ReadInt32LittleEndian(x) / 2147483648f,
                };
            }
        return Tensor.From(samples, [channels, length]);
    }

    /// <summary>Writes integers of 16 bits; what lies outside of -1 to 1 is clamped.</summary>
    public void Save(string path)
    {
        if (Samples.Rank != 2) throw new ShapeException($"WavFile.Save: expected samples [channels, length]. Received: {Samples.Shape}.");
        int channels = (int)Samples.Shape[0].Value, length = (int)Samples.Shape[1].Value;
        float[] samples = Samples.To(DType.Float32).ToArray<float>();
        byte[] bytes = new byte[44 + 2 * samples.Length];
        var at = bytes.AsSpan();
        "RIFF"u8.CopyTo(at);
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], bytes.Length - 8);
        "WAVEfmt "u8.CopyTo(at[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(at[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(at[20..], Pcm);
        BinaryPrimitives.WriteInt16LittleEndian(at[22..], (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(at[24..], SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(at[28..], SampleRate * channels * 2);
        BinaryPrimitives.WriteInt16LittleEndian(at[32..], (short)(channels * 2));
        BinaryPrimitives.WriteInt16LittleEndian(at[34..], 16);
        "data"u8.CopyTo(at[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(at[40..], 2 * samples.Length);
        for (int i = 0; i < length; i++)
            for (int c = 0; c < channels; c++)
                BinaryPrimitives.WriteInt16LittleEndian(at[(44 + 2 * (i * channels + c))..], (short)Math.Clamp(MathF.Round(samples[c * length + i] * 32768), short.MinValue, short.MaxValue));
        File.WriteAllBytes(path, bytes);
    }
}
