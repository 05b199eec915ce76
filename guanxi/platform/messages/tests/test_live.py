"""Streams in memory, and what the one poller reads for them."""

import asyncio
import json
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.models import User
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.messages import hub as hubs
from guanxi.platform.messages import services
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.hub import Hub, LiveEvent, Poller, Stream
from guanxi.platform.messages.live import Addresses, Reader, session_holds
from guanxi.platform.messages.models import Notification

ADDRESSES = Addresses(notice=lambda view: f"/n/{view.id}", job=lambda pk: f"/j/{pk}", open_label=lambda: "Open")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub():
    return Hub()


@pytest.fixture
def reader(clock):
    return Reader(ADDRESSES, clock=clock)


@pytest.fixture
def signed_in(organisation, clock, hub):
    """A user with a session, and a stream on it that is known to the hub."""

    def make(name, since=None):
        user = organisation.user(name)
        client = Client()
        client.force_login(user)
        stream = Stream(user.pk, client.session.session_key, since=since, clock=clock)
        hub.join(stream)
        return stream, client

    return make


def tell(user_id, key, **more):
    notice = services.Notice(key=key, kind=Kind.JOB, sentence=sentence("“%(job)s” is done", job=key), **more)
    services.notify([user_id], notice, at=timezone.now())
    return Notification.objects.get(user=user_id, key=key).pk


def names(stream):
    return [event.name for event in stream.take()]


# --- streams ----------------------------------------------------------------------------------------------
def test_a_stream_gives_what_is_put_into_it_from_another_thread_until_it_is_closed():
    stream = Stream(1, "key")

    async def listen():
        chunks = stream.chunks(heartbeat=60)
        heard = [await anext(chunks)]
        threading.Thread(target=stream.put, args=([LiveEvent("badge", {"count": 2}, 7)],)).start()
        heard.append(await anext(chunks))
        threading.Thread(target=stream.close).start()
        return heard + [chunk async for chunk in chunks]

    assert asyncio.run(listen()) == [b"retry: 3000\n\n", b'id: 7\nevent: badge\ndata: {"count": 2}\n\n']


def test_a_silent_stream_keeps_its_connection_alive():
    async def listen():
        chunks = Stream(1, "key").chunks(heartbeat=0)
        return [await anext(chunks), await anext(chunks)]

    assert asyncio.run(listen())[1].startswith(b":")


def test_text_stays_on_one_line():
    encoded = LiveEvent("toast", {"message": "first\nsecond\r\nthird"}).encode().decode()
    assert encoded.count("\n") == 3
    assert json.loads(encoded.split("data: ")[1])["message"] == "first\nsecond\r\nthird"


def test_a_browser_that_does_not_keep_up_is_told_to_look_again():
    stream = Stream(1, "key")
    stream.greeted = True
    stream.put([LiveEvent("toast", {})] * (hubs.QUEUE + 1))
    stream.put([LiveEvent("badge", {})])
    assert names(stream) == ["badge", "refresh"]
    assert not stream.greeted


def test_a_user_has_so_many_streams_and_no_more(hub):
    streams = [Stream(1, str(number)) for number in range(hubs.STREAMS_PER_USER)]
    for stream in streams:
        assert not hub.full(1)
        hub.join(stream)
    assert hub.full(1)
    assert not hub.full(2)
    hub.leave(streams[0])
    hub.leave(streams[0])
    assert not hub.full(1)


def test_the_poller_reads_while_somebody_listens_and_then_ends(hub):
    ticked = threading.Event()
    stream = Stream(1, "key")

    def tick(seen):
        assert seen is hub
        hub.leave(stream)
        ticked.set()
        raise OSError("the database is away")

    poller = Poller(hub, tick, pause=0)
    hub.join(stream)
    poller.wake()
    assert ticked.wait(5)
    thread = poller._thread
    if thread is not None:
        thread.join(5)
    assert poller._thread is None


# --- what is read -----------------------------------------------------------------------------------------
def test_a_stream_begins_with_the_badge_and_the_running_jobs(hub, reader, signed_in):
    ann, _client = signed_in("ann")
    tell(ann.user_id, "before")
    User.objects.filter(pk=ann.user_id).update(language="en")
    Job.objects.create(kind="k", owner_id=ann.user_id, label=sentence("Print"))
    Job.objects.create(kind="k", owner_id=ann.user_id, state="done", finished_at=timezone.now() - timedelta(hours=1))
    reader.tick(hub)
    badge, job = ann.take()
    assert (badge.name, badge.data) == ("badge", {"counter": "inbox", "count": 1})
    assert job.data == {
        "id": Job.objects.first().pk,
        "label": "Print",
        "percent": 0,
        "state": "waiting",
        "url": f"/j/{Job.objects.first().pk}",
    }
    reader.tick(hub)
    assert ann.take() == []


