r"""Gradient descent on a convex smooth function of any dimension: the exact worst case, through interpolation.

\(f:\mathbb R^d\to\mathbb R\) convex and \(L\)-smooth with a minimiser \(x_\star\), \(R=\|x_0-x_\star\|\),
\(x_{k+1}=x_k-\gamma g_k\), \(g_k=\nabla f(x_k)\), \(h=\gamma L\in(0,2)\). For every \(k\ge0\)
\[
  f(x_k)-f_\star \le \frac{LR^2}{2}\max\Bigl\{\frac1{2kh+1},\,(1-h)^{2k}\Bigr\}.
\]
Normalised to \(L=1\), \(x_\star=0\), \(f_\star=0\). The input is a list \((x_0;g_0,\dots,g_N)\); some \(f\) of the class has
these gradients along the method iff the digraph of the bounds
\(f_i-f_j\ge q_{ij}=\langle g_j,x_i-x_j\rangle+\frac12\|g_i-g_j\|^2\) over the iterates and the optimum \((0,0)\) has no
positive cycle (Taylor, Hendrickx, Glineur 2017, Theorem 4). With \(D\) its longest paths, the largest value that such an
\(f\) can take at \(x_k\) is \(-D_{\star k}\): no function has to be stored, and a violation is a complete certificate.
\(D\) is taken over walks of at most \(2^p\ge N+2\) edges, which are the paths wherever no cycle is positive.

Source: Drori and Teboulle (2014), Theorem 3.1 (\(h\le1\)); Kim (2024), Theorem 1.3 (all \(h\)), the two-branch form recalled.
Tight for every \(k\) and \(h\): the gradients of the Huber function, and of \(\frac L2\|x\|^2\).
"""

from sympy import Le, Max, Rational

from claims.sources import KIM_2024
from oracles import optimization
from refute import Claim, Mutant, quantities, sizes
from strategies.gradients import convex_bounds, first_order_bounds, gradient_list, longest_walks, smooth_bounds, squared

excess, last, cycle, stretch, distance_squared, R_squared, h = quantities(
    "excess last cycle stretch distance_squared R_squared h"
)
k, N = sizes("k N")


def evaluate_with(bounds):
    """The evaluator with the given pairwise bounds; node 0 is the optimum."""

    def evaluate(xp, data, N):
        x, points = data["start"], [xp.zeros_like(data["start"])]
        for step in range(N + 1):
            points.append(x)
            x = x - data["step"][:, None] * data["gradients"][:, step]
        x = xp.stack(points, axis=1)
        g = xp.concat([xp.zeros_like(x[:, :1]), data["gradients"]], axis=1)
        least = longest_walks(xp, bounds(xp, x, g))
        values, radius = -least[:, 0, 1:], xp.sum(x[:, 1] ** 2, axis=1)
        return {
            excess: values,
            last: values[:, -1],
            cycle: xp.max(xp.linalg.diagonal(least), axis=1),
            stretch: lambda: xp.max(xp.reshape(squared(xp, g) - squared(xp, x), (x.shape[0], -1)), axis=1),
            distance_squared: xp.sum(x[:, 1:] ** 2, axis=2),
            R_squared: radius,
            "h": data["step"],
        }

    return evaluate


slow, fast = 1 / (2 * k * h + 1), (1 - h) ** (2 * k)
unit_step = {"data": gradient_list("N", "d", low=1.0, high=1.0)}
claim = Claim(
    source=KIM_2024.item("Theorem 1.3"),
    provenance="second-hand",
    reading="normalised to L = 1 and minimiser 0; the function is any interpolant of the gradients along the method; h at least "
    "2^-10 from both ends of (0, 2)",
    inputs={"data": gradient_list("N", "d")},
    sizes={"N": (0, 6), "d": (1, 3)},
    axes={k: (0, "N")},
    definitions={
        excess: "largest f(x_k) - f(x_*) among the functions of the class with these gradients",
        last: "the same at k = N",
        cycle: "greatest sum of the pairwise bounds around a closed walk; the gradients are interpolable iff it is 0",
        stretch: "largest |g_i - g_j|^2 - |x_i - x_j|^2 over all i and j, at least 0",
        distance_squared: "squared distance of x_k to the minimiser",
        R_squared: "squared distance of x_0 to the minimiser",
        h: "normalised step, gamma L",
    },
    notation={excess: r"f(x_\cdot)-f_\star", last: r"f(x_N)-f_\star", R_squared: "R^2", cycle: r"\max_iD_{ii}"},
    hypotheses=[Le(cycle, 0)],
    scale=R_squared,
    statement=Le(excess[k], R_squared / 2 * Max(slow, fast)),
    evaluate=evaluate_with(convex_bounds),
    oracle=optimization.interpolated(),
    oracle_differs="longest walks by Bellman and Ford from every node, one edge at a time, instead of by squaring",
    tight="gradients of the Huber function of slope R / (2kh + 1), and of half the squared norm",
    mutants=[
        *(
            Mutant(
                f"constant 4N + 3 at unit step, N = {steps}",
                statement=Le(last, R_squared / (4 * N + 3)),
                inputs=unit_step,
                sizes={"N": (steps, steps), "d": (1, 3)},
                because=f"the Huber function attains 1/(4N + 2), which is larger by a share of 1/{4 * steps + 3}",
            )
            for steps in (1, 5)
        ),
        Mutant(
            "first branch for all steps",
            statement=Le(excess[k], R_squared * slow / 2),
            because="half the squared norm overshoots: at N = 1 the second branch is larger as soon as h > 3/2",
        ),
        Mutant(
            "index shifted by one",
            statement=Le(last, R_squared / (4 * (N + 1) + 2)),
            inputs=unit_step,
            sizes={"N": (1, 6), "d": (1, 3)},
            because="the Huber function attains 1/(4N + 2)",
        ),
        Mutant(
            "without convexity",
            evaluate=evaluate_with(smooth_bounds),
            oracle=optimization.interpolated(optimization.smooth_bound, stationary_is_minimal=False),
            because="started near a local maximum the method hardly moves in N steps",
        ),
        Mutant(
            "last distance in place of the first",
            statement=Le(excess[k], distance_squared[k] * Rational(1, 2) * Max(slow, fast)),
            because="for half the squared norm the excess is half the squared last distance, without any factor",
        ),
        Mutant(
            "data convex and Lipschitz, but not interpolable",
            evaluate=evaluate_with(first_order_bounds),
            oracle=optimization.interpolated(optimization.first_order_bound),
            hypotheses=[Le(cycle, 0), Le(stretch, 0)],
            because="the two pairwise conditions do not imply co-coercivity, so no smooth convex function need exist",
        ),
    ],
)
