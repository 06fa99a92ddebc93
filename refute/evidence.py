"""Evidence about means from fresh randomness: an e-process bets against a claim, and goes on where earlier runs stopped.

Pilot draws choose what each player bets on: one relation at one entry of the axes, on one instance.  Then the process of
`refute.eprocess` runs on draws that nothing has seen; if it refutes, the instance of the richest player is confirmed by
a process of its own on draws fresher still, and named.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute import betting, certificate, decision, records, statement, streams
from refute.agreement import BITS, drawn_values, with_randomness
from refute.arithmetic import Certifying
from refute.betting import Target
from refute.decision import Scalars, decide
from refute.eprocess import ALPHA, BETS, EProcess, interval, log_factors, log_mean
from refute.errors import Disagreement, EvaluationError, OracleError, RefuteError
from refute.evaluation import Tensors, holds
from refute.exhibit import Exhibit, texts
from refute.inputs import Parts, Sampler, join, raw_draws_of, shape_of, tensors_of
from refute.instance import Instance, exact
from refute.judge import FIRST_BITS, Ruling, oracle_values
from refute.search import Search
from refute.structure import Structure

PLAYERS = 12
SPREAD = 7
SAME = 2
BLOCK = 4096
PILOT = 512
PILOT_BATCH = 8
PILOT_SHARE = 0.4
KEPT = 1.0
LEVEL = 1e-3
CONFIRM_SECONDS = 1.0
ASKED = 64
POINTS = 200


@dataclass(frozen=True)
class Bet:
    """What a player bets on: a target at one entry of the axes on one instance."""

    instance: Instance
    target: Target
    entry: tuple[int, ...]


def wealth_of(
    search: Search, budget: float, store: streams.Store | None = None, seed: int = 0, alpha: float = ALPHA
) -> records.Wealth | None:
    """Bet for ``budget`` seconds against a claim about means, continuing the streams in ``store``.

    If the wealth refutes, the richest player's instance is named once a process of its own on fresher draws has confirmed it
    (for at most ``budget`` seconds more, or `CONFIRM_SECONDS`).  None where nothing can be bet on: no relation is linear in means whose
    ranges are declared, or no bound leaves room.  Raises `EvaluationError` for draws that contradict their declared range,
    `Disagreement` if exact means hold where the draws refute.
    """
    claim = search.claim
    if betting.obstacle(claim):
        return None
    store = store or streams.Store(None)
    earlier = store.of(claim)
    logs, earlier_draws = streams.total(earlier, (PLAYERS, len(BETS)))
    begun = time.perf_counter()
    bets = _players(search, earlier, logs, begun + PILOT_SHARE * budget)
    if not bets:
        return None
    fresh = streams.fresh_seed(claim, seed, earlier)
    start = (0, float(log_mean(logs.reshape(-1))))
    process, values = _bet(search, bets, logs, Sampler(fresh, search.device), begun + budget, alpha)
    if store.path is not None:
        store.append(_stream(claim, fresh, process, logs, bets))
    named, confirmation = None, None
    if process.refutes:
        richest = max(values, key=process.wealth_of)
        _require_open(search, bets[richest].instance)
        _require_oracle_agrees(search, bets[richest], Sampler(fresh + 2, search.device))
        sampler = Sampler(fresh + 1, search.device)
        confirmation = _confirm(search, bets[richest], sampler, time.perf_counter() + max(budget, CONFIRM_SECONDS), alpha)
        if confirmation.refutes:
            named = _named(search, bets[richest], values[richest], confirmation)
    return records.Wealth(
        alpha=alpha, draws=process.draws, log_wealth=process.log_wealth, path=[start, *_thinned(process.path)],
        earlier_runs=len(earlier), earlier_draws=earlier_draws, level=LEVEL,
        means=[
            _mean(search, bets[player], draws, process.wealth_of(player))
            for player, draws in sorted(values.items())
            if all(np.all(np.isfinite(block.values[bets[player].entry])) for block in draws)
        ],
        counterexample=named, confirming_draws=confirmation.draws if confirmation else 0,
        confirming_log_wealth=confirmation.log_wealth if confirmation else 0.0,
    )  # fmt: skip


# what to bet on, chosen on pilot draws ---------------------------------------------------------------------------


def _players(search: Search, earlier: Sequence[streams.Stream], logs: NDArray[np.float64], deadline: float) -> dict[int, Bet]:
    """The bet of every player: those that were winning keep theirs, the others get what pilot draws promise most."""
    kept = _kept(search, earlier, logs)
    free = [player for player in range(PLAYERS) if player not in kept]
    halfway = (time.perf_counter() + deadline) / 2
    closest = [bet for _, instance in search.closest for bet in _promising(search, instance, halfway)]
    spread = [bet for some in _spread(search) if (bet := _first_promising(search, some, deadline)) is not None]
    closest = _few_each(sorted(closest, key=lambda found: -found[0]))
    spread.sort(key=lambda found: -found[0])
    reserved = min(len(spread), SPREAD)
    chosen = [*closest[: max(len(free) - reserved, 0)], *spread[:reserved]]
    return kept | {player: bet for player, (_, bet) in zip(free, chosen, strict=False)}


def _few_each(bets: list[tuple[float, Bet]]) -> list[tuple[float, Bet]]:
    """The first `SAME` bets of every structure, so that near copies of one instance do not take all players."""
    known: set[Any] = set()
    of_structure: dict[str, int] = {}
    found = []
    for growth, bet in bets:
        same, key = (bet.instance.key(), bet.target.name), Structure(bet.instance.sizes, bet.instance.choices).key
        if same not in known and of_structure.get(key, 0) < SAME:
            known.add(same)
            of_structure[key] = of_structure.get(key, 0) + 1
            found.append((growth, bet))
    return found


def _kept(search: Search, earlier: Sequence[streams.Stream], logs: NDArray[np.float64]) -> dict[int, Bet]:
    found: dict[int, Bet] = {}
    known = {target.name: target for target in betting.playable(search.claim)}
    for stream in earlier:
        for player, stake in stream.kept.items():
            if stake.target in known and float(logs[int(player)].max()) > KEPT:
                try:
                    instance = certificate.rebuilt(search.claim, stake.sizes, stake.choices, stake.raw)
                except RefuteError:
                    continue
                found[int(player)] = Bet(instance, known[stake.target], tuple(stake.entry))
    return found


def _promising(search: Search, instance: Instance, deadline: float) -> list[tuple[float, Bet]]:
    """For each target its most promising entry on an instance: the growth of the best bet on pilot draws, the best first."""
    if time.perf_counter() > deadline or not meets_hypotheses(search, instance):
        return []
    tensors = drawn_tensors(search, Structure(instance.sizes, instance.choices), instance, PILOT, search.sampler)
    _require_undrawn(search, tensors)
    found = []
    for target in betting.playable(search.claim):
        draws = betting.drawn(target, search.claim, tensors)
        open_ = (entry for entry in draws.entries if not draws.bound[entry] >= draws.high[entry])  # no draw could exceed it
        options = [(float(log_factors(r).mean(axis=1).max()), e) for e in open_ if (r := draws.ratios(e)) is not None]
        if options:
            growth, entry = max(options)
            found.append((growth, Bet(instance, target, entry)))
    return sorted(found, key=lambda pair: -pair[0])


def _require_undrawn(search: Search, tensors: Tensors) -> None:
    """Raise `EvaluationError` for a hypothesis about a random quantity: a mean under a condition is another mean."""
    met = np.asarray(holds(search.claim.hypotheses, tensors).cpu()) if search.claim.hypotheses else np.ones(1, dtype=bool)
    if met.any() != met.all():
        raise EvaluationError(f"{search.claim.id}: a hypothesis depends on the draw, but the mean is taken over all draws")


def _first_promising(search: Search, instances: Iterator[Instance], deadline: float) -> tuple[float, Bet] | None:
    """The best bet on the first of some instances that allows one."""
    for instance in instances:
        if found := _promising(search, instance, deadline):
            return found[0]
    return None


def _spread(search: Search) -> Iterator[Iterator[Instance]]:
    """A few sampled instances, the closest first, at structures that are spread over the ranges of the sizes."""
    drawn = {structure.key: structure for structure in (search.random_structure() for _ in range(8 * SPREAD))}
    ordered = sorted(drawn.values(), key=lambda structure: (tuple(structure.sizes.values()), structure.key))
    places = sorted({round(k * (len(ordered) - 1) / max(SPREAD - 1, 1)) for k in range(SPREAD)})
    for place in places:
        yield _sampled(search, ordered[place])


def _sampled(search: Search, structure: Structure) -> Iterator[Instance]:
    raw = search.sample(structure, PILOT_BATCH)
    gap, met = search.evaluate(structure, raw)
    gaps = np.asarray(gap.detach().cpu() if hasattr(gap, "detach") else gap, dtype=float)
    allowed = np.asarray(met.cpu() if hasattr(met, "cpu") else met) & np.isfinite(gaps)
    for row in np.argsort(-np.where(allowed, gaps, -np.inf))[: int(allowed.sum())]:
        instance = search.instance(structure, raw, int(row))
        if search.claim.admits(instance):
            yield instance


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


# betting on fresh draws ------------------------------------------------------------------------------------------


def _bet(
    search: Search, bets: dict[int, Bet], logs: NDArray[np.float64], sampler: Sampler, deadline: float, alpha: float
) -> tuple[EProcess, dict[int, list[betting.Draws]]]:
    """Every player once, then always the one who is richest: the past alone decides who bets next."""
    process = EProcess(PLAYERS, alpha, logs=logs.copy())
    values: dict[int, list[betting.Draws]] = {}
    waiting = sorted(bets, key=process.wealth_of, reverse=True)
    while not values or (time.perf_counter() < deadline and not process.refutes):
        player = waiting.pop(0) if waiting else max(bets, key=process.wealth_of)
        draws = _draws(search, bets[player], sampler)
        ratios = draws.ratios(bets[player].entry)
        assert ratios is not None  # the bound left room on pilot draws, and does not depend on the draw
        process.bet(ratios, player)
        values.setdefault(player, []).append(draws)
    return process, values


def _confirm(search: Search, bet: Bet, sampler: Sampler, deadline: float, alpha: float) -> EProcess:
    """A process of its own for one bet, which earlier draws chose, on draws that nothing has seen."""
    process = EProcess(alpha=alpha)
    while time.perf_counter() < deadline and not process.refutes:
        ratios = _draws(search, bet, sampler).ratios(bet.entry)
        assert ratios is not None
        process.bet(ratios)
    return process


def _draws(search: Search, bet: Bet, sampler: Sampler) -> betting.Draws:
    structure = Structure(bet.instance.sizes, bet.instance.choices)
    return betting.drawn(bet.target, search.claim, drawn_tensors(search, structure, bet.instance, BLOCK, sampler))


def drawn_tensors(
    search: Search, structure: Structure, instance: Instance, draws: int, sampler: Sampler | None = None
) -> Tensors:
    """The evaluator's quantities on one instance under fresh randomness, one row per draw."""
    return _on_draws(search, instance, raw_draws_of(search.claim.randomness, sampler or search.sampler, draws, structure.sizes))


