"""Linear algebra of the certifying arithmetic: every enclosure contains the truth, whatever the shape."""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from refute.arithmetic import Ambiguous, Certifying, Reference, linalg
from tests.arithmetic.shapes import as_balls, contains, scaled, symmetric, tables

BITS = 96


def truth_of_eigenvalues(rows):
    """mpmath's eigenvalues at more than twice the precision."""
    ref = Reference(dps=90)
    return ref, ref.eigsy(ref.matrix(rows))


@settings(max_examples=40)
@given(symmetric(), st.sampled_from([-300, 0, 300]), st.booleans())
def test_eigenvalues_contain_the_reference(rows, exponent, balls):
    """The k-th enclosure contains the k-th eigenvalue: repeated, zero, huge and tiny ones too, rational or in balls."""
    mp = Certifying(BITS)
    rows = scaled(rows, exponent)
    matrix = mp.matrix(rows)
    ref, truth = truth_of_eigenvalues(rows)
    found = mp.eigsy(as_balls(mp, matrix) if balls else matrix)
    slack = ref.mpf(2) ** exponent * ref.mpf(10) ** -60
    for enclosure, value in zip(found, truth, strict=True):
        low, high = mp.bounds(enclosure)
        assert ref.convert(low) - slack <= value <= ref.convert(high) + slack


@settings(max_examples=40)
@given(symmetric())
def test_eigenvalues_agree_with_exact_invariants(rows):
    """The sum of the enclosures contains the trace, their product the determinant, the sum of squares the squared norm."""
    mp = Certifying(BITS)
    matrix = mp.matrix(rows)
    for found in (mp.eigsy(matrix), mp.eigsy(as_balls(mp, matrix))):
        assert contains(mp, mp.fsum(found), mp.bounds(mp.trace(matrix))[0])
        assert contains(mp, mp.fprod(found), mp.bounds(mp.det(matrix))[0])
        assert contains(mp, mp.fsum(value**2 for value in found), sum(entry**2 for row in rows for entry in row))


@settings(max_examples=25)
@given(st.lists(st.integers(-2, 2), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_planted_spectra_are_enclosed_exactly(spectrum, random):
    """Eigenvalues planted by a rational reflection, with repetitions, lie in their enclosures in ascending order."""
    n = len(spectrum)
    mp = Certifying(BITS)
    v = [Fraction(random.randint(-3, 3)) for _ in range(n)]
    norm = sum(entry * entry for entry in v)
    assume(norm)
    reflection = mp.matrix([[int(i == j) - 2 * v[i] * v[j] / norm for j in range(n)] for i in range(n)])
    matrix = reflection * mp.diag(spectrum) * reflection
    for form in (matrix, as_balls(mp, matrix)):
        assert all(contains(mp, enclosure, value) for enclosure, value in zip(mp.eigsy(form), sorted(spectrum), strict=True))


def test_nearly_equal_eigenvalues_of_different_multiplicity_keep_their_order():
    """Roots of different factors of the characteristic polynomial, closer than the precision, are not swapped."""
    mp = Certifying(64)
    near = 1 - Fraction(1, 2**90)
    found = mp.eigsy(mp.diag([1, 1, near]))
    assert all(contains(mp, enclosure, value) for enclosure, value in zip(found, [near, Fraction(1), Fraction(1)], strict=True))


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 9), st.floats(0, 1)), min_size=1, max_size=6))
def test_enclosures_in_order_contain_the_order_statistics(intervals):
    """Numbers known to lie in intervals that overlap or nest are enclosed in ascending order."""
    mp = Certifying(64)
    balls = [mp.between(low, low + width).ball() for low, width, _ in intervals]
    truth = sorted(low + width * Fraction(share) for low, width, share in intervals)
    assert all(contains(mp, found, value) for found, value in zip(linalg.in_order(mp, balls), truth, strict=True))


