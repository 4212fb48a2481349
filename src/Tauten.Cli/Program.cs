using System.Text;
using Tauten.Cli;

// Digits are drawn with block characters.
if (!Console.IsOutputRedirected) Console.OutputEncoding = Encoding.UTF8;
return await Tool.Run(args, Console.Out, Console.Error);
