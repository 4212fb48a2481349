using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>
/// Control flow. A body runs once for each pass; in a graph that is captured, branches on values, and loops of many or unknown passes, become the branches and loops of graphs.
/// </summary>
static class ControlOperators
{
    // A graph that is captured holds each pass of a short loop.
    const int LongestUnrolled = 16;

    public static IEnumerable<Operator> All =>
    [
        Of("If", 1, If),
        Of("Loop", 1, Loop),
        Of("Scan", 8, c => c.Version == 8 ? BatchedScan(c) : Scan(c, [.. c.Inputs], c.Ints("scan_input_axes"), c.Ints("scan_input_directions"), c.Ints("scan_output_axes"), c.Ints("scan_output_directions"))),
    ];

    static bool IsCapturing => Ambient.Current.Capture is not null;

    static OnnxValue?[] If(Call c)
    {
        OnnxGraph then = c.Node.Body("then_branch"), otherwise = c.Node.Body("else_branch");
        if (!IsCapturing || c.IsKnown(0)) return c.Run(c.Bool(0) ? then : otherwise);
        return Values(Tensor.If(c[0].Reshape(Shape.Scalar), () => Tensors(c, c.Run(then)), () => Tensors(c, c.Run(otherwise))));
    }

    /// <summary>What the branches and loops of graphs pass: tensors of plain element types.</summary>
    static Tensor[] Tensors(Call c, ReadOnlySpan<OnnxValue?> values)
    {
        var tensors = new Tensor[values.Length];
        for (int i = 0; i < tensors.Length; i++)
            tensors[i] = values[i] is OnnxTensor tensor && !tensor.ElementType.IsCarried() ? tensor.Tensor : throw new NeedsValueException($"{c.Node}: {values[i]?.Kind ?? "nothing"} cannot pass through a loop of a graph.");
        return tensors;
    }

    static OnnxValue?[] Values(ReadOnlySpan<Tensor> tensors)
    {
        var values = new OnnxValue?[tensors.Length];
        for (int i = 0; i < values.Length; i++) values[i] = tensors[i];
        return values;
    }

    static OnnxValue?[] Loop(Call c)
    {
        var body = c.Node.Body("body");
        OnnxValue?[] carried = [.. c.Inputs.Slice(Math.Min(2, c.Count))];
        int scanned = body.Outputs.Length - 1 - carried.Length;
        if (scanned < 0 || body.Inputs.Length != carried.Length + 2) throw new ModelFormatException($"a body with {body.Inputs.Length} inputs and {body.Outputs.Length} outputs does not fit {carried.Length} carried values.");
        if (IsCapturing && !IsShort(c)) return c.Has(1) && !c.IsKnown(1) ? While(c, body, carried, scanned) : Counted(c, body, carried, scanned) ?? While(c, body, carried, scanned);
        long limit = c.Has(0) ? c.Long(0) : long.MaxValue, held = 0;
        bool goes = !c.Has(1) || c.Bool(1);
        var scans = new List<Tensor>[scanned];
        for (int k = 0; k < scanned; k++) scans[k] = [];
        for (long pass = 0; pass < limit && goes; pass++)
        {
            OnnxValue?[] inputs = [Constant(pass), ConstantTruth(goes), .. carried];
            var y = c.Run(body, inputs);
            goes = pass + 1 == limit || (Truth(y[0]) ?? throw new NeedsValueException($"{c.Node}: whether another pass comes is known only when the model runs."));
            carried = y[1..(1 + carried.Length)];
            for (int k = 0; k < scanned; k++)
            {
                scans[k].Add((y[1 + carried.Length + k] ?? throw new ModelFormatException($"output {k} of the body is left out.")).AsTensor());
                held += 64 + (scans[k][^1].Shape.IsKnown ? scans[k][^1].ByteCount : 0);
            }
            if (held > c.Interpreter.Largest) throw new ModelFormatException($"what {pass + 1} passes collect is more than the limit of {c.Interpreter.Largest} bytes.");
        }
        return [.. carried, .. scans.Select((s, k) => s.Count > 0 ? (OnnxValue)Tensor.Stack([.. s]) : Empty(body.Outputs[1 + carried.Length + k]))];
    }

