r"""The Jacobian of layer normalisation is $1/\sigma$ times an orthogonal projection of rank $d-2$.

Let $LN(x)=(x-\bar x\mathbf1)/\sigma$ for $x\in\mathbb R^d$ with mean $\bar x$ and biased variance $\sigma^2>0$, $\hat y=LN(x)$
and $\Pi=I-\frac1d\mathbf1\mathbf1^\top$.  Then
$$J=\frac{\partial LN}{\partial x}=\frac1\sigma\Big(\Pi-\frac1d\hat y\hat y^\top\Big)$$
is symmetric, $J\mathbf1=J\hat y=Jx=0$, $(\sigma J)^2=\sigma J$ with $\mathrm{rank}\,J=\mathrm{tr}(\sigma J)=d-2$, so
$\|J\|_2=\frac1\sigma$ for $d\ge3$ and $J=0$ for $d=2$.

Derived here: the image of $\Pi$ is orthogonal to $\mathbf1$, and $\hat y$ is in it with $\|\hat y\|^2=d$.  All entries of
$\sigma J$ are rational for rational $x$, so the identities are decided exactly.
"""

from sympy import And, Eq, Ge, Gt, Implies, Lt

from claims.sources import REFUTE_DERIVED
from oracles import layer_norm
from refute import Claim, Mutant, quantities, sizes
from strategies.layer_norm import features, scaled_jacobian

jacobian, transposed, printed, square, of_ones, of_output, of_input = quantities(
    "jacobian transposed printed square of_ones of_output of_input"
)
trace, norm, variance, magnitude = quantities("trace norm variance magnitude")
d, i, j = sizes("d i j")


def evaluate(xp, vector):
    x = vector["x"]
    J = scaled_jacobian(xp, x)
    centred = x - xp.mean(x, axis=1, keepdims=True)
    spread = xp.var(x, axis=1)
    outer = centred[:, :, None] * centred[:, None, :] / (x.shape[1] * spread)[:, None, None]
    return {
        jacobian: J,
        transposed: xp.matrix_transpose(J),
        printed: xp.eye(x.shape[1], dtype=x.dtype, device=x.device) - 1 / x.shape[1] - outer,
        square: J @ J,
        of_ones: xp.sum(J, axis=2),
        of_output: (J @ centred[:, :, None])[:, :, 0],
        of_input: (J @ x[:, :, None])[:, :, 0],
        trace: xp.sum(xp.linalg.diagonal(J), axis=1),
        norm: xp.linalg.svdvals(xp.where(xp.isfinite(J), J, xp.zeros_like(J)))[:, 0],
        variance: spread,
        magnitude: x.shape[1] + xp.max(xp.abs(x), axis=1),
    }


formula = And(Eq(jacobian[i, j] - printed[i, j], 0), Eq(jacobian[i, j] - transposed[i, j], 0))
kernel = And(Eq(of_ones[i], 0), Eq(of_output[i], 0), Eq(of_input[i], 0))
projection = And(Eq(square[i, j] - jacobian[i, j], 0), Eq(trace, d - 2))
lengths = And(Implies(Ge(d, 3), Eq(norm, 1)), Implies(Lt(d, 3), Eq(norm, 0)))
claim = Claim(
    source=REFUTE_DERIVED.item("Jacobian of LayerNorm"),
    provenance="derived",
    inputs={"vector": features("d")},
    sizes={"d": (2, 6)},
    axes={i: (0, "d-1"), j: (0, "d-1")},
    scale=magnitude,
    hypotheses=[Gt(variance, 0)],
    statement=And(formula, kernel, projection, lengths),
    evaluate=evaluate,
    oracle=layer_norm.jacobian,
    oracle_differs="the projection off 1 and x by its normal equations in rationals, not the quotient rule",
    definitions={
        jacobian: "entry of sigma J",
        transposed: "entry of the transpose of sigma J",
        printed: "entry of Pi - y y^T / d",
        square: "entry of (sigma J)^2",
        of_ones: "entry of sigma J 1",
        of_output: "entry of sigma J (x - mean), which is sigma^2 J y",
        of_input: "entry of sigma J x",
        trace: "trace of sigma J",
        norm: "spectral norm of sigma J",
        variance: "sigma^2",
        magnitude: "d plus the largest absolute value of an entry of x: the scale of rounding",
    },
    notation={
        jacobian: r"(\sigma J)_{i,j}",
        transposed: r"(\sigma J)_{j,i}",
        printed: r"\left(\Pi-\tfrac1d\hat y\hat y^\top\right)_{i,j}",
        square: r"\left((\sigma J)^2\right)_{i,j}",
        of_ones: r"(\sigma J\mathbf1)_{i}",
        of_output: r"(\sigma^2J\hat y)_{i}",
        of_input: r"(\sigma Jx)_{i}",
        trace: r"\mathrm{tr}(\sigma J)",
        norm: r"\|\sigma J\|_2",
        variance: r"\sigma^2",
    },
    tight="identities",
    mutants=[
        Mutant("rank d - 1", statement=Eq(trace, d - 1), because="two directions are lost, the mean and the length"),
        Mutant(
            "norm 1/sigma for d = 2", statement=Eq(norm, 1), because="for d = 2 the output is plus or minus (1, -1), and J = 0"
        ),
    ],
)
