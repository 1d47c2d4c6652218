"""``dardr recommendations similar`` and ``rebuild``: what is printed, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Dardr

ROWS = [
    {
        "id": "Z01", "partnership": "Elsewhere (invented)", "kind": "SAR", "pseudonym": "Alder/2013", "year": 2013,
        "recommendations": [{"number": "5.1", "text": "Surgeries to ask about domestic violence.",
                             "lead_agencies": ["A surgery"], "status": "complete"}],
    }
]  # fmt: skip


def test_what_was_said_before_is_printed_with_its_reasons(dardr: Dardr, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(ROWS), encoding="utf-8")
    dardr.ok("import", "published", str(file))
    (one,) = dardr.ok("recommendations", "similar", "GPs should enquire about abuse by a partner")["similar"]
    assert one["ref"].endswith("#1") and one["number"] == "5.1" and 0 < one["score"] <= 1
    assert {"GP", "asking about abuse"} <= set(one["shared_terms"])
    assert (one["review"], one["year"], one["bodies"], one["kind"]) == ("Alder/2013", 2013, ["A surgery"], "sar")
    assert one["became"] == {"stands": "As published: complete", "responses": [], "actions": []}
    assert dardr.ok("recommendations", "similar", "the and of 12")["similar"] == []
    assert dardr.ok("recommendations", "rebuild") == {"recommendations": 1, "written": 0}
    assert dardr("recommendations", "similar", " ").code == 1
    assert dardr("recommendations", "similar", "abuse", "--limit", "0").code == 2
    assert "Surgeries" in dardr("recommendations", "similar", "domestic abuse in primary care").out