    // A loop whose passes are counted, and few. Whether it ends sooner is found out by running it.
    static bool IsShort(Call c) => c.Has(0) && c.IsKnown(0) && c.Long(0) <= LongestUnrolled && (!c.Has(1) || c.IsKnown(1));

    /// <summary>A loop of a known number of passes, which none of them ends; null where it is another.</summary>
    static OnnxValue?[]? Counted(Call c, OnnxGraph body, OnnxValue?[] carried, int scanned)
    {
        if (!c.Has(0) || (c.Typed(0).SymbolicSizes is null && !c.IsKnown(0)) || (c.Has(1) && !c.Bool(1))) return null;
        bool ends = false;
        var (state, outputs) = Tensor.Scan(
            (s, _) =>
            {
                var y = c.Run(body, [s[0], ConstantTruth(true), .. Values(s.AsSpan(1))]);
                ends |= Truth(y[0]) != true;
                return ([s[0] + 1, .. Tensors(c, y.AsSpan(1, carried.Length))], Tensors(c, y.AsSpan(1 + carried.Length, scanned)));
            },
            [Tensor.Zeros([], DType.Int64), .. Tensors(c, carried)], [], length: c.Sizes(0)[0]);
        return ends ? null : [.. Values(state.AsSpan(1)), .. Values(outputs)];
    }

    /// <summary>A loop that a pass ends. How many passes there are is not known, so that nothing can be collected of each.</summary>
    static OnnxValue?[] While(Call c, OnnxGraph body, OnnxValue?[] carried, int scanned)
    {
        if (scanned > 0) throw new NeedsValueException($"{c.Node}: how much its passes collect is known only when the model runs.");
        var limit = c.Has(0) ? c[0].Reshape(Shape.Scalar).To(DType.Int64) : Tensor.Full([], long.MaxValue, DType.Int64);
        var goes = c.Has(1) ? c[1].Reshape(Shape.Scalar) : Tensor.Ones([], DType.Bool);
        var last = Tensor.While(
            s => s[1] & (s[0] < limit),
            s =>
            {
                var y = c.Run(body, [s[0], s[1], .. Values(s.AsSpan(2))]);
                return [s[0] + 1, Tensors(c, y.AsSpan(0, 1))[0].Reshape(Shape.Scalar), .. Tensors(c, y.AsSpan(1, carried.Length))];
            },
            [Tensor.Zeros([], DType.Int64), goes, .. Tensors(c, carried)]);
        return Values(last.AsSpan(2));
    }

    static OnnxValue Constant(long number)
    {
        using var computing = Capture.Pause();
        return Tensor.From(number);
    }

    static OnnxValue ConstantTruth(bool truth)
    {
        using var computing = Capture.Pause();
        return Tensor.From(truth);
    }

    static bool? Truth(OnnxValue? value) => value is OnnxTensor { Constant: { } constant } ? Call.Read(constant)[0] != 0 : null;

    // What a loop without a pass collects has the type and shape that the body declares.
    static OnnxValue Empty(OnnxPort output)
    {
        if (output.Type?.TensorType is not { } type) return Tensor.Zeros([0]);
        Dim[] shape = [0, .. (type.Shape?.Dim ?? []).Select(d => (Dim)(d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? Math.Max(0, d.DimValue) : 0))];
        return new OnnxTensor(Tensor.Zeros(Shape.Create(shape), ((ElementType)type.ElemType).Carrier()), (ElementType)type.ElemType);
    }

