"""The oracles of the transformer family against whole networks in rationals, moments by enumeration, and printed values."""

import dataclasses
import itertools
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles import transformers
from refute import agreement
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.loader import find
from refute.search import Search

SINGLE_LAYER, TD = find("transformers/single_layer_global_min"), find("transformers/forward_td0")
VALUE = find("transformers/single_layer_global_min_value")
# a law of one number with the moments of N(0, 1) up to degree 5
LAW = {0: Fraction(1, 2), 1: Fraction(1, 6), -1: Fraction(1, 6), 2: Fraction(1, 12), -2: Fraction(1, 12)}
MP = Certifying()


def exactly(number):
    """The Fraction of an exact number of the certifying arithmetic."""
    low, high = MP.bounds(number)
    assert low == high
    return low


def product(A, B):
    """The product of two matrices of Fractions."""
    return [[sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in zip(*B, strict=True)] for row in A]


def attention(Z, P, Q, n, count):
    """One layer ``Z + P Z M (Z^T Q Z) / count`` with the mask of the first n tokens, by matrix products."""
    masked = [[x if j < n else Fraction(0) for j, x in enumerate(row)] for row in Z]
    transposed = [list(column) for column in zip(*Z, strict=True)]
    update = product(product(P, masked), product(product(transposed, Q), Z))
    return [[z + x / count for z, x in zip(*rows, strict=True)] for rows in zip(Z, update, strict=True)]


def loss_at(eigenvalues, n, b, A):
    """The in-context loss of one layer for a diagonal covariance, by the oracle."""
    identity = MP.eye(len(eigenvalues))
    return exactly(transformers.layer_loss(MP, MP.diag(eigenvalues), identity, n, MP.matrix(list(b)), MP.matrix(A)))


def claimed_loss(eigenvalues, n, preconditioner=transformers.printed):
    """The loss of the claimed weights for a diagonal covariance."""
    d = len(eigenvalues)
    Sigma = MP.diag(eigenvalues)
    block = preconditioner(MP, Sigma, MP.trace(Sigma), n)
    A = [[exactly(-block[i, j]) for j in range(d)] for i in range(d)] + [[0] * d]
    return loss_at(eigenvalues, n, [0] * d + [1], A)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_gaussian_points_have_gaussian_moments(d):
    """All moments up to degree five are those of independent standard normals."""
    points = [(exactly(weight), point) for weight, point in transformers.gaussian_points(MP, d)]
    normal = {0: 1, 1: 0, 2: 1, 3: 0, 4: 3, 5: 0}
    for powers in itertools.product(range(6), repeat=d):
        if sum(powers) <= 5:
            mean = sum(w * _monomial(point, powers) for w, point in points)
            expected = 1
            for power in powers:
                expected *= normal[power]
            assert mean == expected


def _monomial(point, powers):
    value = 1
    for x, power in zip(point, powers, strict=True):
        value *= x**power
    return value


@pytest.mark.parametrize(("scales", "n"), [((1,), 1), ((2,), 2), ((1, 2), 1)])
def test_loss_is_the_mean_over_whole_networks(scales, n):
    """The loss equals the mean of the squared error of the network over an exact design for all tokens and the task."""
    d = len(scales)
    b = [Fraction(k + 1, 3) for k in range(d)] + [Fraction(-1, 2)]
    A = [[Fraction(i - 2 * j + 1, 4) for j in range(d)] for i in range(d)] + [[Fraction(2 * j - 1, 5) for j in range(d)]]
    P = [[Fraction(0)] * (d + 1) for _ in range(d)] + [b]
    Q = [[*row, Fraction(7)] for row in A]
    mean = Fraction(0)
    for numbers in itertools.product(LAW, repeat=d * (n + 2)):
        weight = Fraction(1)
        for number in numbers:
            weight *= LAW[number]
        *tokens, task = (numbers[k * d : (k + 1) * d] for k in range(n + 2))
        tokens = [[Fraction(s * g) for s, g in zip(scales, token, strict=True)] for token in tokens]
        labels = [sum(w * x for w, x in zip(task, token, strict=True)) for token in tokens]
        Z = [list(row) for row in zip(*tokens, strict=True)] + [[*map(Fraction, labels[:n]), Fraction(0)]]
        mean += weight * (attention(Z, P, Q, n, n)[d][n] + labels[n]) ** 2
    assert mean == loss_at([s * s for s in scales], n, b, A)


