"""Hand-made claims of a few numbers: what the tests of the certifying core decide, shrink and certify."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from refute import Claim, Input, Instance, Mutant, Paper, exact, quantities, sizes

a, b, c, f = quantities("a b c f")
k = sizes("k")

PAPER = Paper(authors="Somebody", year=1900, title="On small numbers")


class Numbers(Input):
    """A vector of ``n`` real numbers; ``admitted`` is the range of its entries."""

    def __init__(self, admitted: Callable[[Fraction], bool] = lambda _: True) -> None:
        self.admitted = admitted

    def parts(self):
        return {"": ("n",)}

    def sample(self, sampler, family, batch, sizes, choices):
        return {"": sampler.normal(batch, sizes["n"])}

    def draw(self, draw, sizes, choices):
        return {"": draw(st.lists(st.integers(-3, 3), min_size=sizes["n"], max_size=sizes["n"]))}

    def corners(self, sizes, choices):
        yield {"": [0] * sizes["n"]}
        yield {"": [1] * sizes["n"]}

    def admits(self, parts, sizes, choices):
        return all(self.admitted(entry) for entry in parts[""].flat)


def evaluate(xp: Any, x: Any) -> dict[Any, Any]:
    """The first three entries, and all of them along the axis k."""
    return {a: x[:, 0], b: x[:, 1], c: x[:, 2], f: x}


def oracle(mp: Any, x: Any) -> dict[str, Any]:
    """The same numbers exactly."""
    return {"a": x[0], "b": x[1], "c": x[2], "f": x}


def claim_of(statement: Any, **overrides: Any) -> Claim:
    """A claim about three numbers ``a, b, c`` and the list ``f[k]`` of the same three."""
    fields: dict[str, Any] = {
        "source": PAPER.item("Lemma 1"),
        "provenance": "recalled",
        "inputs": {"x": Numbers()},
        "sizes": {"n": (3, 3)},
        "axes": {k: (1, "n")},
        "definitions": {a: "first number", b: "second number", c: "third number", f: "all numbers"},
        "statement": statement,
        "evaluate": evaluate,
        "oracle": oracle,
        "mutants": [Mutant("reversed", because="another statement", statement=b**2 + 1 < -(a**2))],
        "scale": b,
        "id": "tiny",
    }
    return Claim(**{**fields, **overrides})


def numbers(*values: Any) -> Instance:
    """The instance with these numbers."""
    return Instance(sizes={"n": len(values)}, raw={"x": exact([Fraction(value) for value in values])})
