"""What a claim says, as a record: the part of a run's record that its report page prints."""

from __future__ import annotations

from refute import records
from refute.claim import Claim


def describe(claim: Claim) -> records.Theorem:
    """The theorem of a claim in the notation of its paper."""
    notation = {str(quantity): symbol for quantity, symbol in claim.notation.items()}
    return records.Theorem(
        title=claim.title, text=claim.text, source=str(claim.source), link=claim.source.paper.link,
        provenance=claim.provenance, latex=claim.latex(), statement_hash=claim.digest,
        hypotheses=[claim.latex(hypothesis) for hypothesis in claim.hypotheses],
        definitions=[
            (str(quantity), symbol_latex(str(quantity), notation), meaning)
            for quantity, meaning in claim.definitions.items()
        ],
        sizes=dict(claim.sizes),
        axes={str(axis): bounds for axis, bounds in claim.axes.items()},
        reading=claim.reading, tight=claim.tight, surrogate=claim.surrogate, trend=claim.trend,
        not_covered=list(claim.not_covered), oracle_differs=claim.oracle_differs,
        oracle_independent=claim.oracle is not None or claim.expectation is not None, corrected_by=claim.corrected_by,
        appendix=claim.appendix() if claim.appendix is not None else "",
    )  # fmt: skip


def symbol_latex(name: str, notation: dict[str, str]) -> str:
    """LaTeX of a quantity: the paper's symbol, or its name as SymPy typesets it."""
    import sympy

    return notation.get(name) or str(sympy.latex(sympy.Symbol(name)))
