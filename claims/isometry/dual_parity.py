r"""The even and the odd part of an activation have the even and the odd part of its Gaussian dual as their duals.

For $\sigma\in L^2(\mathcal N(0,1))$ and standard Gaussians $X,Y$ of correlation $\rho$ let
$\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)$.  With $\sigma=\sigma_++\sigma_-$,
$\sigma_\pm(x)=\frac12(\sigma(x)\pm\sigma(-x))$, and a constant $c$
$$\widehat{\sigma_\pm}(\rho)=\tfrac12\big(\hat\sigma(\rho)\pm\hat\sigma(-\rho)\big),\qquad\widehat{c\,\sigma}=c^2\,\hat\sigma;$$
in particular $\hat\sigma$ is even for an even, odd for an odd $\sigma$.

Lemma on dual activations of Daniely, Frostig and Singer (2016), arXiv 1602.05897:
$\mathbb E\,\sigma(X)\sigma(-Y)=\hat\sigma(-\rho)$ and $(-X,-Y)$ has the law of $(X,Y)$.
"""

from sympy import And, Eq

from claims.sources import DANIELY_2016
from oracles import gaussian_duals
from refute import Claim, Mutant, quantities
from strategies.activation_inputs import CLOSED, activation
from strategies.gaussian import angle_of, plane_mean
from strategies.kernels import correlation

at_rho, at_minus, even_mean, odd_mean, scaled_mean = quantities("at_rho at_minus even_mean odd_mean scaled_mean")
factor, second = quantities("factor second")


def evaluate(xp, sigma, rho, factor):
    angle, c = angle_of(xp, rho), factor.value

    def part(sign):
        return lambda x: (sigma.value(x) + sign * sigma.value(-x)) / 2

    return {
        at_rho: sigma.dual(rho),
        at_minus: sigma.dual(rho.opposite),
        even_mean: plane_mean(xp, part(1), angle),
        odd_mean: plane_mean(xp, part(-1), angle),
        scaled_mean: plane_mean(xp, lambda x: c[:, None, None] * sigma.value(x), angle),
        "factor": c,
        second: sigma.kernel.variance + 0 * c,
    }


def halves(even=even_mean, odd=odd_mean):
    """The duals of the two parts."""
    return And(Eq(even - (at_rho + at_minus) / 2, 0), Eq(odd - (at_rho - at_minus) / 2, 0))


claim = Claim(
    source=DANIELY_2016.item("lemma on dual activations, parity and scaling"),
    provenance="recalled",
    inputs={
        "sigma": activation(*CLOSED, "elu", "selu"),
        "rho": correlation(closed=True),
        "factor": correlation(apart=0.5),
    },
    sizes={},
    statement=And(halves(), Eq(scaled_mean - factor**2 * at_rho, 0)),
    scale=second,
    evaluate=evaluate,
    oracle=gaussian_duals.parity,
    oracle_differs=(
        "the printed duals at rho and -rho, against integrals over X of the mean of a part over Y given X; "
        "the evaluator integrates the parts over sectors in polar coordinates"
    ),
    definitions={
        at_rho: "the dual at rho",
        at_minus: "the dual at -rho",
        even_mean: "E s(X) s(Y) for the even part s of sigma",
        odd_mean: "the same for the odd part",
        scaled_mean: "the same for c sigma",
        factor: "the constant c, in [-1/2, 1/2]",
        second: "E sigma^2, the scale of the gap",
    },
    notation={
        at_rho: r"\hat\sigma(\rho)",
        at_minus: r"\hat\sigma(-\rho)",
        even_mean: r"\widehat{\sigma_+}(\rho)",
        odd_mean: r"\widehat{\sigma_-}(\rho)",
        scaled_mean: r"\widehat{c\sigma}(\rho)",
        factor: "c",
    },
    mutants=[
        Mutant(
            "the parts exchanged",
            statement=halves(odd_mean, even_mean),
            because="for an odd function the even part vanishes, and the dual does not",
        ),
        Mutant(
            "the even part has the whole dual",
            statement=Eq(even_mean - at_rho, 0),
            because="the even part of ReLU is |x|/2, whose dual at 1 is 1/4, not 1/2",
        ),
        Mutant(
            "linear in the constant",
            statement=Eq(scaled_mean - factor * at_rho, 0),
            because="both factors carry it: c = -1/2 gives 1/4, not -1/2",
        ),
    ],
)
