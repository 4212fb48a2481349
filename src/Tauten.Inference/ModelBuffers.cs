using Tauten.Compiler;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Inputs and outputs of a model in memory that stays: write the inputs, run, read the outputs. After the first call nothing is made anew. One thread uses it at a time; other threads
/// have others.
/// </summary>
/// <example><code>
/// Onnx.Export((Tensor x) => x * 2, "twice.onnx", example: Tensor.Ones([1, 2]), dynamic: ["batch"]);
/// var buffers = Model.Load("twice.onnx").Buffers([1, 2]);
/// for (int i = 1; i &lt;= 3; i++)
/// {
///     buffers.Input&lt;float>(0).Fill(i);
///     buffers.Run();
/// }
/// Console.WriteLine(buffers.Output&lt;float>(0)[1]);    // 6
/// </code></example>
public sealed class ModelBuffers
{
    readonly Model model;
    readonly Tensor[] inputs, outputs;
    readonly Array[] inputArrays, outputArrays;
    readonly Workspace workspace;

    internal ModelBuffers(Model model, Plan plan, TensorSpec[] specs)
    {
        this.model = model;
        (inputArrays, inputs) = Arrays(specs);
        (outputArrays, outputs) = Arrays([.. plan.Outputs.ToArray().Select(o => o.Spec)]);
        workspace = new(plan, plan.WorkspaceBytes == 0 ? null : plan.Backend.Allocate(plan.WorkspaceBytes));
        workspace.Bind(inputs, outputs);
    }

    static (Array[], Tensor[]) Arrays(TensorSpec[] specs)
    {
        var arrays = new Array[specs.Length];
        var tensors = new Tensor[specs.Length];
        for (int i = 0; i < specs.Length; i++)
            (arrays[i], tensors[i]) = specs[i].DType switch
            {
                DType.Float32 => Wrapped<float>(specs[i]),
                DType.Float64 => Wrapped<double>(specs[i]),
                DType.Float16 => Wrapped<Half>(specs[i]),
                DType.BFloat16 => Wrapped<BFloat16>(specs[i]),
                DType.Int8 => Wrapped<sbyte>(specs[i]),
                DType.UInt8 => Wrapped<byte>(specs[i]),
                DType.Int16 => Wrapped<short>(specs[i]),
                DType.UInt16 => Wrapped<ushort>(specs[i]),
                DType.Int32 => Wrapped<int>(specs[i]),
                DType.UInt32 => Wrapped<uint>(specs[i]),
                DType.Int64 => Wrapped<long>(specs[i]),
                DType.UInt64 => Wrapped<ulong>(specs[i]),
                _ => Wrapped<bool>(specs[i]),
            };
        return (arrays, tensors);
    }

    static (Array, Tensor) Wrapped<T>(TensorSpec spec) where T : unmanaged
    {
        var array = new T[spec.Shape.Count];
        return (array, Tensor.Wrap<T>(array, spec.Shape));
    }

    /// <summary>The elements of an input in row-major order, to be written.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public Span<T> Input<T>(int input) where T : unmanaged => Elements<T>(inputArrays[input], model.Inputs[input]);

    /// <summary>The elements of an output in row-major order, as the last run left them.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public ReadOnlySpan<T> Output<T>(int output) where T : unmanaged => Elements<T>(outputArrays[output], model.Outputs[output]);

    /// <summary>The shape of an output.</summary>
    public Shape OutputShape(int output) => outputs[output].Shape;

    static T[] Elements<T>(Array array, ModelPort port) => array as T[] ?? throw new DTypeException($"{port} has elements of another type. Received: {typeof(T).Name}.");

    /// <summary>Copies a tensor to an input.</summary>
    /// <exception cref="ShapeException">It has another spec than the memory was laid out for.</exception>
    public void Set(int input, Tensor x)
    {
        if (x.Spec != inputs[input].Spec) throw new ShapeException($"The input {model.Inputs[input].Name} was laid out for {inputs[input].Spec}. Received: {x.Spec}.");
        Contiguous.Copy(x, inputs[input]);
    }

    /// <summary>Computes the outputs of the inputs as they are now.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop; the outputs are not to be used.</exception>
    public void Run(CancellationToken stop = default)
    {
        using var place = model.Enter(stop);
        workspace.Execute();
    }

    internal IReadOnlyList<ModelStep> Profile(int repeats)
    {
        var steps = workspace.Plan.Steps;
        var times = new double[steps.Length][];
        for (int i = 0; i < times.Length; i++) times[i] = new double[repeats];
        using var place = model.Enter(default);
        workspace.Execute();
        for (int r = 0; r < repeats; r++)
        {
            var profile = new Profile();
            using (profile.Record()) workspace.Execute();
            // Backwards: a kernel that runs others, as that of a loop does, ends after them and began before.
            int step = steps.Length;
            var began = TimeSpan.MaxValue;
            foreach (var e in profile.Events.Reverse())
            {
                if (e.Start + e.Duration > began) continue;
                began = e.Start;
                times[--step][r] = e.Duration.TotalMilliseconds;
            }
        }
        var rows = new ModelStep[steps.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Array.Sort(times[i]);
            rows[i] = new($"{steps[i].Op}", string.Join(", ", steps[i].Outputs.Select(o => o.Spec)), times[i][repeats / 2]);
        }
        return rows;
    }
}