def _on_draws(search: Search, instance: Instance, drawn: dict[str, Parts]) -> Tensors:
    """The evaluator's quantities on one instance and the given raw draws of each random input, one row per draw."""
    claim, xp, sizes = search.claim, search.xp, instance.sizes
    rows = int(next(iter(next(iter(drawn.values())).values())).shape[0])
    raw = {name: xp.repeat(array, rows, axis=0) for name, array in search.stack([instance]).items()}
    objects = tensors_of(xp, claim.inputs, raw, sizes, instance.choices)
    objects |= {name: law.tensor(xp, drawn[name], sizes, {}) for name, law in claim.randomness.items()}
    return Tensors(claim, xp, claim.evaluated(xp, objects, sizes), sizes)


# what is left behind ---------------------------------------------------------------------------------------------


def _stream(claim: Any, seed: int, process: EProcess, before: NDArray[np.float64], bets: dict[int, Bet]) -> streams.Stream:
    gained = process.logs - before
    winning = {player: bet for player, bet in bets.items() if float(process.logs[player].max()) > KEPT}
    return streams.Stream(
        claim=claim.id, fingerprint=streams.fingerprint(claim), seed=seed, draws=process.draws,
        logs=[[float(f"{number:.12g}") for number in row] for row in gained],
        kept={
            str(player): streams.Stake(
                target=bet.target.name, entry=list(bet.entry), sizes=dict(bet.instance.sizes),
                choices=dict(bet.instance.choices), raw={name: texts(array) for name, array in bet.instance.raw.items()},
            )
            for player, bet in winning.items()
        },
    )  # fmt: skip


