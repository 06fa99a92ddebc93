"""What float64 takes for a violation and is none: such an alarm is recorded, and never becomes a refutation."""

import time
from fractions import Fraction

import pytest
import torch
from hypothesis import strategies as st
from sympy import Eq, Le

from refute import Claim, Input, Mutant, exact, quantities
from refute.arithmetic import Certifying
from refute.instance import Instance
from refute.judge import Judge
from refute.search import Search, run_lanes
from tests.tiny import PAPER, a, b, claim_of, numbers

lhs, rhs = quantities("lhs rhs")


class Square(Input):
    """A square matrix; half of the draws have two parallel columns, the second a dyadic multiple of the first."""

    families = ("gaussian", "parallel")

    def parts(self):
        return {"": ("n", "n")}

    def sample(self, sampler, family, batch, sizes, choices):
        matrix = torch.round(sampler.normal(batch, sizes["n"], sizes["n"]) * 2**20) / 2**20
        if family == "parallel":
            matrix[:, :, -1] = matrix[:, :, 0] * 0.75
        return {"": matrix}

    def draw(self, draw, sizes, choices):
        n = sizes["n"]
        return {"": draw(st.lists(st.lists(st.integers(-3, 3), min_size=n, max_size=n), min_size=n, max_size=n))}

    def corners(self, sizes, choices):
        yield {"": [[int(i == j) for j in range(sizes["n"])] for i in range(sizes["n"])]}
        yield {"": [[1] * sizes["n"]] * sizes["n"]}


def two_sides(evaluate, oracle, inputs, sizes):
    return Claim(
        source=PAPER.item("Trap"), provenance="derived", inputs=inputs, sizes=sizes, statement=Le(lhs, rhs), evaluate=evaluate,
        oracle=oracle, definitions={lhs: "left side", rhs: "right side"}, id="trap",
        mutants=[Mutant("strict", because="equality occurs", statement=lhs < rhs)],
    )  # fmt: skip


def normalised_gram():
    """Isometry ``det(G) / prod(mean G_ii)`` grows when the columns of X are normalised: both sides are 0 at parallel columns."""

    def evaluate(xp, X):
        n = X.shape[1]
        gram = xp.matrix_transpose(X) @ X
        unit = X / xp.linalg.vector_norm(X, axis=1, keepdims=True)
        mean = xp.mean(xp.linalg.diagonal(gram), axis=1)
        return {lhs: xp.linalg.det(gram) / mean**n, rhs: xp.linalg.det(xp.matrix_transpose(unit) @ unit)}

    def oracle(mp, X, n):
        gram = X.T * X
        squares = [gram[i, i] for i in range(n)]
        determinant = mp.det(X) ** 2
        return {"lhs": determinant / (mp.fsum(squares) / n) ** n, "rhs": lambda: determinant / mp.fprod(squares)}

    return two_sides(evaluate, oracle, {"X": Square()}, {"n": (2, 4)})


def oppenheim_schur():
    """``det(A o B) + det A det B >= det A prod b_ii + det B prod a_ii`` for Gram matrices: an equality at n = 2."""

    def evaluate(xp, X, Y):
        first, second = (xp.matrix_transpose(Z) @ Z for Z in (X, Y))
        det = xp.linalg.det
        product = [xp.prod(xp.linalg.diagonal(M), axis=1) for M in (first, second)]
        return {lhs: det(first) * product[1] + det(second) * product[0], rhs: det(first * second) + det(first) * det(second)}

    def oracle(mp, X, Y, n):
        first, second = X.T * X, Y.T * Y
        schur = mp.matrix([[first[i, j] * second[i, j] for j in range(n)] for i in range(n)])
        products = [mp.fprod(M[i, i] for i in range(n)) for M in (first, second)]
        return {
            "lhs": mp.det(first) * products[1] + mp.det(second) * products[0],
            "rhs": mp.det(schur) + mp.det(first) * mp.det(second),
        }

    return two_sides(evaluate, oracle, {"X": Square(), "Y": Square()}, {"n": (2, 2)})


def rounded_root():
    """``sqrt(x^2 + y^2)^2 <= x^2 + y^2``: equality everywhere, irrational on the way, and false in floats half of the time."""

    def evaluate(xp, X):
        square = xp.sum(X * X, axis=(1, 2))
        return {lhs: xp.sqrt(square) * xp.sqrt(square), rhs: square}

    def oracle(mp, X):
        square = mp.fsum(entry * entry for entry in X)
        root = mp.sqrt(square)
        return {"lhs": root * root, "rhs": square}

    return two_sides(evaluate, oracle, {"X": Square()}, {"n": (2, 3)})


