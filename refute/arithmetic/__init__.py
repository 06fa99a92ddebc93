"""The arithmetics an oracle runs in: `Certifying` decides, `Reference` (mpmath) confirms."""

from refute.arithmetic.certifying import Certifying
from refute.arithmetic.context import fraction
from refute.arithmetic.matrix import Matrix
from refute.arithmetic.numbers import Ambiguous, ComplexBall, Number
from refute.arithmetic.reference import Reference

__all__ = ["Ambiguous", "Certifying", "ComplexBall", "Matrix", "Number", "Reference", "fraction"]
