using Tauten.NN;

namespace Tauten.Agreement;

/// <summary>Optimizers: the parameter after each step. Schedules: the rates of 50 steps.</summary>
static class OptimizersArea
{
    const string Single = "PyTorch 1.13 keeps the falling learning rate in float32, whatever the parameter is.";

    public static Area Calls { get; } = new Area("optimizers")
    {
        ["SGD"] = Steps(p => new SGD(p, 0.05)),
        ["SGD momentum"] = Steps(p => new SGD(p, 0.05, momentum: 0.9, dampening: 0.3, weightDecay: 0.1)),
        ["SGD nesterov"] = Steps(p => new SGD(p, 0.05, momentum: 0.9, nesterov: true)),
        ["Adam"] = Steps(p => new Adam(p, 0.05)),
        ["Adam decay"] = Steps(p => new Adam(p, 0.05, 0.8, 0.95, 1e-6, 0.1)),
        ["AdamW"] = Steps(p => new AdamW(p, 0.05)),
        ["AdamW decay"] = Steps(p => new AdamW(p, 0.05, 0.8, 0.95, 1e-6, 0.2)),
        ["Adamax"] = Steps(p => new Adamax(p, 0.05)),
        ["Adamax decay"] = Steps(p => new Adamax(p, 0.05, 0.8, 0.95, 1e-6, 0.1)),
        ["NAdam"] = Steps(p => new NAdam(p, 0.05)),
        ["NAdam decay"] = Steps(p => new NAdam(p, 0.05, 0.8, 0.95, 1e-6, momentumDecay: 0.02, weightDecay: 0.1)),
        ["RAdam"] = Steps(p => new RAdam(p, 0.05)),
        ["RAdam decay"] = Steps(p => new RAdam(p, 0.05, 0.8, 0.95, 1e-6, 0.1)),
        ["RMSprop"] = Steps(p => new RMSprop(p, 0.02)),
        ["RMSprop momentum"] = Steps(p => new RMSprop(p, 0.02, 0.9, 1e-6, momentum: 0.8, weightDecay: 0.1)),
        ["RMSprop centered"] = Steps(p => new RMSprop(p, 0.02, 0.9, 1e-6, momentum: 0.5, centered: true)),
        ["Adagrad"] = Steps(p => new Adagrad(p, 0.1)),
        ["Adagrad decay"] = Steps(p => new Adagrad(p, 0.1, rateDecay: 0.05, initialSum: 0.3, epsilon: 1e-6, weightDecay: 0.1)),
        ["Adadelta"] = Steps(p => new Adadelta(p)),
        ["Adadelta decay"] = Steps(p => new Adadelta(p, 0.5, 0.8, 1e-4, 0.1)),
        ["ASGD"] = Steps(p => new ASGD(p)),
        ["ASGD decay"] = Steps(p => new ASGD(p, 0.05, 0.1, 0.6, 5, 0.1)),
        ["Rprop"] = Steps(p => new Rprop(p)),
        ["Rprop sizes"] = Steps(p => new Rprop(p, 0.05, 0.4, 1.5, 0.01, 0.08)),
        ["SGD upwards"] = Steps(p => new SGD(p, 0.05, momentum: 0.9, weightDecay: 0.1, maximize: true)),
        ["Adam amsgrad"] = Steps(p => new Adam(p, 0.05, 0.8, 0.6, amsgrad: true)),
        ["Adam upwards"] = Steps(p => new Adam(p, 0.05, 0.8, 0.95, weightDecay: 0.1, maximize: true)),
        ["AdamW amsgrad upwards"] = Steps(p => new AdamW(p, 0.05, 0.8, 0.6, weightDecay: 0.2, amsgrad: true, maximize: true)),
        ["Adamax upwards"] = Steps(p => new Adamax(p, 0.05, weightDecay: 0.1, maximize: true)),
        ["RMSprop upwards"] = Steps(p => new RMSprop(p, 0.02, momentum: 0.5, centered: true, maximize: true)),
        ["Adagrad upwards"] = Steps(p => new Adagrad(p, 0.1, weightDecay: 0.1, maximize: true)),
        ["Adadelta upwards"] = Steps(p => new Adadelta(p, 0.5, weightDecay: 0.1, maximize: true)),
        ["ASGD upwards"] = Steps(p => new ASGD(p, 0.05, weightDecay: 0.1, maximize: true)),
        ["Rprop upwards"] = Steps(p => new Rprop(p, maximize: true)),
        ["Ftrl"] = Steps(p => new Ftrl(p, 0.5)),
        ["Ftrl of few"] = Steps(p => new Ftrl(p, 0.3, initialSum: 0.2, l1: 1, l2: 0.1, shrinkage: 0.05, beta: 0.4)),
        ["Ftrl of a power"] = Steps(p => new Ftrl(p, 0.5, -0.7, 1)),
        ["Lion"] = Steps(p => new Lion(p, 0.01)),
        ["Lion decay"] = Steps(p => new Lion(p, 0.02, 0.8, 0.95, 0.3)),
        ["LAMB"] = Steps(p => new LAMB(p, 0.02)),
        ["LAMB decay"] = Steps(p => new LAMB(p, 0.02, 0.8, 0.95, 1e-5, 0.3)),
        ["Adafactor"] = Steps(p => new Adafactor(p, 0.05)),
        ["Adafactor of a vector"] = Steps(p => new Adafactor(p, 0.05)),
        ["Adafactor of a batch"] = Steps(p => new Adafactor(p, 0.3, -0.6, epsilon2: 1e-2, threshold: 0.5, weightDecay: 0.1)),

        ["LBFGS"] = Rosenbrock(p => new LBFGS(p, 0.01, iterations: 5)),
        ["LBFGS short history"] = Rosenbrock(p => new LBFGS(p, 0.02, iterations: 6, history: 3)),
        ["LBFGS wolfe"] = Rosenbrock(p => new LBFGS(p, iterations: 4, lineSearch: true)),
        ["LBFGS wolfe long"] = Rosenbrock(p => new LBFGS(p, 0.5, iterations: 6, history: 4, lineSearch: true)),

        ["StepLR"] = Rates(new StepDecay(7, 0.5)),
        ["MultiStepLR"] = Rates(new MultiStepDecay([5, 20, 21], 0.3)),
        ["ConstantLR"] = Rates(new ConstantFactor(0.25, 6)),
        ["LinearLR"] = Rates(new LinearFactor(0.2, 0.9, 12)),
        ["ExponentialLR"] = Rates(new ExponentialDecay(0.93)),
        ["PolynomialLR"] = Rates(new PolynomialDecay(30, 1.5)),
        ["CosineAnnealingLR"] = Rates(new CosineAnnealing(17, 0.05)),
        ["CosineAnnealingWarmRestarts"] = Rates(new CosineAnnealingWarmRestarts(6, 2, 0.05)),
        ["CosineAnnealingWarmRestarts same"] = Rates(new CosineAnnealingWarmRestarts(8)),
        ["CyclicLR"] = Rates(new Cyclic(0.9, 4, 7), 0.1),
        ["CyclicLR halving"] = Rates(new Cyclic(0.9, 5, mode: CyclicMode.Halving), 0.1),
        ["CyclicLR exponential"] = Rates(new Cyclic(0.9, 5, mode: CyclicMode.Exponential, factor: 0.97), 0.1),
        ["OneCycleLR"] = Rates(new OneCycle(0.8, 51)),
        ["OneCycleLR linear"] = Rates(new OneCycle(0.8, 51, 0.23, 10, 100, linear: true)),
        ["OneCycleLR three phases"] = Rates(new OneCycle(0.8, 51, threePhases: true)),
        ["LambdaLR"] = Rates(new FactorOf(step => 1.0 / (1 + step))),
        ["MultiplicativeLR"] = Rates(new ProductOf(step => 1 - 1.0 / (step + 2))),
        ["ChainedScheduler"] = Rates(new ChainedSchedule(new ConstantFactor(0.1, 4), new ExponentialDecay(0.9))),
        ["SequentialLR"] = Rates(new SequentialSchedule([new ConstantFactor(0.1, 4), new ExponentialDecay(0.9)], [6]), 1),
        ["ReduceLROnPlateau"] = Plateau(o => new ReduceOnPlateau(o, 0.5, 2)),
        ["ReduceLROnPlateau max"] = Plateau(o => new ReduceOnPlateau(o, 0.7, 3, 0.01, higherIsBetter: true, isAbsolute: true, cooldown: 2, least: 0.1)),
    }
    .Loosen("ASGD", Single, @double: 1e-7)
    .Loosen("ASGD decay", Single, @double: 1e-7)
    .Loosen("ASGD upwards", Single, @double: 1e-7);

