"""Arrays of exact numbers: every function of the exact namespace against NumPy, and what has no value or no decision."""

from fractions import Fraction

import array_api_compat.numpy as floats
import numpy as np
import pytest

from refute.arithmetic import Ambiguous, Certifying, Reference
from refute.arithmetic.array_elementwise import exact_float
from refute.arithmetic.array_namespace import ExactNamespace
from refute.arithmetic.arrays import Lacking, Undefined
from refute.namespace import namespace

ROUNDING = 64

OPERATIONS = {
    "operators": lambda xp, x: (x + 2) * x - x / 4 + 1 / (x + 8) - (3 - x) + 2 * x**3 + x**-2 - (-x) + abs(x) + (+x),
    "powers": lambda xp, x: abs(x) ** 0.5 + abs(x) ** xp.abs(x) + 2**x,
    "floor division and remainder": lambda xp, x: x // 0.75 + x % 0.75,
    "matrix product": lambda xp, x: x @ x + xp.matmul(x, x.mT) + xp.linalg.matmul(x, xp.matrix_transpose(x)),
    "matrix times vector": lambda xp, x: x[0] @ x[1, 2] + x[0, 1] @ x[1],
    "inner product of vectors": lambda xp, x: x[0, 0] @ x[1, 2],
    "broadcast matrix product": lambda xp, x: x @ x[0],
    "exponentials": lambda xp, x: xp.exp(x) + xp.expm1(x) + xp.log(xp.abs(x)) + xp.log1p(xp.abs(x)) + xp.sqrt(xp.abs(x)),
    "logarithms": lambda xp, x: xp.log2(xp.abs(x)) + xp.log10(xp.abs(x)) + xp.logaddexp(x, 2 * x),
    "circular": lambda xp, x: (
        xp.sin(x) + xp.cos(x) + xp.tan(x / 4) + xp.atan(x) + xp.asin(x / 8) + xp.acos(x / 8) + xp.atan2(x, x + 9)
    ),
    "hyperbolic": lambda xp, x: xp.sinh(x) + xp.cosh(x) + xp.tanh(x) + xp.asinh(x) + xp.acosh(xp.abs(x) + 1) + xp.atanh(x / 8),
    "rounding": lambda xp, x: xp.floor(x) + 2 * xp.ceil(x) + 4 * xp.trunc(x) + 8 * xp.sign(x),
    "named operators": lambda xp, x: xp.add(x, 1) + xp.subtract(x, 2) + xp.multiply(x, x) + xp.divide(x, 3) + xp.pow(x, 2),
    "squares": lambda xp, x: xp.square(x) + xp.negative(x) + xp.reciprocal(x) + xp.hypot(x, x + 1) + xp.positive(x),
    "extremes": lambda xp, x: xp.maximum(x, -x) + xp.minimum(x, 1.0) + xp.clip(x, -1.0, 0.5),
    "where": lambda xp, x: xp.where(x > 0, x, x - 8) + xp.where((x < 1) & ~(x <= -1) | (x == 2), 4.0, 0.0),
    "constants": lambda xp, x: x * xp.pi + xp.e,
    "sum": lambda xp, x: xp.sum(x) + xp.sum(x, axis=0) + xp.sum(x, axis=(0, 2), keepdims=True),
    "product": lambda xp, x: xp.prod(x, axis=-1),
    "mean": lambda xp, x: xp.mean(x, axis=1, keepdims=True) + xp.mean(x),
    "variance": lambda xp, x: xp.var(x, axis=1) + xp.std(x, axis=2, correction=1),
    "largest": lambda xp, x: xp.max(x, axis=2) - xp.min(x, axis=(1, 2), keepdims=True)[:, 0],
    "masks": lambda xp, x: xp.astype(xp.all(x > -2, axis=2), xp.float64) + xp.astype(xp.any(x > 2, axis=1), xp.float64),
    "counts": lambda xp, x: xp.astype(xp.sum(xp.astype(x > 0, xp.int64), axis=1), xp.float64) / 2,
    "cumulative": lambda xp, x: xp.cumulative_sum(x, axis=1),
    "cumulative from zero": lambda xp, x: xp.cumulative_sum(x, axis=2, include_initial=True),
    "sorted": lambda xp, x: xp.sort(x, axis=1) + 2 * xp.sort(x, axis=-1, descending=True),
    "places": lambda xp, x: xp.astype(xp.argmax(x, axis=1) + 4 * xp.argmin(x, axis=2), xp.float64),
    "order": lambda xp, x: xp.take_along_axis(x, xp.argsort(x, axis=2), axis=2),
    "stack and concat": lambda xp, x: xp.concat([xp.stack([x[0], 2 * x[1]]), x], axis=2),
    "shapes": lambda xp, x: (
        xp.reshape(xp.permute_dims(x, (2, 0, 1)), (9, -1)) + xp.squeeze(xp.expand_dims(x[:, 0, 0], axis=1), 1)[0]
    ),
    "moved": lambda xp, x: xp.moveaxis(xp.flip(x, axis=1), 0, 2) + xp.permute_dims(xp.roll(x, 1, axis=2), (1, 2, 0)),
    "repeated": lambda xp, x: xp.repeat(x, 2, axis=1) + xp.tile(x[:, :1], (1, 6, 1)),
    "taken": lambda xp, x: xp.take(x, xp.asarray([2, 0]), axis=1) + x[:, :2, ::-1] + x[..., None, 0][:, :2],
    "masked": lambda xp, x: x[x > 0],
    "reshape as a method": lambda xp, x: x.reshape(2, 9) + x.reshape((2, -1)),
    "triangles": lambda xp, x: xp.tril(x) + 2 * xp.triu(x, k=1) + xp.tril(x, k=-1),
    "created": lambda xp, x: (
        xp.zeros_like(x) + xp.ones_like(x) + xp.full_like(x, 0.5) + xp.eye(3) + xp.ones((3,)) + xp.zeros((1,))
    ),
    "ranges": lambda xp, x: (
        x * xp.arange(3, dtype=xp.float64) + xp.arange(0.5, 2.0, 0.5, dtype=xp.float64) + xp.linspace(0.0, 1.0, 3)
    ),
    "differences": lambda xp, x: xp.diff(x, axis=1),
    "determinant": lambda xp, x: xp.linalg.det(x) + xp.linalg.trace(x),
    "inverse": lambda xp, x: xp.linalg.inv(x) + xp.linalg.matrix_power(x, 2),
    "solution": lambda xp, x: xp.linalg.solve(x, x[::-1]) + xp.linalg.solve(x, x[0, 0])[:, None, :],
    "diagonal and outer": lambda xp, x: xp.linalg.diagonal(x) + xp.linalg.outer(x[0, 0], x[1, 1])[0] + xp.linalg.vecdot(x, x),
    "symmetric eigenvalues": lambda xp, x: xp.linalg.eigvalsh(x),
    "singular values": lambda xp, x: xp.linalg.svdvals(x),
    "factor": lambda xp, x: xp.linalg.cholesky(x @ x.mT + xp.eye(3)),
    "vector norms": lambda xp, x: (
        xp.linalg.vector_norm(x, axis=2) + xp.linalg.vector_norm(x, axis=1, ord=1) + xp.linalg.vector_norm(x)
    ),
    "other vector norms": lambda xp, x: (
        xp.linalg.vector_norm(x, axis=2, ord=float("inf")) + xp.linalg.vector_norm(x, axis=2, ord=3)
    ),
    "matrix norms": lambda xp, x: (
        xp.linalg.matrix_norm(x) + xp.linalg.matrix_norm(x, ord=1) + xp.linalg.matrix_norm(x, ord=float("inf"))
    ),
    "spectral norms": lambda xp, x: xp.linalg.matrix_norm(x, ord=2) + xp.linalg.matrix_norm(x, ord="nuc"),
    "tensor product": lambda xp, x: xp.tensordot(x, x[0], axes=1),
    "special": lambda xp, x: xp.special.erf(x) + xp.special.lgamma(xp.abs(x)) + xp.special.softmax(x, axis=1),
    "log-sum-exp": lambda xp, x: xp.special.logsumexp(x, axis=1)[:, None, :] + xp.special.log_softmax(x, axis=2),
}


