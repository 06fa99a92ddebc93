"""What a claim says, as a record: the part of a run's record that its report page prints."""

from __future__ import annotations

from refute import records
from refute.claim import Claim
from refute.inputs import Input
from refute.statement import symbol_latex


def describe(claim: Claim) -> records.Theorem:
    """The theorem of a claim in the notation of its paper."""
    notation = {str(quantity): symbol for quantity, symbol in claim.notation.items()}
    return records.Theorem(
        title=claim.title, text=claim.text, source=str(claim.source), link=claim.source.paper.link,
        provenance=claim.provenance, latex=claim.latex(), statement_hash=claim.digest,
        hypotheses=[claim.latex(hypothesis) for hypothesis in claim.hypotheses],
        definitions=[
            (str(quantity), notation.get(str(quantity)) or symbol_latex(str(quantity)), meaning)
            for quantity, meaning in claim.definitions.items()
        ],
        quantities=sorted(claim.quantity_names()),
        inputs={name: drawn(source) for name, source in {**claim.inputs, **claim.randomness}.items()},
        sizes=dict(claim.sizes),
        axes={str(axis): bounds for axis, bounds in claim.axes.items()},
        reading=claim.reading, tight=claim.tight, surrogate=claim.surrogate, trend=claim.trend,
        not_covered=list(claim.not_covered), oracle_differs=claim.oracle_differs,
        oracle_independent=claim.oracle is not None or claim.expectation is not None, corrected_by=claim.corrected_by,
        appendix=claim.appendix() if claim.appendix is not None else "",
    )  # fmt: skip


def drawn(source: Input) -> str:
    """What an input is: of a random one the law, and how far its draws are from it."""
    return f"{source.law[0].upper()}{source.law[1:]}; {source.distance}." if source.law else summary(type(source))


def summary(kind: type) -> str:
    """The first paragraph of a class's docstring on one line."""
    return " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())
