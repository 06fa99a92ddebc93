"""The oracles of one Gaussian layer with batch normalization: integrals against closed forms, printed numbers, sampled layers."""

import itertools
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from oracles import batchnorm, batchnorm_flat, batchnorm_gap, batchnorm_means, batchnorm_square, batchnorm_two_samples
from refute.arithmetic import Certifying
from refute.instance import Instance, exact
from refute.judge import Judge, oracle_values
from refute.loader import load
from refute.search import Search
from refute.structure import Structure
from tests.oracles.seeded import Path

MP = Certifying(bits=128)


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def near(number, value, margin=1e-15):
    return abs(MP.to_float(number) - float(value)) <= margin


def claim_of(name):
    return load(Path(f"claims/batchnorm/{name}.py"))[0]


@pytest.mark.parametrize("sigma", [(2, 1), (1, 1000), (1, 2, 3), ("1/1000", 1, 1), (3, 3, 1)])
def test_closed_forms_are_the_integrals(sigma):
    """Two and three samples: the closed forms overlap with the ball integrals and are as sharp as the precision allows."""
    pairs = zip(*(f(MP, numbers(sigma)) for f in (batchnorm_means.mean_shares, batchnorm_means.mean_integrals)), strict=True)
    for closed, integral in pairs:
        assert MP.eq(closed, integral) in (None, True)
        assert MP.radius(integral) < 1e-28


def test_shares_keep_their_order_and_repeat_with_the_singular_values():
    """Four samples in any order: the shares follow the singular values, and equal ones get equal shares."""
    shares = [MP.to_float(p) for p in batchnorm_means.mean_shares(MP, numbers((3, 1, 2, 1)))]
    assert shares[1] == shares[3] < shares[2] < shares[0]
    assert sum(shares) == pytest.approx(1, abs=1e-15)


def test_shares_of_four_samples_are_the_printed_integral():
    """Equation (15) by mpmath over the half line, at n = 4."""
    with mpmath.workdps(30):
        s = [mpmath.mpf(k) ** 2 / 30 for k in (1, 2, 3, 4)]
        found = [
            mpmath.quad(
                lambda t, i=i: s[i] / (1 + 2 * t * s[i]) / mpmath.sqrt(mpmath.fprod(1 + 2 * t * x for x in s)),
                [0, 1, 10, 100, mpmath.inf],
            )
            for i in range(4)
        ]
    for p, value in zip(batchnorm_means.mean_integrals(MP, numbers((1, 2, 3, 4))), found, strict=True):
        assert near(p, value, 1e-12)


def test_the_printed_basis_is_wrong():
    """The Gram matrix ((1/2, 3/10), (3/10, 1/2)) is mapped to ((1/2, 1/6), (1/6, 1/2)), exactly."""
    half = MP.mpf(Fraction(1, 2))
    Q = MP.matrix([[half, half], [half, -half]]) * MP.sqrt(MP.mpf(2))
    for x, entry in (((1, 0), "1/2"), ((1, 1), "4/3"), ((1, -1), "2/3")):
        found = batchnorm_means.mean_map_expectation(MP, numbers((2, 1)), Q, MP.matrix([numbers(x)]))
        assert near(found["share"], Fraction(entry))
        assert near(found["mapped"], Fraction(entry))


def test_lyapunov_ratio_at_the_spike():
    """At (1/2, 1/4, 1/4) the two gaps are in the ratio sqrt(6), exactly."""
    found = batchnorm_gap.two_gaps(MP, numbers(("1/2", "1/4", "1/4")))
    assert found["square_gap"] == 6 * found["gap"] ** 2


def test_wasserstein_of_four_of_twelve():
    """Four equal singular values of twelve: 0.8453 against 2 V = 0.8165."""
    found = batchnorm_gap.wasserstein(MP, numbers([1] * 4 + [0] * 8))
    assert near(found["distance"], 0.8453, 5e-5)
    assert near(2 * found["gap"], 0.8165, 5e-5)


def test_initialisation_at_three_fifths():
    """sigma = (3/5, 4/5): the gaps 0.19799 and 0.10102 of the specification."""
    found = batchnorm_gap.iterative_init(MP, numbers(("3/5", "4/5")))
    assert near(MP.sqrt(found["square_gap"]), 0.19799, 5e-6)
    assert near(MP.sqrt(found["square_gap_after"]), 0.10102, 5e-6)


