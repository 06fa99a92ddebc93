"""Duals at two variances on tensors agree with the printed forms, also where the pair is nearly degenerate."""

from fractions import Fraction

import pytest
import torch

from oracles.covariances import FORMS
from refute.arithmetic import Certifying
from refute.instance import exact as exactly
from refute.namespace import namespace
from strategies.covariances import covariance, dual
from strategies.kernels import correlation

XP = namespace("torch")
MP = Certifying(bits=256)


def column(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("apart", [1.0, 0.25, 2.0**-40, -0.25, -(2.0**-40), 0.0])
@pytest.mark.parametrize("deviations", [(1.0, 1.0), (2.0, 0.125), (0.5, 0.75)])
def test_forms_agree(name, apart, deviations):
    """Relative to the root of the two second moments, to thirteen digits."""
    s, t = (MP.mpf(Fraction(x)) for x in deviations)
    v = MP.mpf(Fraction(1, 4))
    rho = correlation(closed=True)
    exact = rho.exact(MP, {"": exactly(apart)}, {}, {})
    truth = MP.to_float(FORMS[name](MP, v, s * s, t * t, s * t * exact))
    scale = MP.to_float(MP.sqrt(FORMS[name](MP, v, s * s, s * s, s * s) * FORMS[name](MP, v, t * t, t * t, t * t)))
    K = covariance(column(deviations[0]), column(deviations[1]), rho.tensor(XP, {"": column(apart)}, {}, {}))
    assert float(dual(XP, name, column(0.25), K)[0]) == pytest.approx(truth, abs=1e-13 * scale)


def test_an_activation_without_a_form_is_refused():
    """tanh has none."""
    K = covariance(column(1.0), column(1.0), correlation().tensor(XP, {"": column(0.5)}, {}, {}))
    with pytest.raises(ValueError, match="'tanh'"):
        dual(XP, "tanh", column(1.0), K)
