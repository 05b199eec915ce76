"""The chain finds every kind of tampering by itself, and stays whole after an erasure."""

import datetime as dt
import hmac
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState
from django.db.transaction import TransactionManagementError
from django.utils.translation import override

from guanxi.platform.events import chain, sealer, selectors, verifying
from guanxi.platform.events.erasing import erase
from guanxi.platform.events.models import Event, Seal, SealState
from guanxi.platform.events.operations import GUARD_TABLE, AppendOnly, DropAppendOnly
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.events.verifying import Fault, Walk

EARLIER = dt.datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=dt.UTC)
TOLD = {"actor_id": 1, "actor_name": "Li", "source": "job"}


def walk(until: int | None = None) -> Walk:
    steps = list(verifying.walk(0, chain.ORIGIN, until or selectors.last_seq()))
    return steps[-1] if steps else Walk(0, chain.ORIGIN)


def fault() -> Fault | None:
    found = walk()
    return found.fault or verifying.unexplained(found)


def made(number: int, **more) -> NewEvent:
    values = {"diff": {"name": [None, f"Name {number}"], "amount": [1.5, None]}, "note": "why", "at": EARLIER}
    return NewEvent(kind="shop.order.made", entity="shop.order", record_id=number, **(values | more))


@pytest.fixture
def sealed(db: None) -> list[int]:
    """Seven events, of which the first four are sealed apart from the rest."""
    append([made(number) for number in range(1, 8)])
    sealer.seal(limit=4)
    sealer.seal()
    return [event.id for event in selectors.after_seq(0)]


@pytest.fixture
def open_tables(sealed: list[int]) -> list[int]:
    """What an attacker makes of the database first: no triggers."""
    with connection.cursor() as cursor:
        for table in ("events_event", "events_seal"):
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                continue
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
    return sealed


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_untouched_events_are_whole(sealed):
    found = walk()
    assert (found.events, found.fault, found.seq) == (7, None, 7)
    assert (found.seq, found.hash) == selectors.chain_end()


def test_events_of_every_form_are_whole(db):
    append([
        made(1, diff=None, note=""), made(2, diff={"big": [10**30, -(10**25)], "text": ["\u4e2d\U00020bb7", "e\u0301"]}),
        made(3, diff={"z": [1, 2], "a": [{"y": 1, "b": [1.0, 1e300]}, True]}, address="2001:db8::1"),
        made(4, at=None, batch=None, customer_id=4, customers=(4, 5)),
    ])  # fmt: skip
    sealer.seal()
    assert (walk().events, fault()) == (4, None)