@settings(max_examples=40)
@given(symmetric(), st.sampled_from([2, 5, 10]))
def test_bad_eigenvectors_cost_width_and_never_truth(rows, digits):
    """Whatever approximation of the eigenvectors is used, the enclosures contain the eigenvalues or are refused."""
    mp = Certifying(BITS)
    n = len(rows)
    ref, truth = truth_of_eigenvalues(rows)
    _, vectors = ref.context.eigsy(ref.matrix(rows))
    rough = mp.matrix(
        [[Fraction(round(float(vectors[i, j]), digits)).limit_denominator(2**digits) for j in range(n)] for i in range(n)]
    )
    balls = as_balls(mp, mp.matrix(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linalg, "_approximate_eigenvectors", lambda *_: as_balls(mp, rough) if digits == 5 else rough)
        try:
            found = mp.eigsy(balls)
        except Ambiguous:
            return
    for enclosure, value in zip(found, truth, strict=True):
        low, high = mp.bounds(enclosure)
        assert ref.convert(low) - ref.mpf(10) ** -60 <= value <= ref.convert(high) + ref.mpf(10) ** -60


@settings(max_examples=40)
@given(tables(), st.sampled_from([-200, 0, 200]), st.booleans())
def test_singular_values_contain_the_reference(rows, exponent, balls):
    """Singular values of any shape and rank, descending, contain mpmath's."""
    mp, ref = Certifying(BITS), Reference(dps=90)
    rows = scaled(rows, exponent)
    matrix = mp.matrix(rows)
    found = mp.svd_r(as_balls(mp, matrix) if balls else matrix)
    truth = ref.svd_r(ref.matrix(rows))
    slack = ref.mpf(2) ** exponent * ref.mpf(10) ** -40
    assert len(found) == min(len(rows), len(rows[0]))
    for enclosure, value in zip(found, truth, strict=True):
        low, high = mp.bounds(enclosure)
        assert low >= -high / 2**20
        assert ref.convert(low) - slack <= value <= ref.convert(high) + slack


@settings(max_examples=40)
@given(tables(), st.booleans())
def test_norms_contain_the_truth(rows, balls):
    """The norms 1, inf and f contain their exact values, and the spectral norm lies between its known bounds."""
    mp = Certifying(BITS)
    matrix = as_balls(mp, mp.matrix(rows)) if balls else mp.matrix(rows)
    assert contains(mp, mp.mnorm(matrix, 1), max(sum(abs(row[j]) for row in rows) for j in range(len(rows[0]))))
    assert contains(mp, mp.mnorm(matrix, mp.inf), max(sum(abs(entry) for entry in row) for row in rows))
    squares = sum(entry * entry for row in rows for entry in row)
    low, high = mp.bounds(mp.mnorm(matrix, "f"))
    assert low * low <= squares <= high * high
    low, high = mp.bounds(mp.mnorm(matrix, 2))
    assert low * low <= squares <= high * high * min(len(rows), len(rows[0]))


@settings(max_examples=40)
@given(tables(), st.fractions(0, 12, max_denominator=4), st.booleans())
def test_norm_decision_never_contradicts_the_singular_values(rows, threshold, balls):
    """``||A||_2 <= t`` decided by definiteness agrees with the enclosure, and rationals always decide it."""
    mp = Certifying(BITS)
    matrix = mp.matrix(rows)
    decided = mp.norm2_le(as_balls(mp, matrix) if balls else matrix, threshold)
    low, high = mp.bounds(mp.svd_r(matrix)[0])
    if threshold > high:
        assert decided is True
    elif threshold < low:
        assert decided is False
    else:
        assert decided is not False
    if not balls:
        assert decided is not None


def test_norm_decision_at_equality():
    """At exact equality rationals decide, balls do not, and a zero pivot is no counterexample."""
    mp = Certifying(64)
    half = mp.sqrt(2) / 2
    assert mp.norm2_le(mp.matrix([[1, 1], [1, 1]]), 2) is True
    assert mp.norm2_le(as_balls(mp, mp.matrix([[1, 1], [1, 1]])), 2) is None
    assert mp.norm2_le(mp.matrix([[1, 0], [0, half]]), 1) is True
    assert mp.norm2_le(mp.matrix([[1, half], [0, half]]), 1) is False
    assert mp.norm2_le(mp.matrix([[1]]), -1) is False
    assert mp.norm2_le(mp.matrix([[half * half * 2]]), 1) is None


@settings(max_examples=50)
@given(symmetric(), st.booleans())
def test_definiteness_agrees_with_the_eigenvalues(rows, balls):
    """Definiteness and semidefiniteness never contradict the sign of the smallest eigenvalue; rationals decide both."""
    mp = Certifying(BITS)
    matrix = mp.matrix(rows)
    form = as_balls(mp, matrix) if balls else matrix
    definite, semidefinite = mp.is_positive_definite(form), mp.is_positive_semidefinite(form)
    low, high = mp.bounds(mp.eigsy(matrix)[0])
    if low > 0:
        assert (definite, semidefinite) == (True, True)
    if high < 0:
        assert definite is not True
        assert semidefinite is not True
    if not balls:
        assert definite is not None
        assert semidefinite is not None
    assert not (definite and semidefinite is False)


@settings(max_examples=40)
@given(tables())
def test_a_gram_matrix_is_never_found_indefinite(rows):
    """``A^T A`` is semidefinite: rationals say so at any rank, balls never deny it."""
    mp = Certifying(BITS)
    matrix = mp.matrix(rows)
    gram = matrix.T * matrix
    assert mp.is_positive_semidefinite(gram) is True
    assert mp.is_positive_semidefinite(as_balls(mp, gram)) is not False


@settings(max_examples=30)
@given(tables(square=True), st.booleans())
def test_ldl_and_cholesky_multiply_back(rows, balls):
    """The factors of ``A^T A + I`` multiply to a matrix that contains it."""
    mp = Certifying(BITS)
    matrix = mp.matrix(rows)
    n = len(rows)
    gram = matrix.T * matrix + mp.eye(n)
    form = as_balls(mp, gram) if balls else gram
    lower, pivots = mp.ldl(form)
    root = mp.cholesky(form)
    for product in (lower * mp.diag(pivots) * lower.T, root * root.T):
        assert all(contains(mp, product[i, j], mp.bounds(gram[i, j])[0]) for i in range(n) for j in range(n))
    assert all(lower[i, j] == int(i == j) for i in range(n) for j in range(i, n))


@settings(max_examples=30)
@given(tables(square=True), st.booleans())
def test_qr_is_orthogonal_times_triangular(rows, balls):
    """Q^T Q contains the identity, Q R contains the matrix, R is upper triangular."""
    mp = Certifying(BITS)
    n = len(rows)
    tall = mp.matrix([*rows, *([int(i == j) * 9 for j in range(n)] for i in range(n))])
    q, r = mp.qr(as_balls(mp, tall) if balls else tall)
    assert all(contains(mp, (q.T * q)[i, j], int(i == j)) for i in range(n) for j in range(n))
    assert all(contains(mp, (q * r)[i, j], mp.bounds(tall[i, j])[0]) for i in range(2 * n) for j in range(n))
    assert all(r[i, j] == 0 for i in range(n) for j in range(i))


@settings(max_examples=30)
@given(tables(square=True))
def test_determinants_and_solutions_contain_the_exact_ones(rows):
    """Determinant and inverse in balls contain the rational ones; a singular matrix is refused or left undecided."""
    mp = Certifying(BITS)
    matrix = mp.matrix(rows)
    balls = as_balls(mp, matrix)
    determinant = mp.bounds(mp.det(matrix))[0]
    assert contains(mp, mp.det(balls), determinant)
    if determinant == 0:
        with pytest.raises(ZeroDivisionError):
            mp.inverse(matrix)
        with pytest.raises((Ambiguous, ZeroDivisionError)):
            mp.inverse(balls)
    else:
        exact, enclosed = mp.inverse(matrix), mp.inverse(balls)
        assert all(contains(mp, enclosure, mp.bounds(entry)[0]) for enclosure, entry in zip(enclosed, exact, strict=True))
        assert all(entry == int(i == j) for i, row in enumerate((matrix * exact).tolist()) for j, entry in enumerate(row))


def test_matrices_without_entries_are_rejected():
    """A matrix of size 0 is refused with a sentence that says what is required."""
    mp = Certifying(64)
    for make in (lambda: mp.matrix([]), lambda: mp.matrix(0), lambda: mp.zeros(2, 0), lambda: mp.eye(0), lambda: mp.matrix([[]])):
        with pytest.raises(ValueError, match="at least one row and one column"):
            make()


def test_a_matrix_that_is_not_symmetric_is_rejected():
    """What is defined for symmetric matrices refuses another one instead of reading half of it."""
    mp = Certifying(64)
    skew = mp.matrix([[0, 1], [-1, 0]])
    for function in (mp.eigsy, mp.ldl, mp.cholesky, mp.is_positive_definite, mp.is_positive_semidefinite):
        with pytest.raises(ValueError, match="symmetric"):
            function(skew)
        with pytest.raises(ValueError, match="symmetric"):
            function(as_balls(mp, skew))
        with pytest.raises(ValueError, match="symmetric"):
            function(mp.matrix([[1, 0]]))


def test_unknown_norms_are_rejected():
    """A norm that is not implemented is refused, not replaced by another one."""
    mp = Certifying(64)
    with pytest.raises(ValueError, match="3-norm"):
        mp.norm([1, 2], 3)
    with pytest.raises(ValueError, match="3-norm"):
        mp.mnorm(mp.eye(2), 3)


def test_powers_of_matrices():
    """Negative powers are those of the inverse, and only square matrices have any."""
    mp = Certifying(64)
    matrix = mp.matrix([[2, 1], [1, 1]])
    assert list(matrix**-2 * matrix**2) == [1, 0, 0, 1]
    with pytest.raises(ValueError, match="square"):
        mp.matrix([[1, 2]]) ** 2


def test_entries_without_a_value_are_ambiguous():
    """A NaN inside a native matrix never leaves it as a number."""
    mp = Certifying(64)
    broken = mp.matrix([[mp.sqrt(2), 1], [1, 1]])
    broken.native[0, 0] = type(mp.sqrt(2).value)("nan")
    with pytest.raises(Ambiguous):
        broken[0, 0]
    with pytest.raises(Ambiguous):
        mp.eigsy(broken)


def test_one_by_one():
    """The smallest matrices work everywhere."""
    mp = Certifying(64)
    one = mp.matrix([[3]])
    for form in (one, as_balls(mp, one)):
        assert contains(mp, mp.eigsy(form)[0], 3)
        assert contains(mp, mp.svd_r(-form)[0], 3)
        assert contains(mp, mp.cholesky(form)[0, 0] ** 2, 3)
        assert mp.is_positive_definite(form) is True