@pytest.mark.parametrize(("form", "value"), [("product_form", 4), ("printed_form", 12)])
def test_misprinted_derivative(form, value):
    """The bracket at n = 2, theta = 1, delta = 0 is 4; the print gives 12."""
    found = batchnorm_flat.convexity(MP, MP.mpf(1), MP.mpf(0), 2)
    result = found[form]() if callable(found[form]) else found[form]
    # g''/g = theta (theta * bracket * h2 + A B h2') / (A B)^2 with A = B = 2, h2 = 4 and h2' = 8
    assert (result * 16 - 4 * 8) / 4 == value


def test_curvature_is_the_second_derivative():
    """The rational curvature agrees with mpmath's numerical second derivative of g."""
    theta, x, n = Fraction(3, 2), Fraction(1, 3), 5
    with mpmath.workdps(40):

        def g(delta):
            t = mpmath.mpf(3) / 2
            return (1 + 2 * t * (mpmath.mpf(1) / n - delta)) ** mpmath.mpf(-1.5) * (
                1 + 2 * t * (mpmath.mpf(1) / n + delta / (n - 1))
            ) ** -2

        delta = mpmath.mpf(1) / 15
        value = mpmath.diff(g, delta, 2) / g(delta)
    assert near(batchnorm_flat.convexity(MP, MP.mpf(theta), MP.mpf(x), n)["curvature"], value, 1e-13)


def test_two_by_two_means_of_the_specification():
    """sigma^2 = (4/5, 1/5): E V(H_1) = 0.34138794116522, half of E |zeta_1|."""
    found = batchnorm_two_samples.two_by_two_expectation(MP, numbers((2, 1)))
    assert near(found["radius"] / 2, 0.34138794116522, 1e-14)
    assert near(found["square"], Fraction(5, 9))


def test_fourth_moment_of_a_walk_counts_coincidences():
    """E |sum z_k|^4 of three steps, by summing E z_i z_j conj(z_k z_l) over all 81 index quadruples."""
    rho, d = Fraction(2, 5), 3
    total = Fraction(0)
    for i, j, k, m in itertools.product(range(d), repeat=4):
        term = Fraction(1)
        for index in range(d):
            term *= rho ** abs((i, j).count(index) - (k, m).count(index))
        total += term
    found = batchnorm.fourth_moment(MP, MP.mpf(rho**2), MP.mpf(rho**4), d)
    assert found == MP.mpf(total / d**4)


@pytest.mark.parametrize(("n", "printed"), [(2, np.log(2)), (3, 0.87124), (4, 0.94315)])
def test_constants_of_square_batches(n, printed):
    """K_2 = log 2, K_3 and K_4 of the specification."""
    assert near(batchnorm_square.square_layer_expectation(MP, numbers([1] * n))["constant"], printed, 6e-6)


def test_probability_of_a_small_singular_value():
    """At isotropy the probability is 4/pi arcsin(alpha) from either formula."""
    found = batchnorm_two_samples.least_below_expectation(MP, numbers((1, 1)), MP.mpf(Fraction(1, 3)))
    for name in ("below", "chance"):
        assert near(found[name], 4 / np.pi * np.arcsin(1 / 3))


LAYERS = [
    ("gap_mean_map", {"n": 3}, {"sigma": [3, 2, 1], "Q": [[0, 0, 0], [1, 0, 0], [2, -1, 0]], "X": [[1, 2, -1]]}, ["share"]),
    ("gap_mean_map", {"n": 2}, {"sigma": [3, 1], "Q": [[0, 0], [1, 0]], "X": [[1, 2]]}, ["share"]),
    ("gap_concentration", {"n": 3, "d": 4}, {"sigma": [4, 3, 1]}, ["spread"]),
    ("gap_exact_v2", {"n": 3, "d": 4}, {"sigma": [4, 3, 1]}, ["square_gap_next"]),
    ("gap_exact_v2", {"n": 2, "d": 3}, {"sigma": [5, 1]}, ["square_gap_next"]),
    ("gap_lyapunov_concentration", {"n": 2, "d": 5}, {"sigma": [1, 1]}, ["square_distance"]),
    ("gap_lyapunov_concentration", {"n": 2, "d": 2}, {"sigma": [3, 1]}, ["square_distance"]),
    ("gap_a1_probability", {"n": 2, "d": 2}, {"sigma": [3, 1], "t": Fraction(1, 4)}, ["below"]),
    (
        "n2_wrapped_cauchy_moments",
        {"n": 2, "d": 3, "M": 3},
        {"sigma": [3, 1], "t": Fraction(1, 2)},
        ["square", "real", "imaginary"],
    ),
    ("n2_closed_form", {"n": 2, "d": 2}, {"sigma": [3, 1]}, ["radius", "square", "log_rest"]),
    ("square_gaussian", {"n": 2}, {"a": [3, 1]}, ["phi_next"]),
    ("square_gaussian", {"n": 4}, {"a": [3, 1, 2, 5]}, ["phi_next"]),
    ("square_gaussian", {"n": 6}, {"a": [3, 1, 2, 5, 1, 1]}, ["phi_next"]),
    ("gap_lyapunov_concentration", {"n": 3, "d": 16}, {"sigma": [1, 1, 1]}, ["square_distance"]),
]


