"""Pivots of Gram matrices on batches: those of the rational matrix, to the digits that their input determines."""

from fractions import Fraction

import pytest
import torch

from oracles.isometry import pivots
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.activations import Correlation
from strategies.matrices import EQUAL, POINTS, gram_matrix, unit_gram
from strategies.pivots import isometry_gap, layers, multiple_correlations

XP = namespace("torch")
MP = Certifying(bits=256)
GRAM = unit_gram("n")
# a thousand roundings of float64
CLOSE = 2.0**-43


def as_exact(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


@pytest.mark.parametrize("kind", [POINTS, EQUAL])
@pytest.mark.parametrize("family", GRAM.families)
def test_multiple_correlations_against_exact_pivots(kind, family):
    """d_j keeps the digits that the distances of nearly parallel points determine, else those that the entries do."""
    sizes, choices = {"n": 4}, {"kind": kind}
    parts = GRAM.sample(Sampler(11), family, 20, sizes, choices)
    gram = GRAM.tensor(XP, parts, sizes, choices)
    built, lowest = multiple_correlations(XP, gram, 4), torch.linalg.eigvalsh(gram_matrix(XP, gram.value, 4))[:, 0]
    for row in range(20):
        truths = [MP.to_float(truth) for truth in pivots(MP, GRAM.exact(MP, as_exact(parts, row), sizes, choices))]
        parallel = kind == POINTS and family == "nearly parallel"
        allowed = CLOSE / min(truths) ** 0.5 if parallel else CLOSE / max(float(lowest[row]), 2.0**-50)
        for found, truth in zip(built.complement[row].tolist(), truths, strict=True):
            assert abs(found - truth) <= allowed * truth
        for found, truth in zip(built.magnitude[row].tolist(), truths, strict=True):
            assert abs(found - (1 - truth)) <= allowed


def test_gap_of_equal_points_up_to_rounding():
    """Three points of correlation 1 - 2^-40: the determinant 3 * 2^-80 is far below the rounding of the matrix."""
    tiny = torch.full((1, 3), 2.0**-40, dtype=torch.float64)
    found = isometry_gap(XP, multiple_correlations(XP, Correlation(torch.ones_like(tiny), 1 - tiny, tiny), 3))
    room = Fraction(1, 1 << 40)
    truth = -MP.log(MP.mpf(room**2 * (3 - 2 * room))) / 3
    assert abs(float(found[0]) - MP.to_float(truth)) <= CLOSE * MP.to_float(truth)


def test_layers_are_those_of_the_kernel():
    """The layers of an identity map are all alike, and those of rho^2 square the correlation of two points."""
    half = torch.tensor([[0.5]], dtype=torch.float64)
    start = Correlation(torch.ones_like(half), half, half)
    assert torch.equal(layers(XP, start, lambda rho: rho, 2, 3).magnitude, torch.full((1, 4, 1), 0.25, dtype=torch.float64))
    squared = layers(XP, start, lambda rho: Correlation(rho.sign, rho.magnitude**2, 1 - rho.magnitude**2), 2, 2)
    assert squared.magnitude[0, :, 0].tolist() == [2.0**-2, 2.0**-4, 2.0**-8]
