"""Anchors find what the chain alone cannot: a tail cut off, a chain rebuilt with the key, purges and viewings undone."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from guanxi.platform.access.actor import System
from guanxi.platform.access.events import TOKEN_CREATED
from guanxi.platform.audit import anchors, purging, verifying
from guanxi.platform.audit.models import Anchor, Verification, Viewed
from guanxi.platform.audit.verifying import verify
from guanxi.platform.commands.record_event import by
from guanxi.platform.events import chain, sealer
from guanxi.platform.events.models import Event, Seal, SealState
from guanxi.platform.events.operations import GUARD_TABLE
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.jobs.testing import run_queued_jobs

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOLD = by(System("tests"))


def happen(count: int = 3) -> None:
    with transaction.atomic():
        append([NewEvent(kind=TOKEN_CREATED, actor_name=f"Person {number}", note="n") for number in range(count)])
    sealer.seal()


def look(uid: int) -> None:
    Viewed.objects.create(
        uid=uid, at=NOW, actor_id=1, actor_name="Li", entity="fakes.company", record_id=uid, customer_id=uid
    )


@pytest.fixture
def anchored(db: None, anchors_file: Path) -> Path:
    """Three events, an anchor, three events and two viewings, an anchor, two events."""
    happen()
    anchors.set_anchor(NOW)
    happen()
    look(1)
    look(2)
    anchors.set_anchor(NOW + HOUR)
    happen(2)
    return anchors_file


def found() -> tuple[str, int] | None:
    fault = verify().fault
    return (fault.what, fault.seq) if fault else None


@pytest.fixture
def open_tables(anchored: Path) -> Path:
    with connection.cursor() as cursor:
        for table in ("events_event", "events_seal", "audit_anchor", "audit_viewed"):
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                continue
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
    return anchored


def test_what_nobody_touched_is_whole(anchored):
    verdict = verify()
    assert (verdict.whole, verdict.events, verdict.anchors, verdict.views) == (True, 8, 2, 2)
    assert len(anchored.read_text().splitlines()) == 2
    assert anchored.stat().st_mode & 0o777 == 0o600


def test_an_hour_without_events_needs_no_anchor(anchored):
    assert anchors.set_anchor(NOW + 2 * HOUR) is not None
    assert anchors.set_anchor(NOW + 3 * HOUR) is None
    assert (Anchor.objects.count(), verify().whole) == (3, True)


def cut(until: int) -> None:
    """The end cut off, and the counters set back so that nothing seems to be missing."""
    Event.objects.filter(seq__gt=until).delete()
    Seal.objects.filter(seq__gt=until).delete()
    SealState.objects.update(seq=until, chained=until, hash=Seal.objects.get(seq=until).hash)


def test_a_tail_cut_off_is_known_by_an_anchor(open_tables):
    cut(5)
    assert found() == (verifying.CUT, 6)
    Anchor.objects.filter(seq__gt=5).delete()  # the file alone remembers
    assert found() == (verifying.CUT, 6)


def test_a_tail_younger_than_the_last_anchor_is_not_protected_yet(open_tables):
    cut(7)
    assert found() is None


def test_a_chain_rebuilt_with_the_key_contradicts_the_anchors(open_tables):
    Event.objects.filter(seq=2).update(note="other")
    end = chain.ORIGIN
    for row in list(chain.rows(Event.objects.order_by("seq"))):
        digest = chain.digest_of(row, bytes(16))
        end = chain.hash_of(end, row, digest, chain.keyed())
        Seal.objects.filter(seq=row[0]).update(salt=bytes(16), digest=digest, hash=end)
    SealState.objects.update(hash=end)
    assert found() == (verifying.REWRITTEN, 3)


def test_anchors_cannot_be_edited_or_removed(open_tables):
    Anchor.objects.filter(seq=3).update(at=NOW - HOUR)
    assert found() == (verifying.ANCHOR, 3)
    Anchor.objects.filter(seq=3).delete()
    assert found() == (verifying.ANCHOR, 3)


def test_the_file_cannot_be_edited_or_shortened(anchored):
    happen()
    anchors.set_anchor(NOW + 2 * HOUR)
    lines = anchored.read_text().splitlines()
    anchored.write_text("\n".join([lines[0].replace("seq=3", "seq=2"), *lines[1:]]) + "\n")
    assert found() == (verifying.FILE, 1)
    anchored.write_text("\n".join(lines[1:]) + "\n")
    assert found() == (verifying.ANCHOR, 3)
    anchored.write_text("\n".join(lines[:2]) + "\n")  # the newest may not have been written yet
    assert found() is None
    anchored.unlink()
    assert found() == (verifying.ANCHOR, 3)


@pytest.mark.parametrize("change", [lambda rows: rows.update(customer_id=9), lambda rows: rows.delete()])
def test_viewings_cannot_be_edited_or_removed(open_tables, change):
    change(Viewed.objects.filter(uid=1))
    assert found() == (verifying.VIEWS, 6)


def test_an_anchor_that_a_crash_kept_from_the_file_comes_later(anchored):
    lines = anchored.read_text().splitlines()
    anchored.write_text(lines[0] + "\n")
    assert anchors.write_file() == 1
    assert anchored.read_text().splitlines() == lines


def test_a_file_that_cannot_be_written_stops_nothing(anchored, settings, tmp_path, caplog):
    settings.AUDIT = {"anchors": str(tmp_path / "missing" / "anchors.log")}
    happen()
    assert anchors.set_anchor(NOW + 2 * HOUR) is not None
    assert "cannot be written" in caplog.text


def test_another_key_tells_at_once(anchored, settings):
    settings.AUDIT_KEY = "another"
    assert found() == ("moved", 1)


# --- restored from a backup ---------------------------------------------------------------------------------
def test_after_a_restore_the_anchors_begin_anew_with_a_reason(open_tables):
    cut(5)
    Anchor.objects.filter(seq__gt=5).delete()
    with pytest.raises(ValueError, match="why"):
        anchors.begin_anew(" ", NOW, TOLD)
    call_command("verify_audit", begin_anew="restored the backup of last night", stdout=StringIO())
    sealer.seal()
    assert found() is None
    assert Event.objects.get(seq=6).payload["reason"] == "restored the backup of last night"
    assert len(list(open_tables.parent.glob("anchors.log.*"))) == 1


# --- purge ---------------------------------------------------------------------------------------------------
def test_old_segments_go_and_the_rest_stays_verifiable(anchored):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {GUARD_TABLE}")
    later = NOW + 36 * purging.MONTH + timedelta(minutes=30)  # the first anchor is old enough, the second is not
    assert purging.begin(later, TOLD) == 3
    sealer.seal()
    assert verify().events == 6  # decided, not yet carried out
    assert purging.carry_out() == 3
    assert Event.objects.order_by("seq").first().seq == 4
    verdict = verify()
    assert (verdict.whole, verdict.events, verdict.anchors) == (True, 6, 1)
    assert (purging.begin(later, TOLD), purging.carry_out()) == (0, 0)
    assert Viewed.objects.count() == 2


def test_a_purge_refuses_what_is_younger_than_the_law_allows(anchored, settings):
    with pytest.raises(ValueError, match="at least 6 months"):
        purging.begin(NOW, TOLD, months=5)
    settings.AUDIT = settings.AUDIT | {"keep_months": 3}
    with pytest.raises(ValueError, match="at least 6"):
        purging.begin(NOW, TOLD)
    assert purging.begin(NOW + 35 * purging.MONTH, TOLD, months=36) == 0
    assert Event.objects.count() == 8


def test_a_purge_that_nobody_wrote_down_is_found(open_tables):
    Anchor.objects.filter(seq=3).update(purged_at=NOW)
    Event.objects.filter(seq__lte=3).delete()
    assert found() == (verifying.PURGE, 3)


# --- command and job ------------------------------------------------------------------------------------------
def test_the_command_names_the_first_bad_row_and_fails(open_tables):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "8 events, 2 anchors, 2 viewings" in out.getvalue()
    Event.objects.filter(seq=4).update(note="other")
    with pytest.raises(CommandError, match="4"):
        call_command("verify_audit", stdout=out)
    assert [one.fault for one in Verification.objects.order_by("id")] == ["", "edited"]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_job_keeps_its_result(anchors_file):
    happen()
    enqueue("audit.verify", {}, owner_id=None, label="verify")
    run_queued_jobs()
    assert (Verification.objects.get().events, Verification.objects.get().fault) == (3, "")


def test_an_exported_file_is_known_by_its_bytes(anchored: Path, organisation, tmp_path: Path) -> None:
    chief = organisation.everything()
    browser = Client()
    browser.force_login(organisation.users["chief"], backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.get("/fakes/company/export/", {"run": "1", "format": "xlsx", "columns": "name"})
    taken = tmp_path / "taken.xlsx"
    taken.write_bytes(b"".join(answer.streaming_content))
    sealer.seal()
    said = StringIO()
    call_command("verify_audit", str(taken), stdout=said)
    assert f"taken.xlsx was exported by {chief.name}" in said.getvalue()
    assert "sealed as number" in said.getvalue()
    taken.write_bytes(taken.read_bytes() + b" ")
    with pytest.raises(CommandError, match="no event knows its bytes"):
        call_command("verify_audit", str(taken), stdout=StringIO())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", str(tmp_path / "missing.csv"), stdout=StringIO())
