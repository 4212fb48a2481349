using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Control flow: a body runs once for each pass, so that what decides about passes must be known.</summary>
static class ControlOperators
{
    // A graph that is captured holds each pass of a loop.
    const int LongestUnrolled = 256;

    public static IEnumerable<Operator> All =>
    [
        Of("If", 1, c => c.Run(c.Node.Body(c.Bool(0) ? "then_branch" : "else_branch"))),
        Of("Loop", 1, Loop),
        Of("Scan", 8, c => c.Version == 8 ? BatchedScan(c) : Scan(c, [.. c.Inputs], c.Ints("scan_input_axes"), c.Ints("scan_input_directions"), c.Ints("scan_output_axes"), c.Ints("scan_output_directions"))),
    ];

    static void Bound(Call c, long passes)
    {
        if (Ambient.Current.Capture is not null && passes > LongestUnrolled) throw new NeedsValueException($"{c.Node}: {passes} passes are too many to be captured one by one.");
    }

    static OnnxValue?[] Loop(Call c)
    {
        var body = c.Node.Body("body");
        long limit = c.Has(0) ? c.Long(0) : long.MaxValue;
        bool goes = !c.Has(1) || c.Bool(1);
        OnnxValue?[] carried = [.. c.Inputs.Slice(Math.Min(2, c.Count))];
        int scanned = body.Outputs.Length - 1 - carried.Length;
        if (scanned < 0 || body.Inputs.Length != carried.Length + 2) throw new ModelFormatException($"a body with {body.Inputs.Length} inputs and {body.Outputs.Length} outputs does not fit {carried.Length} carried values.");
        var scans = new List<Tensor>[scanned];
        long held = 0;
        for (int k = 0; k < scanned; k++) scans[k] = [];
        for (long pass = 0; pass < limit && goes; pass++)
        {
            Bound(c, pass);
            OnnxValue?[] inputs = [Constant(pass), ConstantTruth(goes), .. carried];
            var y = c.Run(body, inputs);
            goes = Truth(c, y[0]);
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

    static bool Truth(Call c, OnnxValue? value) => value is OnnxTensor { Constant: { } constant } ? constant.Bool().Item<bool>() : throw new NeedsValueException($"{c.Node}: whether another pass comes is known only when the model runs.");

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
        var pieces = new Tensor[scanned][];
        for (int k = 0; k < scanned; k++)
        {
            var x = (inputs[states + k] ?? throw new ModelFormatException($"input {states + k} is left out.")).AsTensor();
            int axis = Call.Axis(inputAxes is not null ? inputAxes[k] : 0, x.Rank);
            if (!x.Shape[axis].IsKnown) throw new NeedsValueException($"{c.Node}: the number of passes is known only when the model runs.");
            Bound(c, c.Bounded(x.Shape[axis], "passes"));
            pieces[k] = x.Unbind(axis);
            if (inputDirections is not null && inputDirections[k] != 0) Array.Reverse(pieces[k]);
            if (pieces[k].Length != pieces[0].Length) throw new ModelFormatException($"expected scanned inputs of one length. Received: {pieces[0].Length} and {pieces[k].Length}.");
        }
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

        OnnxValue Collected(List<Tensor> parts, int k, OnnxPort output)
        {
            if (parts.Count == 0) return Empty(output);
            if (outputDirections is not null && outputDirections[k] != 0) parts.Reverse();
            return Tensor.Stack([.. parts], outputAxes is not null ? Call.Axis(outputAxes[k], parts[0].Rank + 1) : 0);
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