def test_news_reach_their_user_once(hub, reader, signed_in):
    (ann, _a), (bob, _b) = signed_in("ann"), signed_in("bob")
    User.objects.filter(pk=ann.user_id).update(language="en")
    reader.tick(hub)
    ann.take(), bob.take()
    pk = tell(ann.user_id, "tea", failed=True)
    for _look in range(15):
        reader.tick(hub)
    toast, badge = ann.take()
    assert (toast.id, toast.data) == (
        pk,
        {"message": "“tea” is done", "tone": "danger", "url": f"/n/{pk}", "url_label": "Open"},
    )
    assert badge.data["count"] == 1
    assert bob.take() == []


def test_an_id_that_is_committed_late_is_not_missed(hub, reader, signed_in):
    ann, _client = signed_in("ann")
    first = tell(ann.user_id, "first")
    reader.tick(hub)
    ann.take()
    later = tell(ann.user_id, "later")
    row = Notification.objects.get(pk=later)
    Notification.objects.filter(pk=later).delete()
    tell(ann.user_id, "even later")
    reader.tick(hub)
    ann.take()
    row.save(force_insert=True)
    reader.tick(hub)
    assert [event.id for event in ann.take() if event.name == "toast"] == [later]
    assert first < later


def test_a_broken_stream_goes_on_where_it_was(hub, reader, signed_in):
    known = tell(signed_in("ann")[0].user_id, "known")
    missed = [tell(User.objects.get(username="ann").pk, f"missed {number}") for number in range(3)]
    again, _client = signed_in("ann", since=known)
    reader.tick(hub)
    assert [event.id for event in again.take() if event.name == "toast"] == missed
    reader.tick(hub)
    assert again.take() == []


def test_a_job_is_shown_as_it_goes_on_and_ends(hub, reader, signed_in):
    (ann, _a), (bob, _b) = signed_in("ann"), signed_in("bob")
    reader.tick(hub)
    ann.take(), bob.take()
    job = Job.objects.create(kind="k", owner_id=ann.user_id, state="running", total=100, done=10)
    reader.tick(hub)
    Job.objects.filter(pk=job.pk).update(done=60)
    reader.tick(hub)
    Job.objects.filter(pk=job.pk).update(state="done", finished_at=timezone.now())
    reader.tick(hub)
    reader.tick(hub)
    assert [(event.data["percent"], event.data["state"]) for event in ann.take()] == [
        (10, "running"),
        (60, "running"),
        (100, "done"),
    ]
    assert bob.take() == []


def test_the_number_of_queries_does_not_grow_with_the_streams(hub, reader, signed_in, django_assert_max_num_queries):
    for number in range(12):
        signed_in(f"user{number}")
    reader.tick(hub)
    with django_assert_max_num_queries(4):  # users, jobs, notifications
        reader.tick(hub)


# --- sessions ---------------------------------------------------------------------------------------------
def sign_out(user, client):
    client.logout()


def deactivate(user, client):
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user, client):
    user.set_password("another horse")
    user.save()


@pytest.mark.parametrize("end", [sign_out, deactivate, change_password])
def test_a_stream_ends_within_half_a_minute_of_its_session(end, hub, reader, signed_in, clock):
    ann, client = signed_in("ann")
    reader.tick(hub)
    ann.take()
    end(User.objects.get(pk=ann.user_id), client)
    clock.now = 29
    reader.tick(hub)
    assert hub.streams() == [ann]
    clock.now = 31
    reader.tick(hub)
    assert names(ann) == ["signed_out"]
    assert hub.streams() == []


def test_looking_at_a_session_does_not_prolong_it(hub, reader, signed_in, clock):
    ann, client = signed_in("ann")
    before = client.session.get_expiry_date(), dict(client.session.items())
    clock.now = 31
    reader.tick(hub)
    assert hub.streams() == [ann]
    assert ann.check_at == 31 + hubs.RECHECK
    assert dict(client.session.items()) == before[1]
    assert client.session.model.objects.get(session_key=ann.session_key).expire_date < timezone.now() + timedelta(
        seconds=settings.SESSION_COOKIE_AGE
    )


def test_a_session_of_somebody_else_or_none_does_not_hold(signed_in, organisation):
    ann, _client = signed_in("ann")
    assert session_holds(ann.session_key, User.objects.get(pk=ann.user_id))
    assert not session_holds(ann.session_key, organisation.user("bob"))
    assert not session_holds("", User.objects.get(pk=ann.user_id))
    assert not session_holds(ann.session_key, None)
