"""Figures: valid, opaque, the same bytes for the same record, and none where there is nothing to see."""

from xml.etree import ElementTree

import pytest

from refute.report import figures
from tests.report.by_hand import claim, lane


@pytest.mark.parametrize("drawing", figures.DRAWINGS, ids=lambda drawing: drawing.kind)
def test_valid_opaque_and_reproducible(drawing, runs):
    """Each kind is well-formed SVG on a white ground, without a date, byte for byte reproducible."""
    image = figures.svg(drawing, runs["other/mean"])
    root = ElementTree.fromstring(image)
    assert root.tag.endswith("svg")
    assert b"fill: #ffffff" in image
    assert b"<dc:date>" not in image
    assert b"nan" not in image.lower().replace(b"dominant", b"")
    assert image == figures.svg(drawing, runs["other/mean"])


@pytest.mark.parametrize("drawing", figures.DRAWINGS, ids=lambda drawing: drawing.kind)
def test_nothing_to_show(drawing, runs):
    """A record without evidence has no figure of any kind."""
    assert figures.svg(drawing, runs["other/broken"]) is None


def test_axes_are_labelled(runs):
    """Every figure says what its axes mean."""
    for drawing, words in zip(figures.DRAWINGS, ("relative gap", "instances evaluated", "size n", "fresh draws")):
        assert words.encode() in figures.svg(drawing, runs["other/mean"])


@pytest.mark.parametrize("gaps", [[-1.0], [-1e-300, 1.0], [-0.5, float("inf")], [-1.0, -1e-12, -3e-17]])
def test_extreme_gaps_are_drawn(gaps):
    """Gaps of any size, infinite ones included, find a place in every figure."""
    record = claim("a/b", "survived", lanes=[lane("sample", gaps), lane("unknown lane", [-0.25])])
    for drawing in figures.DRAWINGS[:3]:
        assert ElementTree.fromstring(figures.svg(drawing, record)) is not None


def test_equality_from_the_start_has_no_approach():
    """Where every lane starts at equality there is no progress to draw, and the record says so."""
    record = claim("a/b", "survived", lanes=[lane("sample", [0.0]), lane("corners", [1e-16])])
    assert figures.reached_at_once(record)
    assert figures.svg(figures.DRAWINGS[1], record) is None


def test_lanes_differ_without_colour():
    """Colours and markers are both distinct, so that a lane is known without its colour."""
    colours, markers, _ = zip(*(figures.style(name) for name in ("replay", "corners", "sample", "ascent", "structured", "new")))
    assert len(set(colours)) == len(set(markers)) == 6
