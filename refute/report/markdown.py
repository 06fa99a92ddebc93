r"""From the LaTeX of claims to Markdown as GitHub typesets it.

Three traps are met here once: inside a table cell every ``|`` ends the cell, also within mathematics; the renderer
refuses some macros (``\operatorname``, ``\mbox``); and prose may hold characters that Markdown would take for markup.
Formulas are written as ``$`…`$`` and in ``math`` fences, whose content Markdown leaves alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

REFUSED = (
    (re.compile(r"\\operatorname\s*\*\s*\{([^{}]*)\}"), r"\\mathop{\\mathrm{\1}}"),
    (re.compile(r"\\operatorname\s*\{([^{}]*)\}"), r"\\mathrm{\1}"),
    (re.compile(r"\\mbox\b"), r"\\text"),
    (re.compile(r"\\[hv]?phantom\s*\{[^{}]*\}"), ""),
    (re.compile("`"), "'"),
)
PIPES = re.compile(r"\\\\|\\\||\|")
FORMULA = re.compile(
    r"(?P<code>``.+?``|`[^`]+`)"
    r"|\$\$(?P<dollars>.+?)\$\$"
    r"|(?<!\\)\\\[(?P<brackets>.+?)(?<!\\)\\\]"
    r"|(?<!\\)\\\((?P<parentheses>.+?)(?<!\\)\\\)"
    r"|(?<![\\$])\$(?![\s$])(?P<dollar>[^$]+?)(?<![\s\\])\$(?!\d)",
    re.DOTALL,
)
KEPT = re.compile(r"(?<![\w*\\])(\*{1,2})(?=[^\s*])[^*]+?(?<=[^\s*])\1(?![\w*])|\[[^\]\n]+\]\(https?://[^)\s]+\)")
MARKUP = re.compile(r"[\\*_\[\]~#$]")
LINE_START = re.compile(r"^(\s*)(\+|=)(?=\s|=)", re.MULTILINE)


def safe(latex: str) -> str:
    """LaTeX without the macros that the renderer refuses."""
    for pattern, replacement in REFUSED:
        latex = pattern.sub(replacement, latex)
    return latex.strip()


def inline(latex: str) -> str:
    """A formula within a line."""
    return f"$`{' '.join(safe(latex).split())}`$" if latex.strip() else ""


def inline_cell(latex: str) -> str:
    r"""A formula within a table cell, where ``|`` and ``\|`` become ``\vert`` and ``\Vert``."""
    return inline(PIPES.sub(lambda found: {"|": r"\vert ", r"\|": r"\Vert "}.get(found[0], found[0]), latex))


def display(*formulas: str) -> str:
    """A displayed formula: the conjuncts of all the given ones, each on a line of its own."""
    lines = [line for formula in formulas for line in conjuncts(safe(formula))]
    if len(lines) == 1:
        body = lines[0]
    else:
        rows = " \\\\[4pt]\n".join(f"& {line}{',' if line is not lines[-1] else ''}" for line in lines)
        body = "\\begin{aligned}\n" + rows + "\n\\end{aligned}"
    return f"```math\n{body}\n```"


def conjuncts(latex: str) -> list[str]:
    r"""The parts of a conjunction: split at each ``\wedge`` outside all brackets, outer parentheses removed."""
    parts, depth, start = [], 0, 0
    for token in re.finditer(r"\\left|\\right|\\wedge(?![a-zA-Z])|\\\\|\\[{}]|[{}]", latex):
        text = token[0]
        if text == "\\wedge" and depth == 0:
            parts.append(latex[start : token.start()])
            start = token.end()
        depth += {"\\left": 1, "{": 1, "\\right": -1, "}": -1}.get(text, 0)
    parts.append(latex[start:])
    return [_unwrapped(part.strip()) for part in parts] if len(parts) > 1 else [latex.strip()]


def _unwrapped(latex: str) -> str:
    if not (latex.startswith(r"\left(") and latex.endswith(r"\right)")):
        return latex
    depth = 0
    for token in re.finditer(r"\\left(?![a-z])|\\right(?![a-z])", latex):
        depth += 1 if token[0] == r"\left" else -1
        if depth == 0 and token.start() < len(latex) - len(r"\right)"):
            return latex
    return latex[len(r"\left(") : -len(r"\right)")].strip()


def prose(text: str, links: Mapping[str, str] | None = None) -> str:
    r"""A text in an author's own LaTeX (``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]``) as Markdown.

    ``links`` maps ids of claims to the addresses of their pages; an id in backticks becomes a link.
    """
    out, position = [], 0
    for found in FORMULA.finditer(text):
        out.append(_text(text[position : found.start()]))
        position = found.end()
        if found["code"]:
            name = found["code"].strip("`")
            out.append(f"[`{name}`]({links[name]})" if links and name in links else found["code"])
        elif (shown := found["dollars"] or found["brackets"]) is not None:
            trailing = re.match(r"[.,;:]+", text[position:])
            position += len(trailing[0]) if trailing else 0
            body = "\n".join(line.strip() for line in safe(shown).splitlines())
            out.append(f"\n\n```math\n{body}{trailing[0] if trailing else ''}\n```\n\n")
        else:
            out.append(inline(found["parentheses"] or found["dollar"]))
    out.append(_text(text[position:]))
    joined = "".join(out)
    return re.sub(r"\n[ \t]*\n\s*\n", "\n\n", re.sub(r"(?m)^ (?=\S)|[ \t]+$", "", joined)).strip()


def prose_cell(text: str, links: Mapping[str, str] | None = None) -> str:
    """The same within a table cell: on one line, displayed formulas inline, pipes escaped."""
    out, position = [], 0
    for found in FORMULA.finditer(text):
        out.append(_text(text[position : found.start()]).replace("|", "\\|"))
        position = found.end()
        if found["code"]:
            name = found["code"].strip("`")
            code = found["code"].replace("|", "\\|")
            out.append(f"[`{name}`]({links[name]})" if links and name in links else code)
        else:
            out.append(inline_cell(found["dollars"] or found["brackets"] or found["parentheses"] or found["dollar"]))
    out.append(_text(text[position:]).replace("|", "\\|"))
    return " ".join("".join(out).split())


def _text(text: str) -> str:
    """Prose between formulas: emphasis and links stay, everything else that Markdown could mistake is escaped."""
    out, position = [], 0
    for found in KEPT.finditer(text):
        out += [_escaped(text[position : found.start()]), found[0]]
        position = found.end()
    return "".join([*out, _escaped(text[position:])])


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return LINE_START.sub(r"\1\\\2", MARKUP.sub(lambda found: "\\" + found[0], text))


def code_block(text: str) -> str:
    """Text as it stands, in a fence that its own backticks cannot close."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}text\n{text}\n{fence}"
