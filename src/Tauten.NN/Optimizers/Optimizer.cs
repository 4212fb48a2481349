using System.Globalization;
using Tauten.Ops;

namespace Tauten.NN;

/// <summary>
/// Gives parameters new values from their gradients. An optimizer is two things: the op that updates parameters, and the list of what
/// is kept beside each of them. All else is here: groups with options of their own, updates in place where nobody else can see the old
/// value, steps inside of captured graphs, and state as data. A captured step reads the learning rate anew each time it runs; other options
/// are as they were when it was captured.
/// </summary>
/// <example><code>
/// var model = new Linear(1, 1);
/// var optimizer = new Adam(model.Parameters(), learningRate: 0.1);
/// var x = Tensor.Linspace(-1, 1, 32).Reshape(32, 1);
/// for (int i = 0; i &lt; 300; i++)
/// {
///     optimizer.ZeroGrad();
///     new MSELoss().Call(model.Call(x), x * 3 + 1).Backward();
///     optimizer.Step();
/// }
/// Console.WriteLine($"{model.Weight.Value.Item&lt;float>():0.0} {model.Bias!.Value.Item&lt;float>():0.0}");    // 3.0 1.0
/// </code></example>
public abstract class Optimizer
{
    readonly List<ParameterGroup> groups = [];
    readonly Dictionary<Parameter, Kept> kept = [];
    List<(Tensor Gradient, Cell[] Cells)> pending = [];
    long steps;

    /// <summary>The groups.</summary>
    public IReadOnlyList<ParameterGroup> Groups => groups;

    /// <summary>The learning rate of the first group; setting it sets that of all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not a number.</exception>
    public double LearningRate
    {
        get => groups[0].LearningRate;
        set
        {
            foreach (var group in groups) group.LearningRate = value;
        }
    }

    /// <summary>Adds a group.</summary>
    protected void Add(ParameterGroup group) => groups.Add(group);

    /// <summary>
    /// The op that updates the parameters of a group, all at once: learning rate, then each parameter with its gradient and what <see cref="Slots"/> lists. See
    /// <see cref="OptimizerStep"/>.
    /// </summary>
    protected abstract OptimizerStep Rule(ParameterGroup group);