@pytest.mark.parametrize("claim", [normalised_gram(), oppenheim_schur(), rounded_root()], ids=["gram", "oppenheim", "root"])
def test_float_violations_of_a_true_theorem_are_hazards(claim):
    """A search meets float64 violations, rules on them, and records hazards, not a refutation."""
    from refute.lanes import Corners, Sample

    torch.set_num_threads(1)
    search = Search(claim, seed=3, deadline=time.perf_counter() + 1.5)
    run_lanes(search, [Corners(), Sample()])
    assert search.refutation is None
    assert search.hazards
    assert all(hazard.ruling.outcome in ("holds", "tie") for hazard in search.hazards)
    assert not search.undecided


def test_parallel_columns_are_ruled_exactly():
    """Both determinants of a matrix with parallel columns are exact zeros, whatever floats say of them."""
    matrix = [[Fraction(x), Fraction(y), Fraction(x) * 3] for x, y in ((0.1, 0.7), (0.2, -1.3), (0.3, 0.5))]
    ruling = Judge(normalised_gram()).rule(Instance({"n": 3}, raw={"X": exact(matrix)}))
    assert (ruling.outcome, ruling.lhs, ruling.rhs) == ("holds", "0", "0")


def test_oppenheim_schur_is_an_equality_of_rationals():
    """At n = 2 the two sides are equal rationals: it holds, and its strict form is refuted."""
    instance = Instance({"n": 2}, raw={"X": exact([[0.1, 0.7], [0.3, 0.9]]), "Y": exact([[1.1, -0.2], [0.4, 0.8]])})
    claim = oppenheim_schur()
    assert Judge(claim).rule(instance).outcome == "holds"
    assert Judge(claim.mutated(claim.mutants[0])).rule(instance).outcome == "violated"


def test_irrational_equality_is_a_tie_even_for_the_strict_form():
    """An irrational equality can be neither certified nor refuted: both forms are ties."""
    instance = Instance({"n": 2}, raw={"X": exact([[0.1, 0.7], [0.3, 0.9]])})
    claim = rounded_root()
    assert Judge(claim, cap=512).rule(instance).outcome == "tie"
    assert Judge(claim.mutated(claim.mutants[0]), cap=512).rule(instance).outcome == "tie"


def rump(mp, x, y):
    """Rump's expression ``333.75 y^6 + x^2 (11 x^2 y^2 - y^6 - 121 y^4 - 2) + 5.5 y^8 + x / (2 y)``."""
    quarters, halves = mp.mpf(Fraction(1335, 4)), mp.mpf(Fraction(11, 2))
    return quarters * y**6 + x**2 * (11 * x**2 * y**2 - y**6 - 121 * y**4 - 2) + halves * y**8 + x / (2 * y)


def test_rump_in_every_precision():
    """Rationals give -54767/66192; balls of every precision contain it, though floats miss its sign or size entirely."""
    truth = Fraction(-54767, 66192)
    exactly = Certifying(64)
    assert exactly.bounds(rump(exactly, exactly.mpf(77617), exactly.mpf(33096))) == (truth, truth)
    for bits in (24, 53, 64, 113, 122, 123, 256):
        mp = Certifying(bits, exact_limit=1)
        x, y = (mp.mpf(value) + mp.sqrt(2) - mp.sqrt(2) for value in (77617, 33096))
        low, high = mp.bounds(rump(mp, x, y))
        assert low <= truth <= high
    x, y = 77617.0, 33096.0
    in_floats = 333.75 * y**6 + x**2 * (11 * x**2 * y**2 - y**6 - 121 * y**4 - 2) + 5.5 * y**8 + x / (2 * y)
    assert abs(in_floats - float(truth)) > 1


def test_rump_decides_a_claim():
    """A claim about Rump's value is decided against what float64 says."""

    def oracle(mp, x):
        return {"a": rump(mp, x[0], x[1]), "b": x[2]}

    at = numbers(77617, 33096, Fraction(-8273, 10000))
    assert Judge(claim_of(Le(a, b), oracle=oracle)).rule(at).outcome == "holds"
    assert Judge(claim_of(Eq(a, b), oracle=oracle)).rule(at).outcome == "violated"
