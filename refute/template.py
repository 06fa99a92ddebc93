"""A commented claim file to start from: ``refute new NAME``."""

from __future__ import annotations

import keyword
from pathlib import Path

from refute.errors import UsageError

TEXT = '''r"""The mean of the squares of n numbers is at least the square of their mean.

Replace this text by your theorem: its symbols with their shapes, its hypotheses, its conclusion in LaTeX, where it is
tight.  The first line is the title of the report.  This example runs as it is:

    refute run {path}
    pytest {path}

For $x \\in \\mathbb R^n$, $n \\ge 1$:  $\\big(\\tfrac1n \\sum_i x_i\\big)^2 \\le \\tfrac1n \\sum_i x_i^2$, with equality iff
all $x_i$ are equal.
"""

from hypothesis import strategies as st
from sympy import Le, Rational

from refute import Claim, Input, Mutant, Paper, quantities

# The numbers that the theorem speaks of.
mean, mean_square = quantities("mean mean_square")


class Numbers(Input):
    """A vector of n real numbers."""

    families = ("gaussian", "nearly equal")  # the laws that `sample` knows

    def parts(self):
        """The raw numbers that make one instance, and their shape."""
        return {{"": ("n",)}}

    def sample(self, sampler, family, batch, sizes, choices):
        """Thousands of instances at once, of shape (batch, n).  Go near the cases where the theorem is tight."""
        values = sampler.normal(batch, sizes["n"])
        if family == "nearly equal":
            values = 1 + sampler.log_uniform(batch, 1, low=2.0**-30, high=1.0) * values
        return {{"": values}}

    def draw(self, draw, sizes, choices):
        """One small readable instance, through Hypothesis."""
        return {{"": draw(st.lists(st.integers(-9, 9), min_size=sizes["n"], max_size=sizes["n"]))}}

    def corners(self, sizes, choices):
        """Degenerate and extremal instances."""
        yield {{"": [0] * sizes["n"]}}
        yield {{"": [1] * sizes["n"]}}
        yield {{"": list(range(sizes["n"]))}}


def evaluate(xp, x):
    """All quantities for a batch, in floats: x has the shape (batch, n), every quantity (batch,)."""
    return {{mean: xp.mean(x, axis=1), mean_square: xp.mean(x * x, axis=1)}}


def oracle(mp, x, n):
    """The same quantities for one instance, written from the paper by another formula: x is a list of exact numbers.

    `mp` has the functions of mpmath (mp.sqrt, mp.matrix, mp.det, ...); never use floats here.
    """
    total = mp.fsum(x)
    return {{"mean": total / n, "mean_square": mp.fsum((t - total / n) ** 2 for t in x) / n + (total / n) ** 2}}


claim = Claim(
    source=Paper(authors="Your Name", year=2025, title="Your Paper").item("Theorem 1"),
    provenance="derived",  # how you know it: text, second-hand, recalled or derived
    inputs={{"x": Numbers()}},
    sizes={{"n": (1, 6)}},
    definitions={{mean: "mean of the entries", mean_square: "mean of their squares"}},
    statement=Le(mean**2, mean_square),  # hypotheses=[...] takes relations of the same kind
    evaluate=evaluate,
    oracle=oracle,
    oracle_differs="mean square as variance plus squared mean",
    tight="all entries equal",
    # Every claim shows that its search would have found an error: give false variants of it, each with its reason.
    mutants=[
        Mutant(
            "constant one part in a thousand too small",
            statement=Le(mean**2, Rational(999, 1000) * mean_square),
            because="equal entries attain the constant 1",
        ),
    ],
)
'''


def new(name: str, folder: Path) -> Path:
    """Write ``folder/name.py``, a claim file that runs at once, and return its path.

    Raises `UsageError` for a name that no claim file can have, and instead of replacing a file.
    """
    stem = name.removesuffix(".py")
    if not stem.isidentifier() or keyword.iskeyword(stem) or stem.startswith(("_", "test_", "conftest")) or stem == "sources":
        raise UsageError(
            f"got the name {name!r}, but a claim file is named by a word such as my_theorem, "
            "which does not start with an underscore, test_ or conftest"
        )
    path = folder / f"{stem}.py"
    text = TEXT.format(path=path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        what = path if path.exists() else folder
        raise UsageError(f"{what} exists already and is not replaced; choose another name") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return path
