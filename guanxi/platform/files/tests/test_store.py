import errno
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from guanxi.platform.files import services, storage
from guanxi.platform.files.errors import FileGone, FileRefused
from guanxi.platform.files.models import File
from guanxi.platform.files.scanners import scanner
from guanxi.platform.files.selectors import for_record, get, local_path, open_file
from guanxi.platform.files.services import attach, delete, new_file, purge, restore, store, sweep
from guanxi.platform.files.serving import file_response
from guanxi.platform.files.tests import samples
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import periodics
from guanxi.platform.jobs.testing import run_queued_jobs

pytestmark = pytest.mark.django_db(databases="__all__")
CSV = b"a,b\n1,2\n"


def put(content: bytes = CSV, name: str = "a.csv", purpose: str = "attachment", **options) -> File:
    return store(io.BytesIO(content), name, by=7, purpose=purpose, **options)


def on_disk(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_stored_file_is_found_again_byte_by_byte_under_a_name_that_says_nothing(root):
    file = put(name="../../\u5ba2\u6237.csv", entity="customers.customer", record_id=3, customer_id=3)
    assert (file.name, file.size, file.content_type, file.created_by_id) == ("\u5ba2\u6237.csv", 8, "text/csv", 7)
    assert file.sha256 == hashlib.sha256(CSV).hexdigest()
    with open_file(file) as stream:
        assert stream.read() == CSV
    assert on_disk(root) == [local_path(file)]
    assert local_path(file).name == file.storage_name
    assert "\u5ba2" not in str(local_path(file))
    assert list(for_record("customers.customer", 3)) == [file]


def test_the_same_bytes_twice_are_two_files():
    assert put().storage_name != put().storage_name


@pytest.mark.parametrize("name", ["../a", "a" * 31, "/etc/passwd", "A" * 32, "0" * 31 + "/"])
def test_a_storage_name_cannot_lead_out_of_the_store(name):
    with pytest.raises(ValueError, match="not a storage name"):
        storage.path_of(name)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (samples.SVG, "logo.svg", "type"),
        (samples.HTML, "page.html", "type"),
        (samples.SVG, "logo.png", "markup"),
        (samples.EXE, "prices.xlsx", "mismatch"),
        (b"x" * 11, "a.csv", "too_large"),
    ],
)
def test_a_refused_file_leaves_nothing(root, content, name, code):
    with pytest.raises(FileRefused) as refused:
        put(content, name, limit=10 if code == "too_large" else None)
    assert refused.value.code == code
    assert on_disk(root) == []
    assert not File.objects.exists()


def test_limits_depend_on_the_purpose_and_the_settings(settings):
    settings.FILES = {"attachment": 10, "workbook": 10}
    put(b"x" * 10)
    with pytest.raises(FileRefused):
        put(b"x" * 11)
    put(b"x" * 11, purpose="import")
    with pytest.raises(FileRefused):
        put(samples.XLSX, "a.xlsx", purpose="import")


class Failing:
    """A stream or a disk that fails half way."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.calls = 0

    def read(self, size: int) -> bytes:
        return self._step()

    def _step(self) -> bytes:
        self.calls += 1
        if self.calls > 1:
            raise OSError(self.number, os.strerror(self.number))
        return b"half"


def test_a_full_disk_is_said_clearly_and_leaves_nothing(root, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(storage.os, "fsync", full)
        with pytest.raises(FileRefused) as refused:
            put()
    assert refused.value.code == "disk_full"
    assert on_disk(root) == []
    assert not File.objects.exists()
    assert put().size == 8  # and goes on as soon as there is room


def test_a_disk_that_fills_up_while_writing_leaves_nothing(root):
    with pytest.raises(FileRefused) as refused, new_file("a.csv", by=1, purpose="export") as new:
        new._file.close()
        new._file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 (the store closes it)
        new.write(b"x")
    assert refused.value.code == "disk_full"
    assert on_disk(root) == []


def test_a_stream_that_breaks_off_leaves_nothing(root):
    with pytest.raises(OSError, match="Connection reset"):
        store(Failing(errno.ECONNRESET), "a.csv", by=1, purpose="attachment")
    assert on_disk(root) == []
    assert not File.objects.exists()


def test_a_row_that_cannot_be_written_takes_its_bytes_along(root, monkeypatch):
    def refuse(**values: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(services.File.objects, "create", refuse)
    with pytest.raises(RuntimeError):
        put()
    assert on_disk(root) == []


KILLED = """
import os, signal, sys
from django.conf import settings
settings.configure(
    STORAGES={"default": {"BACKEND": "django.core.files.storage.FileSystemStorage",
                          "OPTIONS": {"location": sys.argv[1]}}},
)
import django
django.setup()
from guanxi.platform.files.storage import TemporaryFile
file = TemporaryFile(100)
file.write(b"half")
file.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_while_writing_leaves_only_a_temporary_file_and_the_sweep_takes_it(root):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(root)], timeout=60, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert killed.returncode == -9
    assert [path.parent.name for path in on_disk(root)] == ["tmp"]
    assert sweep("tmp") == 0
    assert sweep("tmp", now=timezone.now() + timedelta(hours=25)) == 1
    assert on_disk(root) == []


