from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.actors import Actor, operator
from dardr.casework.import_published import import_published
from dardr.errors import Invalid
from dardr.storage.bodies import Partnership
from dardr.storage.catalogue import PublishedCase
from dardr.storage.engine import Database
from dardr.storage.outbox import OutboxMessage
from dardr.storage.reviews import AuditEvent, Deadline, Record

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SAMPLE = Path(__file__).parent / "published_cases.json"


@pytest.fixture
def bare(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def actor(bare: Database) -> Actor:
    with bare.write() as session:
        session.add(Partnership(key="home", name="Home (invented)", home=True, settings={}))
        session.flush()
        return operator(session, NOW)


def sample() -> list[dict[str, Any]]:
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


def write(folder: Path, rows: Any) -> Path:
    file = folder / "cases.json"
    file.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
    return file


def records(bare: Database) -> list[Record]:
    with bare.read() as session:
        return list(session.scalars(sa.select(Record).order_by(Record.id)))


def test_everything_published_is_on_record_and_nothing_more(bare: Database, actor: Actor) -> None:
    done = import_published(bare, actor, NOW, SAMPLE)
    assert (done["loaded"], done["unchanged"], done["refused"]) == (4, 0, [])
    assert done["unknown_events"] == ["death_from", "death_until"]

    rows = records(bare)
    assert {r.process for r in rows} == {"historic@1"}
    assert {r.stage for r in rows} == {"on_record"}
    first = rows[0].facts
    given = sample()[0]
    assert first["pseudonym"] == "Alder/2013"
    assert first["sources"] == given["sources"]
    kept = [{k: e[k] for k in ("date", "event", "basis")} for e in first["events"]]
    assert kept == given["events"]
    assert [r["number"] for r in first["recommendations"]] == ["1", "1", "5.1"]
    assert first["recommendations"][0]["lead_agencies"] == ["Marlmoor Constabulary", "Fenwater Council"]
    assert first["recommendations"][1]["target_date"] == "2014-03"
    assert "pseudonym" not in rows[1].facts and "year" not in rows[1].facts
    assert rows[2].title == "Hazel and Linden"
    assert rows[2].facts["events"][0]["date"] == "2014-12..2015-02"
    assert "date" not in rows[2].facts["events"][1]


def test_a_partnership_not_known_is_made_by_name_and_is_not_the_home(bare: Database, actor: Actor) -> None:
    import_published(bare, actor, NOW, SAMPLE)
    with bare.read() as session:
        named = {p.name: p for p in session.scalars(sa.select(Partnership))}
        assert set(named) == {"Home (invented)", "Fenwater and Marlmoor (invented)", "Saltreach (invented)"}
        assert [p.name for p in named.values() if p.home] == ["Home (invented)"]
        assert session.scalar(sa.select(sa.func.count()).select_from(PublishedCase)) == 4


def test_published_cases_have_no_clock_and_send_nothing(bare: Database, actor: Actor) -> None:
    import_published(bare, actor, NOW, SAMPLE)
    with bare.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Deadline)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 0


def test_a_second_run_changes_nothing(bare: Database, actor: Actor) -> None:
    import_published(bare, actor, NOW, SAMPLE)
    before = _everything(bare)
    again = import_published(bare, actor, NOW, SAMPLE)
    assert (again["loaded"], again["unchanged"], again["refused"]) == (0, 4, [])
    assert _everything(bare) == before


def _everything(bare: Database) -> list[Any]:
    with bare.read() as session:
        rows = [tuple(r) for r in session.execute(sa.select(AuditEvent.__table__).order_by(AuditEvent.id))]
        return [*rows, *(tuple(r) for r in session.execute(sa.select(Partnership.id, Partnership.name)))]


def test_a_row_that_changed_is_refused_and_nothing_is_overwritten(
    bare: Database, actor: Actor, tmp_path: Path
) -> None:
    import_published(bare, actor, NOW, SAMPLE)
    before = _everything(bare)
    rows = sample()
    rows[1]["pseudonym"] = "Aspen/2015"
    again = import_published(bare, actor, NOW, write(tmp_path, rows))
    assert (again["loaded"], again["unchanged"]) == (0, 3)
    [refused] = again["refused"]
    assert (refused["row"], refused["id"]) == (2, "X02")
    assert "differs from what is on record" in refused["reason"]
    assert _everything(bare) == before


