"""The least eigenvalue of three isotropic samples: the polynomial is below the square, and its moments are those of real layers."""

import flint
import pytest
import torch

from oracles import batchnorm_least
from refute.arithmetic import Certifying

MP = Certifying(bits=64)
LARGEST = 34


def slack(x, c):
    """``(2/3) x^2 c^2`` less the minorant at ``V = x s`` and ``cos(theta) = c``."""
    y = 4 * c**3 - 3 * c
    terms = [
        flint.arb(flint.fmpq(k.numerator, k.denominator)) * x ** (2 * i + 3 * j) * y**j
        for (i, j), k in batchnorm_least.MINORANT.items()
    ]
    return 2 * x * x * c * c / 3 - sum(terms, flint.arb(0))


def box(low, high):
    return flint.arb((low + high) / 2, (high - low) / 2)


def positive(x, c, depth=0):
    """Whether the slack is positive on a box, by halving it where balls do not tell."""
    if slack(box(*x), box(*c)) > 0:
        return True
    if depth > 24:
        return False
    longer_in_x = (x[1] - x[0]) > 4 * (c[1] - c[0])
    low, high = x if longer_in_x else c
    middle = (low + high) / 2
    parts = [((low, middle), c), ((middle, high), c)] if longer_in_x else [(x, (low, middle)), (x, (middle, high))]
    return all(positive(*part, depth + 1) for part in parts)


def test_minorant_is_nowhere_above_the_square():
    """On all of V >= 0 and 1/2 <= cos(theta) <= 1: by boxes up to 34 scales, beyond by the leading coefficient."""
    flint.ctx.prec = 64
    assert all(positive((k, k + 1.0), (0.5, 1.0)) for k in range(LARGEST))
    coefficients = batchnorm_least.MINORANT
    lower = [abs(value) for (i, j), value in coefficients.items() if 2 * i + 3 * j < 6]
    assert all(coefficients[pair] < 0 for pair in ((3, 0), (0, 2)))
    assert -coefficients[3, 0] * LARGEST > sum(lower)


@pytest.mark.parametrize("d", [1, 2, 3, 7])
def test_moments_are_those_of_real_layers(d):
    """E v^i t^j up to the degree 6 within five standard errors of four hundred thousand layers."""
    rows = torch.nn.functional.normalize(
        torch.randn(400_000, d, 3, generator=torch.Generator().manual_seed(d), dtype=torch.float64), dim=2
    )
    B = torch.eye(3, dtype=torch.float64) / 3 - rows.mT @ rows / d
    v, t = (B @ B).diagonal(dim1=1, dim2=2).sum(1), (B @ B @ B).diagonal(dim1=1, dim2=2).sum(1)
    for i, j in ((1, 0), (0, 1), (2, 0), (1, 1), (3, 0), (0, 2)):
        drawn = v**i * t**j
        error = 5 * float(drawn.std()) / 400_000**0.5 + 1e-15
        assert abs(float(drawn.mean()) - float(batchnorm_least.invariant_moment(i, j, d))) < error


@pytest.mark.parametrize(("d", "above"), [(9, True), (32, True), (8, False)])
def test_where_a_quarter_is_refuted(d, above):
    """d times the lower bound passes 1/4 at d = 9; the mean itself is above it from d = 3 on."""
    assert (d * batchnorm_least.mean_square_fall(MP, d) > MP.mpf("1/4")) == above
