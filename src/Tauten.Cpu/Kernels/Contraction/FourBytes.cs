namespace Tauten.Cpu;

/// <summary>One operand of a product of bytes: a matrix of lanes (rows of A, columns of B) and the inner axis, of which four neighbours make an element.</summary>
internal unsafe struct FourBytes
{
    /// <summary>The bytes.</summary>
    public byte* Source;

    /// <summary>Distance of lanes.</summary>
    public long LaneStride;

    /// <summary>Distance along the inner axis.</summary>
    public long InnerStride;

    /// <summary>How many lanes there are.</summary>
    public long Lanes;

    /// <summary>Length of the inner axis, in bytes.</summary>
    public long Inner;

    /// <summary>Whether all bytes are moved by 128, by their top bit: from signed to unsigned, or back.</summary>
    public bool Flips;

    /// <summary>Whether the bytes are signed once they were moved.</summary>
    public bool AreSigned;

    /// <summary>Length of the inner axis in fours, the last filled up with zeros.</summary>
    public readonly long Fours => (Inner + 3) / 4;

    /// <summary>Whether the fours of a lane come one after the other: as the bytes do.</summary>
    public readonly bool ByLane => InnerStride == 1 && LaneStride != 1;

    /// <summary>Distance of lanes in the result.</summary>
    public readonly long ResultLane => ByLane ? Fours : 1;

    /// <summary>Distance of fours in the result.</summary>
    public readonly long ResultInner => ByLane ? 1 : Lanes;

    /// <summary>Writes the fours, [lanes, fours] or [fours, lanes], and the sum of each lane.</summary>
    /// <typeparam name="V">A vector of 4-byte lanes.</typeparam>
    /// <param name="target">Lanes times <see cref="Fours"/> elements.</param>
    /// <param name="sums">One for each lane, or null.</param>
    public readonly void Convert<V>(uint* target, uint* sums) where V : unmanaged, ISimd<V, uint>
    {
        var chunks = new Chunks<V> { Operand = this, Target = target, Sums = sums };
        chunks.LanesOfChunk = Math.Max(V.Count, (long)(16384 / Math.Max(Fours, 1)) / V.Count * V.Count);
        Workers.For((int)BlockSizes.Parts(Lanes, chunks.LanesOfChunk), (double)Lanes * Fours * 0.3, ref chunks);
    }

    struct Chunks<V> : IChunks where V : unmanaged, ISimd<V, uint>
    {
        public FourBytes Operand;
        public uint* Target;
        public uint* Sums;
        public long LanesOfChunk;

        public void Run(int chunk)
        {
            long first = chunk * LanesOfChunk, end = Math.Min(first + LanesOfChunk, Operand.Lanes);
            if (Operand.ByLane)
            {
                for (long lane = first; lane < end; lane++) OneLane(lane);
            }
            else if (Operand.LaneStride == 1)
            {
                long lane = first;
                for (; lane + V.Count <= end; lane += V.Count) SideBySide(lane);
                for (; lane < end; lane++) Gather(lane);
            }
            else
            {
                for (long lane = first; lane < end; lane++) Gather(lane);
            }
        }

        /// <summary>The bytes of a lane are contiguous: they only move.</summary>
        readonly void OneLane(long lane)
        {
            var source = Operand.Source + lane * Operand.LaneStride;
            var target = Target + lane * Operand.Fours;
            var flip = V.Pattern(Flip);
            var sum = V.Pattern(0);
            long whole = Operand.Inner / 4, p = 0;
            for (; p + V.Count <= whole; p += V.Count)
            {
                var fours = V.Load((uint*)source + p) ^ flip;
                fours.Store(target + p);
                sum += SumOf(fours);
            }
            uint total = 0;
            if (p > 0)
            {
                var lanes = stackalloc uint[16];
                sum.Store(lanes);
                for (int i = 0; i < V.Count; i++) total += lanes[i];
            }
            for (; p < Operand.Fours; p++) total += Four(source + 4 * p, 1, Operand.Inner - 4 * p, target + p);
            if (Sums is not null) Sums[lane] = total;
        }

        /// <summary>The bytes of neighbouring lanes are contiguous: four rows are woven into one.</summary>
        readonly void SideBySide(long lane)
        {
            var source = Operand.Source + lane;
            var flip = V.Pattern(Flip);
            var sum = V.Pattern(0);
            long whole = Operand.Inner / 4;
            for (long p = 0; p < whole; p++, source += 4 * Operand.InnerStride)
            {
                var fours = V.LoadBytes(source)
                    | V.ShiftLeft(V.LoadBytes(source + Operand.InnerStride), 8)
                    | V.ShiftLeft(V.LoadBytes(source + 2 * Operand.InnerStride), 16)
                    | V.ShiftLeft(V.LoadBytes(source + 3 * Operand.InnerStride), 24);
                fours ^= flip;
                fours.Store(Target + p * Operand.Lanes + lane);
                sum += SumOf(fours);
            }
            var sums = stackalloc uint[16];
            sum.Store(sums);
            for (int i = 0; i < V.Count; i++)
            {
                if (whole < Operand.Fours) sums[i] += Four(source + i, Operand.InnerStride, Operand.Inner - 4 * whole, Target + whole * Operand.Lanes + lane + i);
                if (Sums is not null) Sums[lane + i] = sums[i];
            }
        }

        /// <summary>Byte by byte.</summary>
        readonly void Gather(long lane)
        {
            var source = Operand.Source + lane * Operand.LaneStride;
            uint total = 0;
            for (long p = 0; p < Operand.Fours; p++, source += 4 * Operand.InnerStride)
                total += Four(source, Operand.InnerStride, Operand.Inner - 4 * p, Target + lane * Operand.ResultLane + p * Operand.ResultInner);
            if (Sums is not null) Sums[lane] = total;
        }

        readonly long Flip => Operand.Flips ? unchecked((int)0x80808080) : 0;

        /// <summary>One element of up to four bytes; returns their sum.</summary>
        readonly uint Four(byte* source, long stride, long count, uint* target)
        {
            uint four = 0, sum = 0;
            for (int i = 0; i < Math.Min(count, 4); i++)
            {
                byte value = (byte)(source[i * stride] ^ (byte)Flip);
                four |= (uint)value << (8 * i);
                sum += Operand.AreSigned ? (uint)(sbyte)value : value;
            }
            *target = four;
            return sum;
        }

        /// <summary>The sums of the bytes of each element.</summary>
        readonly V SumOf(V fours)
        {
            if (Operand.AreSigned)
            {
                return V.AddBits(
                    V.AddBits(V.ShiftRightArithmetic(fours, 24), V.ShiftRightArithmetic(V.ShiftLeft(fours, 8), 24)),
                    V.AddBits(V.ShiftRightArithmetic(V.ShiftLeft(fours, 16), 24), V.ShiftRightArithmetic(V.ShiftLeft(fours, 24), 24)));
            }
            var low = V.Pattern(0xff);
            return V.AddBits(
                V.AddBits(fours & low, V.ShiftRightLogical(fours, 8) & low),
                V.AddBits(V.ShiftRightLogical(fours, 16) & low, V.ShiftRightLogical(fours, 24)));
        }
    }
}
