r"""Two samples: a layer with batch normalization is a mean of Moebius images of points on the circle.

Let $H_\ell$ have $n=2$ columns and singular values $\sigma_1,\sigma_2>0$, let $W_\ell$ have $d$ rows, and
$H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)\in\mathbb R^{d\times2}$, where $\mathrm{BN}$ scales rows to unit norm.
Write the Gram matrix of a matrix of Frobenius norm 1 as
$$C=\frac12I+\frac12\begin{pmatrix}\mathrm{Re}\,\zeta&\mathrm{Im}\,\zeta\\\mathrm{Im}\,\zeta&-\mathrm{Re}\,\zeta\end{pmatrix},
  \qquad\sigma_{1,2}^2=\frac{1\pm|\zeta|}2,\quad\widehat V=\frac{|\zeta|}2,\quad V=\frac{|\zeta|}{\sqrt2} .$$
Let $w_k\in\mathbb R^2$ be the rows of $W_\ell$ in the basis of the left singular vectors,
$u_k=e^{2i\varphi}\,(w_{k1}+iw_{k2})^2/|w_k|^2$ with $\varphi$ the angle of the right ones, and
$$\rho=\frac{\sigma_1-\sigma_2}{\sigma_1+\sigma_2},\qquad\beta=\rho\,e^{2i\varphi} .\qquad\text{Then}\qquad
  \zeta_{\ell+1}=\frac1d\sum_{k=1}^d\frac{u_k+\beta}{1+\bar\beta\,u_k}$$
for all weights without a zero row.  With Gaussian weights the $u_k$ are uniform on the circle, and the summands wrapped Cauchy
variables of mean $\beta$ (`batchnorm/n2_wrapped_cauchy_moments`).  Derived here; decided in rationals, with
$e^{i\varphi}=\frac{1+it}{1-it}$.
"""

from sympy import And, Eq

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_two_samples
from refute import Claim, Mutant, quantities
from strategies.batch_layers import gram, off_isotropy, square, unit_rows
from strategies.networks import dense
from strategies.spectra import level, spectrum

names = "real imaginary real_image imaginary_image square_gap determinant real_wrong"
real, imaginary, real_image, imaginary_image, square_gap, determinant, real_wrong = quantities(names)


def images(xp, w, a, turned):
    """Real and imaginary part of the mean of Moebius images for ``1 + rho`` and ``1 - rho`` in the ratio of ``a``."""
    x, y = a[:, :1] * w[:, :, 0], a[:, 1:] * w[:, :, 1]
    scale = x * x + y * y
    sign = xp.where(xp.abs(x) < xp.abs(y), -xp.ones_like(x), xp.ones_like(x))
    smaller = xp.minimum(x * x, y * y) / scale  # (x^2 - y^2) / scale is the sign less what is lost to it, and signs add exactly
    mean = xp.mean(sign, axis=1) - 2 * xp.mean(sign * smaller, axis=1), xp.mean(2 * x * y / scale, axis=1)
    return mean[0] * turned[0] - mean[1] * turned[1], mean[0] * turned[1] + mean[1] * turned[0]


def evaluate(xp, sigma, t, W):
    c, s = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    rows = unit_rows(xp, sigma * sigma, W)
    first, second = (
        c[:, None] * rows[:, :, 0] - s[:, None] * rows[:, :, 1],
        s[:, None] * rows[:, :, 0] + c[:, None] * rows[:, :, 1],
    )
    C = gram(xp, xp.stack([first, second], axis=2))
    turned = c * c - s * s, 2 * c * s
    image = images(xp, W, sigma, turned)
    return {
        real: C[:, 0, 0] - C[:, 1, 1],
        imaginary: 2 * C[:, 0, 1],
        real_image: image[0],
        imaginary_image: image[1],
        square_gap: square(xp, off_isotropy(xp, C)),
        determinant: xp.linalg.det(C),
        real_wrong: lambda: images(xp, W, sigma * sigma, turned)[0],
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Two samples as a walk of wrapped Cauchy steps"),
    provenance="derived",
    inputs={"sigma": spectrum("n"), "t": level(0, 2), "W": dense("d", "n")},
    sizes={"n": (2, 2), "d": (1, 8)},
    statement=And(
        Eq(real, real_image),
        Eq(imaginary, imaginary_image),
        Eq(2 * square_gap, real**2 + imaginary**2),
        Eq(4 * determinant, 1 - real**2 - imaginary**2),
    ),
    evaluate=evaluate,
    oracle=batchnorm_two_samples.moebius_layer,
    oracle_differs="rational: Gram matrix from turned rows over squared norms; images by complex multiplication and division",
    definitions={
        real: "real part of zeta of the next layer, C_11 - C_22",
        imaginary: "imaginary part of zeta of the next layer, 2 C_12",
        real_image: "real part of the mean of the Moebius images",
        imaginary_image: "imaginary part of the mean of the Moebius images",
        square_gap: "V^2 of the next layer",
        determinant: "determinant of the Gram matrix of the next layer",
        real_wrong: "real part of the mean of the images with sigma_1^2 - sigma_2^2 over the sum of squares for rho",
    },
    notation={
        real: r"\mathrm{Re}\,\zeta_{\ell+1}",
        imaginary: r"\mathrm{Im}\,\zeta_{\ell+1}",
        real_image: r"\mathrm{Re}\,\tfrac1d\textstyle\sum_k\tfrac{u_k+\beta}{1+\bar\beta u_k}",
        imaginary_image: r"\mathrm{Im}\,\tfrac1d\textstyle\sum_k\tfrac{u_k+\beta}{1+\bar\beta u_k}",
        square_gap: r"V(H_{\ell+1})^2",
        determinant: r"\det C_{\ell+1}",
        real_wrong: r"\mathrm{Re}\,\tfrac1d\textstyle\sum_k\tfrac{u_k+\beta'}{1+\bar\beta'u_k}",
    },
    mutants=[
        Mutant(
            "rho of the squares",
            statement=Eq(real, real_wrong),
            because="rho is that of the singular values: (2, 1) gives 1/3, not 3/5",
        ),
        Mutant(
            "V is |zeta|",
            statement=Eq(square_gap, real**2 + imaginary**2),
            because="V = |zeta|/sqrt(2)",
        ),
    ],
)
