r"""Recursive summation errs by at most (n - 1) u times the sum of the absolute values, for every n.

Let $p_1,\dots,p_n$ be numbers of a floating-point format with $p$ bits and rounding unit $u=2^{-p}$, and
$\hat s_1=p_1$, $\hat s_k=\mathrm{fl}(\hat s_{k-1}+p_k)$ in rounding to nearest with any tie rule.  If no $\hat s_k$
overflows, then for every $n\ge1$, without the condition $nu<1$, and with underflow allowed,
$$\Big|\hat s_n-\sum_{i=1}^np_i\Big|\le(n-1)\,u\sum_{i=1}^n|p_i| .$$
This is Rump (2012), Theorem 3.4.  For $n\le1+\frac1{2u}$ the factor improves to $\frac{(n-1)u}{1+(n-1)u}$ (Mascarenhas 2016;
Lange and Rump 2019; recalled), which is attained: by $(1,u,\dots,u)$ with ties to even, where every addition of $u$ is lost.

The format and the tie rule are inputs.  Rounding is exact and done once, both in rationals and in tensors, and all pairs,
triples, … of the numbers of a small format are enumerated as far as the budget lasts; `--lanes corners --budget 200s` examines
all triples of the two 8-bit formats under every tie rule.
"""

from sympy import And, Implies, Le

from claims.sources import RUMP_2012
from oracles import approximation
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.floats import perturbed_sum, representable
from strategies.formats import DIRECTED

error, total, sum_size, u, largest, omega = quantities("error total sum_size u largest omega")
n = sizes("n")


def evaluate_with(add):
    """The evaluator for one addition ``add(xp, x, partial, k)``; the error is the sum of the local ones: nothing cancels."""

    def evaluate(xp, x, n):
        values, deviation = x["values"], 0 * x["values"][:, 0]
        partial, highest = values[:, 0], abs(values[:, 0])
        for k in range(1, n):
            partial, local = add(xp, x, partial, k)
            deviation = deviation + local
            highest = xp.maximum(highest, abs(partial))
        return {
            error: abs(deviation),
            total: xp.sum(abs(values), axis=1),
            sum_size: abs(partial - deviation),
            u: float(x["format"].unit),
            largest: highest,
            omega: float(x["format"].largest),
        }

    return evaluate


def rounded(xp, x, partial, k):
    return x["format"].add(xp, partial, x["values"][:, k], x["rounding"])


def perturbed(xp, x, partial, k):
    """Every sum of two is off by a given share of u."""
    added = partial + x["values"][:, k]
    local = added * x["errors"][:, k - 1] * float(x["format"].unit)
    return added + local, local


def triple(form, *values):
    """Three numbers of a format, summed with ties to even."""
    return Instance(sizes={"n": 3}, choices={"x.format": form, "x.rounding": "ties to even"}, raw={"x": exact(list(values))})


no_overflow = Le(largest, omega)
printed = Le(error, (n - 1) * u * total)
sharp = Le(error, (n - 1) * u / (1 + (n - 1) * u) * total)
claim = Claim(
    source=RUMP_2012.item("Theorem 3.4"),
    provenance="text",
    reading="with the sharper factor for n <= 1 + 1/(2u) as a second clause, which is recalled from later papers",
    inputs={"x": representable("n")},
    sizes={"n": (1, 24)},
    hypotheses=[no_overflow],
    statement=And(printed, Implies(Le(2 * (n - 1) * u, 1), sharp)),
    evaluate=evaluate_with(rounded),
    oracle=approximation.recursive_sum,
    oracle_differs="rationals, rounded by comparing the two enclosing numbers; the error is a difference of sums, not a sum "
    "of local errors",
    definitions={
        error: "|computed sum - exact sum|",
        total: "sum of |p_i|",
        sum_size: "|sum of p_i|",
        u: "rounding unit of the format, 2^-p",
        largest: "largest |partial sum| computed",
        omega: "largest number of the format",
    },
    notation={
        error: r"\left|\hat s-\sum_ip_i\right|",
        total: r"\sum_i|p_i|",
        sum_size: r"\left|\sum_ip_i\right|",
        largest: r"\max_k|\hat s_k|",
        omega: r"\Omega",
    },
    # the worst of all triples of the two 8-bit formats
    replay=[triple("e4m3fn", -256, -16, -16), triple("e5m2", -32768, -4096, -4096)],
    tight="the sharper factor by (1, u, ..., u) with ties to even; the printed one only as (n - 1) u tends to 0",
    mutants=[
        Mutant(
            "any arithmetic with relative errors of at most u",
            statement=printed,
            inputs={"x": perturbed_sum("n")},
            evaluate=evaluate_with(perturbed),
            oracle=approximation.perturbed_sum,
            because="if every addition errs by +u, the first number gains (1 + u)^(n-1) - 1 > (n-1) u for n >= 3",
        ),
        Mutant(
            "directed rounding with the same u",
            statement=printed,
            inputs={"x": representable("n", rounding=DIRECTED)},
            because="an addition in directed rounding errs by up to 2u",
        ),
        Mutant(
            "factor (n - 2) u",
            statement=Le(error, (n - 2) * u * total),
            sizes={"n": (3, 24)},
            because="(1, u, ..., u) loses (n - 1) u of a total 1 + (n - 1) u, too much as long as (n - 1)(n - 2) u < 1",
        ),
        Mutant(
            "the sharper factor for every n",
            statement=sharp,
            because="one-bit significands, u = 1/2: (1/16, 1/8, 1/8) rounds up twice, error 3/16 > 1/2 of 5/16; with two bits "
            "and ties away from zero (2, 1/2, 1/2, 1, -1) has the error 3 > 1/2 of 5",
        ),
        Mutant(
            "relative to the size of the sum",
            statement=Le(error, (n - 1) * u * sum_size),
            because="cancellation makes the exact sum small or 0 while an earlier rounding error stays",
        ),
    ],
)
