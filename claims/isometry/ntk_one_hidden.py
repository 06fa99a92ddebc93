r"""The tangent kernel of a ReLU network with one hidden layer has its limit as its mean, at every width.

For $f(x)=\sqrt{\frac2n}\sum_{i\le n}v_i\,\max(\langle w_i,x\rangle,0)$ with independent $v_i,w_{ij}\sim\mathcal N(0,1)$ and
$x,y\in\mathbb R^d\setminus\{0\}$ of angle $\theta$, $\rho=\cos\theta$, the empirical tangent kernel
$\langle\nabla f(x),\nabla f(y)\rangle$ satisfies for every $n\ge1$
$$\mathbb E\,\langle\nabla f(x),\nabla f(y)\rangle=\|x\|\|y\|\big(\kappa_1(\rho)+\rho\,\kappa_0(\rho)\big),\qquad
  \kappa_0=\tfrac{\pi-\theta}\pi,\quad\kappa_1=\tfrac{\sin\theta+(\pi-\theta)\cos\theta}\pi .$$

Derived here (the kernel is a mean over neurons); the limit is that of Jacot, Gabriel and Hongler (2018), arXiv 1806.07572.
With two hidden layers it is reached in the limit only: a first layer of one neuron has the exact mean
$2\kappa_1(\rho)+\rho\kappa_0(\rho)$ for unit inputs, at $\rho=0$ it is $\frac2\pi=0.6366$ against $0.6857$.
"""

from sympy import Eq, Gt

from claims.sources import JACOT_2018
from oracles import arc_cosine as oracle
from refute import Claim, Mean, Mutant, quantities
from strategies.arc_cosine import limit_kernels
from strategies.laws import gaussian
from strategies.matrices import samples

ntk, square, lengths, shortest, cosine = quantities("ntk square lengths shortest cosine")
kappa_0, kappa_1, kappa_0_later, kappa_1_later = quantities("kappa_0 kappa_1 kappa_0_later kappa_1_later")


def evaluate(xp, X, W, v, n):
    hidden = W @ X
    active = xp.astype((hidden[:, :, 0] > 0) & (hidden[:, :, 1] > 0), X.dtype)
    inner = xp.sum(X[:, :, 0] * X[:, :, 1], axis=1)
    neurons = active * (hidden[:, :, 0] * hidden[:, :, 1] + v[:, :, 0] ** 2 * inner[:, None])
    empirical = 2 * xp.sum(neurons, axis=1) / n
    return {ntk: empirical, square: empirical**2, **limit_kernels(xp, X)}


def evaluate_two_layers(xp, X, W, u, v, n):
    """The first of the hidden layers has one neuron, the second ``n``."""
    hidden = W @ X
    active = xp.astype((hidden[:, 0, 0] > 0) & (hidden[:, 0, 1] > 0), X.dtype)
    inner = xp.sum(X[:, :, 0] * X[:, :, 1], axis=1)
    on = xp.astype(u[:, :, 0] > 0, X.dtype)
    outer = xp.sum(on * (u[:, :, 0] ** 2 + v[:, :, 0] ** 2), axis=1) * 2 * hidden[:, 0, 0] * hidden[:, 0, 1]
    first = 2 * inner * xp.sum(on * u[:, :, 0] * v[:, :, 0], axis=1) ** 2
    return {ntk: active * (outer + first) * 2 / n, **limit_kernels(xp, X)}


limit = lengths * (kappa_1 + cosine * kappa_0)

claim = Claim(
    source=JACOT_2018.item("the limit kernel at one hidden layer"),
    provenance="derived",
    inputs={"X": samples("d", 2)},
    randomness={"W": gaussian("n", "d"), "v": gaussian("n", 1)},
    sizes={"d": (1, 3), "n": (1, 4)},
    hypotheses=[Gt(shortest, 0)],
    statement=Eq(Mean(ntk), limit),
    evaluate=evaluate,
    oracle=oracle.tangent_kernel,
    oracle_differs="neuron by neuron from the definition; the mean by integrals over the sector where both inputs activate",
    expectation=oracle.tangent_kernel_mean,
    definitions={
        ntk: "the empirical tangent kernel of x and y, random",
        square: "its square",
        lengths: "|x| |y|",
        shortest: "the smaller of |x| and |y|",
        cosine: "rho, the cosine of the angle of x and y",
        kappa_0: "(pi - theta)/pi",
        kappa_1: "(sin theta + (pi - theta) cos theta)/pi",
        kappa_0_later: "kappa_0 of the correlation kappa_1",
        kappa_1_later: "kappa_1 of the correlation kappa_1",
    },
    notation={
        ntk: r"\langle\nabla f(x),\nabla f(y)\rangle",
        square: r"\langle\nabla f(x),\nabla f(y)\rangle^2",
        lengths: r"(\|x\|\|y\|)",
        shortest: r"\min(\|x\|,\|y\|)",
        cosine: r"\rho",
        kappa_0: r"\kappa_0(\rho)",
        kappa_1: r"\kappa_1(\rho)",
        kappa_0_later: r"\kappa_0(\kappa_1(\rho))",
        kappa_1_later: r"\kappa_1(\kappa_1(\rho))",
    },
    mutants=[
        Mutant(
            "no variance at finite width",
            statement=Eq(Mean(square), limit**2),
            because="it is that of a neuron divided by the width: for x = y and n = 1 the second moment is 16 |x|^4, not 4",
        ),
        Mutant(
            "two hidden layers",
            randomness={"W": gaussian(1, "d"), "u": gaussian("n", 1), "v": gaussian("n", 1)},
            evaluate=evaluate_two_layers,
            oracle=oracle.two_layer_kernel,
            expectation=oracle.two_layer_kernel_mean,
            statement=Eq(Mean(ntk), lengths * (kappa_1_later + (kappa_1 + cosine * kappa_0) * kappa_0_later)),
            because="the correlation after a layer of one neuron is random: 2/pi against 0.6857 for orthogonal unit inputs",
        ),
    ],
)
