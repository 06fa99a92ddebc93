r"""Two samples at width two: a layer's smaller singular value is below any level with a positive probability, known exactly.

Let $n=d=2$, $H_1=\frac1{\sqrt2}\mathrm{BN}(W_0H_0)$ with i.i.d. Gaussian weights and $H_0\ne0$ with singular values
$\sigma_1,\sigma_2>0$, $\rho=\frac{|\sigma_1-\sigma_2|}{\sigma_1+\sigma_2}$, $q=\rho^2$.  For $0<\alpha<\frac1{\sqrt2}$
$$\Pr\big[\sigma_2(H_1)<\alpha\big]=\frac1\pi\arccos\frac{(1+q^2)\cos\theta-2q}{1+q^2-2q\cos\theta}\ \ge\ \frac{4\alpha}\pi,\qquad
  \theta=4\arcsin\alpha ,$$
which is $\frac4\pi\arcsin\alpha$ for an isotropic $H_0$.  Hence the assumption of Theorem 1 of Daneshmand, Joudaki and Bach
(2021), arXiv 2106.03970, that $\sigma_n(H_k)\ge\alpha$ for an absolute constant $\alpha>0$, never holds almost surely (nearly
collinear rows have positive probability for every $n\ge2$ and $d$), and the theorem has content only for means restricted to that
event (`batchnorm/gap_main`).  Derived here: $2\sigma_2(H_1)^2=1-|\cos\frac\Theta2|$, where the angle $\Theta$ between the two
steps of `batchnorm/n2_wrapped_cauchy` is wrapped Cauchy of parameter $q$.
"""

from fractions import Fraction

from sympy import And, Eq, Le, pi

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_two_samples
from refute import Claim, Mutant, Probability, quantities
from strategies.batch_layers import unit_rows
from strategies.laws import gaussian
from strategies.spectra import level, spectrum

below, chance, isotropic, alpha = quantities("below chance isotropic alpha")


def evaluate(xp, sigma, t, W):
    rows = unit_rows(xp, sigma * sigma, W)
    cosine = xp.abs(xp.sum(rows[:, 0, :] * rows[:, 1, :], axis=1))
    sine = xp.abs(rows[:, 0, 0] * rows[:, 1, 1] - rows[:, 0, 1] * rows[:, 1, 0])
    least = (sine / (1 + cosine) ** 0.5) ** 2 / 2  # (1 - cos)/2 without cancellation
    tau = xp.min(sigma, axis=1) / xp.max(sigma, axis=1)
    half = 2 * xp.asin(t)
    narrow = (1 + tau * tau) / (2 * tau)
    return {
        below: xp.where(least < t * t, xp.ones_like(t), xp.zeros_like(t)),
        chance: 2 / xp.pi * xp.atan2(narrow * xp.sin(half), xp.cos(half)),
        isotropic: 4 / xp.pi * xp.asin(t),
        alpha: t,
    }


claim = Claim(
    source=REFUTE_DERIVED.item("The assumption of Theorem 1 of arXiv 2106.03970 fails with positive probability"),
    provenance="derived",
    inputs={"sigma": spectrum("n"), "t": level(Fraction(1, 1 << 20), Fraction(181, 256))},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (2, 2), "d": (2, 2)},
    statement=And(Eq(Probability(below), chance), Le(4 * alpha, pi * Probability(below))),
    evaluate=evaluate,
    oracle=batchnorm_two_samples.least_below,
    oracle_differs="the determinant of the Gram matrix for the event; arccos of a rational for one side, arctan for the other",
    expectation=batchnorm_two_samples.least_below_expectation,
    definitions={
        below: "whether the smaller singular value of the first layer is below alpha",
        chance: "the probability that a wrapped Cauchy angle of parameter q is at most theta = 4 arcsin(alpha) in modulus; "
        "q = rho^2, rho = |sigma_1 - sigma_2|/(sigma_1 + sigma_2)",
        isotropic: "4/pi arcsin(alpha), the value for an isotropic input",
        alpha: "the level alpha",
    },
    notation={
        below: r"\sigma_2(H_1)<\alpha",
        chance: r"\tfrac1\pi\arccos\tfrac{(1+q^2)\cos\theta-2q}{1+q^2-2q\cos\theta}",
        isotropic: r"\tfrac4\pi\arcsin\alpha",
        alpha: r"\alpha",
    },
    not_covered=["more samples and other widths, for which the probability is only said to be positive"],
    tight="the lower bound to first order at alpha = 0 and isotropy",
    mutants=[
        Mutant(
            "the isotropic value for every input",
            statement=Eq(Probability(below), isotropic),
            because="a nearly collinear batch stays so: the probability tends to 1 at rank one",
        ),
        Mutant(
            "twice the lower bound as an upper one",
            statement=Le(pi * Probability(below), 8 * alpha),
            because="true at isotropy, but the probability tends to 1 for nearly collinear batches",
        ),
        Mutant(
            "probability alpha^2",
            statement=Le(pi * Probability(below), 16 * alpha**2),
            because="the singular value has a positive density at 0",
        ),
    ],
)
