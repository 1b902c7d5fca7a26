"""Small pages of every kind: what must be mended, and above all what must stay."""

import json
from pathlib import Path

import pytest

from restoration import restore

PAGES = json.loads((Path(__file__).parent / "cases" / "pages.json").read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page['what'][:30]} {page['raw'][:12]!r}")
def test_pages(page):
    restored = restore(page["raw"])
    assert restored.text in page["want"]
    assert restored.ledger.invert(restored.text) == page["raw"]
    assert restore(restored.text).text == restored.text


def test_a_page_of_breaks_ends():
    assert restore(("過(guò)。ㄇ" * 500) + ("過(guò)去?,F" * 50)).text
