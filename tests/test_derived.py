"""An oracle derived from the evaluator: it decides like a written one, and refuses what it cannot run exactly."""

import dataclasses

import pytest
from sympy import Gt

from refute import certificate
from refute.arithmetic import Ambiguous, Certifying, Reference
from refute.claim import named
from refute.derived import derive, oracle_of
from refute.description import describe
from refute.errors import OracleError
from refute.examine import Options, examine
from refute.instance import Instance, exact
from refute.judge import Judge, oracle_values
from refute.loader import find
from refute.search import Search
from refute.testing import check
from tests.small_claims import am_gm, evaluate, first, last, power_mean, product

WRITTEN = ["attention/lse_third", "batchnorm/grad_pathwise", "optimization/gd_convex_value", "optimization/hb_quadratics"]


def instance(*entries):
    """One instance of `am_gm`."""
    return Instance({"n": len(entries)}, {}, {"x": exact(list(entries))})


def numbers(value):
    """The entries of a quantity, read if it is lazy."""
    value = value() if callable(value) else value
    return [entry for item in value for entry in numbers(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("arithmetic", [Certifying, Reference])
@pytest.mark.parametrize("identifier", WRITTEN)
def test_a_derived_oracle_agrees_with_a_written_one(identifier, arithmetic):
    """On drawn instances of catalogue claims the two oracles enclose the same numbers."""
    claim = find(identifier)
    without = dataclasses.replace(claim, oracle=None)
    search = Search(claim, seed=3, deadline=0.0)
    compared = 0
    while compared < 20:
        structure = search.random_structure()
        drawn = search.instance(structure, search.sample(structure, 1), 0)
        mp = arithmetic()
        written, derived = (named(oracle_values(subject, mp, drawn)) for subject in (claim, without))
        for name in claim.quantity_names():
            for a, b in zip(numbers(written[name]), numbers(derived[name]), strict=True):
                assert mp.eq(a, b) is not False, name
                compared += 1


def test_a_claim_without_oracle_survives_and_its_mutants_do_not():
    """The whole examination runs on a derived oracle."""
    record = examine(am_gm(oracle=None), Options(budget=2.0))
    assert record.verdict == "survived", record.why
    assert all(mutant.refuted for mutant in record.mutants)
    assert record.agreement.compared > 0


def test_a_false_claim_without_oracle_gets_a_certificate():
    """A refutation by a derived oracle carries a certificate that is decided again."""
    claim = am_gm(factor="9/10", oracle=None)
    ruling = Judge(claim).rule(instance(1, 1))
    assert ruling.outcome == "violated"
    issued = certificate.issue(claim, instance(1, 1), ruling)
    assert certificate.verify(issued, claim).outcome == "violated"


def test_a_derived_oracle_keeps_the_inputs_of_a_written_one():
    """A claim's own oracle is used where there is one."""
    claim = am_gm()
    assert oracle_of(claim) is claim.oracle


def test_the_record_says_not_independent():
    """Evaluator and derived oracle are one computation, and the record says so."""
    assert describe(am_gm()).oracle_independent
    assert not describe(am_gm(oracle=None)).oracle_independent


def test_rounding_of_the_evaluator_is_seen():
    """Float cancellation that reports a violation is a hazard, not a refutation."""

    def cancelling(xp, x):
        return {**evaluate(xp, x), product: (xp.prod(x, axis=1) + 2.0**60) - 2.0**60}

    found = check(am_gm(oracle=None, evaluate=cancelling), x=[100, 102])
    assert found.float_gap > 0
    assert found.verdict == "holds"


@pytest.mark.parametrize(
    ("factor", "named_in_error"),
    [
        (lambda xp, x: 0.1, "uses the float 0.1, which is rounded"),
        (lambda xp, x: 1 / x.shape[1], "uses the float 0.3333333333333333, which is rounded"),
        (lambda xp, x: xp.fft.fft(x)[:, 0], "uses xp.fft, which exact arithmetic lacks"),
        (lambda xp, x: x.softmax(1)[:, 0], "the method .softmax of a tensor"),
        (lambda xp, x: {}["absent"], "raised KeyError in exact arithmetic"),
    ],
)
def test_an_evaluator_that_cannot_run_exactly_is_named_in_one_sentence(factor, named_in_error):
    """What is lacking, why, and what to do, for the claim in question."""
    claim = am_gm(oracle=None, evaluate=lambda xp, x: {**evaluate(xp, x), product: factor(xp, x) * xp.sum(x, axis=1)})
    with pytest.raises(OracleError) as raised:
        Judge(claim).rule(instance(1, 2, 4))
    message = str(raised.value)
    assert message.startswith("am_gm: no oracle can be derived, because evaluate ")
    assert named_in_error in message
    assert message.endswith("write an oracle")
    assert message.count("no oracle can be derived") == 1


def test_a_tensor_code_that_cannot_run_exactly_is_named():
    """An input whose tensor code leaves the array API is named, not replaced by another object."""
    claim = am_gm(oracle=None)
    source = type(claim.inputs["x"])()
    source.tensor = lambda xp, parts, sizes, choices: parts[""].view(-1)
    with pytest.raises(OracleError, match=r"the tensor code of Positive uses the method \.view"):
        Judge(dataclasses.replace(claim, inputs={"x": source})).rule(instance(1, 2))


def reciprocal_gap(hypotheses):
    """``product / (last - first) <= …``: without a value where all entries are equal."""
    return am_gm(
        oracle=None,
        hypotheses=hypotheses,
        evaluate=lambda xp, x: {**evaluate(xp, x), product: xp.prod(x, axis=1) / (x[:, -1] - x[:, 0])},
    )


def test_a_quantity_without_value_outside_the_hypotheses_is_no_error():
    """Hypotheses are decided before the quantities of the statement are read."""
    assert Judge(reciprocal_gap([Gt(last, first)])).rule(instance(1, 1)).outcome == "unmet"


def test_a_quantity_without_value_inside_the_hypotheses_is_an_error():
    """The quantity and the reason are named."""
    with pytest.raises(OracleError, match="the quantity product has no value on this instance: division by an exact zero"):
        Judge(reciprocal_gap([])).rule(instance(1, 1))


def test_a_branch_on_an_undecided_comparison_raises_ambiguous():
    """Python's `if` on a ball around zero is never taken."""

    def branching(xp, x):
        zero = xp.sqrt(x[:, 0]) ** 2 - x[:, 0]
        return {**evaluate(xp, x), product: zero if zero > 0 else x[:, 0]}

    claim = am_gm(oracle=None, evaluate=branching)
    with pytest.raises(Ambiguous):
        oracle_values(claim, Certifying(), instance(2, 3))


def test_lazy_quantities_and_sizes_reach_the_evaluator():
    """Quantities may be callables, and the evaluator may take sizes."""

    def lazy(xp, x, n):
        return {product: lambda: xp.prod(x, axis=1), power_mean: xp.sum(x**n, axis=1) / n, first: x[:, 0], last: x[:, -1]}

    claim = am_gm(oracle=None, evaluate=lazy)
    ruling = Judge(claim).rule(instance(1, 2, 3))
    assert (ruling.lhs, ruling.rhs) == ("6", "12")


def test_quantities_with_an_axis_come_as_lists():
    """A quantity of shape (1, k) is a list of k numbers."""
    claim = am_gm(oracle=None, evaluate=lambda xp, x: {product: x})
    mp = Certifying()
    values = derive(claim)(mp, x=oracle_values_input(claim, mp))
    assert [str(entry) for entry in values["product"]()] == ["1", "2"]


def oracle_values_input(claim, mp):
    """The exact tensor of the instance (1, 2)."""
    from refute.judge import exact_arguments

    return exact_arguments(claim, mp, instance(1, 2))["x"]
