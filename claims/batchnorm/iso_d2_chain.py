r"""In width two the angle between the rows evolves by a product of cosines, on every path.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$ with $X_0\in\mathbb R^{2\times2}$ of unit rows at the angle $\Delta_0$, $W_\ell$
orthogonal with $|W_{11}|=|\cos\theta_\ell|$, $|W_{12}|=|\sin\theta_\ell|$, and $\mathrm{BN}$ that scales every row to unit norm.
Then $u_\ell=\cot^2\Delta_\ell=e^{2\varphi(X_\ell)}-1$ satisfies
$$|\cot\Delta_{\ell+1}|=|\cos2\theta_\ell|\,|\cot\Delta_\ell|,\qquad u_\ell=u_0\prod_{k<\ell}(\cos^2\theta_k-\sin^2\theta_k)^2 .$$
(With angles measured from the eigenbasis of $X_\ell^{}X_\ell^\top$ it is $\sin2\theta$.)

Derived here from the model of Meterez et al. (2024), arXiv 2310.02012.  For one layer everything is rational:
the rows $(1,0),(\frac35,\frac45)$ and $(c,s)=(\frac5{13},\frac{12}{13})$ take $\frac9{16}$ to $\frac{127449}{456976}$, the ratio
$(\frac{119}{169})^2$.  Deeper, the states are irrational and the identity is checked to many digits.
"""

from sympy import Eq, Gt

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_chain
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import forward
from strategies.networks import orthogonal, unit_rows

cotangent_square, cotangent_square_last, cosines, unsquared, sines, area = quantities(
    "cotangent_square cotangent_square_last cosines unsquared sines area"
)
l = sizes("l")


def evaluate(xp, X, W):
    states, _ = forward(xp, X, W)
    squares = [cotangent_square_of(xp, state) for state in states]
    doubled = W[:, :, 0, 0] ** 2 - W[:, :, 0, 1] ** 2
    return {
        cotangent_square: squares[0],
        cotangent_square_last: xp.stack(squares[1:], axis=1),
        cosines: xp.cumulative_prod(doubled, axis=1) ** 2,
        unsquared: lambda: xp.abs(xp.cumulative_prod(doubled, axis=1)),
        sines: lambda: xp.cumulative_prod(2 * W[:, :, 0, 0] * W[:, :, 0, 1], axis=1) ** 2,
        area: xp.abs(xp.linalg.det(X)),
    }


def cotangent_square_of(xp, X):
    first, second = X[:, 0], X[:, 1]
    inner = xp.sum(first * second, axis=1)
    return (inner / (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])) ** 2


claim = Claim(
    source=REFUTE_DERIVED.item("The chain at d = 2 in the model of arXiv 2310.02012"),
    provenance="derived",
    inputs={"X": unit_rows("d", "d"), "W": orthogonal("L", "d", "d")},
    sizes={"d": (2, 2), "L": (1, 6)},
    axes={l: (1, "L")},
    hypotheses=[Gt(area, 0)],
    statement=Eq(cotangent_square_last[l], cotangent_square * cosines[l]),
    evaluate=evaluate,
    oracle=batchnorm_chain.plane_path,
    oracle_differs="Gram determinants, not areas; rational for one layer",
    definitions={
        cotangent_square: "cot^2 of the angle between the rows of X_0",
        cotangent_square_last: "cot^2 of the angle between the rows of X_l",
        cosines: "the product of cos^2(2 theta_k) over k < l",
        unsquared: "the product of |cos(2 theta_k)| over k < l",
        sines: "the product of sin^2(2 theta_k) over k < l",
        area: "|det X_0|",
    },
    notation={
        cotangent_square: "u_0",
        cotangent_square_last: "u",
        cosines: r"\textstyle\prod_{k<l}\cos^2(2\theta_k)",
        unsquared: r"\textstyle\prod_{k<l}|\cos2\theta_k|",
        sines: r"\textstyle\prod_{k<l}\sin^2(2\theta_k)",
        area: r"|\det X_0|",
    },
    mutants=[
        Mutant(
            "cosines not squared",
            statement=Eq(cotangent_square_last[l], cotangent_square * unsquared[l]),
            because="u is the square of the cotangent: 127449/456976 against 9/16 * 119/169",
        ),
        Mutant(
            "sines in the standard basis",
            statement=Eq(cotangent_square_last[l], cotangent_square * sines[l]),
            because="that holds for angles from the eigenbasis; the identity leaves u as it is and has sin 0 = 0",
        ),
    ],
)
