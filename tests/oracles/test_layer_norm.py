"""The oracles of layer normalisation: exact identities, its derivative, hulls of keys, and tokens that do not collapse."""

from fractions import Fraction

import mpmath
import pytest

from oracles import layer_norm
from refute.arithmetic import Certifying
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.loader import load, select

MP = Certifying(bits=192)


def claim(name):
    return load(select([f"isometry/{name}"])[0])[0]


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def geometry(x, scale=-3, shift=7, epsilon=Fraction(1, 10)):
    affine = {"scale": scale, "shift": shift, "epsilon": epsilon}
    return layer_norm.geometry(MP, {"x": numbers(x), **{name: MP.mpf(Fraction(value)) for name, value in affine.items()}})


@pytest.mark.parametrize("x", [[1, 0], [1, 2, 4], [10**8, 10**8 + 1, 10**8 - 1, 10**8], [Fraction(1, 3), 2, 5, 5, -1]])
def test_identities_are_decided_in_rationals(x):
    """Sum, length, and all distances that vanish are exact rationals, although the deviation is irrational."""
    found = geometry(x)
    values = {name: found[name]() for name in ("sum", "square", "affine", "again", "smoothed_square", "unbiased_square")}
    assert all(MP.is_exact(value) for value in values.values())
    assert [values["sum"], values["square"], values["affine"], values["again"]] == [0, len(x), 0, 0]
    assert values["unbiased_square"] == len(x) - 1


def test_odd_function_and_smoothing():
    """LN(-x) is 2 sqrt(d) away from LN(x), and smoothing is not idempotent."""
    found = geometry([1, 2, 4])
    assert MP.eq(found["even"]() ** 2, 12) is not False
    assert found["smoothed_again"]() > 0


@pytest.mark.parametrize("d", [2, 3, 5])
def test_jacobian_is_the_derivative(d):
    """sigma J is what mpmath finds by differences of the normalised vector, and a projection of rank d - 2."""
    x = [Fraction(i * i, 2) - i for i in range(d)]
    found = layer_norm.jacobian(MP, {"x": numbers(x)})
    J = found["jacobian"]()
    assert found["trace"]() == d - 2
    assert found["printed"]() == J == found["square"]()
    assert MP.eq(found["norm"](), int(d > 2)) is not False
    with mpmath.workdps(30):

        def entry(i, j, step):
            moved = [mpmath.mpf(v.numerator) / v.denominator + (step if k == j else 0) for k, v in enumerate(x)]
            mean = mpmath.fsum(moved) / d
            return (moved[i] - mean) / mpmath.sqrt(mpmath.fsum((v - mean) ** 2 for v in moved) / d)

        sigma = mpmath.sqrt(mpmath.mpf(MP.to_float(found["variance"])))
        for i in range(d):
            for j in range(d):
                slope = mpmath.diff(lambda t, i=i, j=j: entry(i, j, t), 0) * sigma
                assert abs(MP.to_float(J[i][j]) - slope) < 1e-12


def keys(directions, gain=(1, 1)):
    rows = [[Fraction(x) for x in row] for row in directions]
    return layer_norm.selectable(MP, {"directions": rows, "gain": [Fraction(g) for g in gain], "bias": [Fraction(0)] * len(gain)})


def test_keys_on_a_circle_are_all_selectable():
    """Margins are half the squared distances, and no query does better than the nearest point of the hull allows."""
    found = keys([[1, 0], [Fraction(3, 5), Fraction(4, 5)], [-1, 0]], gain=(2, -3))
    assert found["margin"]() == found["half_distance"]
    assert all(best > 0 for best in found["best"]())


def test_middle_key_of_three_on_a_line_is_not_selectable():
    """Of x, 2x and -x the first is in the hull of the others; the two ends are at their distances from the hull."""
    assert keys([[1, 0], [2, 0], [-1, 0]])["best"]() == [0, 1, 4]


def test_two_keys_are_both_selectable():
    """However different the norms: the best margin of a unit query is the distance of the keys."""
    distance = 999**2 + Fraction(1, 1000) ** 2
    assert keys([[1000, 0], [1, Fraction(1, 1000)]])["best"]() == [distance, distance]


def test_opposite_tokens_survive_normalisation_at_every_depth():
    """v = (1, 1, -1, -1) stays where it is, with a weight for which three layers without normalisation leave 1e-30 of it."""
    weight = Fraction(1, 1000)
    pair = {
        "direction": numbers([1, 1, -1, -1]), "weight": numbers([weight] * 3), "scale": numbers([1] * 3),
        "skew": [[numbers([0] * 4)] * 4] * 3, "bend": [numbers([1] * 4)] * 3,
    }  # fmt: skip
    found = layer_norm.opposite_pair()(MP, pair, 1)
    for first, second in zip(found["first"](), found["second"](), strict=True):
        assert all(MP.eq(x, y) is not False and MP.radius(x) < 1e-40 for x, y in zip(first, [1, 1, -1, -1], strict=True))
        assert all(MP.eq(x, -y) is not False for x, y in zip(first, second, strict=True))


@pytest.mark.parametrize("mean", [10**8, 2**60, 0])
def test_large_means_are_no_counterexample(mean):
    """A mean of 10^8 times the spread and more costs float64 the variance; the judge decides in rationals."""
    raw = {
        "vector.x": exact([mean, mean + 1, mean + 3]),
        "vector.scale": exact(-2),
        "vector.shift": exact(mean),
        "vector.epsilon": exact(1),
    }
    assert Judge(claim("ln_geometry")).rule(Instance({"d": 3}, {}, raw)).outcome == "holds"
    assert Judge(claim("ln_jacobian")).rule(Instance({"d": 3}, {}, {"vector.x": raw["vector.x"]})).outcome == "holds"
