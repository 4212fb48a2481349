namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Linalg.Cholesky(Tensor, bool)"/>
    public Tensor Cholesky(bool upper = false) => Linalg.Cholesky(this, upper);

    /// <inheritdoc cref="Linalg.Qr"/>
    public (Tensor Q, Tensor R) Qr(QrMode mode = QrMode.Reduced) => Linalg.Qr(this, mode);

    /// <inheritdoc cref="Linalg.Svd"/>
    public (Tensor U, Tensor S, Tensor Vh) Svd(bool full = true) => Linalg.Svd(this, full);

    /// <inheritdoc cref="Linalg.Inv(Tensor)"/>
    public Tensor Inverse() => Linalg.Inv(this);

    /// <summary>The pseudoinverse; see <see cref="Linalg.Pinv(Tensor, double?, double?, bool)"/>.</summary>
    public Tensor PInverse(double? relativeTolerance = null) => Linalg.Pinv(this, relativeTolerance);

    /// <inheritdoc cref="Linalg.Det"/>
    public Tensor Det() => Linalg.Det(this);

    /// <inheritdoc cref="Linalg.SlogDet"/>
    public (Tensor Sign, Tensor LogAbsDet) SlogDet() => Linalg.SlogDet(this);

    /// <inheritdoc cref="Linalg.LogDet"/>
    public Tensor LogDet() => Linalg.LogDet(this);

    /// <inheritdoc cref="Linalg.MatrixPower(Tensor, int)"/>
    public Tensor MatrixPower(int exponent) => Linalg.MatrixPower(this, exponent);

    /// <inheritdoc cref="Linalg.MatrixExp(Tensor)"/>
    public Tensor MatrixExp() => Linalg.MatrixExp(this);
}
