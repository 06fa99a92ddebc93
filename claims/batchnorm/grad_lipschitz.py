r"""The cross entropy is Lipschitz in the logits with the constant $\sqrt2$ per sample, never attained.

Let $z\in\mathbb R^d$ be the logits of one sample with the label $y$.  Then
$$\big\|\nabla_z(-\log\mathrm{softmax}(z)_y)\big\|_2=\|\mathrm{softmax}(z)-e_y\|_2<\sqrt2 ,$$
and for the mean over $n$ samples the Frobenius norm of the gradient in all logits is below $\sqrt{2/n}$.  Remark 2 of Meterez
et al. (2024), arXiv 2310.02012 (its Lemma C.2 could not be read; the constant is derived): a loss to which the bound on
gradients applies.  The supremum $\sqrt2$ is approached where one wrong class takes all of the probability.  The squared error
is Lipschitz on bounded sets only.  By symmetry every label is 0; logits are searched up to 32 in size.
"""

from sympy import And, Le, Lt, sqrt

from claims.sources import METEREZ_2024
from oracles import batchnorm_gradients
from refute import Claim, Mutant, quantities, sizes
from strategies.logits import logits

gradient, batch_gradient, error_gradient = quantities("gradient batch_gradient error_gradient")
n, i = sizes("n i")


def evaluate(xp, Z):
    label = xp.astype(xp.arange(Z.shape[2], device=Z.device) == 0, Z.dtype)
    others = (1 - label) * xp.special.softmax(Z, axis=2)
    squares = xp.sum(others, axis=2) ** 2 + xp.sum(others**2, axis=2)
    return {
        gradient: xp.sqrt(squares),
        batch_gradient: xp.sqrt(xp.sum(squares, axis=1)) / Z.shape[1],
        error_gradient: xp.linalg.vector_norm(Z - label, axis=2),
    }


claim = Claim(
    source=METEREZ_2024.item("Remark 2"),
    provenance="second-hand",
    reading="the Euclidean norm per sample, the Frobenius norm for the mean over samples",
    inputs={"Z": logits("n", "d")},
    sizes={"n": (1, 4), "d": (2, 5)},
    axes={i: (0, "n-1")},
    statement=And(Lt(gradient[i], sqrt(2)), Lt(batch_gradient, sqrt(2 / n))),
    evaluate=evaluate,
    oracle=batchnorm_gradients.cross_entropy,
    oracle_differs="quotients of exponentials, without a shift",
    definitions={
        gradient: "norm of the gradient of the cross entropy of sample i in its logits",
        batch_gradient: "Frobenius norm of the gradient of the mean cross entropy in all logits",
        error_gradient: "norm of the gradient of |z - e_y|^2 / 2 of sample i",
    },
    notation={
        gradient: r"\|\nabla_z\mathcal L\|",
        batch_gradient: r"\|\nabla_Z\bar{\mathcal L}\|_F",
        error_gradient: r"\|z-e_y\|",
    },
    tight="the supremum sqrt(2) is not attained",
    not_covered=["logits beyond 32 in absolute value"],
    mutants=[
        Mutant("constant 1", statement=Le(gradient[i], 1), because="z = (0, 10) with the label 0: 1.41415"),
        Mutant(
            "mean over samples with the constant 1/sqrt(n)",
            statement=Le(batch_gradient, 1 / sqrt(n)),
            because="n samples, each with a gradient near sqrt(2)",
        ),
        Mutant(
            "squared error",
            statement=Lt(error_gradient[i], sqrt(2)),
            because="its gradient is the distance to the target, as large as one likes",
        ),
    ],
)