@pytest.mark.parametrize(("name", "sizes", "raw", "quantities"), LAYERS)
def test_exact_means_are_those_of_sampled_layers(name, sizes, raw, quantities):
    """The evaluator's own layers, two hundred thousand of them, average to the exact means within six standard errors."""
    claim = claim_of(name)
    instance = Instance(sizes, raw={key: exact(np.asarray(value, dtype=object)) for key, value in raw.items()})
    means, found = oracle_values(claim, MP, instance), sampled(claim, instance, quantities)
    for quantity in quantities:
        truth = means[quantity]
        for entry, (mean, error) in zip(truth if isinstance(truth, list) else [truth], found[quantity], strict=True):
            low, high = MP.bounds(entry)
            assert float(low) - 6 * error <= mean <= float(high) + 6 * error


def sampled(claim, instance, quantities, batch=200_000):
    """Mean and standard error of each entry of the quantities over fresh draws."""
    search = Search(claim, seed=5, deadline=0.0)
    structure = Structure(instance.sizes, instance.choices)
    raw = search.stack([instance])
    built = {
        key: source.tensor(search.xp, {"": raw[key].repeat(batch, *[1] * (raw[key].dim() - 1))}, structure.sizes, {})
        for key, source in claim.inputs.items()
    }
    for key, law in claim.randomness.items():
        built[key] = law.sample(search.sampler, law.families[0], batch, structure.sizes, {})[""]
    arguments = {**built, **structure.sizes}
    code = claim.evaluate.__code__
    names = code.co_varnames[1 : code.co_argcount]
    values = {str(key): value for key, value in claim.evaluate(search.xp, *(arguments[item] for item in names)).items()}
    columns = {quantity: values[quantity].reshape(batch, -1).mT for quantity in quantities}
    return {name: [(float(x.mean()), float(x.std()) / batch**0.5) for x in rows] for name, rows in columns.items()}


@pytest.mark.parametrize(
    ("name", "mutant", "sizes", "raw"),
    [
        ("gap_concentration", "half the bound", {"n": 3, "d": 1}, {"sigma": [1, 1, 1]}),
        ("gap_concentration", "1/d^2", {"n": 2, "d": 3}, {"sigma": [1, 1]}),
        ("gap_exact_v2", "the mean gap does not increase above the noise", {"n": 2, "d": 2}, {"sigma": [2, 1]}),
        ("gap_iterative_init", "the last line of the printed proof", {"n": 4}, {"sigma": [1, 1, 1, 1]}),
        ("gap_wasserstein", "at most V", {"n": 3}, {"a": [1, 0, 0]}),
        ("gap_wasserstein", "at most 2V", {"n": 12}, {"a": [1] * 4 + [0] * 8}),
        ("gap_lyapunov_concentration", "1/(4d)", {"n": 3, "d": 16}, {"sigma": [1, 1, 1]}),
        ("gap_lyapunov", "the Frobenius norm is not 1", {"n": 2}, {"a": [4, 1]}),
        ("n2_closed_form", "the mean gap does not increase", {"n": 2, "d": 2}, {"sigma": [1, 1]}),
    ],
)
def test_instances_of_the_specification_are_certified(name, mutant, sizes, raw):
    """The printed instances violate the mutants and not the claims."""
    claim = claim_of(name)
    instance = Instance(sizes, raw={key: exact(np.asarray(value, dtype=object)) for key, value in raw.items()})
    subject = claim.mutated(next(item for item in claim.mutants if item.name == mutant))
    assert Judge(subject).rule(instance).outcome == "violated"
    assert Judge(claim).rule(instance).outcome in ("holds", "tie")
