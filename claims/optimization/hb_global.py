r"""Known to be false: the heavy-ball method with Polyak's parameters converges on every smooth strongly convex function.

For \(f\in\mathcal F_{\mu,L}\) the claim is that from every start
\[
  x_{k+1}=x_k-\alpha\nabla f(x_k)+\beta(x_k-x_{k-1}),\qquad
  \alpha=\frac4{(\sqrt L+\sqrt\mu)^2},\quad\beta=\Bigl(\frac{\sqrt L-\sqrt\mu}{\sqrt L+\sqrt\mu}\Bigr)^2,
\]
converges to the minimiser. It implies that no state \((x_{-1},x_0)\) other than the minimiser recurs:
\[ |x_K-x_0|+|x_{K-1}-x_{-1}|>0\quad\text{for all }K\ge1 . \]
An exact recurrence is a cycle, and a cycle never converges. Normalised to \(\mu=1\), minimiser 0, and \(\sqrt L=r\); the
functions are \(f=\frac12x^2+(r^2-1)\varphi\) of one variable, \(\varphi\) with piecewise linear derivative and slopes in
\([0,1]\). Recurrences have measure zero: a float near-recurrence is solved for exactly on the pieces it visits.

Source: the counterexample of Lessard, Recht and Packard (2016), Section 4.6 and Appendix B: \(L/\mu=25\), period three,
\(f'(x)=25x\) (\(x<1\)), \(x+24\) (\(1\le x<2\)), \(25x-24\) (\(x\ge2\)), through \(\frac{792}{1225},-\frac{2208}{1225},
\frac{2592}{1225}\). It is not given to the search, which finds cycles of its own, simpler ones among them: two pieces suffice,
\(f'(x)=25x\) (\(x<1\)), \(x+24\) (\(x\ge1\)), with the cycle \(\frac{792}{1367},-\frac{2208}{1367},\frac{2592}{1367}\).
"""

from fractions import Fraction

from sympy import Gt, Ne

from claims.sources import LESSARD_2016
from oracles import optimization
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.orbits import heavy_ball_orbit, heavy_ball_step

returned, size = quantities("returned size")
k = sizes("k")


def evaluate(xp, orbit, K):
    previous, current, distances = orbit["previous"], orbit["current"], []
    for _ in range(K):
        previous, current = current, heavy_ball_step(xp, orbit, previous, current)
        distances.append(abs(current - orbit["current"]) + abs(previous - orbit["previous"]))
    return {returned: xp.stack(distances, axis=1), size: abs(orbit["current"]) + abs(orbit["previous"])}


PRINTED = Instance(
    sizes={"m": 2, "K": 3},
    raw={
        "orbit.breaks": exact([1, 2]),
        "orbit.slopes": exact([1, 0, 1]),
        "orbit.root": exact(5),
        "orbit.previous": exact(Fraction(2592, 1225)),
        "orbit.current": exact(Fraction(792, 1225)),
    },
)

claim = Claim(
    source=LESSARD_2016.item("Section 4.6 and Appendix B (the claim it refutes)"),
    provenance="text",
    reading="convergence from every start, tested through its consequence that no state but the minimiser recurs",
    expect="refuted",
    corrected_by="optimization/hb_quadratics",
    inputs={"orbit": heavy_ball_orbit("m", period="K")},
    sizes={"m": (1, 4), "K": (1, 6)},
    axes={k: (1, "K")},
    definitions={
        returned: "|x_k - x_0| + |x_{k-1} - x_{-1}|, the distance of the state after k steps to the first",
        size: "|x_0| + |x_{-1}|, the distance of the first state to the minimiser",
    },
    notation={returned: r"\|z_\cdot-z_0\|_1", size: r"\|z_0\|_1"},
    hypotheses=[Ne(size, 0)],
    scale=size,
    statement=Gt(returned[k], 0),
    evaluate=evaluate,
    oracle=optimization.heavy_ball_return,
    oracle_differs="gradients by trapezoids along the breaks, the step in its two-term form",
    tight="in the plane, cycles of period three exist for every condition number of at least 9 + 4 sqrt 5",
    surrogate="a recurring state other than the minimiser is a trajectory that does not converge",
    not_covered=["non-convergence without recurrence", "dimensions above one"],
    replay=[PRINTED],
    mutants=[
        Mutant(
            "no cycle of period three",
            sizes={"m": (1, 4), "K": (3, 3)},
            because="the cycle of Lessard, Recht and Packard has period three",
        ),
        Mutant(
            "no cycle at the condition number 25",
            inputs={"orbit": heavy_ball_orbit("m", period="K", root=5)},
            because="slopes L, mu, L with breaks at the ratio two cycle at this condition number",
        ),
    ],
)
