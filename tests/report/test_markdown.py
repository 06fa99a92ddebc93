"""Authors' LaTeX becomes what GitHub typesets, and prose does not turn into markup."""

import re

import pytest

from refute.report import markdown


@pytest.mark.parametrize("text", [r"so $\|x\|_2 \le 1$.", r"so \(\|x\|_2 \le 1\)."])
def test_inline_forms(text):
    """Both inline forms become the one that Markdown leaves alone."""
    assert markdown.prose(text) == r"so $`\|x\|_2 \le 1`$."


@pytest.mark.parametrize("text", ["with\n$$\n a \\\\[4pt] b\n$$, then", "with\n\\[\n a \\\\[4pt] b\n\\], then"])
def test_display_forms(text):
    """Both displayed forms become a fence; a comma behind it moves into it, and a row break is not a delimiter."""
    assert re.sub(r"\s+", " ", markdown.prose(text)) == "with ```math a \\\\[4pt] b, ``` then"


def test_several_formulas_in_one_line():
    """Dollars pair up in order, and an escaped parenthesis inside a formula does not end it."""
    assert markdown.prose(r"$a$ and $b_1$, \(c(d)\)") == "$`a`$ and $`b_1`$, $`c(d)`$"


def test_line_breaks_inside_inline_formulas_are_joined():
    """A formula that its author wrapped stays one formula."""
    assert markdown.prose("$a\n  = b$") == "$`a = b`$"


def test_pipes_in_cells():
    """No cell holds an unescaped pipe, and norms stay norms."""
    cell = markdown.prose_cell(r"a | b, $\|x\|_2\le|y|$ and `c|d`")
    assert not re.search(r"(?<!\\)\|", cell)
    assert r"\Vert x\Vert _2\le\vert y\vert" in cell


def test_row_breaks_before_pipes_survive():
    r"""``\\|`` is a row break followed by a bar, not a norm."""
    assert markdown.inline_cell(r"a \\|b|") == r"$`a \\\vert b\vert`$"


def test_refused_macros_are_replaced():
    """Macros that the renderer refuses are written with ones that it has."""
    assert markdown.safe(r"\operatorname{tr} A, \operatorname*{argmin}_x, \mbox{if}") == (
        r"\mathrm{tr} A, \mathop{\mathrm{argmin}}_x, \text{if}"
    )


def test_conjunctions_are_split_outside_brackets_only():
    """Every conjunct has a line of its own; a conjunction inside a premise stays there."""
    latex = r"a \leq b \wedge \left(\left(c \wedge d\right) \Rightarrow e\right) \wedge \frac{f \wedge g}{h}"
    parts = [r"a \leq b", r"\left(c \wedge d\right) \Rightarrow e", r"\frac{f \wedge g}{h}"]
    assert markdown.conjuncts(latex) == parts
    assert markdown.display(latex).count("& ") == 3


def test_two_brackets_are_not_one():
    """Outer parentheses are removed only where they belong together."""
    assert markdown.conjuncts(r"\left(a\right) \left(b\right) \wedge c")[0] == r"\left(a\right) \left(b\right)"


def test_prose_is_not_markup():
    """Underscores, stars, comparison signs and brackets of plain text are shown as they are."""
    shown = markdown.prose("x_* < f(x_*) > <p, u> [h](g) # ~a~")
    assert shown == r"x\_\* &lt; f(x\_\*) &gt; &lt;p, u&gt; \[h\](g) \# \~a\~"


def test_a_line_that_starts_with_a_sign_is_no_list():
    """A wrapped line that begins with a plus or an equals sign does not open a list or a heading."""
    assert markdown.prose("so a\n+ b\n= c") == "so a\n\\+ b\n\\= c"


def test_emphasis_and_links_stay():
    """What is meant as markup stays so."""
    text = "for **every** p, see [the paper](https://arxiv.org/abs/1)"
    assert markdown.prose(text) == text


def test_claims_in_backticks_are_linked():
    """The id of a known claim links to its page; other code stays code."""
    assert markdown.prose("`a/b` and `c`", {"a/b": "../a/b.md"}) == "[`a/b`](../a/b.md) and `c`"


def test_code_blocks_cannot_be_closed_from_inside():
    """The fence is longer than any run of backticks in the text."""
    assert markdown.code_block("a ``` b").startswith("````text")
