"""The oracles of isometry and kernel maps give the numbers of the specification, and the judge is not fooled by floats."""

from fractions import Fraction
from pathlib import Path

import pytest

from oracles import isometry
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.loader import load
from strategies.matrices import EQUAL
from tests.oracles.seeded import compared, with_bug

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


def test_similar_matrix_is_that_of_the_cosines():
    """The rational matrix in place of the normalised Gram matrix has its characteristic numbers; det G / prod a_i^2 is one."""
    columns, lengths = [[3, 5, 0], [4, 12, 8], [0, 0, 15]], [5, 13, 17]
    X = matrix(columns)
    gram = X.T * X
    cosines = matrix([[Fraction(int(gram[i, j]), lengths[i] * lengths[j]) for j in range(3)] for i in range(3)])
    _, similar = isometry.by_length(MP, X)
    assert [MP.det(similar()), MP.trace(similar())] == [MP.det(cosines), 3]
    assert MP.trace(similar() ** 2) == MP.trace(cosines**2)
    assert MP.det(gram) / (5 * 13 * 17) ** 2 == MP.det(cosines)


def test_identity_of_the_normalisation():
    """Orthogonal samples of the lengths 1 and 2: the isometry 4/5 becomes 1, a factor of (5/2)/2; powers of it are rational."""
    found = isometry.normalised(isometry.by_length)(MP, matrix([[1, 0], [0, 2]]))
    assert [found["power"](), found["power_normalised"]()] == [Fraction(16, 25), 1]
    assert [found["arithmetic"], found["geometric"]] == [Fraction(25, 4), 4]


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


def equicorrelated(n, r):
    return matrix([[1 if i == j else r for j in range(n)] for i in range(n)])


def series(*weights):
    """The kernel map with the given coefficients from degree 1."""
    return {"activation": "hermite series", "parameter": [MP.mpf(0), *(MP.mpf(Fraction(w)) for w in weights)], "centred": True}


def test_power_of_the_isometry():
    """diag(1, 4) has the isometry 2/2.5, 2 I has 1, and a negative multiple of an even size the opposite sign."""
    assert isometry.power(MP, matrix([[1, 0], [0, 4]])) == Fraction(16, 25)
    assert isometry.power(MP, matrix([[2, 0], [0, 2]])) == 1
    assert isometry.power(MP, matrix([[-1, 0], [0, -4]])) == -Fraction(16, 25)
    assert isometry.power(MP, matrix([[-1]])) == 1


def test_sum_of_singular_matrices():
    """diag(1, 0) and diag(0, 1) have isometry 0, their sum 1."""
    found = isometry.powers_of_sum(MP, matrix([[1, 0]]), matrix([[0, 1]]))
    assert found["power"]() == 0
    assert found["power_other"]() == 0
    assert found["power_sum"]() == 1


def test_congruence_changes_the_isometry():
    """diag(2, 1/2) takes the identity to isometry 1/2.125, an orthogonal matrix leaves it alone."""
    found = isometry.transformed(MP, matrix([[1, 0], [0, 1]]), MP.mpf(3), matrix([[2, 0], [0, Fraction(1, 2)]]))
    assert found["power_rotated"]() == (1 / Fraction(17, 8)) ** 2
    assert found["power_scaled"]() == found["power"]() == found["volume"] == 1


def test_kernel_of_vectors_of_other_lengths():
    """rho^2 takes diag(1, 2), of isometry 0.943, to diag(1, 4), of isometry 0.8."""
    found = isometry.kernel_step(MP, matrix([[1, 0], [0, 2]]), series(0, 1))
    assert rounded(MP.exp(-found["gap_before"]), 0.943)
    assert rounded(MP.exp(-found["gap_after"]), "0.80000000")


def test_pivots_of_equicorrelated_matrices():
    """Their product is the determinant, and the second is 1 - r^2."""
    found = isometry.pivots(MP, equicorrelated(4, Fraction(1, 3)))
    assert found[0] == 1 - Fraction(1, 9)
    assert MP.fprod(found) == Fraction(2, 3) ** 3 * 2


