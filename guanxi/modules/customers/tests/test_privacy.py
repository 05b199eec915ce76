"""A person who is customer and contact, planted in more than thirty places: all are found, and an erasure empties them."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from guanxi.modules.customers.models import BankAccount, Contact, ContactMedium, Customer, Interaction, Position
from guanxi.modules.customers.tests.factories import resident_id
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.exchange.tests.importing import imported
from guanxi.platform.files.choices import Purpose
from guanxi.platform.files.services import receive, store
from guanxi.platform.messages.models import Mail, Notification
from guanxi.platform.privacy import finding
from guanxi.platform.privacy.choices import Fate
from guanxi.platform.privacy.marks import ERASED
from guanxi.platform.privacy.tests import scene
from guanxi.platform.ui.models import Draft, SavedView

NAME, MOBILE, EMAIL = "\u6b27\u9633\u660e\u5a9a", "13870651923", "mingmei@example.com"
BORN = date(1990, 3, 4)
NUMBER = resident_id(BORN, 12)
ACCOUNT = "6222020200112233445"


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, settings):
    storages = {name: dict(value) for name, value in settings.STORAGES.items()}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES, settings.DATA_DIR = storages, tmp_path
    settings.PRIVACY = {"erased": str(tmp_path / "erased.log")}


def make(key, actor, **inputs):
    return run(commands.get(f"{key}.create"), actor, inputs=inputs).ids[0]


def plant(actor, user):
    """Ids of the individual customer, of the contact at a firm, and of the firm."""
    person = make(
        "customers.customer", actor, name=NAME, kind="individual", phone=MOBILE, email=EMAIL, address="1 Canary Road",
        id_type="resident", id_number=NUMBER, postcode="210000", remarks=f"{NAME} is a regular", short_name="Mingmei",
    )  # fmt: skip
    firm = make("customers.customer", actor, name="Acme", kind="organisation", remarks=f"decided by {NAME}")
    contact = make(
        "customers.contact", actor, customer=firm, name=NAME, mobile=MOBILE, email=EMAIL, wechat="mingmei_canary",
        title="Director", preferences="green tea", born_on=BORN.isoformat(), individual=person, remarks=f"ring {MOBILE}",
    )  # fmt: skip
    make("customers.contactmedium", actor, customer=person, medium_type="phone", value=f"+86{MOBILE}")
    make("customers.address", actor, customer=person, address_type="office", street="2 Canary Road", recipient=NAME)
    make("customers.bankaccount", actor, customer=person, bank="ICBC", holder=NAME, number=ACCOUNT)
    make(
        "customers.interaction",
        actor,
        customer=person,
        kind="call",
        subject=f"call with {NAME}",
        at="2026-05-01T08:00Z",
    )
    make(
        "customers.interaction", actor, customer=firm, contact=contact, kind="visit", at="2026-05-02T08:00Z",
        subject=f"lunch with {NAME}", content=f"account {ACCOUNT}",
    )  # fmt: skip
    make("customers.anniversary", actor, contact=contact, occasion="birthday", month=3, day=4, year=1990)
    make("customers.position", actor, customer=firm, contact=contact, title=f"adviser {NAME}")
    for host, pk in (("customers.customer", person), ("customers.contact", contact)):
        make("directory.note", actor, entity=host, record_id=pk, text=f"{NAME} called")
    make("directory.note", actor, entity="customers.customer", record_id=firm, text=f"pay to {ACCOUNT}")
    make("calendar.task", actor, entity="customers.contact", record_id=contact, subject=f"write to {EMAIL}")
    text = f"{NAME},{MOBILE}\n".encode()
    stored = receive(io.BytesIO(text), f"{NAME}.txt", by=user.pk)
    make("directory.attachment", actor, entity="customers.contact", record_id=contact, file=stored.pk)
    now = timezone.now()
    store(io.BytesIO(text), "list.csv", by=user.pk, purpose=Purpose.EXPORT, expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    SavedView.objects.create(
        entity="customers.contact", name=NAME, owner=user, created_at=now, state={"filter": ["eq", "email", EMAIL]}
    )
    Draft.objects.create(owner=user, entity="customers.contact", record_id=contact, text=f"dear {NAME}", at=now)
    Notification.objects.create(user=user, key="planted", kind="owner", text=NAME, url="/", created_at=now)
    Mail.objects.create(
        user=user,
        address="a@example.org",
        kind="notice",
        language="en",
        subject=NAME,
        text=MOBILE,
        html=EMAIL,
        created_at=now,
    )
    imported("customers.contact", actor, f"Customer,Full name,Remarks\nAcme,Somebody,friend of {NAME}\n")
    return person, contact, firm


def test_planted_in_thirty_places_found_in_thirty_and_erased(organisation, codes):
    chief, second = organisation.everything(), organisation.actor("second", ("*", "*", "all"))
    person, contact, firm = plant(chief, organisation.user("chief"))
    request = scene.ask(chief, name=NAME, phone="", number=NUMBER)
    request = scene.look_up(request, chief)
    assert request.persons == [["customers.contact", contact], ["customers.customer", person]]
    found = finding.find(request)
    places = {(one.where, one.field) for one in found.places}
    assert len(places) >= 30, sorted(places)
    assert {
        ("customers.customer", "id_number"), ("customers.bankaccount", "number"), ("customers.contact", "wechat"),
        ("customers.interaction", "subject"), ("customers.address", "street"), ("directory.note", "text"),
        ("exchange.import", "folder"), ("files.file", "export"), ("notices.mail", "subject"), ("ui.savedview", "state"),
    } <= places  # fmt: skip
    job = scene.erase(request, chief, second)
    assert (job.state, job.error) == ("done", {})
    one, other, acme = (
        model.objects.get(pk=pk) for model, pk in ((Customer, person), (Contact, contact), (Customer, firm))
    )
    assert (one.name, one.phone, one.id_number, one.born_on, one.address, one.birthday) == (
        ERASED,
        "",
        "",
        None,
        "",
        None,
    )
    assert (other.name, other.mobile, other.wechat, other.born_on, other.individual_id) == (ERASED, "", "", None, None)
    assert (other.customer_id, acme.name, acme.remarks) == (firm, "Acme", f"decided by {ERASED}")
    assert not ContactMedium.objects.exists() and not BankAccount.objects.exists()
    assert sorted(Interaction.objects.values_list("subject", flat=True)) == [ERASED, f"lunch with {ERASED}"]
    assert Position.objects.get().title.startswith(f"adviser {ERASED}")
    again = finding.find(scene.ask(chief, name=NAME, phone="", number=NUMBER))
    left = {one for one in again.places if one.where not in ("events.event", "privacy.subjectrequest")}
    assert {one.fate for one in left} <= {Fate.STAYS}