def _require_oracle_agrees(search: Search, bet: Bet, sampler: Sampler) -> None:
    """Raise `Disagreement` if the oracle denies what the evaluator says of draws, first of those that speak most against the claim.

    A bet knows the evaluator alone; a slip in it would be confirmed by any number of fresh draws.
    """
    claim, instance, sizes = search.claim, bet.instance, bet.instance.sizes
    raw = raw_draws_of(claim.randomness, sampler, BLOCK, sizes)
    draws = betting.drawn(bet.target, claim, _on_draws(search, instance, raw))
    values, errors = draws.values[bet.entry], draws.error[bet.entry]
    mp, deadline = Certifying(BITS), time.perf_counter() + CONFIRM_SECONDS
    loudest = np.argsort(-values)
    for row in (*loudest[:ASKED], *loudest[-ASKED:], *range(ASKED)):
        if time.perf_counter() > deadline:
            return
        parts = {
            join(name, part): exact(np.asarray(search.array(array[int(row)]).cpu()).reshape(shape_of(law.parts()[part], sizes)))
            for name, law in claim.randomness.items()
            for part, array in raw[name].items()
        }
        try:
            scalars = Scalars(claim, mp, drawn_values(search, instance.replace(**parts)), sizes)
            scalars.index = _indices(search, bet)
            truth = decision.value_of(bet.target.left, scalars)
        except (ArithmeticError, OracleError):
            continue
        apart = abs(bet.target.sign * float(values[row]) - mp.to_float(truth)) - float(mp.radius(truth))
        if apart > errors[row]:
            raise Disagreement(
                f"{claim.id}: on a draw that speaks against the claim the evaluator says "
                f"{bet.target.left} = {bet.target.sign * float(values[row])!r} inside the mean, the oracle says {mp.to_float(truth)!r}, "
                f"at sizes {dict(sizes)}"
            )


