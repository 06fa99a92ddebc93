"""`refute.testing.check`: one's own numbers, decided exactly, with errors of one sentence."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from sympy import Le, Rational

from refute import Input
from refute.errors import ClaimError, UsageError
from refute.testing import VERDICTS, check
from tests.claim_files import GOOD, write
from tests.small_claims import am_gm, first, last, power_mean, product


def test_numbers_that_satisfy_the_claim_hold():
    """Both sides, their difference and the relative gap are exact; the floats stand beside them."""
    found = check(am_gm(), x=[1, 2, 3])
    assert (found.verdict, found.lhs, found.rhs, found.difference) == ("holds", "6", "12", "-6")
    assert found.gap == found.float_gap == pytest.approx(-1 / 3)
    assert found.quantities == {"product": 6.0, "power_mean": 12.0}


@pytest.mark.parametrize(
    "numbers",
    [
        [0.5, 0.25],
        np.array([0.5, 0.25]),
        torch.tensor([0.5, 0.25]),
        ["1/2", "1/4"],
        [Fraction(1, 2), Fraction(1, 4)],
        (0.5, 0.25),
    ],
)
def test_numbers_of_every_kind_are_read_exactly(numbers):
    """Lists, arrays, tensors, strings and Fractions name the same instance."""
    assert check(am_gm(), x=numbers).lhs == "1/8"


def test_a_float_is_read_as_the_dyadic_that_it_is():
    """0.1 is not 1/10."""
    assert check(am_gm(), x=[0.1]).lhs == str(Fraction(0.1))


def test_a_false_claim_is_violated_by_a_counterexample():
    """The deciding relation is shown as written."""
    found = check(am_gm(factor="9/10"), x=[1, 1])
    assert (found.verdict, found.lhs, found.rhs, found.difference) == ("violated", "1", "9/10", "1/10")
    assert found.relation == "product <= 9*power_mean/10"


def test_a_mutant_is_checked_by_its_name():
    """The same numbers satisfy the claim and violate its mutant."""
    assert check(am_gm(), x=[1, 1]).verdict == "holds"
    assert check(am_gm(), x=[1, 1], mutant="factor 9/10").verdict == "violated"


def test_a_hypothesis_that_fails_is_unmet():
    """The hypothesis is shown with its two sides."""
    found = check(am_gm(ordered=True), x=[2, 1])
    assert (found.verdict, found.relation, found.lhs, found.rhs) == ("unmet", "first < last", "2", "1")


def irrational(**overrides):
    """``sqrt(first)^2 <= last`` with an irrational root: a tie for equal entries."""
    return am_gm(
        statement=Le(product, last),
        oracle=lambda mp, x: {"product": mp.sqrt(x[0]) ** 2 + 0 * mp.pi, "last": x[-1]},
        evaluate=lambda xp, x: {product: xp.sqrt(x[:, 0]) ** 2, last: x[:, -1]},
        **overrides,
    )


def test_equality_of_irrational_numbers_is_a_tie():
    """An enclosure that shrinks around 0 is a tie to its number of bits."""
    found = check(irrational(), x=[2, 2])
    assert found.verdict == "tie"
    assert found.bits >= 256


def test_a_ball_that_does_not_shrink_is_undecided():
    """A quantity known only to lie between two numbers decides nothing."""
    vague = am_gm(oracle=lambda mp, x: {"product": mp.between(0, 2), "power_mean": mp.mpf(1)})
    assert check(vague, x=[1, 1]).verdict == "undecided"


def test_every_verdict_is_documented():
    """The verdicts are those that the tests above reach."""
    assert set(VERDICTS) == {"holds", "violated", "tie", "unmet", "undecided"}


def test_text_and_markdown_name_verdict_sides_and_quantities():
    """A notebook shows the statement typeset, a terminal shows a list."""
    found = check(am_gm(), x=[1, 2])
    assert str(found).splitlines()[0] == "am_gm: holds"
    assert "left - right  -1/2" in str(found)
    markdown = found._repr_markdown_()
    assert markdown.startswith("**holds**")
    assert r"\leq" in markdown
    assert "| `product` | 2.0 |" in markdown


def test_a_path_or_an_identifier_names_a_claim(tmp_path):
    """A file outside the repository and a claim of the catalogue are both found."""
    path = write(tmp_path, "pair", GOOD)
    assert check(path, x=[1, 1]).verdict == "holds"
    assert check(str(path), x=[1, 1]).verdict == "holds"
    direction = {"x": [1, 2], "h": [1, 0], "g": [0, 1]}
    assert check("attention/lse_third", tokens=direction).verdict == "holds"
    with pytest.raises(ClaimError, match="no such claim"):
        check("attention/unheard_of", x=[1])


class Shifted(Input):
    """Parts whose sizes differ by one, and a choice."""

    choices = {"sign": ("plus", "minus")}

    def parts(self):
        return {"points": ("n+1", "d"), "weights": ("n", 2)}

    def sample(self, sampler, family, batch, sizes, choices):
        raise NotImplementedError

    def draw(self, draw, sizes, choices):
        raise NotImplementedError

    def admits(self, parts, sizes, choices):
        return all(entry >= 0 for entry in parts["weights"].flat)

    def tensor(self, xp, parts, sizes, choices):
        return {**parts, "sign": 1 if choices["sign"] == "plus" else -1}


def shifted(**overrides):
    """A claim over `Shifted`, with a size that no shape tells."""
    fields = {
        "inputs": {"f": Shifted()},
        "sizes": {"n": (1, 2), "d": (1, 2), "N": (3, 5)},
        "statement": Le(first, last),
        "evaluate": lambda xp, f, N: {first: f["sign"] * f["points"][:, 0, 0], last: f["weights"][:, 0, 0] * N},
        "oracle": None,
        "mutants": (),
    }
    return am_gm(**(fields | overrides))


POINTS = {"points": [[1], [2], [3]], "weights": [[1, 1], [1, 1]]}


def test_sizes_come_from_shapes_and_keywords():
    """``n+1`` is solved for n, a size beyond the searched range is allowed, a choice may be named by its last part."""
    found = check(shifted(), f=POINTS, N=9, choices={"sign": "minus"})
    assert dict(found.instance.sizes) == {"n": 2, "d": 1, "N": 9}
    assert (found.verdict, found.lhs, found.rhs) == ("holds", "-1", "9")
    assert check(shifted(), f=POINTS, N=9, choices={"f.sign": "plus"}).lhs == "1"


PLUS = {"choices": {"sign": "plus"}}


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({}, "there are no numbers for the input 'f' of am_gm; give f=…"),
        ({"f": POINTS, "N": 3, "g": 1, **PLUS}, "got the numbers 'g', but am_gm has the inputs f and the sizes n, d, N"),
        ({"f": [1, 2], "N": 3, **PLUS}, "got list for the input 'f' of am_gm, but it takes a dict of points, weights"),
        (
            {"f": {"points": [[1]]}, "N": 3, **PLUS},
            "got the parts points for the input 'f' of am_gm, but it takes a dict of points, weights",
        ),
        ({"f": POINTS, **PLUS}, "no shape says the size 'N' of am_gm; give N=…"),
        ({"f": POINTS, "N": 2, **PLUS}, "got the size N = 2, but am_gm speaks of N >= 3"),
        ({"f": POINTS, "N": 3.0, **PLUS}, "got the size N = 3.0, but a size is an integer"),
        ({"f": POINTS, "N": 3, "n": 1, **PLUS}, "got the shape (3, 1) for 'f.points', so n = 2, but n = 1 as given"),
        (
            {"f": POINTS | {"weights": [[1, 1]]}, "N": 3, **PLUS},
            "got the shape (1, 2) for 'f.weights', so n = 1, but n = 2 from 'f.points'",
        ),
        (
            {"f": POINTS | {"weights": [[1], [1]]}, "N": 3, **PLUS},
            "got the shape (2, 1) for 'f.weights', but it should be (n, 2)",
        ),
        ({"f": POINTS | {"points": [1, 2]}, "N": 3, **PLUS}, "got the shape (2,) for 'f.points', but it should be (n+1, d)"),
        (
            {"f": POINTS | {"weights": [[-1, 1], [1, 1]]}, "N": 3, **PLUS},
            "the numbers of the input 'f' are outside its range; it is Shifted: Parts whose sizes differ by one, and a choice.",
        ),
        ({"f": POINTS, "N": 3}, "the choice 'f.sign' of am_gm is open; give choices={'f.sign': one of plus, minus}"),
        ({"f": POINTS, "N": 3, "choices": {"sign": "times"}}, "got f.sign = 'times', but it should be one of plus, minus"),
        ({"f": POINTS, "N": 3, "choices": {"mood": "plus"}}, "got the choice 'mood', but am_gm has the choices f.sign"),
        ({"f": POINTS, "N": 3, "mutant": "none"}, "got the mutant 'none', but am_gm has the mutants none"),
    ],
)
def test_numbers_that_do_not_fit_are_explained(numbers, message):
    """Got, required, where: one sentence."""
    with pytest.raises(UsageError) as raised:
        check(shifted(), **numbers)
    assert str(raised.value) == message


@pytest.mark.parametrize("numbers", [[1, float("nan")], [1, float("inf")], [[1], [1, 2]], ["one"], [1j], ["1/0"]])
def test_numbers_that_are_not_real_are_refused(numbers):
    """NaN, infinities, ragged lists, words, complex numbers and 1/0 name no exact instance."""
    with pytest.raises(UsageError, match="the numbers of 'x' cannot be read exactly: "):
        check(am_gm(), x=numbers)


def test_a_result_is_frozen():
    """A check is a value."""
    found = check(am_gm(statement=Le(product, Rational(1) * power_mean)), x=[1])
    with pytest.raises(AttributeError):
        found.verdict = "violated"
