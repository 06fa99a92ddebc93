"""The oracles of isometry and kernel maps give the numbers of the specification, and the judge is not fooled by floats."""

from fractions import Fraction
from pathlib import Path

import pytest

from oracles import isometry
from refute.arithmetic import Certifying
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.loader import load
from strategies.matrices import EQUAL

MP = Certifying(bits=256)
FOLDER = Path("claims/isometry")


def claim(name):
    return load(FOLDER / f"{name}.py")[0]


def matrix(rows):
    return MP.matrix([[MP.mpf(Fraction(x)) for x in row] for row in rows])


def rounded(number, printed):
    """Whether the number rounds to the printed decimal."""
    digits = len(str(printed).partition(".")[2])
    return MP.le(abs(number - MP.mpf(Fraction(str(printed)))), MP.mpf(Fraction(1, 2 * 10**digits)))


def test_factor_of_normalisation():
    """Orthogonal samples of the lengths (1, 1, 2) gain the factor 2^{1/3} = 1.2599, below (9/8)^2 = 1.2656."""
    found = isometry.normalised(isometry.by_length)(MP, matrix([[1, 0, 0], [0, 1, 0], [0, 0, 2]]))
    assert found["isometry_normalised"]() == 1
    assert rounded(1 / found["isometry"], 1.2599)
    assert found["variance"] / found["mean"] ** 2 == Fraction(1, 8)


def test_centring_destroys_isometry():
    """(1, 0) and (0, 1) have isometry 1, and 0 after centring."""
    found = isometry.normalised(isometry.by_centred_length)(MP, matrix([[1, 0], [0, 1]]))
    assert found["isometry"] == 1
    assert found["isometry_normalised"]() == 0


def test_normalising_features_loses_isometry():
    """The rows (1, 0), (0, 1), (0, 1) become a Gram matrix diag(1, 2) of isometry 2 sqrt(2)/3."""
    found = isometry.normalised(isometry.by_feature)(MP, matrix([[1, 0], [0, 1], [0, 1]]))
    assert rounded(found["isometry_normalised"](), 0.9428)


def test_normalised_determinant_is_that_of_the_normalised_entries():
    """det G / prod a_i^2 is the determinant of the matrix of cosines."""
    gram = matrix([[4, 1, 2], [1, 9, -3], [2, -3, 16]])
    lengths = [2, 3, 4]
    cosines = matrix([[Fraction(int(gram[i, j]), lengths[i] * lengths[j]) for j in range(3)] for i in range(3)])
    assert MP.det(gram) / 576 == MP.det(cosines)


def test_gaps_of_the_plotted_bound():
    """At G_ij = -1/2 + 2^-40 the gaps of the layers 1 to 3 are 8.634, 8.554 and 8.489 against 6.000."""
    subject = claim("gap_2n_gamma")
    (instance,) = subject.replay
    found = isometry.gram_iteration(
        MP,
        matrix([[1 if i == j else Fraction(-1, 2) + Fraction(1, 1 << 40) for j in range(3)] for i in range(3)]),
        {
            "activation": "hermite series",
            "parameter": [MP.mpf(x) for x in (0, 1 - Fraction(1, 1 << 40), 0, Fraction(1, 1 << 40))],
            "centred": True,
        },
        3,
    )
    assert [rounded(gap, printed) for gap, printed in zip(found["gap"]()[1:], (8.634, 8.554, 8.489), strict=True)] == [True] * 3
    assert rounded(6 * found["potential"](), "6.000")
    assert Judge(subject).rule(instance).outcome == "violated"