def _require_open(search: Search, instance: Instance) -> None:
    """Raise `Disagreement` if the exact means of an instance hold where draws refute: something is wrong, and it is not the theorem."""
    if not search.exact_means:
        return
    ruling = search.judge.rule(instance)
    if ruling.outcome in ("holds", "tie"):
        raise Disagreement(
            f"{search.claim.id}: exact means say that the statement holds on an instance where the draws refute it "
            f"({ruling.sides}); the expectation, the evaluator or the sampler is wrong"
        )


def _named(search: Search, bet: Bet, blocks: Sequence[betting.Draws], process: EProcess) -> records.Shown:
    values = np.concatenate([block.values[bet.entry] for block in blocks])
    ruling = Ruling(
        "e-value", 0, statement.serialise(bet.target.relation), _index(search, bet),
        reason=f"the mean of {len(values)} draws of {bet.target.left} is {bet.target.sign * values.mean():.6g}, the bound "
        f"{bet.target.sign * blocks[0].bound[bet.entry]:.6g}; {process.draws} fresh draws give the log-wealth {process.log_wealth:.4g}",
    )  # fmt: skip
    return Exhibit(search.claim, bet.instance, ruling).record()


def _mean(search: Search, bet: Bet, blocks: Sequence[betting.Draws], log_wealth: float) -> records.Betted:
    """The record of one player's means, in the direction of the claim's relation."""
    entry, sign, first = bet.entry, bet.target.sign, blocks[0]
    values = np.concatenate([block.values[entry] for block in blocks])
    low, high = interval(values, _finite(first.low[entry]), _finite(first.high[entry]), LEVEL)
    ends, declared = (low, high), (first.low[entry], first.high[entry])
    if sign < 0:
        ends, declared = (-high, -low), (-declared[1], -declared[0])
    return records.Betted(
        left=search.claim.latex(bet.target.left), sign=sign, sizes=dict(bet.instance.sizes),
        choices=dict(bet.instance.choices), index=_index(search, bet), draws=len(values), mean=float(sign * values.mean()),
        low=_finite(ends[0]), high=_finite(ends[1]), bound=float(sign * first.bound[entry]), floor=_finite(declared[0]),
        ceiling=_finite(declared[1]), exact=_clipped(_exact(search, bet), *declared), log_wealth=log_wealth,
    )  # fmt: skip


def _exact(search: Search, bet: Bet) -> tuple[float, float] | None:
    """An enclosure of the exact mean in the direction of the claim's relation, where one is known."""
    if not search.exact_means:
        return None
    mp = Certifying(bits=FIRST_BITS)
    try:
        found = oracle_values(search.claim, mp, bet.instance)
        if found is None:
            return None
        scalars = Scalars(search.claim, mp, found, bet.instance.sizes)
        scalars.index = _indices(search, bet)
        value = decision.value_of(bet.target.left, scalars)
    except (ArithmeticError, RefuteError):
        return None
    middle, radius = mp.to_float(value), float(mp.radius(value))
    return (middle - radius, middle + radius) if math.isfinite(middle) and math.isfinite(radius) else None


def _indices(search: Search, bet: Bet) -> dict[str, int]:
    """A value of every axis, those at a bet's entry where its relation speaks of them."""
    first = {axis: search.claim.axis_range(axis, bet.instance.sizes)[0] for axis in search.claim.axis_names()}
    return first | _index(search, bet)


def _clipped(ends: tuple[float, float] | None, low: float, high: float) -> tuple[float, float] | None:
    """An enclosure within the declared range, NaN for an end of it that is open."""
    return None if ends is None else (float(np.nanmax([ends[0], low])), float(np.nanmin([ends[1], high])))


def _index(search: Search, bet: Bet) -> dict[str, int]:
    """The values of the axes at a bet's entry, of those axes that its relation speaks of."""
    spoken = statement.names(bet.target.relation)
    places = zip(search.claim.axis_names(), bet.entry, strict=True)
    return {axis: search.claim.axis_range(axis, bet.instance.sizes)[place] for axis, place in places if axis in spoken}


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _thinned(path: list[tuple[int, float]]) -> list[tuple[int, float]]:
    return path[:: max(1, len(path) // POINTS)]
