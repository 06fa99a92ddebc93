"""Exact instances and rulings as text: sizes, choices, aligned matrices of rationals, and the two sides of a relation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from refute.records import Shown
from refute.report import numbers
from refute.statement import SIGNS


def instance(shown: Shown, full: bool = False) -> str:
    """The exact instance, one name a line: the objects of the theorem where the record holds them, else the raw numbers.

    ``full`` writes long numbers out instead of abbreviating them, and adds the raw numbers that the objects are built from.
    """
    number = numbers.compact if full else numbers.exact
    lines = [f"{name} = {value}" for name, value in {**shown.sizes, **shown.choices}.items()]
    built = built_of(shown)
    for name, value in (built or shown.raw).items():
        lines += _named(name, value, number)
    if built and full:
        lines += ["", "built from"]
        for name, value in shown.raw.items():
            lines += _named(name, value, number)
    return "\n".join(lines)


def abbreviated(shown: Shown) -> bool:
    """Whether `instance` leaves anything out, so that its full form says more."""
    built = built_of(shown)
    return bool(built) or any(numbers.folds(text) for value in shown.raw.values() for text in _leaves(value))


def built_of(shown: Shown) -> dict[str, Any]:
    """The objects of the theorem in a record, ``input.part`` each; empty where they are the raw numbers themselves."""
    built = dict(_parts("", getattr(shown, "built", {})))
    built = {name: value for name, value in built.items() if name not in shown.choices}
    return {} if built == dict(_parts("", shown.raw)) else built


def _parts(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _parts(f"{prefix}.{name}" if prefix else str(name), item)
    else:
        yield prefix, value


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield str(value)


def _named(name: str, value: Any, number: Callable[[str], str]) -> list[str]:
    if not isinstance(value, list):
        return [f"{name} = {number(str(value))}"]
    entries = list(_leaves(value))
    if len(entries) > 9 and set(entries) == {"0"}:
        return [f"{name} = 0   (all {len(entries)} entries)"]
    if not any(isinstance(item, list) for item in value):
        return [f"{name} = ({', '.join(number(str(item)) for item in value)})"]
    if any(isinstance(entry, list) for row in value for entry in row):
        return [line for position, item in enumerate(value) for line in _named(f"{name}[{position}]", item, number)]
    rows = [[number(str(entry)) for entry in row] for row in value]
    columns = max(len(row) for row in rows)
    widths = [max((len(row[column]) for row in rows if column < len(row)), default=0) for column in range(columns)]
    shown = ["  ".join(entry.rjust(widths[column]) for column, entry in enumerate(row)) for row in rows]
    label = f"{name} = "
    return [f"{label if position == 0 else ' ' * len(label)}[ {row} ]" for position, row in enumerate(shown)]


def ruling(shown: Shown) -> str:
    """What exact arithmetic says of the instance: the relation, both sides, their relative gap and the precision."""
    at = ", ".join(f"{name} = {value}" for name, value in shown.index.items())
    lines = []
    if shown.relation:
        lines.append(f"relation      {relation(shown.relation)}" + (f"   at {at}" if at else ""))
    if shown.outcome == "e-value":
        return "\n".join([*lines, f"decided       by a bet: {shown.reason}"])
    lines.append(f"left side     {numbers.side(shown.lhs)}")
    lines.append(f"right side    {numbers.side(shown.rhs)}")
    if shown.gap is not None:
        lines.append(f"relative gap  {numbers.real(shown.gap)}")
    if shown.bits:
        exactly = all(numbers.is_rational(side) for side in (shown.lhs, shown.rhs))
        lines.append("decided       " + ("in exact rationals" if exactly else f"in balls of {shown.bits} bits"))
    return "\n".join(lines)


def relation(serialised: str) -> str:
    """A serialised relation, ``(LessThan a (Add b c))``, as ``a <= b + c``; returned as it is if it is of another form."""
    try:
        tree, rest = _parse(serialised.replace("(", " ( ").replace(")", " ) ").split())
        return serialised if rest else _infix(tree)
    except (IndexError, ValueError, TypeError):
        return serialised


def _parse(tokens: list[str]) -> tuple[Any, list[str]]:
    if tokens[0] != "(":
        return tokens[0], tokens[1:]
    tokens, items = tokens[1:], []
    while tokens[0] != ")":
        item, tokens = _parse(tokens)
        items.append(item)
    return items, tokens[1:]


def _infix(tree: Any, inside: str = "") -> str:
    if isinstance(tree, str):
        return f"({tree})" if inside in ("Mul", "Pow") and ("/" in tree or tree.startswith("-")) else tree
    head, *items = tree
    if head in SIGNS:
        return f"{_infix(items[0])} {SIGNS[head]} {_infix(items[1])}"
    if head == "at":
        return f"{items[0]}[{', '.join(_infix(item) for item in items[1:])}]"
    if head == "Add":
        text = " + ".join(_infix(item, "Add") for item in _numbers_last(items)).replace("+ -", "- ")
        return f"({text})" if inside in ("Mul", "Pow") else text
    if head == "Mul":
        return _product(items, inside)
    if head == "Pow":
        base, exponent = items
        if exponent == "1/2":
            return f"sqrt({_infix(base)})"
        return f"{_infix(base, 'Pow')}^{_infix(exponent, 'Pow')}"
    name = {"Abs": "abs", "Max": "max", "Min": "min", "Mean": "E"}.get(head, head)
    return f"{name}({', '.join(_infix(item) for item in items)})"


def _numbers_last(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: isinstance(item, str) and numbers.is_rational(item))


def _product(items: list[Any], inside: str) -> str:
    above, below, sign = [], [], ""
    for item in sorted(items, key=lambda item: not (isinstance(item, str) and numbers.is_rational(item))):
        if isinstance(item, str) and numbers.is_rational(item):
            sign = "-" if item.startswith("-") else ""
            top, _, bottom = item.lstrip("-").partition("/")
            above += [top] if top != "1" else []
            below += [bottom] if bottom else []
        elif isinstance(item, list) and item[0] == "Pow" and isinstance(item[2], str) and item[2].startswith("-"):
            power = item[2].lstrip("-")
            below.append(_infix(item[1], "Mul") if power == "1" else _infix(["Pow", item[1], power], "Mul"))
        else:
            above.append(_infix(item, "Mul"))
    top = " ".join(above) or "1"
    text = sign + (f"{top} / {below[0]}" if len(below) == 1 else f"{top} / ({' '.join(below)})" if below else top)
    return f"({text})" if inside == "Pow" or (inside == "Mul" and (below or sign)) else text
