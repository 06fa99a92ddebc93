"""refute: is a published theorem true exactly as it is printed?

The public names load on first use, so that the command line answers at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refute.claim import Claim as Claim
    from refute.claim import Mutant as Mutant
    from refute.inputs import Input as Input
    from refute.inputs import Sampler as Sampler
    from refute.instance import Instance as Instance
    from refute.instance import exact as exact
    from refute.source import Paper as Paper
    from refute.statement import Mean as Mean
    from refute.statement import Probability as Probability
    from refute.statement import quantities as quantities
    from refute.statement import sizes as sizes

__version__ = "0.1.0"

_HOMES = {
    "Claim": "claim", "Input": "inputs", "Instance": "instance", "Mean": "statement", "Mutant": "claim", "Paper": "source",
    "Probability": "statement", "Sampler": "inputs", "exact": "instance", "quantities": "statement", "sizes": "statement",
}  # fmt: skip
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'refute' has no attribute {name!r}")
    return getattr(importlib.import_module(f"refute.{_HOMES[name]}"), name)