def test_schur_step_is_an_equality_for_two_points_and_a_power():
    """n = 2, kappa = rho^2: 1 - d is rho^4 on both sides."""
    found = isometry.schur_step(MP, equicorrelated(2, Fraction(3, 5)), series(0, 1))
    assert found["deficit"]() == found["bound"]() == [Fraction(3, 5) ** 4]


def test_schur_depth_numbers():
    """kappa = rho^2, n = 2, d = 0.01 gives d' = 0.0199, whose excess is 49.25; at rho = 1/10 the gap is 0.005025."""
    found = isometry.schur_depth(MP, matrix([[1, 0], [0, 1]]), series(0, 1), 1)
    assert found["excess"]() == [[0]]
    deep = isometry.schur_depth(MP, equicorrelated(2, Fraction(1, 10)), series(0, 1), 1)
    assert rounded(deep["gap_0"](), 0.005025)
    assert rounded(1 / MP.mpf(Fraction(199, 10000)) - 1, 49.25)
    assert rounded(deep["inverse"](), 0.010101)


def test_depth_bound_without_the_factor_n():
    """n = 2, 1 - rho = 10^-4, kappa = rho^2: after 12 layers the gap is 2.1 times 4n exp(gap_0)/2^12."""
    found = isometry.gap_iteration(MP, equicorrelated(2, 1 - Fraction(1, 10000)), series(0, 1), 12)
    assert rounded(found["gap"]()[-1] / (8 * MP.exp(found["gap_0"]()) / 4096), 2.1)
    assert rounded(8 * MP.exp(2 * found["gap_0"]()) / 4096, "9.766")


def test_local_rate_numbers():
    """(rho + rho^2)/2 at 0.9 contracts the potential by 0.6552; rho/4 + 3 rho^2/4 takes -1/3 to 0, a gap of 0."""
    found = isometry.local_rate(MP, equicorrelated(2, Fraction(9, 10)), series(Fraction(1, 2), Fraction(1, 2)))
    assert rounded(found["potential_after"]() / found["potential"](), 0.6552)
    vanishing = isometry.local_rate(MP, equicorrelated(2, -Fraction(1, 3)), series(Fraction(1, 4), Fraction(3, 4)))
    assert vanishing["gap_after"]() == 0


@pytest.mark.parametrize(
    "name",
    [
        "bounds",
        "invariance",
        "normalization_identity",
        "kernel_monotone",
        "schur_step",
        "schur_depth",
        "depth_bound",
        "local_rate",
    ],
)
def test_evaluators_agree_with_the_oracles(name):
    """On random and corner instances of three searches every quantity is the oracle's, up to its rounding."""
    for seed in range(3):
        assert compared(claim(name), seed).compared > 0


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        *(("normalization_identity", name) for name in ("power", "power_normalised", "geometric", "arithmetic", "spread")),
        *(("bounds", "power"), ("bounds", "rank"), ("invariance", "power_scaled")),
        *(("kernel_monotone", "gap_after"), ("schur_step", "bound"), ("schur_depth", "excess")),
    ],
)
def test_a_seeded_bug_is_caught(name, quantity):
    """One part in a million in one quantity of the oracle is a disagreement."""
    with pytest.raises(Disagreement):
        compared(with_bug(claim(name), quantity), instances=12)


@pytest.mark.parametrize("name", ["kernel_monotone", "schur_step", "schur_depth", "local_rate"])
def test_equal_points_up_to_rounding_are_no_counterexample(name):
    """1 - 2^-40 for all correlations and a nearly linear map: float64 has lost the determinant, the judge has not."""
    raw = {
        "G.points": exact([[0] * 3] * 3),
        "G.correlation": exact(1 - Fraction(1, 1 << 40)),
        "kernel.weights": exact([1 << 20, 1] if name != "schur_step" else [0, 1 << 20, 1]),
        "kernel.parameter": exact(1),
    }
    sizes = {"n": 3, "K": 2, **({"L": 3} if name == "schur_depth" else {})}
    choices = {"G.kind": EQUAL, "kernel.activation": "hermite series"}
    assert Judge(claim(name)).rule(Instance(sizes, choices, raw)).outcome == "holds"
