"""Oracles of iterated kernel maps: numbers of the specification, replayed counterexamples, hazards, seeded bugs."""

from fractions import Fraction
from pathlib import Path

import pytest

from oracles import kernels
from oracles.activations import Kernel
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.loader import load
from tests.oracles.seeded import compared, subjects, with_bug

MP = Certifying(bits=256)
NAMES = (
    "case2",
    "case2_printed",
    "case3",
    "case4_lemma_printed",
    "unified_potential",
    "negative_side",
    "double_exp",
    "fixed_points",
    "residual_printed",
    "residual_monotone",
    "precision",
    "precision_printed",
    "hyperbolic",
    "hyperbolic_fixed_point",
    "hyperbolic_sharper",
)
CLAIMS = {name: load(Path(f"claims/isometry/kappa_{name}.py"))[0] for name in NAMES}
SUBJECTS = {
    name: subject for name, subject in subjects("isometry").items() if name.split(":")[0].removeprefix("kappa_") in CLAIMS
}
PRINTED = [name for name in NAMES if name.endswith("printed")]
RELU = {"activation": "leaky relu", "parameter": MP.mpf(Fraction(1, 2)), "centred": False}


def number(value):
    return MP.mpf(Fraction(value))


def rounded(found, printed):
    """Whether the number rounds to the printed decimal, written with all its digits."""
    digits = len(printed.partition(".")[2])
    return MP.le(abs(found - MP.mpf(printed)), MP.mpf(Fraction(1, 2 * 10**digits)))


def series(*coefficients, fixed):
    return {"coefficients": [number(a) for a in coefficients], "fixed": number(fixed)}


QUADRATIC = series(Fraction(1, 3), 0, Fraction(2, 3), fixed=Fraction(1, 2))


def test_relu_from_0999_misses_the_printed_rate():
    """One layer leaves 9.9051e-4, and the printed 0.95 allows 9.5e-4."""
    found = kernels.approach_to_one(MP, RELU, number("0.999"), 1)
    assert rounded(found["distance"][0], "0.00099051")
    assert rounded(found["slope_one"](), "1.0000000000000000000000000000")


def test_relu_from_0_first_misses_the_printed_rate_at_layer_115():
    """From rho_0 = 0 the rate 0.95 fails at layer 115, 0.0027699 > 0.0027429, and the rate 0.97 at layer 239."""
    distances = kernels.approach_to_one(MP, RELU, number(0), 239)["distance"]
    for rate, layer in ((Fraction(19, 20), 115), (Fraction(97, 100), 239)):
        late = [k for k, distance in enumerate(distances, 1) if MP.lt(number(rate**k), distance)]
        assert late[0] == layer
    assert rounded(distances[114], "0.0027699")
    assert rounded(number(Fraction(19, 20) ** 115), "0.0027429")


def test_relu_series_cut_off_gives_the_printed_slope():
    """sum k c_k^2 of the normalised ReLU is 0.943 up to degree 20 and 0.960 up to degree 40: the printed 0.95 is cut off."""
    relu = Kernel(MP, **RELU)
    terms = [k * relu.activation.coefficient(MP, RELU["parameter"], k) ** 2 / relu.variance for k in range(41)]
    assert rounded(MP.fsum(terms[:21]), "0.943")
    assert rounded(MP.fsum(terms), "0.960")


def test_a_ball_is_mapped_by_its_ends():
    """The image of a ball by its ends holds the image of its middle, and is no wider than the slope makes it."""
    step = Kernel(MP, **RELU)
    ball = MP.between(1 - Fraction(1, 2**30), 1 - Fraction(1, 2**30) + Fraction(1, 2**60))
    image = kernels.enclosed(MP, step)(ball)
    middle = step(number(1 - Fraction(1, 2**30) + Fraction(1, 2**61)))
    assert MP.eq(image, middle) is None
    assert MP.radius(image) <= 2.0**-60
    assert MP.radius(step(ball)) > 2.0**-50


def test_potential_of_the_printed_lemma():
    """1/3 + 2/3 rho^2 at rho = 3/4: the factor is 5/7, against 3/8 printed, 2/3 announced and 3/4 corrected."""
    found = kernels.potential_step(MP, QUADRATIC, number(Fraction(3, 4)))
    assert found["ratio_next"]() / found["ratio"]() == Fraction(5, 7)
    assert found["potential_next"]() / found["potential"] == Fraction(5, 7)
    assert (1 - found["fixed"]) / (2 - found["slope"]) == Fraction(3, 8)
    assert found["slope"] == Fraction(2, 3)


@pytest.mark.parametrize(
    ("rho", "value"), [(Fraction(-1, 2), 2), (0, Fraction(1, 2)), (Fraction(1, 4), Fraction(1, 4)), (Fraction(1, 2), 0)]
)
def test_potential_on_its_intervals(rho, value):
    """(rho* - rho)/(1 - |rho|) below 0, rho* - rho up to rho*, and 0 at rho*."""
    assert kernels.Series(MP, **QUADRATIC).potential(number(rho)) == value


