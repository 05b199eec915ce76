"""The virus scanner (R55, F22): what is harmful is refused, what it cannot judge waits, and nobody waits for it."""

import io
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.models import Role, UserRole
from guanxi.platform.events.models import Event
from guanxi.platform.files import antivirus, quarantine, scanners
from guanxi.platform.files.errors import FileHeld, FileRefused
from guanxi.platform.files.jobs import scan_later
from guanxi.platform.files.models import File
from guanxi.platform.files.selectors import open_file
from guanxi.platform.files.services import store
from guanxi.platform.files.tests import clamd
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.messages.models import Notification

pytestmark = pytest.mark.django_db(databases="__all__")
HARMFUL = b"a,b\n" + clamd.EICAR


@pytest.fixture
def scanner(settings, monkeypatch) -> Iterator[clamd.Scanner]:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "scanner"}}
    cache.clear()
    monkeypatch.setattr(scanners, "_scanners", [antivirus.scan])
    with clamd.running() as found:
        settings.ANTIVIRUS = {"address": found.address}
        yield found


@pytest.fixture
def away(scanner, settings) -> clamd.Scanner:
    """Nothing listens there."""
    settings.ANTIVIRUS = {"address": "127.0.0.1:1"}
    return scanner


def put(
    content: bytes = b"a,b\n1,2\n", name: str = "a.csv", purpose: str = "attachment", by: int | None = None
) -> File:
    return store(io.BytesIO(content), name, by=by, purpose=purpose)


@pytest.mark.parametrize("purpose", ["attachment", "import"])
def test_what_comes_in_is_scanned(scanner, purpose, root):
    assert put(purpose=purpose).state == "stored"
    assert scanner.scanned == [8]
    with pytest.raises(FileRefused) as refusal:
        put(HARMFUL, purpose=purpose)
    assert refusal.value.code == "harmful"
    assert File.objects.count() == 1
    assert len([path for path in root.rglob("*") if path.is_file()]) == 1, "nothing of it stays"


def test_our_own_exports_are_not_scanned(scanner):
    assert put(purpose="export").state == "stored"
    assert scanner.scanned == []


def test_it_talks_over_a_unix_socket_as_well(scanner, settings, tmp_path):
    with clamd.running(str(tmp_path / "clamd.ctl")) as found:
        settings.ANTIVIRUS = {"address": found.address}
        assert put().state == "stored"
        with pytest.raises(FileRefused):
            put(HARMFUL)


def test_without_a_scanner_files_are_taken_as_they_are(scanner, settings):
    settings.ANTIVIRUS = {}
    assert put(HARMFUL).state == "stored"


def test_a_harmful_file_leaves_an_event_and_the_security_officer_is_told(
    scanner, organisation, django_capture_on_commit_callbacks
):
    officer, ann = organisation.user("olive"), organisation.user("ann")
    UserRole.objects.create(user=officer, role=Role.objects.get_or_create(key="security_officer")[0])
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(FileRefused):
        put(HARMFUL, by=ann.pk)
    event = Event.objects.get(kind="files.harmful")
    assert (event.actor_id, event.payload["file"], event.payload["found"]) == (ann.pk, "a.csv", "Eicar-Test")
    assert list(Notification.objects.values_list("user_id", "kind")) == [(officer.pk, "alarm")]


def test_a_scanner_that_is_away_holds_files_back_until_it_is_there(away, settings):
    file = put()
    assert file.state == "quarantined"
    with pytest.raises(FileHeld):
        open_file(file)
    now = timezone.now()
    assert not quarantine.due(now).exists()
    quarantine.look_again(file, now)
    file.refresh_from_db()
    assert (file.state, file.scans) == ("quarantined", 1)
    assert file.next_scan == now + timedelta(minutes=2)
    cache.clear()
    settings.ANTIVIRUS = {"address": away.address}
    File.objects.update(next_scan=now)
    scan_later()
    run_queued_jobs()
    file.refresh_from_db()
    assert (file.state, file.state_reason, file.next_scan) == ("stored", "", None)
    assert open_file(file).read() == b"a,b\n1,2\n"


def test_what_turns_out_to_be_harmful_later_is_never_opened(away, settings, root):
    file = put(HARMFUL)
    cache.clear()
    settings.ANTIVIRUS = {"address": away.address}
    quarantine.look_again(file, timezone.now())
    file.refresh_from_db()
    assert (file.state, file.state_reason) == ("harmful", "Eicar-Test")
    with pytest.raises(LookupError):
        open_file(file)
    assert [path for path in root.rglob("*") if path.is_file()] == []
    assert Event.objects.filter(kind="files.harmful").count() == 1


def test_pauses_grow_to_an_hour(away):
    file, now = put(), timezone.now()
    for _turn in range(12):
        quarantine.look_again(file, now)
        file.refresh_from_db()
    assert file.next_scan == now + timedelta(hours=1)


def test_a_file_that_is_too_long_for_it_is_held_back(scanner):
    scanner.limit = 100
    assert put(b"a,b\n" + b"1,2\n" * 200_000).state == "quarantined"
    assert put().state == "stored", "it is not taken for being away"


def test_pages_answer_while_the_scanner_hangs(scanner, settings, tmp_path):
    """F22: it takes a connection and says nothing for a minute."""
    scanner.silent, told = True, []
    settings.ANTIVIRUS = {"address": scanner.address, "timeout": 60}
    (tmp_path / "a").write_bytes(b"bytes")

    def scan() -> None:
        try:
            antivirus.scan(tmp_path / "a")
        except antivirus.CannotTell as problem:
            told.append(problem)

    waiting = threading.Thread(target=scan)
    waiting.start()
    try:
        assert scanner.met.wait(10)
        assert Client().get("/accounts/login/").status_code == 200
        assert waiting.is_alive()
    finally:
        scanner.over.set()
        waiting.join()
    assert len(told) == 1


def test_uploads_stop_asking_a_scanner_that_hangs(scanner, settings):
    scanner.silent = True
    settings.ANTIVIRUS = {"address": scanner.address, "timeout": 0.05}
    for _turn in range(5):
        assert put().state == "quarantined"
    assert scanner.calls == 3