def bad(change: str) -> Any:
    row = copy.deepcopy(sample()[0])
    row["id"] = "BAD"
    match change:
        case "31 February":
            row["events"][0]["date"] = "2013-02-31"
        case "no event word":
            row["events"][0]["event"] = ""
        case "no partnership":
            row["partnership"] = None
        case "no id":
            del row["id"]
        case "year in words":
            row["year"] = "twenty"
        case "events not a list":
            row["events"] = {"date": "2013"}
        case "recommendation without text":
            row["recommendations"][1]["text"] = None
        case "target date unreadable":
            row["recommendations"][1]["target_date"] = "ongoing"
        case "not an object":
            return "Alder/2013"
        case "a day to come":
            row["events"][0]["date"] = "2031-01-01"
        case "character that cannot be stored":
            row["pseudonym"] = "Al\x00der"
    return row


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("31 February", "Event 1: "),
        ("no event word", "Event 1 has no word"),
        ("no partnership", "“partnership” is missing"),
        ("no id", "“id” is missing"),
        ("year in words", "four figures"),
        ("events not a list", "“events” must be a list"),
        ("recommendation without text", "Recommendation 2 has no text"),
        ("target date unreadable", "Recommendation 1: "),
        ("not an object", "must be an object"),
        ("a day to come", "is after today"),
        ("character that cannot be stored", "cannot be stored"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_go_on(
    bare: Database, actor: Actor, tmp_path: Path, change: str, says: str
) -> None:
    first, *others = sample()
    done = import_published(bare, actor, NOW, write(tmp_path, [first, bad(change), *others]))
    assert done["loaded"] == 4
    [refused] = done["refused"]
    assert refused["row"] == 2
    assert says in refused["reason"]
    assert len(records(bare)) == 4, "nothing of the bad row may be left"


def test_a_trial_run_says_the_same_and_keeps_nothing(bare: Database, actor: Actor, tmp_path: Path) -> None:
    file = write(tmp_path, [*sample(), bad("31 February"), sample()[0]])
    tried = import_published(bare, actor, NOW, file, dry_run=True)
    assert records(bare) == []
    with bare.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Partnership)) == 1
    done = import_published(bare, actor, NOW, file)
    assert {**tried, "dry_run": False} == done
    assert (done["loaded"], done["unchanged"], len(done["refused"])) == (4, 1, 1)
    assert [r.ref for r in records(bare)][0].endswith("001"), "a trial run uses up no reference"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"id": "X01"}', "does not hold a list"),
        ("[{", "not valid JSON at line 1"),
        ("", "not valid JSON"),
        ("[NaN]", "not valid JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    bare: Database, actor: Actor, tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        import_published(bare, actor, NOW, write(tmp_path, text))
    assert says in refused.value.reasons[0].reason


def test_a_missing_file_a_folder_and_other_encodings(bare: Database, actor: Actor, tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes('["Café"]'.encode("latin-1"))
    (tmp_path / "bom.json").write_bytes(b"\xef\xbb\xbf[]")
    for name in ("none.json", "", "latin.json"):
        with pytest.raises(Invalid):
            import_published(bare, actor, NOW, tmp_path / name)
    assert import_published(bare, actor, NOW, tmp_path / "bom.json")["loaded"] == 0


def test_what_the_format_has_no_place_for_is_said(bare: Database, actor: Actor, tmp_path: Path) -> None:
    row = sample()[1]
    row["chair"] = "somebody"
    done = import_published(bare, actor, NOW, write(tmp_path, [row]))
    assert done["loaded"] == 1
    assert done["warnings"] == ["Row 1 (X02): “chair” of the review has no place in the format and is not kept."]


def test_progress_is_told_row_by_row(bare: Database, actor: Actor) -> None:
    seen: list[tuple[int, int]] = []
    import_published(bare, actor, NOW, SAMPLE, progress=lambda n, of: seen.append((n, of)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_reviews_of_adults_and_children_come_in_as_what_they_are(
    bare: Database, actor: Actor, tmp_path: Path
) -> None:
    about = {"partnership": "Fenmouth", "recommendations": [{"text": "Ask twice"}]}
    rows = [{**about, "id": str(n), "kind": kind} for n, kind in enumerate(("SAR", "lcspr", "DARDR", "DHR", None))]
    file = tmp_path / "three.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    done = import_published(bare, actor, NOW, file)
    assert done["loaded"] == 4
    assert [row["reason"] for row in done["refused"]] == [
        "“kind” is DHR. Give one of DARDR, SAR, LCSPR, or leave it out for a DARDR."
    ]
    found = [row.facts.get("review_kind") for row in records(bare)]
    assert found == ["SAR", "LCSPR", "DARDR", None]
    assert import_published(bare, actor, NOW, file)["unchanged"] == 4
