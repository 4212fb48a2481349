using System.Text;
using Iced.Intel;
using Tauten.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Tauten.Conformance;

/// <summary>The bytes in the library are what an assembler makes of the text here, and nothing depends on them but speed.</summary>
[Collection(ProcessWide.Name)]
public sealed class MachineCodeTests
{
    public static TheoryData<string> Cases => Table.Names(c => c.Op == typeof(Ops.MatMulInteger));

    [Theory, MemberData(nameof(Cases))]
    public void Without_machine_code(string name)
    {
        try
        {
            ByteTile.IsEnabled = false;
            Trial.All(Trial.Of(Table.Of(name)), t => t.Expected.Mismatch(t.Run()));
        }
        finally
        {
            ByteTile.IsEnabled = ByteTile.IsAvailable;
        }
    }

    [Theory, InlineData(12), InlineData(8), InlineData(4), InlineData(2), InlineData(1)]
    public void Tiles_of_bytes(int rows)
    {
        byte[] expected = Assemble(rows);
        if (!ByteTile.Code(rows).SequenceEqual(expected)) Assert.Fail($"The code of a tile of {rows} rows should be:\n{Literal(expected)}");
    }

    static byte[] Assemble(int rows)
    {
        var code = new Assembler(64);
        var sums = Enumerable.Range(0, 2 * rows).Select(i => new AssemblerRegisterZMM(Register.ZMM0 + i)).ToArray();
        var (a, b, bRow, inner, c, cRow) = (rsi, rdx, rcx, r8, r9, r10);
        code.mov(a, __[rdi]);
        code.mov(b, __[rdi + 8]);
        code.mov(bRow, __[rdi + 16]);
        code.mov(inner, __[rdi + 24]);
        code.mov(c, __[rdi + 32]);
        code.mov(cRow, __[rdi + 40]);
        foreach (var sum in sums) code.vpxord(sum, sum, sum);

        var loop = code.CreateLabel();
        code.Label(ref loop);
        code.vmovdqu32(zmm24, __zmmword_ptr[b]);
        code.vmovdqu32(zmm25, __zmmword_ptr[b + 64]);
        for (int row = 0; row < rows; row++)
        {
            // Two registers in turn, so that a row need not wait for the one before it.
            var lanes = row % 2 == 0 ? zmm26 : zmm27;
            code.vpbroadcastd(lanes, __dword_ptr[a + 4 * row]);
            code.vpdpbusd(sums[2 * row], lanes, zmm24);
            code.vpdpbusd(sums[2 * row + 1], lanes, zmm25);
        }
        code.add(a, 48);
        code.add(b, bRow);
        code.dec(inner);
        code.jne(loop);

        var store = code.CreateLabel();
        code.cmp(__qword_ptr[rdi + 48], 0);
        code.mov(rax, c);
        code.je(store);
        for (int row = 0; row < rows; row++)
        {
            code.vpaddd(sums[2 * row], sums[2 * row], __zmmword_ptr[rax]);
            code.vpaddd(sums[2 * row + 1], sums[2 * row + 1], __zmmword_ptr[rax + 64]);
            code.add(rax, cRow);
        }
        code.Label(ref store);
        for (int row = 0; row < rows; row++)
        {
            code.vmovdqu32(__zmmword_ptr[c], sums[2 * row]);
            code.vmovdqu32(__zmmword_ptr[c + 64], sums[2 * row + 1]);
            code.add(c, cRow);
        }
        code.vzeroupper();
        code.ret();

        var stream = new MemoryStream();
        code.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }

    static string Literal(byte[] code)
    {
        var text = new StringBuilder();
        foreach (byte[] line in code.Chunk(24)) text.Append("            ").AppendJoin(", ", line.Select(b => $"0x{b:x2}")).AppendLine(",");
        return text.ToString();
    }
}