    static Func<Tensor[], Tensor[]> Steps(Func<IEnumerable<Parameter>, Optimizer> make) => x =>
    {
        var parameter = new Parameter(x[0]);
        Parameter[] all = [parameter];
        var optimizer = make(all);
        var values = new List<Tensor>();
        for (long t = 0; t < x[1].Shape[0]; t++)
        {
            parameter.Grad = x[1][t];
            optimizer.Step();
            values.Add(parameter.Value.Detach());
        }
        return [Tensor.Stack([.. values], 0)];
    };

    static Func<Tensor[], Tensor[]> Rosenbrock(Func<IEnumerable<Parameter>, LBFGS> make) => x =>
    {
        var w = new Parameter(x[0]);
        Parameter[] all = [w];
        var optimizer = make(all);
        var values = new List<Tensor>();
        for (int t = 0; t < 4; t++)
        {
            optimizer.Step(() =>
            {
                optimizer.ZeroGrad();
                Tensor a = w.Value[0], b = w.Value[1];
                var loss = (1 - a).Square() + (b - a.Square()).Square() * 10;
                loss.Backward();
                return loss;
            });
            values.Add(w.Value.Detach());
        }
        return [Tensor.Stack([.. values], 0)];
    };

    static SGD Idle(double rate)
    {
        Parameter[] all = [new(Tensor.Zeros([1]))];
        return new SGD(all, rate);
    }

    static Func<Tensor[], Tensor[]> Rates(Schedule schedule, double rate = 0.5) => _ =>
    {
        var optimizer = Idle(rate);
        var scheduler = new Scheduler(optimizer, schedule);
        return Fifty(optimizer, _ => scheduler.Step());
    };

    static Func<Tensor[], Tensor[]> Plateau(Func<Optimizer, ReduceOnPlateau> make) => x =>
    {
        var optimizer = Idle(0.5);
        var plateau = make(optimizer);
        double[] measures = x[0].To(DType.Float64).ToArray<double>();
        return Fifty(optimizer, step => plateau.Step(measures[step]));
    };

    static Tensor[] Fifty(Optimizer optimizer, Action<int> next)
    {
        var rates = new double[50];
        for (int step = 0; step < rates.Length; step++)
        {
            rates[step] = optimizer.LearningRate;
            next(step);
        }
        return [Tensor.From(rates)];
    }
}