def test_printed_rate_of_case_4():
    """1/3 + 2/3 rho^2 from 99/100 is 0.205150 away from 1/2 after 14 layers, against 0.167849, in exact fractions."""
    kernel = {"coefficients": [MP.mpf(x) for x in (Fraction(1, 3), 0, Fraction(2, 3))], "fixed": MP.mpf(Fraction(1, 2))}
    found = isometry.fixed_point_iteration(MP, kernel, MP.mpf(Fraction(99, 100)), 14)
    assert found["slope"] == Fraction(2, 3)
    assert rounded(found["distance"][-1], "0.205150")
    assert rounded(found["distance_0"] / found["complement_0"] * found["slope"] ** 14, "0.167849")
    subject = claim("kappa_case4_printed")
    assert Judge(subject).rule(subject.replay[0]).outcome == "violated"
    assert Judge(claim("kappa_case4_corrected")).rule(subject.replay[0]).outcome == "holds"


@pytest.mark.parametrize("names", [("kappa_case4_printed", 0), ("gap_2n_gamma", 0)])
def test_corrected_claims_exist(names):
    """A claim that is false as printed names a claim file that loads and expects to survive."""
    subject = claim(names[0])
    assert claim(subject.corrected_by.split("/")[1]).expect == "survived"


@pytest.mark.parametrize("third", [Fraction(1, 3), 0.1, Fraction(0.1) * 3])
def test_parallel_samples_are_no_counterexample(third):
    """Parallel columns have isometry 0 before and after, which floats cannot see."""
    columns = [[third * (i + 1) * (j + 1) for j in range(3)] for i in range(3)]
    ruling = Judge(claim("normalization")).rule(Instance({"d": 3, "n": 3}, {}, {"X": exact(columns)}))
    assert ruling.outcome == "holds"


def test_nearly_equal_lengths_are_no_counterexample():
    """For Var(a)/mean(a)^2 below the rounding of float64 the inequality is still decided."""
    columns = [[1, 0, 0], [0, 1, 0], [0, 0, 1 + Fraction(1, 1 << 40)]]
    ruling = Judge(claim("normalization")).rule(Instance({"d": 3, "n": 3}, {}, {"X": exact(columns)}))
    assert ruling.outcome == "holds"


@pytest.mark.parametrize("activation", ["hermite series", "leaky relu", "gelu", "sign", "exponential"])
def test_correlation_next_to_one_is_no_counterexample(activation):
    """Ten layers from 1 - 2^-47, where a subtraction in float64 leaves two digits."""
    raw = {"kernel.weights": exact([1, 1]), "kernel.parameter": exact(Fraction(1, 2)), "start": exact(2.0**-47)}
    instance = Instance({"K": 2, "L": 10}, {"kernel.activation": activation}, raw)
    assert Judge(claim("kappa_case1")).rule(instance).outcome == "holds"


@pytest.mark.parametrize("room", [Fraction(1, 1 << 45), Fraction(0)])
def test_tiny_determinants_are_no_counterexample(room):
    """The band holds for a nearly singular and for a singular equicorrelated matrix."""
    raw = {"G.points": exact([[0] * 3] * 3), "G.correlation": exact((room - 1) / 2)}
    assert Judge(claim("offdiag_band")).rule(Instance({"n": 3}, {"G.kind": EQUAL}, raw)).outcome == "holds"


def test_late_layers_are_no_counterexample():
    """After 24 layers the distance is below the rounding of the fixed point, and the corrected rate still holds."""
    raw = {"kernel.weights": exact([0, 1]), "kernel.fixed": exact(Fraction(1, 16)), "start": exact(Fraction(1, 2))}
    assert Judge(claim("kappa_case4_corrected")).rule(Instance({"K": 2, "L": 24}, {}, raw)).outcome == "holds"


def test_start_at_the_fixed_point():
    """Both sides are 0 in every layer: an equality that rationals decide."""
    raw = {"kernel.weights": exact([0, 1]), "kernel.fixed": exact(Fraction(1, 2)), "start": exact(Fraction(1, 2))}
    assert Judge(claim("kappa_case4_corrected")).rule(Instance({"K": 2, "L": 3}, {}, raw)).outcome == "holds"
