"""The text of attached files: read by a job within limits, found by whoever may see the record they hang on."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from docx import Document

from guanxi.platform.access.models import FieldRule, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.events import followers, sealer
from guanxi.platform.exchange.writing import Column, Kind, Sheet, write_xlsx
from guanxi.platform.files.models import File
from guanxi.platform.files.services import purge, receive
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.search import file_texts, jobs
from guanxi.platform.search.hits import hits_of
from guanxi.platform.search.models import FileText, SearchDoc
from guanxi.platform.search.selectors import search
from guanxi.platform.search.tests.names import CQ, HX

ATTACHED = "directory.attachment"
PDF_PAGE = b"BT /F1 12 Tf 72 720 Td (Maintenance of boilers 20267788) Tj ET"


@pytest.fixture
def chief(organisation):
    actor = organisation.everything()
    User.objects.update(language="en")
    return actor


@pytest.fixture
def company(chief):
    return run(commands.get("fakes.company.create"), chief, inputs={"name": "Acme"}).ids[0]


def pdf() -> bytes:
    """A document of one page, without a table of contents: readers find its parts all the same."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(PDF_PAGE), PDF_PAGE),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]  # fmt: skip
    body = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


def docx(text: str) -> bytes:
    document, target = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(target)
    return target.getvalue()


def xlsx(text: str) -> bytes:
    target = io.BytesIO()
    sheet = Sheet("Sheet", [Column("name", "Name", Kind.TEXT)], [[text]])
    write_xlsx(target, [sheet], title="Sheet", author="chief", created=datetime(2026, 1, 1, tzinfo=UTC))
    return target.getvalue()


def attach(actor, company, name, content) -> int:
    stored = receive(io.BytesIO(content), name, by=actor.user_id)
    inputs = {"entity": "fakes.company", "record_id": company, "file": stored.pk}
    return run(commands.get(f"{ATTACHED}.create"), actor, inputs=inputs).ids[0]


def read_all() -> None:
    """What the ticks of some seconds do."""
    while sealer.seal() or followers.advance("search"):
        pass
    jobs.watch()
    run_queued_jobs()
    jobs.watch()
    run_queued_jobs()


def found(actor, text) -> list[tuple[str, str]]:
    groups = search(actor, text, only=ATTACHED).groups
    return [(hit.title, hit.hint) for hits in hits_of(groups, actor).values() for hit in hits]


@pytest.mark.parametrize(
    ("name", "content", "asked"),
    [
        ("offer.pdf", pdf(), ("maintenance boilers", "2026778")),
        ("offer.docx", docx(f"Offer for {HX}"), (HX[:2], "offer")),
        ("offer.xlsx", xlsx(f"Price {CQ}"), (CQ[:2], "price")),
        ("offer.txt", f"Hello {HX}".encode("gb18030"), (HX[:2], "hello")),
        ("offer.csv", f"a,{HX}\n".encode("utf-8-sig"), (HX[:2],)),
    ],
)
def test_the_text_of_a_file_is_found_and_says_in_which(chief, company, name, content, asked):
    attach(chief, company, name, content)
    read_all()
    for text in asked:
        assert found(chief, text) == [("Acme", f"in the file “{name}”")], text
    assert found(chief, "zebra") == []
    assert not file_texts.waiting().exists()


def test_page_and_palette_lead_to_the_record(chief, company):
    attach(chief, company, "offer.txt", b"Boilers")
    read_all()
    client = Client()
    client.force_login(User.objects.get(pk=chief.user_id))
    text = client.get("/search/?q=boilers").content.decode()
    assert f'href="/fakes/company/{company}/"' in text
    assert "in the file “offer.txt”" in text
    items = [item for group in client.get("/palette/?q=boilers").json()["groups"] for item in group["items"]]
    assert items[0]["url"] == f"/fakes/company/{company}/"


