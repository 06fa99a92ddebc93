"""The array namespace that evaluators are written against: array-api-compat plus the special functions it lacks."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any


class Namespace:
    """An array API namespace with ``xp.special`` (erf, logsumexp, softmax, log_softmax, lgamma)."""

    def __init__(self, wrapped: Any, special: SimpleNamespace) -> None:
        self._wrapped, self.special = wrapped, special

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._wrapped, name)
        setattr(self, name, value)
        return value


@cache
def namespace(backend: str) -> Namespace:
    """The namespace of ``torch`` or ``numpy``; torch is imported only when asked for."""
    if backend == "torch":
        import array_api_compat.torch as xp
        import torch

        special = SimpleNamespace(
            erf=torch.erf,
            lgamma=torch.lgamma,
            digamma=torch.digamma,
            logsumexp=lambda x, axis=-1: torch.logsumexp(x, dim=axis),
            softmax=lambda x, axis=-1: torch.softmax(x, dim=axis),
            log_softmax=lambda x, axis=-1: torch.log_softmax(x, dim=axis),
            bessel_j0=torch.special.bessel_j0,
        )
        return Namespace(xp, special)
    if backend == "numpy":
        import math

        import array_api_compat.numpy as np

        def logsumexp(x: Any, axis: int = -1) -> Any:
            top = np.max(x, axis=axis, keepdims=True)
            top = np.where(np.isinf(top), np.zeros_like(top), top)  # all terms minus infinity, or one infinite
            return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(x - top), axis=axis))

        def log_softmax(x: Any, axis: int = -1) -> Any:
            shifted = x - np.max(x, axis=axis, keepdims=True)
            return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))

        def lgamma(x: float) -> float:
            return math.inf if x <= 0 and (x == math.floor(x)) else math.lgamma(x)

        special = SimpleNamespace(
            erf=np.vectorize(math.erf, otypes=[float]),
            lgamma=np.vectorize(lgamma, otypes=[float]),
            logsumexp=logsumexp,
            log_softmax=log_softmax,
            softmax=lambda x, axis=-1: np.exp(log_softmax(x, axis)),
        )
        return Namespace(np, special)
    raise ValueError(f"got the backend {backend!r}, but it should be torch or numpy")
