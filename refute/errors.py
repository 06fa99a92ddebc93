"""Every error that the engine raises, in one hierarchy: what was got, what is required, and where."""

from __future__ import annotations

import traceback
from pathlib import Path


class RefuteError(Exception):
    """Base of all errors of the engine; its text is one sentence that a person can act on."""


class ClaimError(RefuteError):
    """A claim is not well formed: raised when it is constructed or loaded, never during a search.

    ``claim`` names the claim where known; ``problem`` says what was got and what is required.
    """

    def __init__(self, problem: str, claim: str = "") -> None:
        self.claim = claim
        self.problem = problem
        super().__init__(f"{claim}: {problem}" if claim else problem)


class EvaluationError(RefuteError):
    """The evaluator of a claim returned something that its statement cannot use (a shape, a missing quantity)."""


class OracleError(RefuteError):
    """The oracle of a claim raised, or returned something that its statement cannot use."""


class Disagreement(RefuteError):
    """Evaluator and oracle, or the two arithmetics of an oracle, contradict each other on an instance."""


class CertificateRejected(RefuteError):
    """A certificate does not prove what it says: the text gives the reason."""


class UsageError(RefuteError):
    """The command line asks for something that does not exist or does not fit together."""


def described(error: BaseException) -> str:
    """Type, text and place of an error, for a sentence: ``IndexError: list index out of range (claim.py, line 51)``."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