    static OnnxValue?[] Scan(Call c, OnnxValue?[] inputs, long[]? inputAxes, long[]? inputDirections, long[]? outputAxes, long[]? outputDirections)
    {
        var body = c.Node.Body("body");
        int scanned = checked((int)c.Int("num_scan_inputs")), states = inputs.Length - scanned, collected = body.Outputs.Length - states;
        if (scanned < 1 || states < 0 || collected < 0 || body.Inputs.Length != inputs.Length) throw new ModelFormatException($"a body with {body.Inputs.Length} inputs and {body.Outputs.Length} outputs does not fit {scanned} scanned of {inputs.Length} inputs.");
        var carried = inputs[..states];
        var (axes, lines) = (new int[scanned], new Tensor[scanned]);
        for (int k = 0; k < scanned; k++)
        {
            lines[k] = (inputs[states + k] ?? throw new ModelFormatException($"input {states + k} is left out.")).AsTensor();
            axes[k] = Call.Axis(inputAxes is not null ? inputAxes[k] : 0, lines[k].Rank);
            if (inputDirections is not null && inputDirections[k] != 0) lines[k] = lines[k].Flip(axes[k]);
            lines[k] = lines[k].MoveAxis(axes[k], 0);
        }
        if (IsCapturing && !(lines[0].Shape[0].IsKnown && lines[0].Shape[0] <= LongestUnrolled))
        {
            var (state, outputs) = Tensor.Scan(
                (s, x) =>
                {
                    var y = c.Run(body, [.. Values(s), .. Values(x)]);
                    return (Tensors(c, y.AsSpan(0, states)), Tensors(c, y.AsSpan(states)));
                },
                Tensors(c, carried), lines);
            return [.. Values(state), .. outputs.Select((y, k) => (OnnxValue)Placed(y, k))];
        }
        c.Bounded(lines[0].Shape[0], "passes");
        var pieces = Array.ConvertAll(lines, x => x.Unbind(0));
        if (pieces.Any(p => p.Length != pieces[0].Length)) throw new ModelFormatException($"expected scanned inputs of one length. Received: {string.Join(", ", pieces.Select(p => p.Length))}.");
        var results = new List<Tensor>[collected];
        for (int k = 0; k < collected; k++) results[k] = [];
        for (int i = 0; i < pieces[0].Length; i++)
        {
            OnnxValue?[] values = [.. carried, .. pieces.Select(p => (OnnxValue)p[i])];
            var y = c.Run(body, values);
            carried = y[..states];
            for (int k = 0; k < collected; k++) results[k].Add((y[states + k] ?? throw new ModelFormatException($"output {k} of the body is left out.")).AsTensor());
        }
        return [.. carried, .. results.Select((r, k) => Collected(r, k, body.Outputs[states + k]))];

        OnnxValue Collected(List<Tensor> parts, int k, OnnxPort output) => parts.Count == 0 ? Empty(output) : Placed(Tensor.Stack([.. parts]), k);

        Tensor Placed(Tensor y, int k)
        {
            if (outputDirections is not null && outputDirections[k] != 0) y = y.Flip(0);
            return outputAxes is not null ? y.MoveAxis(0, Call.Axis(outputAxes[k], y.Rank)) : y;
        }
    }

    // In version 8 each sample of a batch was scanned on its own, as far as its length.
    static OnnxValue?[] BatchedScan(Call c)
    {
        int scanned = checked((int)c.Int("num_scan_inputs"));
        OnnxValue?[] inputs = [.. c.Inputs.Slice(1)];
        Tensor?[] all = Array.ConvertAll(inputs, i => i?.AsTensor());
        if (scanned < 1 || scanned > all.Length || all[^1] is not { } last) throw new ModelFormatException($"expected {scanned} scanned inputs. Received: {all.Length}.");
        long[]? lengths = c.Has(0) ? c.Longs(0) : null;
        long[]? directions = c.Ints("directions");
        var samples = new List<OnnxValue?[]>();
        for (long n = 0; n < last.Shape[0]; n++)
        {
            var own = new OnnxValue?[all.Length];
            for (int i = 0; i < own.Length; i++)
            {
                var x = all[i]?.Select(0, n);
                if (x is not null && i >= all.Length - scanned && lengths is not null) x = x.Narrow(0, 0, lengths[n]);
                own[i] = x is null ? null : (OnnxValue)x;
            }
            samples.Add(Scan(c, own, null, directions, null, null));
        }
        var results = new OnnxValue?[samples[0].Length];
        for (int k = 0; k < results.Length; k++)
        {
            Tensor[] parts = [.. samples.Select(s => s[k]!.AsTensor())];
            long longest = parts.Max(p => p.Rank == 0 ? 0 : p.Shape[0].Value);
            // What is collected from shorter samples is filled up with zeros.
            if (k >= all.Length - scanned) parts = Array.ConvertAll(parts, p => p.Pad(0, 0, longest - p.Shape[0]));
            results[k] = Tensor.Stack(parts);
        }
        return results;
    }
}
