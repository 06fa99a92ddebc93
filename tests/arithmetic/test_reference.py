"""The reference arithmetic confirms and never decides: close numbers are not compared."""

from fractions import Fraction

import pytest

from refute.arithmetic import Reference


def test_numbers_that_agree_to_many_digits_are_not_ordered():
    """A difference that rounding may explain is None in every comparison, and never an equality."""
    ref = Reference(dps=50)
    third = ref.convert(Fraction(1, 3))
    for compare in (ref.lt, ref.le, ref.eq):
        assert compare(3 * third, 1 + ref.mpf(10) ** -45) is None
    assert ref.lt(third, 1) is True
    assert ref.le(1, third) is False
    assert ref.eq(third, 1) is False


def test_exact_numbers_come_in_and_floats_do_not():
    """Fractions and rational strings are converted at full precision; floats are refused."""
    ref = Reference(dps=50)
    assert abs(ref.convert("1/3") * 3 - 1) < ref.mpf(10) ** -49
    with pytest.raises(TypeError, match="exact numbers"):
        ref.mpf(0.5)


def test_an_imaginary_part_is_rounding_or_an_error():
    """A complex number is taken for real only if its imaginary part is rounding."""
    ref = Reference(dps=50)
    assert ref.convert(ref.sqrt(-(ref.mpf(10) ** -45))) == 0
    with pytest.raises(TypeError, match="complex"):
        ref.convert(ref.sqrt(-1))


def test_roots_of_rounded_squares_are_real():
    """A sum of squares that rounding made slightly negative has the root 0."""
    ref = Reference(dps=50)
    assert ref.sqrt_of_squares(-(ref.mpf(10) ** -60)) == 0


def test_extremes_take_numbers_or_one_list():
    """Maximum and minimum take several numbers, one list, or a single number."""
    ref = Reference(dps=50)
    assert (ref.maximum(1, 2), ref.minimum([1, 2]), ref.maximum(ref.mpf(3))) == (2, 1, 3)


def test_semidefiniteness_is_scale_free():
    """The tolerance for rounding scales with the matrix: a tiny indefinite matrix is not taken for semidefinite."""
    ref = Reference(dps=50)
    tiny = ref.mpf(10) ** -80
    assert ref.is_positive_semidefinite(ref.matrix([[1, 1], [1, 1]])) is True
    assert ref.is_positive_semidefinite(ref.matrix([[tiny, 0], [0, -tiny]])) is False
    assert ref.is_positive_definite(ref.matrix([[2, 1], [1, 2]])) is True