def test_negative_side_example():
    """0.01 + 0.99 (0.9 rho + 0.1 rho^3) contracts by 0.98150 at -0.999, above 1 - rho* = 0.908."""
    coefficients = [Fraction(1, 100), Fraction(891, 1000), 0, Fraction(99, 1000)]
    low, high = Fraction(9, 100), Fraction(1, 10)
    step = kernels.Series(MP, [number(a) for a in coefficients], number(0))
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if MP.lt(number(middle), step(number(middle))) else (low, middle)
    assert rounded(number(low), "0.0925")
    found = kernels.negative_side(MP, series(*coefficients, fixed=low), number("-0.999"))
    assert rounded(found["distance_next"] / found["distance"], "0.98150")


def test_residual_example():
    """rho^2 from -9/10: 0.045 with r^2 = 1/2 against 0.81 without, and 0.0026 against 0.034 after five layers."""
    found = kernels.residual_pair(MP, series(0, 0, 1, fixed=0), number("-0.9"), [number(0), number(Fraction(1, 2))], 5)
    assert found["weaker"][0] == Fraction(81, 100)
    assert found["stronger"][0] == Fraction(45, 1000)
    assert rounded(found["weaker"][4], "0.034")
    assert rounded(found["stronger"][4], "0.0026")


def test_precision_example():
    """1/2 + rho/2 from 0 leaves 2^-24 after 24 layers, and a relative distance of 3.45e-4."""
    kernel = {"activation": "hermite series", "parameter": [number(1), number(1)], "centred": False}
    found = kernels.representations(MP, kernel, number(0), 24)
    assert found["square"][23] == Fraction(2, 2**24)
    assert rounded(found["distance"]()[23], "0.000345")


def test_rogosinski_is_attained():
    """z (a + z)/(1 + a z) at a = 1/2, z = 3/4 has exactly the modulus of the bound."""
    found = kernels.self_map(MP, [[number(Fraction(1, 2))]], [number(Fraction(3, 4)), number(0)])
    assert found["image"] == Fraction(3, 4) * Fraction(5, 4) / Fraction(11, 8)
    assert found["slope"] == Fraction(1, 2)


@pytest.mark.parametrize("name", PRINTED)
def test_printed_counterexamples_are_certified(name):
    """The counterexamples of the specification violate the statement as printed; the corrected claim is expected to survive."""
    claim = CLAIMS[name]
    assert [Judge(claim).rule(instance).outcome for instance in claim.replay] == ["violated"] * len(claim.replay)
    (corrected,) = load(Path("claims") / f"{claim.corrected_by}.py")
    assert corrected.expect == "survived"


@pytest.mark.parametrize("activation", ["hermite series", "exponential", "cosine"])
def test_steep_rates_next_to_one_are_no_counterexample(activation):
    """kappa'(1) of 1e-3 from 1 - 1e-6, where rounding in 1 - kappa looks like a violation by 1e-4."""
    raw = {"kernel.weights": exact([1, 1]), "kernel.steepness": exact(2.0**-8), "start": exact(2.0**-20)}
    instance = Instance({"K": 2, "L": 3}, {"kernel.activation": activation}, raw)
    assert Judge(CLAIMS["case2"]).rule(instance).outcome == "holds"


def test_late_layers_are_no_counterexample():
    """Far below the rounding of the fixed point the hyperbolic rate still holds."""
    raw = {"kernel.weights": exact([0, 1]), "kernel.fixed": exact(Fraction(1, 16)), "start": exact(Fraction(1, 2))}
    assert Judge(CLAIMS["hyperbolic_fixed_point"]).rule(Instance({"K": 2, "L": 12}, {}, raw)).outcome == "holds"


def test_underflow_is_no_counterexample():
    """|rho_6| = 2^-(20 * 5^6) is no float, and its logarithm still agrees with the bound to 256 bits."""
    raw = {"weights": exact([1]), "start": exact(1 - Fraction(1, 1 << 20))}
    ruling = Judge(CLAIMS["double_exp"]).rule(Instance({"m": 5, "K": 1, "L": 6}, {}, raw))
    assert ruling.outcome in ("tie", "holds")


@pytest.mark.parametrize("rho", [Fraction(-1, 2), Fraction(1, 3), Fraction(0)])
def test_the_identity_fixes_every_correlation(rho):
    """Without the hypothesis of a nonlinear activation the classification of fixed points is false at every correlation."""
    claim = CLAIMS["fixed_points"]
    subject = claim.mutated(next(mutant for mutant in claim.mutants if mutant.name == "nonlinear not assumed"))
    raw = {
        "kernel.weights": exact([1, 0]),
        "kernel.fixed": exact(Fraction(3, 4)),
        "start": exact(1 - rho if rho >= 0 else -1 - rho),
    }
    assert Judge(subject).rule(Instance({"K": 2}, {"kernel.attractor": "below 1"}, raw)).outcome == "violated"


@pytest.mark.parametrize("name", SUBJECTS)
def test_evaluator_and_oracle_agree(name):
    """Both computations agree, in the claims and in the mutants that replace evaluator, oracle or inputs."""
    assert compared(SUBJECTS[name]).compared >= 5


@pytest.mark.parametrize(("name", "quantity"), [(name, q) for name in NAMES for q in sorted(CLAIMS[name].quantity_names())])
def test_a_seeded_bug_is_caught(name, quantity):
    """An oracle that is off by one part in a million, in any one quantity, disagrees with the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(CLAIMS[name], quantity))
