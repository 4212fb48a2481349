using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Tauten.Core.Tests;

/// <summary>Program files that are damaged, or made to do harm: each ends in an error that names the place, or in a program, and takes no more than a stated amount of memory.</summary>
[Collection("Alone")]
public class HostileProgramTests
{
    const string Key = "tauten.program";

    /// <summary>What loading may allocate: so many bytes, and so many for each byte of the file.</summary>
    const long Bound = 4 << 20, BoundByByte = 512;

    static byte[] With(byte[] file, Func<string, string> change)
    {
        var tensors = Safetensors.Load(file, out var metadata);
        return Safetensors.ToBytes(tensors, new Dictionary<string, string>(metadata) { [Key] = change(metadata[Key]) });
    }

    static byte[] Simple()
    {
        var w = new Parameter(Tensor.From([1f, 2, 3]), "w");
        var program = new GraphProgram();
        var table = Tensor.From([1f, 1, 1]);
        program.Add("f", x =>
        {
            var y = x[0] * w + table;
            w.Value = w.Value * 2;
            return [y.Sum(-1)];
        }, ("x", new TensorSpec(DType.Float32, ["batch", 3])));
        return program.ToBytes();
    }

    [Theory]
    [InlineData("\"format\":1", "\"format\":2", "format 2, which this release does not know")]
    [InlineData("\"format\":1", "\"format\":\"1\"", "format is \"1\". Expected a whole number")]
    [InlineData("\"format\":1", "\"format\":1,\"format\":1", "'format' twice")]
    [InlineData("\"format\":1", "\"format\":1,\"extra\":1", "unknown field 'extra'")]
    [InlineData("\"op\":\"Mul\"", "\"op\":\"System.Diagnostics.Process\"", "'System.Diagnostics.Process', which this release does not know")]
    [InlineData("\"op\":\"Mul\"", "\"op\":\"CustomGradient\"", "'CustomGradient', which this release does not know")]
    [InlineData("\"op\":\"Mul\",\"with\":{}", "\"op\":\"Mul\",\"with\":{\"Axis\":1}", "unknown field 'Axis'")]
    [InlineData("\"op\":\"Sum\",\"with\":{\"Axes\":[1],", "\"op\":\"Sum\",\"with\":{", "has no 'Axes'")]
    [InlineData("\"op\":\"Sum\",\"with\":{\"Axes\":[1],", "\"op\":\"Sum\",\"with\":{\"Axes\":[9],", "does not fit")]
    [InlineData("\"in\":[0,1]", "\"in\":[0,3]", "is 3. Expected the number of a value before it, 0 to 2")]
    [InlineData("\"in\":[0,1]", "\"in\":[0,-1]", "is -1. Expected the number of a value before it")]
    [InlineData("\"in\":[0,1]", "\"in\":[0,[1,1]]", "is 1. Expected the number of an output, 0 to 0")]
    [InlineData("\"in\":[0,1]", "\"in\":[0]", "does not fit")]
    [InlineData("\"out\":[\"float32[batch, 3]\"]", "\"out\":[\"float32[batch, 4]\"]", "other specs than its op infers")]
    [InlineData("\"out\":[\"float32[batch, 3]\"]", "\"out\":[\"float16[batch, 3]\"]", "other specs than its op infers")]
    [InlineData("\"out\":[\"float32[batch, 3]\"]", "\"out\":[]", "has 0 specs")]
    [InlineData("\"spec\":\"float32[batch, 3]\"", "\"spec\":\"float33[batch, 3]\"", "does not begin with a dtype")]
    [InlineData("\"spec\":\"float32[batch, 3]\"", "\"spec\":\"float32[batch, 99999999999999]\"", "has the size 99999999999999")]
    [InlineData("\"spec\":\"float32[batch, 3]\"", "\"spec\":\"float32[batch, (4)//(0)]\"", "cannot be divided by zero")]
    [InlineData("\"spec\":\"float32[batch, 3]\"", "\"spec\":\"float32[batch, \"", "ends too early")]
    [InlineData("\"kind\":\"parameter\"", "\"kind\":\"file\"", "parameter, frozen, buffer or random")]
    [InlineData("\"kind\":\"parameter\"", "\"kind\":\"random\"", "state of a random generator and float32[3]")]
    [InlineData("\"name\":\"w\"", "\"name\":\"v\"", "is 'v'. Expected a tensor of the file")]
    [InlineData("\"cells\":[0]", "\"cells\":[0,0]", "is a cell that was read before")]
    [InlineData("\"cells\":[0]", "\"cells\":[1]", "is 1. Expected the number of a cell")]
    [InlineData("\"constants\":[\"constant.0\"]", "\"constants\":[\"w\"]", "is a cell. Expected a constant")]
    [InlineData("\"constants\":[\"constant.0\"]", "\"constants\":[\"constant.1\"]", "Expected a tensor of the file")]
    [InlineData("\"outputs\":[\"y0\"]", "\"outputs\":[]", "has 0 names")]
    [InlineData("\"updates\":[[0,", "\"updates\":[[0,0,0],[0,", "its spec")]
    [InlineData("{\"cells\"", "{\"cells", "not valid JSON")]
    public void A_file_that_lies_is_refused_with_the_place(string from, string to, string message)
    {
        var error = Assert.Throws<ModelFormatException>(() => GraphProgram.Load(With(Simple(), text =>
        {
            int at = text.IndexOf(from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"{from} is not in {text}");
            return text[..at] + to + text[(at + from.Length)..];
        })));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Weights_alone_are_no_program() =>
        Assert.Contains("holds 1 tensors, but no program", Assert.Throws<ModelFormatException>(() => GraphProgram.Load(Safetensors.ToBytes(new Dictionary<string, Tensor> { ["w"] = Tensor.Ones([2]) }))).Message);

    [Fact]
    public void A_tensor_that_nothing_uses_is_refused()
    {
        var tensors = Safetensors.Load(Simple(), out var metadata).ToDictionary();
        tensors["more"] = Tensor.Ones([2]);
        Assert.Contains("'more' is neither a cell nor a constant", Assert.Throws<ModelFormatException>(() => GraphProgram.Load(Safetensors.ToBytes(tensors, metadata))).Message);
    }

    [Fact]
    public void Graphs_in_graphs_end_somewhere()
    {
        string body = "{\"cells\":[],\"constants\":[],\"inputs\":[],\"nodes\":[],\"outputs\":[],\"updates\":[]}";
        for (int i = 0; i < 1000; i++)
            body = "{\"cells\":[],\"constants\":[],\"inputs\":[],\"nodes\":[{\"in\":[],\"op\":\"Checkpoint\",\"out\":[],\"with\":{\"Body\":" + body + "}}],\"outputs\":[],\"updates\":[]}";
        Assert.Throws<ModelFormatException>(() => GraphProgram.Load(Safetensors.ToBytes(new Dictionary<string, Tensor>(), new Dictionary<string, string> { [Key] = "{\"cells\":[],\"format\":1,\"functions\":[{\"graph\":" + body + ",\"name\":\"f\",\"outputs\":[]}]}" })));
    }

    [Fact]
    public void Some_damaged_files() => Damage(1500, seed: 1);

    [Fact, Trait("Category", "Slow")]
    public void A_hundred_thousand_damaged_files() => Damage(100_000, seed: 2);

    static void Damage(int count, int seed)
    {
        byte[][] files = [Simple(), .. GoldenPrograms.All.Values.Select(make => make().Program.ToBytes())];
        string[] ops = [.. OpTable.Standard.Schema.Select(l => l[..l.IndexOf('(', StringComparison.Ordinal)])];
        var random = new Random(seed);
        long most = 0, slowest = 0;
        int loaded = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] file = files[random.Next(files.Length)], damaged = i % 3 == 0 ? Bytes(random, file) : With(file, text => i % 3 == 1 ? Structure(random, text, ops) : Text(random, text));
            long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            try
            {
                GraphProgram.Load(damaged);
                loaded++;
            }
            catch (ModelFormatException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"file {i} of seed {seed}: {e}\n{Encoding.UTF8.GetString(damaged)}");
            }
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, bytes);
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).Milliseconds);
            Assert.True(bytes <= Bound + BoundByByte * damaged.Length, $"file {i} of seed {seed}, of {damaged.Length} bytes, took {bytes}:\n{Encoding.UTF8.GetString(damaged)}");
            // Not a measure of speed: what takes as long as this does not end.
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), $"file {i} of seed {seed} took {Stopwatch.GetElapsedTime(start)}:\n{Encoding.UTF8.GetString(damaged)}");
        }
        Console.WriteLine($"{count} damaged files: {loaded} were programs still; at most {most:N0} bytes and {slowest} ms for one");
        Assert.True(loaded < count * 3 / 4 && loaded > 0, $"{loaded} of {count} were programs still");
    }

    static byte[] Bytes(Random random, byte[] file)
    {
        var bytes = file.ToList();
        for (int n = random.Next(1, 4); n > 0; n--)
            switch (random.Next(4))
            {
                case 0: bytes[random.Next(bytes.Count)] = (byte)random.Next(256); break;
                case 1: bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(random.Next(bytes.Count), 1); break;
                default: bytes.Insert(random.Next(bytes.Count), (byte)random.Next(32, 127)); break;
            }
        return [.. bytes];
    }

    static string Text(Random random, string text)
    {
        var changed = new StringBuilder(text);
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(changed.Length), length = Math.Min(random.Next(1, 20), changed.Length - at);
            switch (random.Next(3))
            {
                case 0: changed[at] = (char)random.Next(32, 127); break;
                case 1: changed.Remove(at, length); break;
                default: changed.Insert(random.Next(changed.Length), changed.ToString(at, length)); break;
            }
        }
        return changed.ToString();
    }

    static readonly string[] numbers = ["0", "1", "-1", "2", "3", "7", "64", "1000", "65536", "2147483647", "-2147483648", "4294967296", "1099511627776", "9223372036854775807", "-9223372036854775808", "1e308", "0.5", "null", "true", "[]", "{}"];
    static readonly string[] texts = ["", "float32[]", "float32[batch]", "int64[2]", "bool[]", "float64[1099511627776, 1099511627776]", "[0]", "[1099511627776, batch]", "batch", "min(batch, 3)", "(batch)//(0)", "NaN", "-Infinity", "Float64", "w", "constant.0", "nonzero#1"];

    /// <summary>Data that is still JSON, with some parts exchanged: it comes further.</summary>
    static string Structure(Random random, string text, string[] ops)
    {
        var root = JsonNode.Parse(text)!;
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            var all = new List<JsonNode>();
            Gather(root, all);
            var node = all[random.Next(all.Count)];
            switch (random.Next(5))
            {
                case 0 or 1 when node is JsonValue:
                    bool isText = node.GetValueKind() == System.Text.Json.JsonValueKind.String;
                    node.ReplaceWith(isText ? JsonValue.Create(random.Next(2) == 0 ? ops[random.Next(ops.Length)] : texts[random.Next(texts.Length)]) : JsonNode.Parse(numbers[random.Next(numbers.Length)]));
                    break;
                case 2:
                    var other = all[random.Next(all.Count)];
                    if (node.Parent is not null && !IsIn(node, other)) node.ReplaceWith(other.DeepClone());
                    break;
                case 3 when node is JsonArray { Count: > 0 } array:
                    if (random.Next(2) == 0) array.RemoveAt(random.Next(array.Count));
                    else array.Insert(random.Next(array.Count), array[random.Next(array.Count)]?.DeepClone());
                    break;
                default:
                    if (node is JsonObject { Count: > 0 } fields) fields.Remove(fields.ElementAt(random.Next(fields.Count)).Key);
                    break;
            }
        }
        return root.ToJsonString(new() { MaxDepth = 256 });
    }

    static bool IsIn(JsonNode node, JsonNode around)
    {
        for (JsonNode? n = node; n is not null; n = n.Parent)
            if (ReferenceEquals(n, around)) return true;
        return false;
    }

    static void Gather(JsonNode node, List<JsonNode> all)
    {
        all.Add(node);
        if (node is JsonObject fields)
            foreach (var (_, value) in fields)
            {
                if (value is not null) Gather(value, all);
            }
        else if (node is JsonArray items)
            foreach (var value in items)
                if (value is not null) Gather(value, all);
    }
}
