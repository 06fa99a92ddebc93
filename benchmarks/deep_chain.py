r"""What float32 and float64 do to a chain of 1000 layers, against the chain of 200 digits with the same weights.

$H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with $H_0\in\mathbb R^{d\times n}$; BN scales every row to unit norm.  Weights
and inputs are float32 numbers, so that the three chains share them exactly; the orthogonal ones are orthogonal exactly, products
of reflections $I-2vv^\top/\|v\|^2$ with integer $v$ and $\|v\|^2=16$.  The float chains and gradients are the evaluators of the
catalogue (`strategies.batchnorm`), batched over draws; the factor $1/\sqrt d$ changes no quantity that is measured.

``python -m benchmarks.deep_chain [--depth 1000] [--draws 8] [--reports reports]`` writes ``deep_chain.md`` and its figures into
the reports folder.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import deep_chain_exact as exact
from benchmarks import deep_chain_page as page
from benchmarks.deep_chain_exact import Matrix
from refute.inputs import Sampler
from refute.namespace import namespace
from strategies.batchnorm import forward, gradients, isometry_gap, log_norm

DIGITS = 200
PRECISIONS = {"float32": torch.float32, "float64": torch.float64}
REFLECTIONS, SQUARE = 4, 16
SUMS_OF_SQUARES = ((2, 2, 2, 2), (3, 2, 1, 1, 1), (2, 2, 2, 1, 1, 1, 1), (3, *[1] * 7), (2, 2, *[1] * 8), (2, *[1] * 12))
SPACING = 5
SEED = 1
XP = namespace("torch")


@dataclass(frozen=True)
class Network:
    """``n`` samples in width ``d``; the start is Gaussian, or within 1e-14 of the largest gap (all columns nearly equal)."""

    name: str
    n: int
    d: int
    orthogonal: bool = False
    near_rank_one: bool = False
    normalised: bool = True


NETWORKS = (
    Network("orthogonal weights, n = d", 8, 8, orthogonal=True),
    Network("orthogonal weights, n = d, start near rank one", 8, 8, orthogonal=True, near_rank_one=True),
    Network("orthogonal weights, n < d", 4, 16, orthogonal=True),
    Network("Gaussian weights, n = d", 8, 8),
    Network("Gaussian weights, n < d", 4, 16),
    Network("Gaussian weights, n < d, start near rank one", 4, 16, near_rank_one=True),
    Network("Gaussian weights, n far below d", 2, 32),
    Network("Gaussian weights, n = d, without normalization", 4, 4, normalised=False),
)


@dataclass(frozen=True)
class Chain:
    """Draws of the input ``(draws, d, n)``, the weights ``(draws, depth, d, d)`` and the gradient of a linear loss, float64."""

    X: Any
    W: Any
    G: Any


@dataclass(frozen=True)
class Measured:
    """What the three chains of a network make of the same numbers, per draw.

    ``errors`` are relative errors of H, ``(layers, draws)``, ``gaps`` and ``ranks`` the two gaps of `deep_chain_exact.gaps` at the
    layers ``at``, ``(len(at), draws)``, under the names of the precisions and "exact"; ``log_gradients`` are those of the first
    layer, less the log-norm of the loss's (NaN or infinite after an overflow); ``digits`` of the last layer are confirmed by twice
    as many.  For orthogonal weights and n = d two theorems speak about the path: ``rises`` are the first layers at which the isometry
    gap rises in floats, though it cannot, ``slack`` is by how much the log-gradients stay below the bound of `grad_pathwise`.
    """

    network: Network
    at: Sequence[int]
    errors: dict[str, Any]
    gaps: dict[str, Any]
    ranks: dict[str, Any]
    log_gradients: dict[str, Any]
    rises: dict[str, list[int]]
    slack: dict[str, Any]
    digits: float


def draw(network: Network, depth: int, draws: int, seed: int) -> Chain:
    """Numbers that float32 holds, from a recorded seed."""
    sampler = Sampler(seed)
    d, n = network.d, network.n

    def gaussian(*shape: int) -> Any:
        return sampler.normal(*shape).float().double()

    X = 1 + sampler.integers(0, 3, draws, d, n) * 2.0**-23 if network.near_rank_one else gaussian(draws, d, n)
    W = reflections(sampler, draws * depth, d).reshape(draws, depth, d, d) if network.orthogonal else gaussian(draws, depth, d, d)
    return Chain(X, W, gaussian(draws, d, n))


def reflections(sampler: Sampler, count: int, d: int) -> Any:
    """Matrices ``(count, d, d)`` that are orthogonal exactly, with entries of at most 13 bits."""
    sizes = torch.tensor([[*sizes, *[0] * (d - len(sizes))] for sizes in SUMS_OF_SQUARES if len(sizes) <= d], dtype=torch.float64)
    product = torch.eye(d, dtype=torch.float64).repeat(count, 1, 1)
    for _ in range(REFLECTIONS):
        chosen = sizes[sampler.integers(0, len(sizes) - 1, count).long()]
        places = torch.argsort(sampler.uniform(count, d), dim=1)
        v = (torch.gather(chosen, 1, places) * sampler.signs(count, d))[:, :, None]
        product = product - 2 / SQUARE * v @ (v.mT @ product)
    return product


def measured(network: Network, depth: int, draws: int, seed: int = SEED) -> Measured:
    """Run the three chains and compare them."""
    chain = draw(network, depth, draws, seed)
    at = [k for k in range(1, depth + 1) if k <= 20 or k % SPACING == 0]
    states, norms = {}, {}
    logs: dict[str, Any] = {}
    for name, dtype in PRECISIONS.items():
        X, W, G = (part.to(dtype) for part in (chain.X, chain.W, chain.G))
        states[name], norms[name] = forward(XP, X, W) if network.normalised else (plain(X, W), [])
        back = gradients(XP, states[name], norms[name], W, G)[0] if network.normalised else plain_gradient(states[name], W, G)
        logs[name] = np.asarray(log_norm(XP, back) - log_norm(XP, G), dtype=float)
    found: dict[str, dict[str, list[Any]]] = {key: {name: [] for name in (*PRECISIONS, "exact")} for key in ("V", "rank", "H")}
    logs["exact"], digits = [], math.inf
    for number in range(draws):
        true, log = exact_chain(network, chain, number, bits_of(DIGITS))
        logs["exact"].append(log)
        if number == 0:
            finer, _ = exact_chain(network, chain, number, bits_of(2 * DIGITS))
            digits = agreed(true[-1], finer[-1])
        pairs = [state.two_floats() for state in true[1:]]
        chains = {name: [layer[number].double().numpy() for layer in layers] for name, layers in states.items()}
        for name, layers in chains.items():
            found["H"][name].append([relative_error(layer, *pair) for layer, pair in zip(layers[1:], pairs, strict=True)])
        for name in (*PRECISIONS, "exact"):
            both = [exact.gaps(Matrix.of(chains[name][k]) if name in chains else true[k]) for k in at]
            found["V"][name].append([gap for gap, _ in both])
            found["rank"][name].append([rank for _, rank in both])
    arrays = {key: {name: np.array(rows).T for name, rows in part.items() if rows} for key, part in found.items()}
    on_path = PRECISIONS if network.orthogonal and network.n == network.d else {}
    rises = {name: first_rises(states[name]) for name in on_path}
    slack = {name: pathwise_bound(states[name], norms[name]) - logs[name] for name in on_path}
    return Measured(network, at, arrays["H"], arrays["V"], arrays["rank"], logs, rises, slack, digits)


def bits_of(digits: int) -> int:
    return math.ceil(digits * math.log2(10))


def halvings(d: int) -> int:
    """The binary logarithm of ``sqrt(d)`` for a power of four."""
    return round(math.log2(d)) // 2


def exact_chain(network: Network, chain: Chain, number: int, bits: int) -> tuple[list[Matrix], float]:
    """The states of one draw in integers of that many bits, and the log-norm of the gradient of the first layer."""
    W = [Matrix.of(weight) for weight in chain.W[number].numpy()]
    X, G = Matrix.of(chain.X[number].numpy()), Matrix.of(chain.G[number].numpy())
    states, norms = exact.forward(X, W, bits, network.normalised, halvings(network.d))
    log = exact.log_gradients(states, norms, W, G, bits, halvings(network.d), {0})[0]
    return states, log - G.log_norm()


def plain(X: Any, W: Any) -> list[Any]:
    """The states without normalization, ``H -> W H / sqrt(d)`` for ``d`` a power of four."""
    states = [X]
    for k in range(W.shape[1]):
        states.append(W[:, k] @ states[-1] / 2.0 ** halvings(X.shape[1]))
    return states


def plain_gradient(states: list[Any], W: Any, G: Any) -> Any:
    """The gradient of ``<G, H_L>`` with respect to the first weight."""
    for k in reversed(range(1, W.shape[1])):
        G = W[:, k].mT @ G / 2.0 ** halvings(G.shape[1])
    return G @ states[0].mT / 2.0 ** halvings(G.shape[1])


def relative_error(layer: Any, high: Any, low: Any) -> float:
    """``|layer - (high + low)| / |high|`` in the Frobenius norm."""
    scale = np.abs(high).max()
    return float(np.linalg.norm(((layer - high) - low) / scale) / np.linalg.norm(high / scale))


def agreed(state: Matrix, finer: Matrix) -> float:
    """To how many digits of its largest entry a state agrees with a finer one."""
    difference = Matrix(
        [[a - b for a, b in zip(*rows, strict=True)] for rows in zip(state.rows, finer.at(state.exponent).rows, strict=True)], 0
    )
    return (state.log_norm() - state.exponent * math.log(2) - max(difference.log_norm(), 0.0)) / math.log(10)


def first_rises(states: list[Any]) -> list[int]:
    """The first layer of each draw whose isometry gap, in the precision of the chain, is above that of the layer before."""
    phi = torch.stack([isometry_gap(XP, state) for state in states[1:]])
    rising = phi[1:] > phi[:-1]
    return [2 + int(torch.argmax(column.int())) for column in rising.T if bool(column.any())]


def pathwise_bound(states: list[Any], norms: list[Any]) -> Any:
    """The logarithm of ``|X_0|_op`` times the product of the inverse shortest rows, ``(draws,)``."""
    shortest = torch.stack([torch.log(norm.amin(dim=1)) for norm in norms]).sum(dim=0)
    return np.asarray(torch.log(torch.linalg.svdvals(states[0])[:, 0]) - shortest, dtype=float)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--depth", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    options = parser.parse_args()
    begun, results = time.perf_counter(), []
    for network in NETWORKS:
        results.append(measured(network, options.depth, options.draws))
        print(f"{time.perf_counter() - begun:6.1f} s  {network.name}", flush=True)
    print(page.write(results, options.depth, options.draws, options.reports))


if __name__ == "__main__":
    main()