def test_the_sweep_takes_bytes_without_a_row_and_nothing_else(root):
    kept, orphan = put(), put()
    File.objects.filter(pk=orphan.pk).delete()
    later = timezone.now() + timedelta(hours=25)
    assert sum(sweep(folder, now=later) for folder in storage.folders()) == 1
    assert on_disk(root) == [local_path(kept)]


def test_the_daily_sweep_is_a_job(root):
    orphan = put()
    path = local_path(orphan)
    File.objects.all().delete()
    os.utime(path, (0, 0))
    next(one for one in periodics() if one.name == "files.sweep").run()
    (job,) = run_queued_jobs()
    assert (job.kind, job.state, job.counters) == ("files.sweep", "done", {"removed": 1})
    assert job.done == Job.objects.get().total == 257
    assert not path.exists()


def test_an_export_is_written_piece_by_piece_and_comes_into_being_at_the_end(root):
    with (
        new_file("all.xlsx", by=1, purpose="export", expires_at=timezone.now()) as new,
        zipfile.ZipFile(new, "w") as archive,
    ):
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        assert not File.objects.exists()
    assert new.file.size == new.size == local_path(new.file).stat().st_size
    assert zipfile.ZipFile(local_path(new.file)).testzip() is None
    assert hashlib.sha256(local_path(new.file).read_bytes()).hexdigest() == new.file.sha256


def test_a_deleted_file_is_gone_at_once_can_come_back_and_is_purged_later(root):
    file = put(entity="a.b", record_id=1)
    delete(file, by=2)
    assert get(file.pk) is None
    assert not for_record("a.b", 1).exists()
    with pytest.raises(FileGone):
        open_file(file)
    restore(file)
    assert get(file.pk) == file
    delete(file, by=2)
    assert purge() == 0
    assert purge(now=timezone.now() + timedelta(days=31)) == 1
    assert (on_disk(root), File.objects.count()) == ([], 0)


def test_expired_files_are_purged(root):
    put(expires_at=timezone.now() + timedelta(hours=1))
    kept = put()
    assert purge() == 0
    assert purge(now=timezone.now() + timedelta(hours=2)) == 1
    assert on_disk(root) == [local_path(kept)]


def test_what_a_scanner_finds_is_refused_and_what_it_cannot_judge_is_held_back():
    scanner(lambda path: "EICAR" if b"EICAR" in path.read_bytes() else None)
    assert put().state == "stored"
    with pytest.raises(FileRefused) as refusal:
        put(b"EICAR")
    assert refusal.value.code == "harmful"

    @scanner
    def down(path: Path) -> None:
        raise TimeoutError

    held = put()
    assert (held.state, held.state_reason) == ("quarantined", "scanner failed: TimeoutError")
    with pytest.raises(FileGone):
        open_file(held)
    with pytest.raises(FileRefused):
        put(b"EICAR")


def test_attaching():
    file = put()
    attach(file, entity="customers.customer", record_id=9, customer_id=9)
    assert for_record("customers.customer", 9).get().customer_id == 9


def test_a_download_can_never_be_a_page_of_ours():
    file = put(samples.PDF, '\u5408\u540c "1".pdf')
    response = file_response(file, inline=True)
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E5%90%88%E5%90%8C%20_1_.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content) == samples.PDF
    response.close()


@pytest.mark.parametrize(("inline", "disposition"), [(True, "inline"), (False, "attachment")])
def test_only_verified_images_stand_inline_and_only_on_request(inline, disposition):
    response = file_response(put(samples.PNG, "a.png", purpose="photo"), inline=inline)
    assert response["Content-Disposition"].split(";")[0] == disposition
    assert response["Content-Type"] == "image/png"
    response.close()
