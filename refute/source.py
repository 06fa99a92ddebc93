"""Where a theorem is printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """A published source, cited once and shared by its claims; ``arxiv`` is an identifier such as ``2305.18399``."""

    authors: str
    year: int
    title: str
    arxiv: str = ""
    venue: str = ""

    def item(self, where: str) -> Source:
        """The place in the paper, for example ``paper.item("Theorem 1")``."""
        return Source(paper=self, where=where)

    @property
    def link(self) -> str:
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else ""

    def __str__(self) -> str:
        identifier = f", arXiv {self.arxiv}" if self.arxiv else ""
        venue = f", {self.venue}" if self.venue else ""
        return f"{self.authors} ({self.year}), {self.title}{venue}{identifier}"


@dataclass(frozen=True)
class Source:
    """A numbered statement of a paper."""

    paper: Paper
    where: str

    def __str__(self) -> str:
        return f"{self.where} of {self.paper}"
