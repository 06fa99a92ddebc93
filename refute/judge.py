"""The judge: floats propose instances, rationals and balls decide them.

Precision rises until the sign is decided.  An enclosure of ``lhs - rhs`` that keeps shrinking but still contains 0
at the cap is a *tie to p bits*; one that does not shrink is *undecided*.  A violation is confirmed by the
independent mpmath arithmetic before it counts.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from refute import statement as language
from refute.arithmetic import Ambiguous, Certifying, Reference
from refute.claim import Claim, accepted
from refute.decision import Decision, Scalars, decide
from refute.derived import exact_tensor, is_derived, oracle_of
from refute.enumeration import enumerated, is_enumerated
from refute.errors import Disagreement, OracleError, described
from refute.inputs import Input, choices_of, parts_of
from refute.instance import Instance

FIRST_BITS = 64
TIE_BITS = 256
PATIENCE = 0.01
CAP_BITS = 4096


@dataclass(frozen=True)
class Ruling:
    """What exact arithmetic says of one instance.

    ``outcome`` is ``violated``, ``holds``, ``tie`` (to ``bits``), ``unmet`` (a hypothesis fails), ``open`` (a mean
    without an exact value here) or ``undecided``; ``lhs`` and ``rhs`` are the two sides as printed numbers.
    """

    outcome: str
    bits: int
    relation: str = ""
    index: Mapping[str, int] | None = None
    lhs: str = ""
    rhs: str = ""
    gap: float = float("nan")
    reason: str = ""
    seconds: float = 0.0

    @property
    def sides(self) -> str:
        """Both sides with the relation between them, for one line of text."""
        place = ", ".join(f"{name} = {value}" for name, value in (self.index or {}).items())
        return language.compared(self.relation, self.lhs, self.rhs) + (f" at {place}" if place else "")


class Judge:
    """Decides instances of one claim; ``ties_to_cap`` instances may climb from `TIE_BITS` to ``cap`` bits.

    It stops at the bits at which it takes longer than `PATIENCE` seconds, as quadratures do.
    """

    def __init__(self, claim: Claim, cap: int = CAP_BITS, ties_to_cap: int = 2) -> None:
        self.claim, self.cap, self.climbs_left = claim, cap, ties_to_cap

    def rule(self, instance: Instance) -> Ruling:
        """The ruling on an instance; raises `OracleError` if the oracle raises and `Disagreement` if two arithmetics do."""
        begun = time.perf_counter()
        ruling = self._climb(instance)
        if ruling.outcome == "violated":
            self._confirm(instance, ruling)
        return dataclasses.replace(ruling, seconds=time.perf_counter() - begun)

    def _climb(self, instance: Instance) -> Ruling:
        bits, width, shrinks = FIRST_BITS, math.inf, False
        limit = min(TIE_BITS, self.cap)
        last: Ruling | None = None
        while bits <= limit:
            begun = time.perf_counter()
            mp = Certifying(bits=bits)
            try:
                scalars = self._scalars(mp, instance)
                if scalars is None:
                    return Ruling("open", bits, reason="no exact expectation is known for this instance")
                met = [decide(hypothesis, scalars) for hypothesis in self.claim.hypotheses]
                for hypothesis in met:
                    if hypothesis.holds is False:
                        return self._ruling("unmet", bits, mp, hypothesis)
                if any(hypothesis.holds is None for hypothesis in met):
                    raise Ambiguous("a hypothesis is not decided")
                decision = decide(self.claim.statement, scalars)
                if decision.holds is not None:
                    return self._ruling("holds" if decision.holds else "violated", bits, mp, decision)
                last = self._ruling("undecided", bits, mp, decision, decision.reason or "the enclosure of lhs - rhs contains 0")
                shrinks = math.isfinite(width) and decision.width <= width - bits // 4
                width = decision.width
            except Ambiguous as error:
                last = Ruling("undecided", bits, reason=str(error))
                width, shrinks = math.inf, False
            if bits >= TIE_BITS and shrinks and time.perf_counter() - begun > PATIENCE:
                break
            if bits == limit and limit < self.cap and (self.climbs_left > 0 or not shrinks):
                self.climbs_left -= 1
                limit = self.cap if shrinks else min(self.cap, 1024)
            bits *= 2
        if last is None:
            raise ValueError(f"the cap is {self.cap} bits, but the judge begins at {FIRST_BITS}")
        return dataclasses.replace(last, outcome="tie", reason="") if shrinks else last

    def _scalars(self, mp: Any, instance: Instance) -> Scalars | None:
        values = oracle_values(self.claim, mp, instance)
        return None if values is None else Scalars(self.claim, mp, values, instance.sizes)

    def _ruling(self, outcome: str, bits: int, mp: Any, decision: Decision, reason: str = "") -> Ruling:
        comparison = decision.comparison
        if comparison is None:
            return Ruling(outcome, bits, reason=reason)
        return Ruling(
            outcome,
            bits,
            comparison.relation,
            comparison.index,
            mp.exact_str(comparison.lhs),
            mp.exact_str(comparison.rhs),
            comparison.gap,
            reason,
        )

    def _confirm(self, instance: Instance, ruling: Ruling) -> None:
        """The mpmath arithmetic, at more digits than the deciding balls, must not say that the statement holds.

        It tries four times the digits where it cannot tell; a tie that rationals decided stays one at any number of digits.
        """
        digits = max(50, ruling.bits * 3 // 10)
        for mp in (Reference(dps=digits), Reference(dps=4 * digits)):
            try:
                values = oracle_values(self.claim, mp, instance)
            except OracleError:
                if mp.dps > digits:
                    raise
                continue  # at too few digits a difference may round to 0 and be divided by
            if values is None:
                return
            scalars = Scalars(self.claim, mp, values, instance.sizes)
            for hypothesis in self.claim.hypotheses:
                if decide(hypothesis, scalars).holds is False:
                    raise Disagreement(
                        f"{self.claim.id}: balls say that {hypothesis} is met, mpmath at {mp.dps} digits that it is not"
                    )
            decision = decide(self.claim.statement, scalars)
            if decision.holds:
                raise Disagreement(
                    f"{self.claim.id}: balls at {ruling.bits} bits say violated ({ruling.lhs} against {ruling.rhs}), "
                    f"mpmath at {mp.dps} digits says that it holds; one of the two arithmetics of the oracle is wrong"
                )
            if decision.holds is False:
                return


def exact_arguments(claim: Claim, mp: Any, instance: Instance, randomness: bool = False) -> dict[str, Any]:
    """The inputs of a claim built in the arithmetic ``mp`` from an exact instance."""
    sources = {**claim.inputs, **(claim.randomness if randomness else {})}
    return _built(claim, mp, sources, instance, is_derived(claim) and (randomness or not claim.randomness))


def _built(claim: Claim, mp: Any, sources: Mapping[str, Input], instance: Instance, derived: bool) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for name, source in sources.items():
        chosen = choices_of(name, instance.choices)
        parts = parts_of(name, source, instance.raw)
        if derived:
            built[name] = exact_tensor(claim, mp, source, parts, instance.sizes, chosen)
        else:
            built[name] = source.exact(mp, parts, instance.sizes, chosen)
    return built


def oracle_values(claim: Claim, mp: Any, instance: Instance) -> Mapping[Any, Any] | None:
    """All quantities of a claim on one instance: from its oracle, or its expectation if it is about a mean.

    Without an expectation the means over finite laws are those of the oracle over all outcomes, if they are few.
    """
    if is_enumerated(claim):
        return _enumerated(claim, mp, instance)
    function = claim.expectation if claim.randomness else oracle_of(claim)
    if function is None:
        return None
    values = _called(claim, function, mp, exact_arguments(claim, mp, instance), instance.sizes)
    if values is None and claim.randomness:
        return None
    return _mapping(claim, values)


def _enumerated(claim: Claim, mp: Any, instance: Instance) -> Mapping[Any, Any] | None:
    oracle, derived = oracle_of(claim), is_derived(claim)
    given = _built(claim, mp, claim.inputs, instance, derived)

    def values_of(raw: Mapping[str, Any]) -> Mapping[Any, Any]:
        drawn = Instance(instance.sizes, raw=raw)
        values = _called(claim, oracle, mp, {**given, **_built(claim, mp, claim.randomness, drawn, derived)}, instance.sizes)
        return _mapping(claim, values)

    return enumerated(claim, mp, instance.sizes, values_of)


def _called(claim: Claim, function: Callable[..., Any], mp: Any, arguments: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    try:
        return function(mp, **accepted(function, {**arguments, **sizes}))
    except (Ambiguous, OracleError):
        raise
    except Exception as error:
        raise OracleError(f"{claim.id}: the oracle raised {described(error)} at sizes {dict(sizes)}") from error


def _mapping(claim: Claim, values: Any) -> Mapping[Any, Any]:
    if not isinstance(values, Mapping):
        raise OracleError(f"{claim.id}: the oracle returned {values!r}, but should return a mapping from names to values")
    return values