    /// <summary>What is kept beside each parameter of a group.</summary>
    protected abstract IReadOnlyList<StateSlot> Slots(ParameterGroup group);

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var group in groups)
            foreach (var parameter in group.Parameters) parameter.ZeroGrad();
    }

    /// <summary>Updates every parameter that has a gradient, those of a group in one pass over memory.</summary>
    /// <exception cref="InvalidOperationException">There is no parameter at all, or one is listed twice.</exception>
    public void Step()
    {
        using var untracked = Gradients.NoGrad();
        steps++;
        bool any = false;
        foreach (var group in groups)
        {
            var rule = Rule(group);
            var slots = Slots(group);
            if (rule.Outputs != slots.Count + 1) throw new InvalidOperationException($"{GetType().Name}: {rule} keeps {rule.Outputs - 1} tensors beside a parameter. Received: {slots.Count} slots.");
            pending.Clear();
            foreach (var parameter in group.Parameters)
            {
                any = true;
                if (parameter.BorrowGrad() is { } gradient) pending.Add((gradient, KeptOf(parameter, slots).Cells));
            }
            while (pending.Count > 0) Update(rule, group.Rate);
        }
        if (!any) throw new InvalidOperationException($"{GetType().Name}: there are no parameters to update. Was the optimizer given those of another module, or a sequence that can be enumerated only once?");
    }

    // All that are pending and lie on one device.
    void Update(OptimizerStep rule, Buffer rate)
    {
        bool captures = Ambient.Current.Capture is not null;
        var device = captures ? null : pending[0].Cells[0].Borrow().Backend;
        var (here, later) = ((List<(Tensor Gradient, Cell[] Cells)>)[], (List<(Tensor, Cell[])>)[]);
        foreach (var one in pending) (captures || ReferenceEquals(one.Cells[0].Borrow().Backend, device) ? here : later).Add(one);
        // Without the learning rate, the rule's inputs are its outputs and the gradients, in order.
        int each = rule.Outputs + 1;
        var x = new Tensor[1 + here.Count * each];
        var cells = new Cell[here.Count * rule.Outputs];
        x[0] = captures ? rate.Borrow() : rate.Borrow().To(device!);
        for (int p = 0; p < here.Count; p++)
        {
            here[p].Cells.CopyTo(cells, p * rule.Outputs);
            for (int i = 0; i < rule.Outputs; i++) x[1 + p * each + (i == 0 ? 0 : i + 1)] = here[p].Cells[i].Borrow();
            x[1 + p * each + 1] = here[p].Gradient;
        }
        pending = later;
        if (captures)
        {
            var recorded = Dispatch.RunAll(rule, x);
            for (int i = 0; i < cells.Length; i++) cells[i].Value = recorded[i];
            return;
        }
        var y = Dispatch.RunOver(rule, x, Array.ConvertAll(cells, cell => cell.IsPrivate));
        for (int i = 0; i < y.Length; i++)
            if (!cells[i].Has(y[i])) cells[i].Adopt(y[i]);
    }

    Kept KeptOf(Parameter parameter, IReadOnlyList<StateSlot> slots)
    {
        // The number of slots changes with options such as momentum.
        if (!kept.TryGetValue(parameter, out var found) || found.Cells.Length != slots.Count + 1) kept[parameter] = found = Make(parameter, slots);
        if (found.LastStep == steps) throw new InvalidOperationException($"{GetType().Name}: {parameter} is listed twice. Each parameter belongs to one place of one group.");
        found.LastStep = steps;
        return found;
    }

    static Kept Make(Parameter parameter, IReadOnlyList<StateSlot> slots) => Initial.Outside(() =>
    {
        using var device = Backends.Use(parameter.Borrow().Backend);
        var cells = new Cell[slots.Count + 1];
        cells[0] = parameter;
        for (int i = 0; i < slots.Count; i++)
        {
            var spec = slots[i].SpecFor(parameter.Spec);
            cells[i + 1] = new Buffer(Tensor.Zeros(spec.Shape, spec.DType), parameter.Name is { } name ? $"{name}.{slots[i].Name}" : slots[i].Name);
        }
        return new Kept(cells);
    });

    /// <summary>
    /// Options and what is kept, by name: <c>groups.0.learning_rate</c>, <c>parameters.3.exp_avg</c>, where 3 counts the parameters of all groups. The
    /// values of now, which later steps do not change.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>();
        for (int i = 0; i < groups.Count; i++)
            foreach (var option in groups[i].Options) state.Add(OptionName(i, option), Tensor.From(option.Get()));
        int number = 0;
        foreach (var (group, parameter) in All())
        {
            var slots = Slots(group);
            if (kept.TryGetValue(parameter, out var found) && found.Cells.Length == slots.Count + 1)
                for (int k = 0; k < slots.Count; k++) state.Add(SlotName(number, slots[k]), found.Cells[k + 1].Value);
            number++;
        }
        return state;
    }

    /// <summary>Continues from a state that <see cref="State"/> gave, for the same parameters in the same order. Options are those of the state.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry. Nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var reader = new StateReader(state, $"{GetType().Name}: the state does not fit the optimizer.");
        var options = groups.SelectMany((group, i) => group.Options.Select(option => (Option: option, Name: OptionName(i, option)))).ToList();
        double[] before = [.. options.Select(o => o.Option.Get())];
        try
        {
            // First, since what is kept follows from them.
            foreach (var (option, name) in options)
                if (reader.Take(name, new(DType.Float64, Shape.Scalar)) is { } value) option.Set(value.Item<double>());
            var loaded = LoadKept(reader);
            reader.Check();
            kept.Clear();
            foreach (var (parameter, made) in loaded) kept.Add(parameter, made);
        }
        catch (Exception e)
        {
            for (int i = 0; i < before.Length; i++) options[i].Option.Set(before[i]);
            if (e is ArgumentOutOfRangeException) throw new ModelFormatException($"{GetType().Name}: the state holds an option that is out of range. {e.Message}", e);
            throw;
        }
    }

    Dictionary<Parameter, Kept> LoadKept(StateReader reader)
    {
        var loaded = new Dictionary<Parameter, Kept>();
        int number = 0;
        foreach (var (group, parameter) in All())
        {
            var slots = Slots(group);
            // A parameter that had no gradient yet has nothing beside it.
            if (reader.Has(SlotName(number, new("", spec => spec))))
            {
                var made = Make(parameter, slots);
                for (int k = 0; k < slots.Count; k++)
                    if (reader.Take(SlotName(number, slots[k]), made.Cells[k + 1].Spec) is { } value) made.Cells[k + 1].Value = value.To(made.Cells[k + 1].Borrow().Backend);
                loaded.Add(parameter, made);
            }
            number++;
        }
        return loaded;
    }

    IEnumerable<(ParameterGroup Group, Parameter Parameter)> All() => groups.SelectMany(group => group.Parameters, (group, parameter) => (group, parameter));

    static string OptionName(int group, GroupOption option) => string.Create(CultureInfo.InvariantCulture, $"groups.{group}.{option.Name}");

    static string SlotName(int parameter, StateSlot slot) => string.Create(CultureInfo.InvariantCulture, $"parameters.{parameter}.{slot.Name}");

    /// <summary>A parameter and what is kept beside it.</summary>
    sealed class Kept(Cell[] cells)
    {
        public Cell[] Cells => cells;

        public long LastStep;
    }
}

/// <summary>Something that an optimizer keeps beside each parameter. It begins with zeros.</summary>
/// <param name="Name">The name in a saved state, as PyTorch's.</param>
/// <param name="SpecFor">Its spec, from that of the parameter.</param>
public sealed record StateSlot(string Name, Func<TensorSpec, TensorSpec> SpecFor)
{
    /// <summary>A tensor of the parameter's shape, in at least 32 bits.</summary>
    public static StateSlot Moment(string name) => new(name, spec => new(OptimizerStep.Computed(spec.DType), spec.Shape));

    /// <summary>The number of steps that the parameter was updated in, int64[].</summary>
    public static StateSlot Count { get; } = new("step", _ => new(DType.Int64, Shape.Scalar));
}