def stack_of_matrices() -> np.ndarray:
    """Two fixed invertible 3x3 matrices of quarters, no entry zero, no two equal."""
    rng = np.random.default_rng(5)
    return (rng.permutation(np.arange(1, 19)) * np.where(rng.random(18) < 0.5, -1, 1) / 4 + 1 / 8).reshape(2, 3, 3) / 2


@pytest.mark.parametrize("arithmetic", [Certifying, Reference])
@pytest.mark.parametrize("name", OPERATIONS)
def test_exact_functions_have_the_values_of_numpy(name, arithmetic):
    """Each function, on the same dyadic numbers, is what NumPy computes up to a few roundings of the largest entry."""
    mp = arithmetic()
    numbers = stack_of_matrices()
    exact = ExactNamespace(mp)
    expected = np.asarray(OPERATIONS[name](namespace("numpy"), numbers))
    found = OPERATIONS[name](exact, exact.asarray(numbers))
    assert found.shape == expected.shape
    values = np.array([mp.to_float(entry) for entry in found.data.flat]).reshape(expected.shape)
    assert np.all(np.abs(values - expected) <= ROUNDING * np.spacing(max(1.0, np.max(np.abs(expected)))))


@pytest.fixture
def xp():
    """The exact namespace over rationals and balls."""
    return ExactNamespace(Certifying())


def test_rational_operations_stay_rational(xp):
    """Solving a rational system loses nothing: the residual is exactly zero."""
    a = xp.asarray(stack_of_matrices())
    residual = a @ xp.linalg.solve(a, a[:, :, :1]) - a[:, :, :1]
    assert all(entry.is_rational and entry == 0 for entry in residual.data.flat)