def test_who_may_not_see_the_record_or_the_file_does_not_find_it(organisation, chief, company):
    attach(chief, company, "offer.txt", b"Boilers")
    read_all()
    grants = (("fakes.company", "view", "all"), (ATTACHED, "view", "all"))
    seeing = organisation.actor("seeing", *grants)
    assert [title for title, _hint in found(seeing, "boilers")] == ["Acme"]
    for name, less in (
        ("narrow", (("fakes.company", "view", "own"), grants[1])),
        ("fileless", grants[:1]),
        ("nobody", grants[1:]),
    ):
        assert found(organisation.actor(name, *less), "boilers") == [], name
    FieldRule.objects.create(
        role=UserRole.objects.get(user=seeing.user_id).role, entity=ATTACHED, field="file", rule=FieldRule.Rule.HIDE
    )
    again = type(seeing).for_user(User.objects.get(pk=seeing.user_id))
    assert found(again, "boilers") == []
    assert [title for title, _hint in found(again, "offer")] == ["Acme"]


def test_a_deleted_file_is_found_no_more_and_leaves_nothing_when_it_is_purged(chief, company):
    pk = attach(chief, company, "offer.txt", b"Boilers")
    read_all()
    run(commands.get(f"{ATTACHED}.delete"), chief, ids=[pk])
    read_all()
    assert found(chief, "boilers") == []
    run(commands.get(f"{ATTACHED}.restore"), chief, ids=[pk])
    read_all()
    assert len(found(chief, "boilers")) == 1
    run(commands.get(f"{ATTACHED}.delete"), chief, ids=[pk])
    File.objects.update(deleted_at="2020-01-01T00:00Z")
    assert purge() == 1
    assert not FileText.objects.exists()


def test_a_moment_ago_it_was_held_and_now_it_is_read(chief, company):
    attach(chief, company, "offer.txt", b"Boilers")
    File.objects.update(state="quarantined")
    read_all()
    assert found(chief, "boilers") == []
    File.objects.update(state="stored")
    read_all()
    assert len(found(chief, "boilers")) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.pdf", b"%PDF-1.4\nnothing of the kind"),
        ("bad.docx", docx("Hello")[:-200]),
        ("photo.png", b"\x89PNG\r\n\x1a\n0000"),
    ],
)
def test_what_cannot_be_read_stops_nothing(chief, company, name, content):
    stored = receive(io.BytesIO(b"x"), "x.txt", by=chief.user_id)
    pk = attach(chief, company, "good.txt", b"Boilers")
    one = FileText.objects.create(file=stored)
    path = file_texts.files.local_path(stored)
    path.write_bytes(content)
    File.objects.filter(pk=stored.pk).update(name=name)
    read_all()
    one.refresh_from_db()
    assert (one.tokens, one.version) == ("", file_texts.VERSION)
    assert len(found(chief, "boilers")) == 1
    assert all(job.state == "done" for job in Job.objects.all())
    assert registry.get(ATTACHED).base_rows().filter(pk=pk).exists()


@pytest.mark.once
def test_a_bomb_ends_at_the_limits(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(file_texts, "MEMORY", 256 * 1024**2)
    monkeypatch.setattr(file_texts, "SECONDS", 5)
    bomb = tmp_path / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * (70 * 1024**2) + b"</a>")
        archive.writestr("word/header1.xml", b"<a>" + b"<b>" * 3_000_000)
    assert file_texts.extract(bomb, "docx") == ""


@pytest.mark.once
def test_only_so_much_of_a_text_is_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(file_texts, "CHARACTERS", 10)
    (tmp_path / "long.txt").write_text("0123456789abc", encoding="utf-8")
    assert file_texts.extract(tmp_path / "long.txt", "txt") == "0123456789"


def test_more_files_cost_no_more_statements(chief, company, django_assert_num_queries):
    entity = registry.get(ATTACHED)
    for number in range(3):
        attach(chief, company, f"{number}.txt", b"Boilers")
    read_all()
    records = list(entity.base_rows())
    with django_assert_num_queries(1):
        file_texts.load(entity, records)
    assert SearchDoc.objects.count() >= 3