@pytest.mark.parametrize(
    ("eigenvalues", "n", "minimum"),
    [
        ([1], 1, Fraction(2, 3)),
        ([1, 4], 1, Fraction(330, 91)),
        ([1, 4], 2, Fraction(195, 68)),
        ([1, 1, 1], 5, Fraction(12, 9)),
    ],
)
def test_printed_weights_have_the_minimal_loss(eigenvalues, n, minimum):
    """The loss of the printed weights has the value of the closed form at the specification's test values."""
    printed = transformers.least_loss(MP, list(map(MP.mpf, eigenvalues)), n + 1)
    assert claimed_loss(eigenvalues, n) == minimum == exactly(printed)


def test_losses_of_the_false_preconditioners():
    """At d = n = 1 and unit covariance: 3/4 for the eigenvalue counted once less, 2 = d(d+1)/n for the inverse covariance."""
    assert claimed_loss([1], 1, transformers.counted_once_less) == Fraction(3, 4)
    assert claimed_loss([1], 1, transformers.population) == 2
    assert claimed_loss([1, 1], 3, transformers.population) == Fraction(6, 3)


def test_another_orbit_of_minimisers_at_dimension_one():
    """At d = n = 1 the layer b = (1, 0), A = (0; -1/3) attains the minimum 2/3 too, so uniqueness fails there."""
    assert loss_at([1], 1, [1, 0], [[0], [Fraction(-1, 3)]]) == Fraction(2, 3)


@st.composite
def prompts(draw):
    """Sizes and raw rational numbers of a TD prompt."""
    d, n, L = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    numbers = st.fractions(-3, 3, max_denominator=5)

    def rows(count, length):
        return [draw(st.lists(numbers, min_size=length, max_size=length)) for _ in range(count)]

    return d, n, L, rows(n + 1, d), rows(1, n)[0], draw(numbers), [rows(d, d) for _ in range(L)]


@settings(max_examples=40, deadline=None)
@given(prompts())
def test_tokens_attend_as_the_matrices_say(prompt):
    """The oracle's forward pass is that of the full matrices P, Q and M, and the printed identity holds in rationals."""
    d, n, L, features, rewards, discount, weights = prompt
    columns = [[*features[j], *(discount * x for x in features[j + 1]), rewards[j]] for j in range(n)]
    Z = [list(row) for row in zip(*columns, [*features[n], *[Fraction(0)] * (d + 1)], strict=True)]
    P = [[Fraction(int(i == j == 2 * d)) for j in range(2 * d + 1)] for i in range(2 * d + 1)]
    exact = {
        "features": [list(map(MP.mpf, row)) for row in features],
        "rewards": list(map(MP.mpf, rewards)),
        "discount": MP.mpf(discount),
        "weights": [MP.matrix([list(map(MP.mpf, row)) for row in square]) for square in weights],
    }
    found = transformers.temporal_difference()(MP, exact, n, d, L)
    for layer in range(L + 1):
        assert Z[-1] == [*map(exactly, found["delta"][layer]), exactly(found["y"][layer])]
        assert exactly(found["y"][layer]) == -exactly(found["value"][layer])
        if layer < L:
            C = weights[layer]
            upper = [[*(-C[k][i] for k in range(d)), *(C[k][i] for k in range(d)), Fraction(0)] for i in range(d)]
            Z = attention(Z, P, upper + [[Fraction(0)] * (2 * d + 1)] * (d + 1), n, n)


def compared(claim, **changes):
    """The agreement of evaluator and oracle on a few instances of a claim with some fields changed."""
    search = Search(dataclasses.replace(claim, **changes), seed=3, deadline=time.perf_counter() + 20)
    return agreement.compare(search, 6, time.perf_counter() + 20)


@pytest.mark.parametrize("claim", [SINGLE_LAYER, VALUE, TD], ids=lambda claim: claim.id)
def test_evaluator_and_oracle_agree(claim):
    """The claims' two computations agree on random instances."""
    assert compared(claim).compared > 0


@pytest.mark.parametrize(
    ("claim", "changes"),
    [
        (SINGLE_LAYER, {"oracle": transformers.single_layer(transformers.counted_once_less)}),
        (
            SINGLE_LAYER,
            {"oracle": transformers.single_layer(whitened_prior=True), "inputs": SINGLE_LAYER.mutants[2].overrides["inputs"]},
        ),
        (VALUE, {"oracle": transformers.single_layer(transformers.summed)}),
        (TD, {"oracle": transformers.temporal_difference(masked=False)}),
        (TD, {"oracle": transformers.temporal_difference(extra_sample=1)}),
    ],
    ids=["preconditioner", "prior", "value", "mask", "count"],
)
def test_a_seeded_bug_in_the_oracle_is_caught(claim, changes):
    """An oracle with one error of a mutant contradicts the evaluator."""
    with pytest.raises(Disagreement):
        compared(claim, **changes)
