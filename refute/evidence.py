"""Evidence about means that has no exact oracle: a betting e-process, valid whenever one stops.

For ``Mean(q) <= bound`` with ``q >= 0`` the wealth ``prod(1 + b_i (q_i / bound_i - 1))``, bets ``b_i`` in [0, 1)
chosen from the past alone, is a non-negative supermartingale if the claim holds, whatever the law of ``q``; by
Ville's inequality wealth ``1 / alpha`` refutes at level ``alpha`` at any stopping time (Ville 1939; Waudby-Smith
and Ramdas 2024, arXiv 2010.09686).  Instances may change from bet to bet if chosen from the past alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from refute import records, statement
from refute.agreement import BITS, drawn_values, with_randomness
from refute.arithmetic import Certifying
from refute.decision import Scalars, decide
from refute.errors import EvaluationError, OracleError
from refute.evaluation import Tensors, value_of
from refute.exhibit import Exhibit
from refute.inputs import draws_of, tensors_of
from refute.instance import Instance
from refute.judge import Ruling
from refute.search import Search
from refute.structure import Structure

ALPHA = 1e-9
GRID = (0.01, 0.03, 0.1, 0.3, 0.6, 0.9)
FLOAT_SLACK = 2.0**-40
BLOCK = 4096


@dataclass
class EProcess:
    """A uniform mixture of constant bets: the mixture of supermartingales is one, and no bet needs tuning.

    A ratio ``q / bound`` in float64 is trusted to within `FLOAT_SLACK` times ``1 + q / bound`` of the true one, and bets
    use the lower end of that range.
    """

    alpha: float = ALPHA
    draws: int = 0
    logs: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(len(GRID)))
    path: list[tuple[int, float]] = field(default_factory=list)

    def bet(self, ratios: Iterable[float]) -> None:
        """Bet on values of ``q / bound`` in order, each rounded against a refutation.

        ValueError for NaN, an infinite value (an overflow is no evidence) or one that rounding does not explain as 0 or more.
        """
        values = np.asarray(list(ratios), dtype=float)
        if values.ndim != 1:
            raise ValueError(f"got ratios of the shape {values.shape}, but an e-process bets on one number after the other")
        if values.size == 0:
            return
        if not np.all(np.isfinite(values)) or np.any(values < -FLOAT_SLACK):
            worst = values[~np.isfinite(values) | (values < -FLOAT_SLACK)][0]
            raise ValueError(f"got the ratio {worst}, but an e-process bets on finite non-negative numbers only")
        lowered = np.maximum(values - FLOAT_SLACK * (1 + values), 0.0)
        bets = np.asarray(GRID)[:, None]
        self.logs = self.logs + np.log1p(bets * (lowered[None, :] - 1)).sum(axis=1)
        self.draws += int(values.size)
        self.path.append((self.draws, self.log_wealth))

    @property
    def log_wealth(self) -> float:
        """The logarithm of the wealth: of the mean over the mixture."""
        top = float(self.logs.max())
        return top + math.log(float(np.exp(self.logs - top).mean()))

    @property
    def refutes(self) -> bool:
        """Whether the wealth reached ``1 / alpha`` now."""
        return self.log_wealth >= -math.log(self.alpha)


def wealth_of(search: Search, budget: float, alpha: float = ALPHA) -> records.Wealth | None:
    """Bet against a claim of the form ``Mean(q) <= bound`` on fresh randomness over its closest instances.

    One wealth over all of them; if it refutes, the instance on which the draws were largest is named, and confirmed by a
    process of its own on draws fresher still, for at most the same ``budget`` in seconds.  None for a statement of another
    form, or where no instance has a positive bound: then only exact expectations decide.  Raises `EvaluationError` for
    draws that cannot be bet on, unless exact means decide anyway.
    """
    if not bettable(search.claim.statement, search.claim.axis_names()):
        return None
    try:
        return _bet(search, budget, alpha)
    except EvaluationError:
        if search.exact_means:
            return None
        raise


def _bet(search: Search, budget: float, alpha: float) -> records.Wealth | None:
    chosen = [instance for _, instance in search.closest if meets_hypotheses(search, instance)]
    process, deadline = EProcess(alpha), time.perf_counter() + budget
    sums = dict.fromkeys(range(len(chosen)), (0.0, 0))
    position = 0
    while sums and time.perf_counter() < deadline and not process.refutes:
        number = list(sums)[position % len(sums)]
        ratios = _ratios(search, chosen[number])
        if ratios is None:  # the bound is not positive there: that instance is out, before any bet on it
            del sums[number]
            continue
        position += 1
        process.bet(ratios)
        total, count = sums[number]
        sums[number] = total + float(ratios.sum()), count + len(ratios)
    if not process.draws:
        return None
    named = confirmation = None
    if process.refutes:
        worst = max(sums, key=lambda number: sums[number][0] / max(sums[number][1], 1))
        confirmation = _confirm(search, chosen[worst], budget, alpha)
        named = _named(search, chosen[worst], sums[worst], confirmation) if confirmation.refutes else None
    return records.Wealth(
        alpha=alpha, draws=process.draws, log_wealth=process.log_wealth, path=_thinned(process.path), instances=len(sums),
        counterexample=named, confirming_draws=confirmation.draws if confirmation else 0,
        confirming_log_wealth=confirmation.log_wealth if confirmation else 0.0,
    )  # fmt: skip


def _confirm(search: Search, instance: Instance, budget: float, alpha: float) -> EProcess:
    """A process of its own for one instance, which earlier draws chose, on draws that nothing has seen."""
    process, deadline = EProcess(alpha), time.perf_counter() + budget
    while time.perf_counter() < deadline and not process.refutes:
        ratios = _ratios(search, instance)
        assert ratios is not None  # its bound was positive before, and does not depend on the draw
        process.bet(ratios)
    return process


def _named(search: Search, instance: Instance, sums: tuple[float, int], process: EProcess) -> records.Shown:
    total, count = sums
    ruling = Ruling(
        "e-value", 0, statement.serialise(search.claim.statement),
        reason=f"the mean of {count} draws is {total / count:.6g} times the bound; "
        f"{process.draws} fresh draws give the log-wealth {process.log_wealth:.4g}",
    )  # fmt: skip
    return Exhibit(search.claim, instance, ruling).record()


def meets_hypotheses(search: Search, instance: Instance) -> bool:
    """Whether exact arithmetic, on one draw, says that an instance meets the hypotheses: a bet may rest on no other."""
    claim = search.claim
    if not claim.hypotheses:
        return True
    drawn = with_randomness(search, Structure(instance.sizes, instance.choices), instance)
    try:
        scalars = Scalars(claim, Certifying(BITS), drawn_values(search, drawn), instance.sizes)
        return all(decide(hypothesis, scalars).holds for hypothesis in claim.hypotheses)
    except (ArithmeticError, OracleError):
        return False


def bettable(claimed: sympy.Basic, axes: Collection[str] = ()) -> bool:
    """Whether a statement is ``Mean(q) <= bound`` with one quantity ``q``, without an axis and without a mean in the bound.

    A ratio of two means is not the mean of the ratios, and entries of one draw along an axis are not fresh draws.
    """
    if not isinstance(claimed, (sympy.Le, sympy.Lt)) or not isinstance(claimed.lhs, statement.Mean):
        return False
    return not claimed.rhs.atoms(*statement.EXPECTATIONS) and not statement.names(claimed) & set(axes)


def drawn_tensors(search: Search, structure: Structure, instance: Instance, draws: int) -> Tensors:
    """The evaluator's quantities on one instance under fresh randomness, one row per draw."""
    claim, xp, sizes = search.claim, search.xp, structure.sizes
    raw = {name: xp.repeat(array, draws, axis=0) for name, array in search.stack([instance]).items()}
    objects = tensors_of(xp, claim.inputs, raw, sizes, structure.choices)
    objects |= draws_of(xp, claim.randomness, search.sampler, draws, sizes)
    return Tensors(claim, xp, claim.evaluated(xp, objects, sizes), sizes)


