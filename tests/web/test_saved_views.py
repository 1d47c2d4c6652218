"""Saved views: own ones and shared ones, changed by their owner alone, harmless whatever they are called."""

from __future__ import annotations

import html
import re

import sqlalchemy as sa
from flask import Flask

from dardr.storage.engine import Database
from dardr.storage.people import SavedView
from tests.web.conftest import Browser, signed_in


def save(browser: Browser, name: str, query: str = "late=yes", *, shared: bool = False) -> int:
    page = browser.get(f"/reviews/views?{query}")
    more = {"shared": "yes"} if shared else {}
    return browser.send("/reviews/views", page, query=query_in(page.text), name=name, **more).status_code


def query_in(text: str) -> str:
    """The filters that the page would save, as a browser reads them."""
    found = re.search(r'name="query" value="([^"]*)"', text)
    assert found
    return html.unescape(found[1])


def kept(database: Database) -> list[SavedView]:
    with database.read() as session:
        return list(session.scalars(sa.select(SavedView).order_by(SavedView.id)))


def test_a_view_is_saved_found_renamed_and_deleted(database: Database, manager: Browser) -> None:
    assert save(manager, "  Late   ones ", "late=yes&sort=ref&order=desc&page=3&nonsense=1") == 302
    (view,) = kept(database)
    assert (view.name, view.query, view.shared) == ("Late ones", "late=yes&sort=ref&order=desc", False)
    assert "Late ones</a>" in manager.get("/reviews").text
    assert 'aria-current="true">Late ones' in manager.get(f"/reviews?{view.query}").text
    answer = manager.get(f"/reviews/views/{view.id}")
    assert answer.headers["Location"].endswith("/reviews?late=yes&sort=ref&order=desc")
    page = manager.get("/reviews/views")
    assert manager.send(f"/reviews/views/{view.id}", page, do="change", name="Past", shared="yes").status_code == 302
    assert [(v.name, v.shared) for v in kept(database)] == [("Past", True)]
    assert manager.send(f"/reviews/views/{view.id}", page, do="delete").status_code == 302
    assert kept(database) == []


def test_the_same_name_again_replaces_the_view(database: Database, manager: Browser) -> None:
    save(manager, "Mine", "mine=yes")
    save(manager, "MINE", "held=yes")
    assert [(v.name, v.query) for v in kept(database)] == [("MINE", "held=yes")]


def test_colleagues_see_shared_views_and_change_none(app: Flask, database: Database, manager: Browser) -> None:
    save(manager, "For all", shared=True)
    save(manager, "For me", "held=yes")
    shared, own = kept(database)
    other = signed_in(app, "team_manager")
    text = other.get("/reviews").text
    assert "For all" in text and "shared by Alex Example" in text and "For me" not in text
    assert other.get(f"/reviews/views/{own.id}").status_code == 404
    assert other.get(f"/reviews/views/{shared.id}").status_code == 302
    page = other.get("/reviews/views")
    for number in (shared.id, own.id, 999):
        for do in ("change", "delete"):
            assert other.send(f"/reviews/views/{number}", page, do=do, name="Taken").status_code == 404
    assert [v.name for v in kept(database)] == ["For all", "For me"]


def test_a_view_without_a_good_name_comes_back_filled(database: Database, manager: Browser) -> None:
    assert save(manager, "   ") == 422
    page = manager.get("/reviews/views?held=yes")
    answer = manager.send("/reviews/views", page, name="x" * 101)
    assert answer.status_code == 422 and "x" * 101 in answer.text and 'value="held=yes"' in answer.text
    assert "longer than 100 characters" in answer.text
    assert kept(database) == []
    save(manager, "One")
    save(manager, "Two", "held=yes")
    two = kept(database)[1]
    answer = manager.send(f"/reviews/views/{two.id}", manager.get("/reviews/views"), do="change", name="one")
    assert answer.status_code == 422 and "another view called" in answer.text
    assert [v.name for v in kept(database)] == ["One", "Two"]


def test_names_and_queries_do_no_harm(database: Database, manager: Browser) -> None:
    save(manager, '<script>alert("x")</script>')
    page = manager.get("/reviews/views")
    for query in (
        "next=//evil.example",
        "//evil.example",
        "https://evil.example",
        "\x00",
        "text=%3Cscript%3E",
        "a" * 9000,
    ):
        manager.client.post(
            "/reviews/views",
            data={**hidden(page.text), "query": query, "name": f"q{len(kept(database))}"},
        )
    for view in kept(database):
        answer = manager.get(f"/reviews/views/{view.id}")
        assert answer.headers["Location"].startswith("/reviews"), view.query
    for path in ("/reviews", "/reviews/views", "/reviews/chart"):
        text = manager.get(path).text
        assert "<script>alert" not in text and "evil.example" not in text
    assert len(kept(database)) == 7


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))


def test_there_is_an_end_to_saving(database: Database, manager: Browser) -> None:
    with database.write() as session:
        from dardr.storage.people import User
        from dardr.systime import utc_now
        from tests.builders import address

        me = session.scalar(sa.select(User.id).where(User.email == address("case_manager")))
        session.add_all(
            SavedView(user_id=me, page="reviews", name=f"v{n}", query="", shared=False, created_at=utc_now())
            for n in range(50)
        )
    assert save(manager, "one more") == 422
    assert len(kept(database)) == 50
