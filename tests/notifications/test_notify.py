"""GOV.UK Notify: each kind of answer, over real HTTP; and our plain text as Notify's markdown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.mail import Mail
from notifications.notify import NotifyMailer, plain
from notifications.retry import Kind, Outcome
from tests.notify_server import KEY, SERVICE, TEMPLATE, Notify, serving
from tests.ports import free_port

REPLY_TO = "99999999-2222-4333-8444-555555555555"


@pytest.fixture
def notify() -> Iterator[Notify]:
    with serving() as found:
        yield found


def mailer(notify: Notify, **changes: Any) -> NotifyMailer:
    return NotifyMailer(**{"key": KEY, "template": TEMPLATE, "url": notify.address, "timeout": 5.0} | changes)


def mail(number: int = 1, to: str = "a@one.example", **changes: Any) -> Mail:
    given = {
        "message_id": f"<dardr-{number}@mereshire.example>", "sender": "reviews@mereshire.example", "to": (to,),
        "subject": "DARDR-2026-009: due on Thursday 3 December 2026", "text": "Words", "sent_at": datetime.now(UTC),
    }  # fmt: skip
    return Mail(**given | changes)


def send(mailer: NotifyMailer, *mails: Mail) -> list[Outcome]:
    async def all_of_them() -> list[Outcome]:
        async with mailer.session() as session:
            return [(await session.send(one))[0] for one in mails]

    return asyncio.run(all_of_them())


def test_handed_over_with_our_words_and_our_message_id(notify: Notify) -> None:
    (outcome,) = send(mailer(notify, reply_to=REPLY_TO), mail(text="Review *one*\nhttps://a.example/x_y\n"))
    (one,) = notify.notifications
    assert outcome == Outcome("a@one.example", Kind.ACCEPTED, 201, "Accepted by GOV.UK Notify", ref=one["id"])
    assert one["reference"] == "<dardr-1@mereshire.example>" and one["reply_to"] == REPLY_TO
    assert one["personalisation"] == {
        "subject": "DARDR-2026-009: due on Thursday 3 December 2026",
        "body": "Review \\*one\\*\nhttps://a.example/x_y",
    }


def test_one_that_may_have_been_handed_over_is_asked_for_first(notify: Notify) -> None:
    (first,) = send(mailer(notify), mail())
    (again,) = send(mailer(notify), mail(tried_before=True))
    assert again.kind is Kind.ACCEPTED and again.ref == first.ref and len(notify.notifications) == 1
    (other,) = send(mailer(notify), mail(2, tried_before=True))
    assert other.kind is Kind.ACCEPTED and len(notify.notifications) == 2
    notify.notifications[0]["status"] = "technical-failure"
    (anew,) = send(mailer(notify), mail(tried_before=True))
    assert anew.kind is Kind.ACCEPTED and len(notify.notifications) == 3, "what failed there is handed over anew"


def test_no_answer_in_time_and_then_not_twice(notify: Notify) -> None:
    notify.silent_after_taking = 1
    (outcome,) = send(mailer(notify, timeout=1.0), mail())
    assert outcome.kind is Kind.UNKNOWN and "did not answer in time" in outcome.text
    (again,) = send(mailer(notify), mail(tried_before=True))
    assert again.kind is Kind.ACCEPTED and len(notify.notifications) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "stops"),
    [
        ((429, "RateLimitError", "Exceeded rate limit of 3000 requests per 60 seconds"), Kind.TRY_AGAIN, True),
        ((429, "TooManyRequestsError", "Exceeded send limits (50) for today"), Kind.TRY_AGAIN, True),
        ((400, "BadRequestError", "Can't send to this recipient when service is in trial mode"), Kind.TRY_AGAIN, True),
        ((400, "BadRequestError", "Template not found"), Kind.TRY_AGAIN, True),
        ((500, "Exception", "Internal server error"), Kind.TRY_AGAIN, False),
        ((503, "Exception", "Service unavailable"), Kind.TRY_AGAIN, False),
        ((400, "BadRequestError", "Emails cannot be longer than 2000000 bytes"), Kind.REFUSED, False),
    ],
)  # fmt: skip
def test_what_an_answer_means(notify: Notify, answer: tuple[int, str, str], kind: Kind, stops: bool) -> None:
    """Limits and what we have set wrong end the batch for now and fail nothing; a fault of one message does neither."""
    notify.answers = [answer]
    first, second = send(mailer(notify), mail(1), mail(2))
    assert first.kind is kind and first.code == answer[0] and answer[2].rstrip(".") in first.text
    assert second.kind is (Kind.TRY_AGAIN if stops else Kind.ACCEPTED)
    assert len(notify.notifications) == (0 if stops else 1)


def test_an_address_it_does_not_take_is_the_addresss_fault(notify: Notify) -> None:
    first, second = send(mailer(notify), mail(1, to="nobody@nowhere"), mail(2))
    assert first.kind is Kind.REFUSED and first.of_recipient and first.text.startswith("5.1.3 ")
    assert second.kind is Kind.ACCEPTED


def test_a_wrong_key_fails_no_message(notify: Notify) -> None:
    wrong = mailer(notify, key=f"reviews-{SERVICE}-0f1e2d3c-aaaa-4bbb-8ccc-ddddeeee0001")
    outcomes = send(wrong, mail(1), mail(2), mail(3, tried_before=True))
    assert {outcome.kind for outcome in outcomes} == {Kind.TRY_AGAIN} and notify.notifications == []
    assert "DARDR_NOTIFY_KEY" in outcomes[0].text and KEY not in repr(wrong) and SERVICE not in repr(wrong)


def test_a_server_that_is_not_there() -> None:
    gone = NotifyMailer(key=KEY, template=TEMPLATE, url=f"http://127.0.0.1:{free_port()}", timeout=5.0)
    first, second = send(gone, mail(1), mail(2, tried_before=True))
    assert first.kind is second.kind is Kind.TRY_AGAIN and "could not be reached" in first.text
    assert "could not be reached" in gone.trouble()
    with pytest.raises(ConnectionError, match="could not be reached"):
        gone.results(["x"])


def test_trouble_in_the_template_or_the_key_is_named(notify: Notify) -> None:
    assert mailer(notify).trouble() == ""
    notify.placeholders = ("subject",)
    assert (
        mailer(notify).trouble() == "The template lacks ((body)): its subject is ((subject)) and its text is ((body))."
    )
    other = mailer(notify, template="22222222-2222-4333-8444-555555555555")
    assert "not set up for this" in other.trouble()


def test_results_over_several_pages(notify: Notify) -> None:
    notify.notifications = [
        {"id": f"{n:08x}-0000-4000-8000-000000000000", "reference": str(n), "email_address": "a@one.example",
         "status": "delivered" if n % 2 else "sending"}
        for n in range(600)
    ]  # fmt: skip
    wanted = [notify.notifications[n]["id"] for n in (3, 4, 590)]
    assert mailer(notify).results([*wanted, "unknown"]) == dict(
        zip(wanted, ("delivered", "sending", "sending"), strict=True)
    )
    assert len(notify.asked) == 4, "the last page is empty"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"key": "short"}, "copy all of it"),
        ({"template": "one"}, "template ID"),
        ({"reply_to": "team@council.example"}, "reply-to"),
        ({"url": "http://notify.example"}, "https://"),
    ],
)
def test_settings_that_cannot_be_right(given: dict[str, Any], says: str) -> None:
    whole: dict[str, Any] = {"key": KEY, "template": TEMPLATE} | given
    with pytest.raises(ValueError, match=says):
        NotifyMailer(**whole)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("A line.", "A line."),
        ("# not a heading", "\\# not a heading"),
        ("- one\n* two\n+ three\n1. four\n2) five", "\\- one\n\\* two\n\\+ three\n1\\. four\n2\\) five"),
        ("--\nThe team", "\\--\nThe team"),
        ("====", "\u2e40" * 4),
        ("^ not an inset", "\u02c6 not an inset"),
        ("    indented", "indented"),
        ("a_b `c` [d](e) ~~f~~ x|y {z}", "a\\_b \\`c\\` \\[d\\](e) \\~\\~f\\~\\~ x\\|y \\{z\\}"),
        ("See https://a.example/b_c?d=*e*&f=1_2 or *not*", "See https://a.example/b_c?d=*e*&f=1_2 or \\*not\\*"),
        ("back\\slash", "back\\\\slash"),
    ],
)
def test_our_words_are_no_markup(ours: str, theirs: str) -> None:
    assert plain(ours) == theirs
