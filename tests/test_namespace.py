"""The array namespace: torch and NumPy have the same special functions, with the same values at the edges."""

import math

import numpy as np
import pytest
import torch

from refute.namespace import namespace

INF = math.inf
ROWS = [[0.0, 1.0, 2.0], [-INF, 0.0, 1.0], [-INF, -INF, -INF], [INF, 0.0, 1.0], [1e308, 1e308, 0.0], [-1e4, -1e4, -2e4]]


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_backends_agree_on_shifted_exponentials(name):
    """NumPy's versions agree with torch's for ordinary, huge and infinite entries."""
    ours = getattr(namespace("numpy").special, name)(np.asarray(ROWS), axis=-1)
    theirs = getattr(namespace("torch").special, name)(torch.tensor(ROWS, dtype=torch.float64), axis=-1)
    assert np.allclose(ours, theirs.numpy(), equal_nan=True)


@pytest.mark.parametrize("name", ["erf", "lgamma"])
def test_backends_agree_on_special_functions(name):
    """erf and lgamma agree, at the poles too."""
    values = [-3.0, -2.5, -1.0, 0.0, 0.5, 1.0, 2.0, 30.0, INF]
    ours = getattr(namespace("numpy").special, name)(np.asarray(values))
    theirs = getattr(namespace("torch").special, name)(torch.tensor(values, dtype=torch.float64))
    assert np.allclose(ours, theirs.numpy(), equal_nan=True)


def test_an_unknown_backend_is_refused():
    """A backend that does not exist is named in the error."""
    with pytest.raises(ValueError, match="jax"):
        namespace("jax")


def test_attributes_of_the_array_api_pass_through():
    """Functions of the array API are those of the backend."""
    xp = namespace("torch")
    assert float(xp.sum(xp.asarray([1.0, 2.0]))) == 3.0
    with pytest.raises(AttributeError):
        namespace("numpy").no_such_function  # noqa: B018
