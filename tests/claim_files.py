"""Claim files as text, good and broken, for tests of loader, runner, command line and plugin."""

from pathlib import Path

GOOD = '''r"""The product of two real numbers is at most half the sum of their squares."""

from hypothesis import strategies as st
from sympy import Le, Rational

from refute import Claim, Input, Mutant, Paper, quantities

product, squares = quantities("product squares")


class Pair(Input):
    """Two real numbers."""

    def parts(self):
        return {"": (2,)}

    def sample(self, sampler, family, batch, sizes, choices):
        return {"": sampler.normal(batch, 2)}

    def draw(self, draw, sizes, choices):
        return {"": [draw(st.integers(-9, 9)), draw(st.integers(-9, 9))]}


def evaluate(xp, x):
    return {product: x[:, 0] * x[:, 1], squares: xp.sum(x * x, axis=1)}


def oracle(mp, x):
    return {"product": x[0] * x[1], "squares": x[0] ** 2 + x[1] ** 2}


claim = Claim(
    source=Paper(authors="Euclid", year=-300, title="Elements").item("II.7"),
    provenance="recalled",
    inputs={"x": Pair()},
    sizes={},
    definitions={product: "x y", squares: "x^2 + y^2"},
    statement=Le(product, squares / 2),
    evaluate=evaluate,
    oracle=oracle,
    mutants=[Mutant("constant 0.49", statement=Le(product, Rational(49, 100) * squares), because="x = y gives 1 > 0.98")],
)
'''

BROKEN = {
    "syntax": GOOD.replace("def oracle(mp, x):", "def oracle(mp, x)"),
    "no_source": GOOD.replace('    source=Paper(authors="Euclid", year=-300, title="Elements").item("II.7"),\n', ""),
    "no_mutants": GOOD.replace("    mutants=[Mutant(", "    mutants=[] and [Mutant("),
    "shape": GOOD.replace("xp.sum(x * x, axis=1)", "x * x"),
    "oracle_raises": GOOD.replace(
        '    return {"product": x[0]', '    raise KeyError("no such thing")\n    return {"product": x[0]'
    ),
    "oracle_differs": GOOD.replace("x[0] ** 2 + x[1] ** 2", "x[0] ** 2 + 2 * x[1] ** 2"),
    "nan": GOOD.replace("xp.sum(x * x, axis=1)}", "xp.sum(x * x, axis=1) * float('nan')}"),
    "no_claim": "import refute\n",
    "raises": 'raise RuntimeError("on purpose")\n',
    "exits": "import os\nos._exit(7)\n",
    "segfault": "import ctypes\nctypes.string_at(0)\n",
    "endless": GOOD.replace("def oracle(mp, x):\n", "def oracle(mp, x):\n    while True:\n        pass\n"),
    "memory": GOOD.replace(
        "def oracle(mp, x):\n", "def oracle(mp, x):\n    kept = []\n    while True:\n        kept.append(b'x' * 2**26)\n"
    ),
    "allocation": GOOD.replace("def evaluate(xp, x):\n", "def evaluate(xp, x):\n    bytearray(2**60)\n"),
}

EXPLANATIONS = {
    "syntax": "a syntax error in line",
    "no_source": "the claim lacks 'source'",
    "no_mutants": "it has no mutants",
    "shape": "quantity squares has the shape",
    "oracle_raises": "the oracle raised KeyError",
    "oracle_differs": "the oracle says",
    "nan": "the evaluator returned NaN or an infinity for squares",
    "no_claim": "defines no variable `claim`",
    "raises": "raised RuntimeError: on purpose",
    "exits": "ended by itself with status 7",
    "segfault": "died of SIGSEGV",
    "endless": "it did not finish",
    "memory": "GiB of memory",
    "allocation": "it ran out of memory",
}


def write(folder: Path, name: str, text: str) -> Path:
    """A claim file in a folder."""
    path = folder / f"{name}.py"
    path.write_text(text)
    return path
