"""Evaluator and oracle of the claims about duals, Hermite coefficients and criticality agree, and a seeded bug is caught."""

from pathlib import Path

import pytest

from refute.errors import Disagreement
from refute.loader import load
from tests.oracles.seeded import compared, subjects, with_bug

NAMES = (
    "activation_table_printed",
    "beta0_identities",
    "beta0_table",
    "crit_gelu",
    "crit_points",
    "crit_silu",
    "crit_tanh",
    "dual_arccos",
    "dual_closed_forms",
    "dual_derivatives",
    "dual_hermite",
    "dual_hermite_monomials",
    "dual_hermite_tail",
    "dual_parity",
    "dual_positive",
    "dual_price",
    "dual_properties",
    "dual_variances",
    "kappa_mehler",
    "kappa_mehler_sum",
    "kappa_series",
    "ntk_one_hidden",
)
SUBJECTS = {name: subject for name, subject in subjects("isometry").items() if name.split(":")[0] in NAMES}
QUANTITIES = {
    "beta0_identities": "logistic_slope",
    "beta0_table": "value",
    "crit_gelu": "growth",
    "crit_points": "value",
    "crit_silu": "susceptibility",
    "crit_tanh": "growth",
    "dual_arccos": "kernel",
    "dual_closed_forms": "mean",
    "dual_derivatives": "at_3",
    "dual_hermite": "integral",
    "dual_hermite_monomials": "mixed",
    "dual_hermite_tail": "rest",
    "dual_parity": "odd_mean",
    "dual_positive": "determinant",
    "dual_price": "slope",
    "dual_properties": "at_middle",
    "dual_variances": "mean",
    "kappa_mehler": "mixed",
    "kappa_mehler_sum": "closed",
    "kappa_series": "rest",
    "ntk_one_hidden": "ntk",
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_evaluator_and_oracle_agree(name):
    """On random and corner instances, all quantities of claim and mutant agree to rounding."""
    agreed = compared(SUBJECTS[name], instances=4)
    assert agreed.compared > 0


@pytest.mark.parametrize(("name", "quantity"), QUANTITIES.items())
def test_a_bug_of_one_part_in_a_million_is_caught(name, quantity):
    """An oracle that is off by one part in a million contradicts the evaluator."""
    claim = load(Path("claims/isometry") / f"{name}.py")[0]
    with pytest.raises(Disagreement):
        compared(with_bug(claim, quantity), instances=4)
