"""A small true claim, and false variants of it, for tests of the engine."""

from typing import Any

from hypothesis import strategies as st
from sympy import Le, Rational

from refute import Claim, Input, Mutant, Paper, quantities

product, power_mean, first, last = quantities("product power_mean first last")

EUCLID = Paper(authors="Euclid", year=-300, title="Elements")


class Positive(Input):
    """A vector of ``n`` positive numbers."""

    def parts(self):
        return {"": ("n",)}

    def sample(self, sampler, family, batch, sizes, choices):
        return {"": sampler.log_uniform(batch, sizes["n"], low=2.0**-4, high=2.0**4)}

    def draw(self, draw, sizes, choices):
        return {"": draw(st.lists(st.integers(1, 9), min_size=sizes["n"], max_size=sizes["n"]))}

    def corners(self, sizes, choices):
        yield {"": [1] * sizes["n"]}
        yield {"": list(range(1, sizes["n"] + 1))}
        yield {"": list(range(sizes["n"], 0, -1))}

    def clamp(self, xp, parts):
        return {"": xp.clip(parts[""], min=2.0**-10, max=2.0**10)}

    def admits(self, parts, sizes, choices):
        return all(entry > 0 for entry in parts[""].flat)


def evaluate(xp: Any, x: Any) -> dict[Any, Any]:
    """Product of the entries, and the mean of their n-th powers."""
    return {product: xp.prod(x, axis=1), power_mean: xp.mean(x ** x.shape[1], axis=1), first: x[:, 0], last: x[:, -1]}


def oracle(mp: Any, x: Any) -> dict[str, Any]:
    """The same by exact arithmetic."""
    return {"product": mp.fprod(x), "power_mean": mp.fsum(t ** len(x) for t in x) / len(x), "first": x[0], "last": x[-1]}


def am_gm(factor: str = "1", ordered: bool = False, **overrides: Any) -> Claim:
    """``x_1 … x_n <= factor (x_1^n + … + x_n^n) / n`` for positive x: true and tight for the factor 1, else false."""
    fields: dict[str, Any] = {
        "source": EUCLID.item("V.25"),
        "provenance": "recalled",
        "inputs": {"x": Positive()},
        "sizes": {"n": (1, 3)},
        "definitions": {product: "product", power_mean: "mean of powers", first: "first entry", last: "last entry"},
        "statement": Le(product, Rational(factor) * power_mean),
        "hypotheses": [first < last] if ordered else [],
        "evaluate": evaluate,
        "oracle": oracle,
        "mutants": [Mutant("factor 9/10", statement=Le(product, Rational(9, 10) * power_mean), because="all ones")],
        "id": "am_gm",
        **overrides,
    }
    return Claim(**fields)
