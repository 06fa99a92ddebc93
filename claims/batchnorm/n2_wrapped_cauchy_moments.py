r"""Two samples: the steps of a Gaussian layer are wrapped Cauchy variables, and all their moments are powers of the mean.

In the setting of `batchnorm/n2_wrapped_cauchy` let $W_\ell$ have i.i.d. Gaussian entries.  Then $\zeta_{\ell+1}=\frac1d\sum_kz_k$
with $z_k$ i.i.d. on the unit circle,
$$\mathbb E\,z_k^m=\beta^m\quad(m\ge0),\qquad\beta=\rho\,e^{2i\varphi},\quad\rho=\frac{\sigma_1-\sigma_2}{\sigma_1+\sigma_2},\qquad
  \mathbb E|\zeta_{\ell+1}|^2=\frac1d+\Big(1-\frac1d\Big)\rho^2 .$$
Derived here: $z\,e^{-2i\varphi}=\frac{1+ix}{1-ix}$ with $x=\frac{\sigma_2w_2}{\sigma_1w_1}$ a Cauchy variable of scale
$\tau=\sigma_2/\sigma_1$; the contour closed in the upper half-plane gives $\big(\frac{1-\tau}{1+\tau}\big)^m$.

The means on the left are integrals over $y=\log|x/\tau|$, whose density is $\frac1{\pi\cosh y}$, by the trapezoid rule with a
proved error: no residue is taken.
"""

from sympy import And, Eq

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_two_samples
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.laws import gaussian
from strategies.spectra import level, spectrum

names = "real imaginary square real_power imaginary_power real_normal rho other_rho"
real, imaginary, square, real_power, imaginary_power, real_normal, rho, other_rho = quantities(names)
d, m = sizes("d m")


def multiply(x, y):
    """The product of complex numbers given as pairs of real and imaginary parts."""
    return x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]


def powers(xp, z, M):
    """Real and imaginary parts ``(batch, M)`` of the powers 1 to M."""
    found = [z]
    for _ in range(M - 1):
        found.append(multiply(found[-1], z))
    return tuple(xp.stack([power[part] for power in found], axis=1) for part in (0, 1))


def evaluate(xp, sigma, t, W, M):
    c, s = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    turned = (c - s) * (c + s), 2 * c * s
    x, y = sigma[:, :1] * W[:, :, 0], sigma[:, 1:] * W[:, :, 1]
    norm = x * x + y * y
    steps = multiply(((x - y) * (x + y) / norm, 2 * x * y / norm), (turned[0][:, None], turned[1][:, None]))
    mean, squares = (sigma[:, 0] - sigma[:, 1]) / xp.sum(sigma, axis=1), sigma * sigma
    first, beta = powers(xp, (steps[0][:, 0], steps[1][:, 0]), M), powers(xp, (mean * turned[0], mean * turned[1]), M)
    order = xp.arange(1, M + 1, dtype=t.dtype, device=t.device)
    return {
        real: first[0],
        imaginary: first[1],
        square: xp.mean(steps[0], axis=1) ** 2 + xp.mean(steps[1], axis=1) ** 2,
        real_power: beta[0],
        imaginary_power: beta[1],
        real_normal: beta[0] * xp.abs(mean[:, None]) ** (order * order - order),
        rho: mean,
        other_rho: (squares[:, 0] - squares[:, 1]) / xp.sum(squares, axis=1),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Two samples as a walk of wrapped Cauchy steps"),
    provenance="derived",
    inputs={"sigma": spectrum("n"), "t": level(0, 2)},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (2, 2), "d": (1, 8), "M": (1, 5)},
    axes={m: (1, "M")},
    statement=And(
        Eq(Mean(real[m]), real_power[m]),
        Eq(Mean(imaginary[m]), imaginary_power[m]),
        Eq(Mean(square), 1 / d + (1 - 1 / d) * rho**2),
    ),
    evaluate=evaluate,
    oracle=batchnorm_two_samples.circular_moments,
    oracle_differs="rational draws; means as integrals over the Cauchy law in balls, not by residues",
    expectation=batchnorm_two_samples.circular_moments_expectation,
    bounded={real: (-1, 1), imaginary: (-1, 1), square: (0, 1)},
    definitions={
        real: "real part of z^m for one step z",
        imaginary: "imaginary part of z^m for one step z",
        square: "|zeta|^2 of the next layer",
        real_power: "real part of beta^m",
        imaginary_power: "imaginary part of beta^m",
        real_normal: "real part of the m-th moment of a wrapped normal variable of mean beta",
        rho: "(sigma_1 - sigma_2)/(sigma_1 + sigma_2)",
        other_rho: "(sigma_1^2 - sigma_2^2)/(sigma_1^2 + sigma_2^2)",
    },
    notation={
        real: r"\mathrm{Re}\,z^{m}",
        imaginary: r"\mathrm{Im}\,z^{m}",
        square: r"|\zeta_{\ell+1}|^2",
        real_power: r"\mathrm{Re}\,\beta^{m}",
        imaginary_power: r"\mathrm{Im}\,\beta^{m}",
        real_normal: r"\mathrm{Re}\,\beta^{m}\,\rho^{m^2-m}",
        rho: r"\rho",
        other_rho: r"\rho'",
    },
    mutants=[
        Mutant(
            "rho of the squares",
            statement=Eq(Mean(square), 1 / d + (1 - 1 / d) * other_rho**2),
            because="rho is that of the singular values: (2, 1) gives 1/3, not 3/5",
        ),
        Mutant(
            "wrapped normal steps of the same mean",
            statement=Eq(Mean(real[m]), real_normal[m]),
            because="the mean is the same, the second moment would be rho^4",
        ),
        Mutant(
            "every pair of rows counted as independent",
            statement=Eq(Mean(square), 1 / d + rho**2),
            because="d of the d^2 pairs are equal",
        ),
    ],
)
