using Google.Protobuf;
using Tauten.OnnxFormat;

namespace Tauten.OnnxTests;

/// <summary>Small models, written in C#.</summary>
static class Models
{
    /// <summary>A model of the given nodes.</summary>
    public static ModelProto Of(int opset, ValueInfoProto[] inputs, string[] outputs, NodeProto[] nodes, params TensorProto[] initializers)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "test", Graph = Graph(inputs, outputs, nodes, initializers) };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model;
    }

    public static GraphProto Graph(ValueInfoProto[] inputs, string[] outputs, NodeProto[] nodes, params TensorProto[] initializers)
    {
        var graph = new GraphProto { Name = "main" };
        graph.Input.Add(inputs);
        graph.Output.Add(outputs.Select(name => new ValueInfoProto { Name = name }));
        graph.Node.Add(nodes);
        graph.Initializer.Add(initializers);
        return graph;
    }

    /// <summary>A tensor by name; sizes are numbers, or names of open ones.</summary>
    public static ValueInfoProto Input(string name, ElementType type, params Dim[] shape)
    {
        var info = new ValueInfoProto { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = new() } } };
        foreach (var dim in shape)
            info.Type.TensorType.Shape.Dim.Add(dim.IsKnown ? new TensorShapeProto.Types.Dimension { DimValue = dim } : new TensorShapeProto.Types.Dimension { DimParam = dim.ToString() });
        return info;
    }

    /// <summary>A node: inputs and outputs are names with blanks between; <c>-</c> leaves one out.</summary>
    public static NodeProto Node(string op, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = op };
        node.Input.Add(Names(inputs));
        node.Output.Add(Names(outputs));
        foreach (var (name, value) in attributes) node.Attribute.Add(Attribute(name, value));
        return node;
    }

    static IEnumerable<string> Names(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => n == "-" ? "" : n);

    public static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int or long: (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, Convert.ToInt64(value)); break;
            case float number: (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, number); break;
            case string text: (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text)); break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.Add(numbers);
                break;
            case string[] texts:
                attribute.Type = AttributeProto.Types.AttributeType.Strings;
                attribute.Strings.Add(texts.Select(ByteString.CopyFromUtf8));
                break;
            case TensorProto tensor: (attribute.Type, attribute.T) = (AttributeProto.Types.AttributeType.Tensor, tensor); break;
            case GraphProto graph: (attribute.Type, attribute.G) = (AttributeProto.Types.AttributeType.Graph, graph); break;
            default: throw new ArgumentException(value.GetType().Name);
        }
        return attribute;
    }

    public static TensorProto Tensor(string name, Tensor value) => TensorReader.Write(value, name);

    public static ImportedModel Import(ModelProto model, bool trainable = false) => Onnx.Import(model.ToByteArray(), new() { Trainable = trainable });
}
