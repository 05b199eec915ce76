"""The inbox: reading, marking, deciding."""

import pytest
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.messages import services
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.models import Notification
from guanxi.platform.ui import inbox_page

OWN = (("fakes.*", "*", "own"), ("access.user", "view", "all"))


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def bob(organisation):
    return organisation.actor("bob", *OWN)


def enter(actor):
    User.objects.filter(pk=actor.user_id).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def tell(actor, key, **more):
    services.notify(
        [actor.user_id],
        services.Notice(key=key, kind=more.pop("kind", Kind.JOB), sentence={"text": key}, **more),
        at=timezone.now(),
    )
    return Notification.objects.get(user=actor.user_id, key=key)


@pytest.fixture
def held(bob):
    company = run(commands.get("fakes.company.create"), bob, inputs={"name": "Acme", "capital": "5000"}).ids[0]
    return HeldCommand.objects.get(
        pk=run(
            commands.get("fakes.company.write_off"),
            bob,
            ids=[company],
            inputs={
                "amount": "2000",
            },
        ).held
    )


def test_an_inbox_shows_its_own_news_and_marks_them(chief, bob):
    hers, his = tell(chief, "Tea is ready"), tell(bob, "Coffee is ready")
    client = enter(chief)
    text = client.get("/inbox/").content.decode()
    assert "Tea is ready" in text
    assert "Coffee is ready" not in text
    assert client.post(f"/inbox/{his.pk}/read/").status_code == 404
    assert client.post(f"/inbox/{hers.pk}/read/").status_code == 302
    assert client.post(f"/inbox/{hers.pk}/read/", headers={"HX-Request": "true"})["HX-Redirect"] == "/inbox/"
    assert Notification.objects.get(pk=hers.pk).read_at is not None
    assert "You have read everything" in client.get("/inbox/?show=unread").content.decode()


@pytest.mark.parametrize("sentence", [{}, {"text": ""}, {"values": {"actor": "Ann"}}])
def test_a_notice_without_a_sentence_says_its_kind(chief, bob, sentence):
    notified = Notification.objects.create(
        user_id=bob.user_id, key="none", kind=Kind.ASSIGNED, sentence=sentence, created_at=chief.now()
    )
    (item,) = inbox_page.build(bob).items
    assert (item.id, item.title) == (str(notified.pk), str(Kind.ASSIGNED.label))


def test_reading_a_page_marks_nothing(chief):
    tell(chief, "Tea is ready")
    enter(chief).get("/inbox/")
    assert Notification.objects.filter(read_at=None).count() == 1


def test_everything_can_be_marked_at_once(chief, bob):
    tell(chief, "one"), tell(chief, "two"), tell(bob, "three")
    assert enter(chief).post("/inbox/read/").status_code == 302
    assert list(Notification.objects.filter(read_at=None).values_list("key", flat=True)) == ["three"]


def test_pages_follow_each_other(chief):
    for number in range(inbox_page.PAGE + 2):
        tell(chief, f"News {number:02}")
    first = inbox_page.build(chief)
    assert first.items[0].title == f"News {inbox_page.PAGE + 1:02}"
    rest = enter(chief).get(first.next_url).context["page"]
    assert [item.title for item in rest.items] == ["News 01", "News 00"]
    assert rest.next_url == ""


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({"kind": Kind.JOB, "record_id": 7}, "/jobs/7/"),
        ({"kind": Kind.APPROVAL, "entity": "fakes.company"}, "/inbox/?show=decisions"),
        ({"kind": Kind.ASSIGNED, "entity": "fakes.company"}, "/fakes/company/?filter=%5B%22me%22%2C%22owner%22%5D"),
        (
            {"kind": Kind.ASSIGNED, "entity": "fakes.company", "record_id": 999},
            "/fakes/company/?filter=%5B%22me%22%2C%22owner%22%5D",
        ),
        ({"kind": Kind.QUESTION, "url": "/help/"}, "/help/"),
        ({"kind": Kind.MENTION, "entity": "gone.entity", "record_id": 3}, "/inbox/"),
    ],
)
def test_where_a_notification_leads(chief, more, url):
    tell(chief, "news", **more)
    assert inbox_page.build(chief).items[0].url == url


def test_what_waits_for_a_decision_stands_first_and_can_be_approved(chief, bob, held):
    tell(chief, "Tea is ready")
    client = enter(chief)
    first, second = client.get("/inbox/").context["page"].items
    assert (first.title, second.title) == ("Write off: Acme", "Tea is ready")
    assert "bob" in first.text
    assert [command.label for command in first.commands] == ["Approve", "Refuse"]
    dialog = client.get(first.commands[0].url)
    assert dialog.status_code == 200
    assert 'value="approve"' in dialog.content.decode()
    client.post(f"/held/{held.pk}/", {"decision": "approve", "answer": "Fine"})
    held.refresh_from_db()
    assert (held.state, held.answer, held.decided_by_id) == ("approved", "Fine", chief.user_id)
    assert client.get("/inbox/?show=decisions").context["page"].items == []


def test_whoever_asked_cannot_decide(bob, held):
    client = enter(bob)
    assert client.get("/inbox/").context["page"].items == []
    assert client.get(f"/inbox/decide/{held.pk}/?decision=approve").status_code == 404
    assert client.post(f"/held/{held.pk}/", {"decision": "approve"}).status_code == 404
    held.refresh_from_db()
    assert held.state == "waiting"
