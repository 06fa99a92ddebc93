"""What a claim says, as a record: the part of a run's record that its report page prints."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

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
        symbols={name: notation[name] for name in (*claim.sizes, *claim.axis_names()) if name in notation},
        reading=claim.reading, tight=claim.tight, surrogate=claim.surrogate, trend=claim.trend,
        not_covered=list(claim.not_covered), oracle_differs=claim.oracle_differs,
        oracle_independent=claim.oracle is not None or claim.expectation is not None, corrected_by=claim.corrected_by,
        appendix=claim.appendix() if claim.appendix is not None else "",
    )  # fmt: skip


def drawn(source: Input) -> str:
    """What an input is: of a random one the law, and how far its draws are from it."""
    return f"{source.law[0].upper()}{source.law[1:]}; {source.distance}." if source.law else summary(source)


def summary(source: Input) -> str:
    """The first paragraph of its class's docstring on one line, with the values of the constants and options that it names."""
    text = " ".join((type(source).__doc__ or "").strip().split("\n\n")[0].split())
    scope = vars(sys.modules[type(source).__module__]) if type(source).__module__ in sys.modules else {}
    parts = set(source.parts())

    def value(found: re.Match[str]) -> str:
        name = found[0]
        known = scope.get(name) if name.isupper() else None if name in parts else getattr(source, name, None)
        return readable(known) or name

    def span(found: re.Match[str]) -> str:
        shown = re.sub(r"[A-Za-z_]\w*", value, found[1])
        return shown if shown != found[1] and found[1].isidentifier() else f"``{shown}``"

    return re.sub(r"``?([^`]+)``?", span, text)


def readable(value: Any) -> str:
    """A number, text, or collection of them for a sentence; empty for anything else."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (float, Fraction)) and value > 0 and not 2**-4 <= value <= 2**10:
        exponent = math.frexp(value)[1] - 1
        if value == Fraction(2) ** exponent:
            return f"2^{exponent}"
    if isinstance(value, (int, float, Fraction, str)):
        return str(value)
    if isinstance(value, (tuple, list, frozenset, set, Mapping)) and all(
        isinstance(item, (int, str, Fraction)) for item in value
    ):
        return ", ".join(map(str, value))
    return ""
