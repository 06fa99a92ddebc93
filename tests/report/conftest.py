"""Records and reports that several tests read."""

import pytest

from refute import report
from tests.report import by_hand


@pytest.fixture
def runs():
    """One record of each kind, by id; a fresh mapping for each test."""
    return by_hand.runs()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The reports of `runs`, to be read only."""
    out = tmp_path_factory.mktemp("written") / "reports"
    (out / "certificates").mkdir(parents=True)
    (out / "certificates" / "family.printed.json").write_text("{}")
    report.write(by_hand.runs(), out)
    return out