def _ratios(search: Search, instance: Instance) -> Any:
    """Values of ``q / bound`` on fresh draws for one instance; None where only exact arithmetic can: the bound is not positive."""
    claim = search.claim
    tensors = drawn_tensors(search, Structure(instance.sizes, instance.choices), instance, BLOCK)
    q = value_of(claim.statement.lhs.args[0], tensors)
    bounds = np.asarray((value_of(claim.statement.rhs, tensors) + 0 * q).cpu(), dtype=float).reshape(-1)
    if not np.all(bounds > 0):
        if search.exact_means:  # exact arithmetic rules on that instance
            return None
        raise EvaluationError(f"{claim.id}: the bound of a mean is not positive on an instance, so no bet is possible")
    if np.ptp(bounds) > FLOAT_SLACK * bounds[0]:
        raise EvaluationError(f"{claim.id}: the bound of a mean changes from draw to draw, so it is no bound of the mean")
    ratios = np.asarray(q.cpu(), dtype=float).reshape(-1) / bounds
    if not np.all(np.isfinite(ratios)) or np.any(ratios < -FLOAT_SLACK):
        raise EvaluationError(
            f"{claim.id}: a draw of {claim.statement.lhs.args[0]} is negative, infinite or NaN, so no bet is possible"
        )
    return ratios


def _thinned(path: list[tuple[int, float]], points: int = 200) -> list[tuple[int, float]]:
    step = max(1, len(path) // points)
    return path[::step]
