"""A betting e-process and the confidence sequence that inverts it, both valid whenever one stops.

If numbers ``r_i >= 0`` have conditional means at most 1, the wealth ``prod(1 + b (r_i - 1))`` of a bet ``b`` in [0, 1) is a
non-negative supermartingale, whatever their law; by Ville's inequality it ever reaches ``1 / alpha`` with probability
at most ``alpha`` (Ville 1939; Waudby-Smith and Ramdas 2024, arXiv 2010.09686).  A mean of such wealths is one too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALPHA = 1e-9
BETS = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.95)
STEPS = 40
BINS = 1024
SINGLE = 64


@dataclass
class EProcess:
    """The mean of the wealths of ``players``, each of whom mixes the constant bets `BETS`.

    A mixture of constant bets is chosen over an adaptive one since its wealth does not depend on the order of the draws:
    the logarithms of shards add up to those of one long run.  What a player bets on may change if the past alone says how.
    """

    players: int = 1
    alpha: float = ALPHA
    draws: int = 0
    logs: NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, len(BETS))))
    path: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.logs) != self.players:
            self.logs = np.zeros((self.players, len(BETS)))

    def bet(self, ratios: Iterable[float], player: int = 0) -> None:
        """Bet on ratios in order; ValueError unless all are finite and at least 0 (an overflow is no evidence)."""
        values = np.asarray(list(ratios) if not isinstance(ratios, np.ndarray) else ratios, dtype=float)
        if values.ndim != 1:
            raise ValueError(f"got ratios of the shape {values.shape}, but an e-process bets on one number after the other")
        if values.size == 0:
            return
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            worst = values[~np.isfinite(values) | (values < 0)][0]
            raise ValueError(f"got the ratio {worst}, but an e-process bets on finite non-negative numbers only")
        self.logs[player] += log_factors(values).sum(axis=1)
        self.draws += int(values.size)
        self.path.append((self.draws, self.log_wealth))

    def join(self, logs: NDArray[np.float64], draws: int) -> None:
        """Multiply by the wealths ``exp(logs)``, ``(players, bets)``, of a process on ``draws`` independent draws."""
        if np.shape(logs) != self.logs.shape:
            raise ValueError(f"got logarithms of the shape {np.shape(logs)}, but this process has {self.logs.shape}")
        self.logs = self.logs + logs
        self.draws += draws
        self.path.append((self.draws, self.log_wealth))

    @property
    def log_wealth(self) -> float:
        """The logarithm of the wealth."""
        return float(log_mean(self.logs.reshape(-1)))

    def wealth_of(self, player: int) -> float:
        """The logarithm of one player's wealth."""
        return float(log_mean(self.logs[player]))

    @property
    def refutes(self) -> bool:
        """Whether the wealth reached ``1 / alpha`` now."""
        return self.log_wealth >= -math.log(self.alpha)


def log_factors(ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithms of what each ratio multiplies the wealth of each bet with: ``(bets, *ratios.shape)``."""
    bets = np.asarray(BETS).reshape(-1, *[1] * ratios.ndim)
    return np.asarray(np.log1p(bets * (ratios[None] - 1)))


def log_mean(logs: NDArray[np.float64], axis: int = -1) -> Any:
    """``log(mean(exp(logs)))`` along an axis, without overflow."""
    top = np.max(logs, axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.mean(np.exp(logs - top), axis=axis))


def interval(values: NDArray[np.float64], low: float | None, high: float | None, level: float) -> tuple[float, float]:
    """A confidence interval for the mean of draws from a law on ``[low, high]``, None for an open end.

    At every number of draws it is the inversion of an e-process, so all of them together hold the mean with probability at
    least ``1 - level``.  Where an end is open the interval is open on the other side: a heavy tail may hide there.
    """
    share = level / 2 if low is not None and high is not None else level
    lower = -math.inf if low is None else low + least_mean(values - low, share)
    upper = math.inf if high is None else high - least_mean(high - values, share)
    return lower, upper


def least_mean(values: NDArray[np.float64], level: float) -> float:
    """The largest number that the wealth against "the mean of these values >= 0 is at most this" refutes at ``level``."""
    points, counts = _binned_down(np.maximum(values, 0.0))
    if not points.size or points[-1] <= 0:
        return 0.0
    wanted = -math.log(level)
    low, high = -80.0, 0.0  # logarithms in units of the mean, which lies above
    mean = float((points * counts).sum() / counts.sum())
    for _ in range(STEPS):
        middle = (low + high) / 2
        logs = (log_factors(points / (mean * math.exp(middle))) * counts).sum(axis=1)
        low, high = (middle, high) if log_mean(logs) >= wanted else (low, middle)
        if high - low < 1e-6:
            break
    return mean * math.exp(low) if low > -80.0 else 0.0


def _binned_down(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values in rising order, pooled in bins at the least of each, the largest ones single: the wealth only shrinks."""
    ordered = np.sort(values)
    edges = np.unique(np.linspace(0, max(len(ordered) - SINGLE, 0), BINS + 1).astype(int))[:-1]
    starts = np.concatenate([edges, np.arange(max(len(ordered) - SINGLE, 0), len(ordered))]).astype(int)
    starts = np.unique(starts)
    counts = np.diff(np.append(starts, len(ordered)))
    return ordered[starts], counts.astype(float)