@pytest.mark.parametrize("value", [0.5, -3.25, 1e3, 1e22, 2.0**-40, 0.0, float(2**60)])
def test_a_float_that_is_what_it_says_is_exact(value):
    """Dyadic literals are read as they are written."""
    assert exact_float(value) == Fraction(value)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 3.141592653589793, 1e-8, 2**0.5, -0.7])
def test_a_rounded_float_is_refused(value):
    """A rounded constant would make the oracle decide another theorem."""
    with pytest.raises(Lacking, match="rounded"):
        exact_float(value)


def test_a_rounded_threshold_compares_as_an_interval(xp):
    """A switch such as 0.1 decides away from it, and leaves the float next to 1/10 open."""
    entries = xp.asarray([Fraction(1, 20), Fraction(1, 5), Fraction(0.1), Fraction(1, 10)])
    assert (entries < 0.1).data.tolist() == [True, False, None, None]


def test_an_operation_without_a_value_hurts_only_where_it_is_needed(xp):
    """The branch that `where` does not take may divide by zero; the other may not."""
    x = xp.asarray([0, 2], dtype=xp.float64)
    guarded = xp.where(x == 0, 1.0, 1 / x)
    assert [str(entry) for entry in guarded.data] == ["1", "1/2"]
    assert isinstance((1 / x).data[0], Undefined)
    assert isinstance(xp.sum(xp.log(x - 1), axis=0).data.item(), Undefined)


@pytest.mark.parametrize("arithmetic", [Certifying, Reference])
def test_functions_outside_their_domain_are_undefined(arithmetic):
    """Roots and logarithms of negative numbers and a singular system have no value in either arithmetic."""
    xp = ExactNamespace(arithmetic())
    x = xp.asarray([[1, 2], [2, 4]], dtype=xp.float64)
    for result in (xp.sqrt(-x), xp.log(-x), (-x) ** 0.5, xp.linalg.solve(x, x)):
        assert all(isinstance(entry, Undefined) for entry in result.data.flat)


def test_an_undecided_comparison_is_neither_true_nor_false(xp):
    """A ball around zero leaves masks open, branches and indices raise, and `where` encloses both values."""
    zero = xp.sqrt(xp.asarray([2])) ** 2 - 2
    assert (zero > 0).data.tolist() == [None]
    assert ((zero > 0) & xp.asarray([False])).data.tolist() == [False]
    assert ((zero > 0) | xp.asarray([True])).data.tolist() == [True]
    with pytest.raises(Ambiguous):
        bool(xp.all(zero > 0))
    with pytest.raises(Ambiguous):
        zero[zero > 0]
    with pytest.raises(Ambiguous):
        xp.argmax(xp.concat([zero, -zero]))
    low, high = xp.mp.bounds(xp.where(zero > 0, 1.0, 3.0).data.item())
    assert low <= 1
    assert high >= 3


def test_sorting_encloses_what_it_cannot_order(xp):
    """Sorted balls that overlap contain the true order statistics."""
    root = xp.sqrt(xp.asarray([2]))
    both = xp.sort(xp.concat([root * root, xp.asarray([2], dtype=xp.float64)]))
    assert all(xp.mp.bounds(entry)[0] <= 2 <= xp.mp.bounds(entry)[1] for entry in both.data)


@pytest.mark.parametrize(
    ("use", "named"),
    [
        (lambda xp, x: xp.fft.fft(x), "xp.fft"),
        (lambda xp, x: xp.finfo(x.dtype), "xp.finfo"),
        (lambda xp, x: xp.linalg.svd(x), "xp.linalg.svd"),
        (lambda xp, x: xp.special.zeta(x), "xp.special.zeta"),
        (lambda xp, x: x.softmax(-1), "method .softmax"),
        (lambda xp, x: float(x[0, 0]), "float"),
        (lambda xp, x: np.sqrt(x), "np.sqrt"),
        (lambda xp, x: np.asarray(x), "NumPy"),
        (lambda xp, x: x * 0.1, "0.1"),
    ],
)
def test_what_is_lacking_is_named(xp, use, named):
    """A function that exact arithmetic does not have is named in the error."""
    with pytest.raises(Lacking, match=named):
        use(xp, xp.ones((2, 2)))


def test_numpy_scalars_and_arrays_enter_from_the_left(xp):
    """``np.float64(2) * x`` and ``np.ones(2) + x`` are exact."""
    x = xp.asarray([1, 3], dtype=xp.float64)
    assert [str(entry) for entry in (np.float64(0.5) * x + np.ones(2)).data] == ["3/2", "5/2"]


def test_entries_are_replaced_in_place(xp):
    """Assignment to a slice stores exact numbers."""
    x = xp.zeros((2, 2))
    x[:, 0] = xp.asarray([1, 2])
    x[1, 1] = 0.25
    assert [str(entry) for entry in x.data.flat] == ["1", "0", "2", "1/4"]


def test_the_array_api_of_the_tests_is_that_of_evaluators():
    """The reference of these tests is the namespace that evaluators get."""
    assert namespace("numpy").sum is floats.sum
