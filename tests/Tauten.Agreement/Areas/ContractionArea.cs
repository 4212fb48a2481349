namespace Tauten.Agreement;

static class ContractionArea
{
    static readonly string[] equations =
    [
        "ij->ji", "ij->", "ij->j", "ii", "ii->i", "iij->ij", "iiij->j", "ba", "i,j", "i,i", "i,i->i", "ij,jk", "ij,jk->ki", "ij,kj->ik", "ij , jk -> i k", "bij,bjk->bik",
        "bhqd,bhkd->bhqk", "bhqk,bkhd->bqhd", "ijk,jil->kl", "...ij,...jk", "...ij,jk->...ik", "i...,j...->...ij", "...,...->...", "...a,...a->...", "a...->...", "...->",
        "a...b->b", "i...i->...", "ij,jk,kl->il", "i,ij,j", "ia,ja,ka->ijk", "ab,b,bc,cd,d->a", "a,b,c->cab", "ij,ij->", "ij,ji->", "Ab,bA->A", "bA,cA", "i,->i", ",", "ij,kl->jl",
        "ijij->ij", "abc,cb->a", "ij,i->ij", "ab,ab,ab->b",
    ];

    public static Area Calls { get; } = WithEquations(new("contraction")
    {
        ["tensordot 2"] = x => [x[0].TensorDot(x[1])],
        ["tensordot 1"] = x => [x[0].TensorDot(x[1], 1)],
        ["tensordot 0"] = x => [x[0].TensorDot(x[1], 0)],
        ["tensordot lists"] = x => [x[0].TensorDot(x[1], [2, 0], [0, -2])],
        ["tensordot all"] = x => [x[0].TensorDot(x[1], [0, 1], [1, 0])],
        ["outer"] = x => [x[0].Outer(x[1])],
        ["inner"] = x => [x[0].Inner(x[1])],
        ["kron"] = x => [x[0].Kron(x[1])],
        ["cross"] = x => [x[0].Cross(x[1])],
        ["cross axis=0"] = x => [x[0].Cross(x[1], 0)],
        ["dot"] = x => [x[0].Dot(x[1])],
        ["mv"] = x => [x[0].Mv(x[1])],
        ["mm"] = x => [x[0].Mm(x[1])],
        ["bmm"] = x => [x[0].Bmm(x[1])],
        ["addmm"] = x => [x[0].Addmm(x[1], x[2])],
        ["addmm beta=0.5 alpha=-2"] = x => [x[0].Addmm(x[1], x[2], 0.5, -2)],
        ["addmm beta=0"] = x => [x[0].Addmm(x[1], x[2], 0)],
        ["addmv"] = x => [x[0].Addmv(x[1], x[2])],
        ["addmv beta=2 alpha=0.5"] = x => [x[0].Addmv(x[1], x[2], 2, 0.5)],
        ["addmv beta=0"] = x => [x[0].Addmv(x[1], x[2], 0)],
        ["addr"] = x => [x[0].Addr(x[1], x[2])],
        ["addr beta=0 alpha=3"] = x => [x[0].Addr(x[1], x[2], 0, 3)],
        ["addbmm"] = x => [x[0].Addbmm(x[1], x[2])],
        ["addbmm beta=0"] = x => [x[0].Addbmm(x[1], x[2], 0)],
        ["baddbmm"] = x => [x[0].Baddbmm(x[1], x[2])],
        ["baddbmm beta=-1 alpha=2"] = x => [x[0].Baddbmm(x[1], x[2], -1, 2)],
        ["baddbmm beta=0"] = x => [x[0].Baddbmm(x[1], x[2], 0)],
        ["bilinear"] = x => [x[0].Bilinear(x[1], x[2], x[3])],
        ["cartesian_prod"] = x => [Tensor.CartesianProd(x)],
        ["combinations 2"] = x => [x[0].Combinations()],
        ["combinations 3"] = x => [x[0].Combinations(3)],
        ["combinations 2 repeated"] = x => [x[0].Combinations(2, repeated: true)],
    });

    static Area WithEquations(Area area)
    {
        foreach (string equation in equations) area[$"einsum {equation}"] = x => [Tensor.Einsum(equation, x)];
        return area;
    }
}
