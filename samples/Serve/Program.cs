// A model behind a web address, on this machine only.
//   python3 benchmarks/peers/export_models.py . mlp
//   dotnet run -c Release --project samples/Serve -- mlp.onnx 5000
//   curl -d "[0, 0.5, ...]" -H "Content-Type: application/json" http://127.0.0.1:5000/predict       (784 numbers)
using Tauten;

if (args is not [var path, .. var rest] || path.StartsWith('-') || rest is not ([] or [_]) || (rest is [var text] && !ushort.TryParse(text, out _)))
{
    Console.Error.WriteLine($"Expected MODEL.onnx, a model of 784 pixels, and perhaps a port. Received: {string.Join(' ', args)}");
    return 1;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls($"http://127.0.0.1:{(rest is [var port] ? port : "5000")}");
builder.Services.AddSingleton(Model.Load(path));
var app = builder.Build();
app.MapPost("/predict", (float[] pixels, Model model) => model.Run(Tensor.From(pixels, [1, 784])).Single().ToArray<float>());
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"listening on {app.Urls.First()}"));
app.Run();
return 0;
