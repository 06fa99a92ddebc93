"""A claim's exact means against the evaluator on fresh Gaussian draws, with a bound that holds for every law.

The median of `BLOCKS` block means is further than two standard errors of a block from the mean with probability at most
P(Bin(BLOCKS, 1/4) >= BLOCKS / 2) < 1e-9 (Chebyshev for each block), whatever the tails; the standard deviation is exact
or bounded from above, never estimated.
"""

import math
import time

import numpy as np

from refute.arithmetic import Certifying
from refute.claim import named
from refute.evidence import drawn_tensors
from refute.instance import Instance, exact
from refute.judge import oracle_values
from refute.search import Search
from refute.structure import Structure

BLOCKS = 150
PER_BLOCK = 1000
MP = Certifying(bits=128)


def failure_probability():
    """P(Bin(BLOCKS, 1/4) >= BLOCKS / 2)."""
    return sum(math.comb(BLOCKS, k) * 0.25**k * 0.75 ** (BLOCKS - k) for k in range(BLOCKS // 2, BLOCKS + 1))


def instance_of(sizes, choices=None, **raw):
    """An exact instance from nested lists of numbers."""
    return Instance(sizes, choices or {}, {name.replace("__", "."): exact(array) for name, array in raw.items()})


def means_of(claim, instance):
    """The exact means of a claim, as floats or lists of them."""
    values = named(oracle_values(claim, MP, instance))
    return {name: value() if callable(value) else value for name, value in values.items()}


def sampled(claim, instance, names, seed=0):
    """The medians of the block means of some quantities, ``{name: array over the axes}``."""
    search = Search(claim, seed=seed, deadline=time.perf_counter() + 60)
    blocks = {name: [] for name in names}
    for _ in range(BLOCKS):
        values = drawn_tensors(search, Structure(instance.sizes, instance.choices), instance, PER_BLOCK).values
        for name in names:
            blocks[name].append(np.asarray(values[name]).mean(axis=0))
    return {name: np.median(np.stack(rows), axis=0) for name, rows in blocks.items()}


def allowed(deviation):
    """How far a median of block means may be from the mean."""
    return 2 * deviation / math.sqrt(PER_BLOCK)
