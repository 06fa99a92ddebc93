r"""Gradient descent on a convex smooth function: the exact worst case of the last value, for every step in (0, 2).

\(f:\mathbb R^d\to\mathbb R\) convex and \(L\)-smooth with a minimiser \(x_\star\), \(R=\|x_0-x_\star\|\),
\(x_{k+1}=x_k-\gamma\nabla f(x_k)\), \(h=\gamma L\in(0,2)\). For every \(k\ge0\)
\[
  f(x_k)-f_\star \le \frac{LR^2}{2}\max\Bigl\{\frac1{2kh+1},\,(1-h)^{2k}\Bigr\},
  \qquad\text{and for } h\le1:\quad f(x_k)-f_\star\le\frac{LR^2}{4kh+2}.
\]
Scaling and translation reduce to \(L=1\), \(x_\star=0\), \(f_\star=0\). Checked here on functions of one variable with
piecewise linear derivative and slopes in \([0,1]\), which are dense in the class on the line;
`optimization/gd_convex_value_triples` checks higher dimensions through interpolation.

Source: Drori and Teboulle (2014), Theorem 3.1 (\(h\le1\)); Kim (2024), Theorem 1.3 (all \(h\)), the two-branch form recalled.
Tight for every \(k\) and \(h\): the Huber function of slope \(LR/(2kh+1)\), and \(\frac L2x^2\).
"""

from sympy import And, Implies, Le, Max

from claims.sources import KIM_2024
from oracles import optimization
from refute import Claim, Mutant, quantities, sizes
from strategies.functions import piecewise_derivative, piecewise_infimum, piecewise_quadratic, piecewise_value, step_size

excess, distance, last, R, h, infimum = quantities("excess distance last R h infimum")
k, N = sizes("k N")


def evaluate(xp, f, h, N):
    """The trajectory with f and f' summed over the pieces between 0 and the iterate."""
    x, values, distances = f["start"], [], []
    for _ in range(N + 1):
        values.append(piecewise_value(xp, f, x))
        distances.append(abs(x))
        x = x - h * piecewise_derivative(xp, f, x)
    return {
        excess: xp.stack(values, axis=1),
        distance: xp.stack(distances, axis=1),
        last: values[-1],
        R: abs(f["start"]),
        "h": h,
        infimum: lambda: piecewise_infimum(xp, f),
    }


slow, fast = 1 / (2 * k * h + 1), (1 - h) ** (2 * k)
inputs = {"f": piecewise_quadratic("m"), "h": step_size()}
unit_step = {"f": piecewise_quadratic("m"), "h": step_size(1, 1)}
claim = Claim(
    source=KIM_2024.item("Theorem 1.3"),
    provenance="second-hand",
    reading="normalised to L = 1 and minimiser 0; functions of one variable with piecewise linear derivative; h at least 2^-10 "
    "from both ends of (0, 2)",
    inputs=inputs,
    sizes={"m": (1, 4), "N": (0, 10)},
    axes={k: (0, "N")},
    definitions={
        excess: "f(x_k) - f(x_*) after k steps",
        distance: "|x_k - x_*|",
        last: "f(x_N) - f(x_*)",
        R: "|x_0 - x_*|",
        h: "normalised step, gamma L",
        infimum: "infimum of f over the line",
    },
    notation={excess: r"f(x_\cdot)-f_\star", distance: r"|x_\cdot-x_\star|", last: r"f(x_N)-f_\star", infimum: r"\inf f"},
    statement=And(
        Le(excess[k], R**2 / 2 * Max(slow, fast)),
        Implies(Le(h, 1), Le(excess[k], R**2 * slow / 2)),
    ),
    evaluate=evaluate,
    oracle=optimization.gradient_descent,
    oracle_differs="values by trapezoids along the breaks from 0 to the iterate, not by a sum over all pieces",
    tight="Huber function of slope R / (2kh + 1); quadratic x^2 / 2; both at the switch of the maximum",
    not_covered=["dimensions above one: gd_convex_value_triples"],
    mutants=[
        *(
            Mutant(
                f"constant 4N + 3 at unit step, N = {steps}",
                statement=Le(last, R**2 / (4 * N + 3)),
                inputs=unit_step,
                sizes={"m": (1, 4), "N": (steps, steps)},
                because=f"the Huber function attains 1/(4N + 2), which is larger by a share of 1/{4 * steps + 3}",
            )
            for steps in (1, 4, 12)
        ),
        Mutant(
            "first branch for all steps",
            statement=Le(excess[k], R**2 * slow / 2),
            because="x^2/2 overshoots: at N = 1 the second branch is larger as soon as h > 3/2",
        ),
        Mutant(
            "index shifted by one",
            statement=Le(last, R**2 / (4 * (N + 1) + 2)),
            inputs=unit_step,
            sizes={"m": (1, 4), "N": (1, 10)},
            because="the Huber function attains 1/(4N + 2)",
        ),
        Mutant(
            "without convexity",
            inputs={"f": piecewise_quadratic("m", low=-1), "h": step_size()},
            sizes={"m": (2, 4), "N": (1, 10)},
            hypotheses=[Le(0, infimum)],
            oracle=optimization.gradient_descent_nonconvex,
            because="started near a local maximum the method hardly moves in N steps",
        ),
        Mutant(
            "last distance in place of the first",
            statement=Le(excess[k], distance[k] ** 2 / 2 * Max(slow, fast)),
            because="for x^2/2 the excess is half the squared last distance, without any factor",
        ),
    ],
)
