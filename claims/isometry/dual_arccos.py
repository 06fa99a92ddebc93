r"""The arc-cosine kernels: half-space moments of two vectors are elementary functions of their angle.

For $x,y\in\mathbb R^d\setminus\{0\}$ of angle $\theta$, a standard Gaussian $w\in\mathbb R^d$, the unit step $\Theta$ and
$n\ge0$,
$$k_n(x,y)=2\,\mathbb E\,\Theta(\langle w,x\rangle)\Theta(\langle w,y\rangle)\langle w,x\rangle^n\langle w,y\rangle^n
  =\frac1\pi\|x\|^n\|y\|^nJ_n(\theta),\qquad
J_n(\theta)=(-1)^n(\sin\theta)^{2n+1}\Big(\frac1{\sin\theta}\frac{\partial}{\partial\theta}\Big)^n\frac{\pi-\theta}{\sin\theta},$$
$$J_0=\pi-\theta,\qquad J_1=\sin\theta+(\pi-\theta)\cos\theta,\qquad
  J_2=3\sin\theta\cos\theta+(\pi-\theta)(1+2\cos^2\theta).$$
For $n\ge2$ the derivative form is $J_n=(2n-1)\cos\theta\,J_{n-1}+(n-1)^2\sin^2\theta\,J_{n-2}$; $J_n(0)=\pi(2n-1)!!$ and
$J_n(\pi)=0$.  So $\frac1{2\pi}J_n$ is the dual of $x_+^n$: of the step, of ReLU, of squared ReLU.

Cho and Saul (2009), eqs. (3) to (6).  For $n=0$ and $x=0$ the value depends on the convention for $\Theta(0)$.  Near
$\theta=\pi$ the printed forms cancel ($J_1\sim\frac13(\pi-\theta)^3$).
"""

from sympy import Eq, Gt, pi

from claims.sources import CHO_2009
from oracles import arc_cosine as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies.arc_cosine import arc_cosine, opening, sector_mean
from strategies.matrices import samples

kernel, J, lengths, shortest, angle, sine, cosine = quantities("kernel J lengths shortest angle sine cosine")
n = sizes("n")


def evaluate(xp, X, n):
    x, y = X[:, :, 0], X[:, :, 1]
    norms = [xp.linalg.vector_norm(column, axis=1) for column in (x, y)]
    delta = opening(xp, x, y)
    return {
        kernel: (norms[0] * norms[1]) ** n * sector_mean(xp, n, delta),
        J: arc_cosine(xp, n, delta),
        lengths: norms[0] * norms[1],
        shortest: xp.minimum(*norms),
        angle: lambda: xp.atan2(xp.sin(delta), -xp.cos(delta)),
        sine: lambda: xp.sin(delta),
        cosine: lambda: -xp.cos(delta),
    }


claim = Claim(
    source=CHO_2009.item("eqs. (3) to (6)"),
    provenance="recalled",
    inputs={"X": samples("d", 2)},
    sizes={"d": (1, 4), "n": (0, 6)},
    hypotheses=[Gt(shortest, 0)],
    statement=Eq(kernel, lengths**n * J / pi),
    evaluate=evaluate,
    oracle=oracle.kernels,
    oracle_differs=(
        "the printed functions of the angle, the derivative form and a rigorous integral over the sector; the evaluator takes "
        "the angle from pi, and power series or an integral of positive terms where these forms cancel"
    ),
    definitions={
        kernel: "2 E over the weights where both inner products are positive, of the product of their n-th powers",
        J: "the function J_n of the angle, as printed for n = 0, 1, 2, in the derivative form beyond",
        lengths: "|x| |y|",
        shortest: "the smaller of |x| and |y|",
        angle: "the angle theta of x and y",
        sine: "sin theta",
        cosine: "cos theta",
    },
    notation={
        kernel: "k_n(x,y)",
        J: r"J_n(\theta)",
        lengths: r"(\|x\|\|y\|)",
        shortest: r"\min(\|x\|,\|y\|)",
        angle: r"\theta",
        sine: r"\sin\theta",
        cosine: r"\cos\theta",
    },
    not_covered=["orders above 6"],
    mutants=[
        Mutant(
            "1 + cos^2 in J_2",
            sizes={"d": (1, 4), "n": (2, 2)},
            statement=Eq(kernel, lengths**n * (3 * sine * cosine + (pi - angle) * (1 + cosine**2)) / pi),
            because="at theta = 0 it gives 2 in place of E x^4 = 3",
        ),
        Mutant(
            "prefactor 1/(2 pi)",
            statement=Eq(kernel, lengths**n * J / (2 * pi)),
            because="the definition has a factor 2: at theta = 0 and n = 0 the kernel is 1",
        ),
        Mutant(
            "theta in place of pi - theta in J_1",
            sizes={"d": (1, 4), "n": (1, 1)},
            statement=Eq(kernel, lengths * (sine + angle * cosine) / pi),
            because="at theta = 0 it gives 0 in place of E x^2 = 1",
        ),
        Mutant(
            "J_n as the dual of the power of ReLU",
            statement=Eq(kernel / 2, lengths**n * J),
            because="the dual has the factor 1/(2 pi): the step has the second moment 1/2, not pi",
        ),
    ],
)