TAMPERING: dict[str, tuple[str, Fault]] = {
    "a note edited": ("UPDATE events_event SET note = 'other' WHERE seq = 3", Fault(3, verifying.EDITED)),
    "a difference edited": (
        """UPDATE events_event SET diff = '{"name": [null, "Name 9"]}' WHERE seq = 3""",
        Fault(3, verifying.EDITED),
    ),
    "a payload put in": ("""UPDATE events_event SET payload = '{"x": 1}' WHERE seq = 2""", Fault(2, verifying.EDITED)),
    "the person exchanged": ("UPDATE events_event SET actor_name = 'Wang' WHERE seq = 5", Fault(5, verifying.MOVED)),
    "the time moved": ("UPDATE events_event SET at = '2025-01-01 00:00:00' WHERE seq = 1", Fault(1, verifying.MOVED)),
    "a customer hidden": ("UPDATE events_event SET customer_id = 9 WHERE seq = 6", Fault(6, verifying.MOVED)),
    "deleted in the middle": ("DELETE FROM events_event WHERE seq = 4", Fault(4, verifying.MISSING)),
    "the link deleted": ("DELETE FROM events_seal WHERE seq = 4", Fault(4, verifying.UNSEALED)),
    "the tail cut": ("DELETE FROM events_event WHERE seq >= 6", Fault(6, verifying.MISSING)),
    "a salt destroyed": ("UPDATE events_seal SET salt = NULL WHERE seq = 2", Fault(2, verifying.EDITED)),
    "a hash exchanged": ("UPDATE events_seal SET hash = digest WHERE seq = 2", Fault(2, verifying.MOVED)),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_the_first_touched_row_is_named(open_tables, name):
    statement, expected = TAMPERING[name]
    sql(statement)
    found = fault()
    assert found is not None
    assert (found.seq, found.what) == (expected.seq, expected.what)
    if found.what not in (verifying.MISSING,):
        assert found.event_id == open_tables[found.seq - 1]


def _swap(seqs: tuple[int, int]) -> None:
    one, other = seqs
    Event.objects.filter(seq=one).update(seq=1000)
    Event.objects.filter(seq=other).update(seq=one)
    Event.objects.filter(seq=1000).update(seq=other)


def _renumber(seqs: tuple[int, int]) -> None:
    """Delete one and close the gap."""
    Event.objects.filter(seq=seqs[0]).delete()
    Seal.objects.filter(seq=seqs[0]).delete()
    for seq in range(seqs[0] + 1, 8):
        Event.objects.filter(seq=seq).update(seq=seq - 1)
        Seal.objects.filter(seq=seq).update(seq=seq - 1)


def _rechain(seqs: tuple[int, int]) -> None:
    """Edit one and compute everything anew, without knowing the key."""
    Event.objects.filter(seq=seqs[0]).update(note="other")
    end = chain.ORIGIN
    for row in list(chain.rows(Event.objects.order_by("seq"))):
        salt = bytes(16)
        digest = chain.digest_of(row, salt)
        end = chain.hash_of(end, row, digest, hmac.new(b"guessed", digestmod="sha256"))
        Seal.objects.filter(seq=row[0]).update(salt=salt, digest=digest, hash=end)


@pytest.mark.parametrize(
    ("act", "first", "what"),
    [(_swap, 2, verifying.EDITED), (_renumber, 2, verifying.MOVED), (_rechain, 1, verifying.MOVED)],
)
def test_rearranged_and_rebuilt_chains_are_found(
    open_tables, act: Callable[[tuple[int, int]], None], first: int, what: str
):
    act((2, 5))
    found = fault()
    assert found is not None
    assert (found.seq, found.what) == (first, what)


def test_an_erasure_leaves_a_tombstone_and_a_whole_chain(sealed):
    with transaction.atomic():
        assert erase([2, 3], reason="asked to be forgotten", told=TOLD) == 2
    sealer.seal()
    second = selectors.after_seq(1, 1)[0]
    assert (second.erased, second.diff, second.note, second.record_id) == (True, None, "", 2)
    assert second.text(record="A")
    told = selectors.after_seq(7)[0]
    assert told.payload.seqs == (2, 3)
    with override("en"):
        assert told.text() == "Li erased what 2 events told: asked to be forgotten"
    assert fault() is None
    with transaction.atomic():
        assert erase([2], reason="again", told=TOLD) == 0
    assert (sealer.seal(), fault()) == (0, None)


def test_nobody_can_erase_on_the_quiet(sealed):
    """The database allows the shape of an erasure; the chain asks for the event that tells of it."""
    Event.objects.filter(seq=4).update(payload={"erased": True}, diff=None, note="")
    found = fault()
    assert found is not None
    assert (found.seq, found.what) == (4, verifying.EDITED)
    Seal.objects.filter(seq=4).update(salt=None)
    assert fault() == Fault(4, verifying.EMPTIED)


def test_an_erasure_needs_reason_transaction_and_seal(sealed):
    with pytest.raises(ValueError, match="why"):
        erase([1], reason=" ", told=TOLD)
    append([made(9)])
    with pytest.raises(ValueError, match="sealed"), transaction.atomic():
        erase([1, 8], reason="x", told=TOLD)
    assert not selectors.after_seq(0, 1)[0].erased


@pytest.mark.django_db(transaction=True)
def test_an_erasure_outside_a_transaction_is_refused():
    with pytest.raises(TransactionManagementError):
        erase([1], reason="x", told=TOLD)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_event SET diff = NULL",
        "UPDATE events_event SET note = ''",
        "UPDATE events_event SET payload = NULL, diff = NULL, note = ''",
        """UPDATE events_event SET payload = '{"erased": true}', diff = NULL, note = 'x'""",
        """UPDATE events_event SET payload = '{"erased": true}', diff = NULL, note = '', actor_name = 'x'""",
        "UPDATE events_seal SET digest = hash",
        "UPDATE events_seal SET hash = digest",
        "UPDATE events_seal SET salt = digest",
        "UPDATE events_seal SET seq = 100 WHERE seq = 1",
        "DELETE FROM events_seal",
    ],
)
def test_the_database_refuses_any_other_shape(sealed, statement):
    sql(f"DELETE FROM {GUARD_TABLE}")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        sql(statement)


def test_events_numbered_before_there_was_a_chain_get_their_links(open_tables):
    Seal.objects.all().delete()
    SealState.objects.update(chained=0, hash=chain.ORIGIN)
    append([made(8)])
    assert [sealer.seal(limit=5) for _turn in range(4)] == [5, 2, 1, 0]
    assert (walk().events, fault()) == (8, None)


def test_the_protection_comes_off_and_back(db):
    """For migrations that alter a protected table."""
    state, editor = ProjectState.from_apps(apps), connection.schema_editor(atomic=False)
    editor.deferred_sql = []
    DropAppendOnly("Seal", erased={"salt": "NULL"}).database_forwards("events", editor, state, state)
    Seal.objects.create(seq=1, salt=b"1", digest=b"2", hash=b"3")
    assert Seal.objects.update(hash=b"4") == 1
    AppendOnly("Seal", erased={"salt": "NULL"}).database_forwards("events", editor, state, state)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Seal.objects.update(hash=b"5")
