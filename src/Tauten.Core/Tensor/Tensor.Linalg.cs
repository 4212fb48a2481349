namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Linalg.Cholesky(Tensor, bool)"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 4.0, 2 }, { 2, 5 } }).Cholesky());
    /// // [[2, 0],
    /// //  [1, 2]]
    /// </code></example>
    public Tensor Cholesky(bool upper = false) => Linalg.Cholesky(this, upper);

    /// <inheritdoc cref="Linalg.Qr"/>
    /// <example><code>
    /// var (q, r) = Tensor.From(new[,] { { 3.0, 1 }, { 4, 2 } }).Qr();
    /// Console.WriteLine(q.MatMul(r).Round(4));
    /// // [[3, 1],
    /// //  [4, 2]]
    /// </code></example>
    public (Tensor Q, Tensor R) Qr(QrMode mode = QrMode.Reduced) => Linalg.Qr(this, mode);

    /// <inheritdoc cref="Linalg.Svd"/>
    /// <example><code>
    /// var (u, s, vh) = Tensor.From(new[,] { { 3.0, 0 }, { 0, -2 } }).Svd();
    /// Console.WriteLine(s);    // [3, 2]
    /// </code></example>
    public (Tensor U, Tensor S, Tensor Vh) Svd(bool full = true) => Linalg.Svd(this, full);

    /// <inheritdoc cref="Linalg.Inv(Tensor)"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 2.0, 1 }, { 1, 1 } }).Inverse());
    /// // [[ 1, -1],
    /// //  [-1,  2]]
    /// </code></example>
    public Tensor Inverse() => Linalg.Inv(this);

    /// <summary>The pseudoinverse; see <see cref="Linalg.Pinv(Tensor, double?, double?, bool)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 2.0 }, { 0 } }).PInverse());    // [[0.5000, 0.0000]]
    /// </code></example>
    public Tensor PInverse(double? relativeTolerance = null) => Linalg.Pinv(this, relativeTolerance);

    /// <inheritdoc cref="Linalg.Det"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 2.0, 1 }, { 4, 5 } }).Det());    // 6
    /// </code></example>
    public Tensor Det() => Linalg.Det(this);

    /// <inheritdoc cref="Linalg.SlogDet"/>
    /// <example><code>
    /// var (sign, log) = Tensor.From(new[,] { { 0.0, 1 }, { 2, 0 } }).SlogDet();
    /// Console.WriteLine($"{sign} {log}");    // -1 0.6931
    /// </code></example>
    public (Tensor Sign, Tensor LogAbsDet) SlogDet() => Linalg.SlogDet(this);

    /// <inheritdoc cref="Linalg.LogDet"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 2.0, 0 }, { 0, 3 } }).LogDet());    // 1.7918
    /// </code></example>
    public Tensor LogDet() => Linalg.LogDet(this);

    /// <inheritdoc cref="Linalg.MatrixPower(Tensor, int)"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 1.0, 1 }, { 0, 1 } }).MatrixPower(5));
    /// // [[1, 5],
    /// //  [0, 1]]
    /// </code></example>
    public Tensor MatrixPower(int exponent) => Linalg.MatrixPower(this, exponent);

    /// <inheritdoc cref="Linalg.MatrixExp(Tensor)"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 0.0, 1 }, { 0, 0 } }).MatrixExp());
    /// // [[1, 1],
    /// //  [0, 1]]
    /// </code></example>
    public Tensor MatrixExp() => Linalg.MatrixExp(this);
}
