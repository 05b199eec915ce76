"""Address books become contacts: each at the firm its card names, or all at one that the user chooses."""

import base64
import quopri

import pytest

from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.exchange import services
from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.exchange.problems import problems
from guanxi.platform.exchange.tests.importing import check, finish, imported, run, upload
from guanxi.platform.exchange.tests.reading.builders import SAMPLES
from guanxi.platform.refdata.loading import load
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import code_rows

FIRM = "Example Glass Ltd"


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load(Code, code_rows(code_tables()))
    return organisation.everything()


def old_card() -> bytes:
    """As old telephones write: GBK in quoted-printable, and a photo."""

    def quoted(text: str) -> bytes:
        return b";CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:" + quopri.encodestring(text.encode("gbk")).strip()

    photo = base64.encodebytes(b"\xff\xd8" + b"picture" * 300).strip().replace(b"\n", b"\r\n ")
    return b"\r\n".join(
        [
            b"BEGIN:VCARD", b"VERSION:2.1", b"N" + quoted(f"{SAMPLES['family']};{SAMPLES['given']}"),
            b"ORG" + quoted(SAMPLES["company"]), b"TEL;CELL:13800138000", b"TEL;WORK;VOICE:0571-88888888",
            b"PHOTO;ENCODING=BASE64;JPEG:" + photo, b"", b"NOTE" + quoted(SAMPLES["note"]), b"BDAY:19800305", b"END:VCARD", b"",
        ]
    )  # fmt: skip


#: Cards by version: file, and what the contact is to hold.
CARDS = {
    "2.1": (
        old_card(),
        {
            "name": SAMPLES["person"], "mobile": "+8613800138000", "phone": "+8657188888888", "remarks": SAMPLES["note"],
            "born_on": "1980-03-05",
        },
    ),
    "3.0": (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Smith\r\nN:Smith;Ann;;;\r\nORG:{SAMPLES['company']};Sales\r\nTITLE:Director\r\n"
        "ROLE:Glass maker\r\nitem1.TEL;type=CELL;type=pref:13800138000\r\nEMAIL;TYPE=INTERNET:ann@example.com\r\n"
        "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-05\r\nADR;TYPE=WORK:;;1 Main St;Town;State;310000;China\r\n"
        "CATEGORIES:VIP,key\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/\r\nEND:VCARD\r\n".encode(),
        {
            "name": "Ann Smith", "mobile": "+8613800138000", "division": "Sales", "title": "Director", "email": "ann@example.com",
            "born_on": "None", "position": "", "decision_role": "", "tags": "['VIP', 'key']",
        },
    ),
    "4.0": (
        f"BEGIN:VCARD\nVERSION:4.0\nFN:Ann Lee\nORG:{SAMPLES['company']}\nTEL;VALUE=uri;TYPE=\"cell,voice\":tel:+8613800138000\n"
        "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\nGENDER:F\nBDAY:--0305\nEND:VCARD\n".encode(),
        {"name": "Ann Lee", "mobile": "+8613800138000", "gender": "female", "born_on": "None"},
    ),
}  # fmt: skip


def without_firms(chosen):
    return {int(at): target for at, target in chosen.mapping["columns"].items() if target != "customer"}


@pytest.mark.parametrize("version", CARDS)
def test_all_cards_go_to_the_customer_that_the_user_chooses(chief, version):
    card, expected = CARDS[version]
    imported("customers.customer", chief, f"Customer name\n{FIRM}\n")
    chosen = upload("customers.contact", chief, card, "people.vcf")
    check(chosen, chief, without_firms(chosen), constants={"customer": FIRM})
    assert chosen.found["counts"] == {"rows": 1, "created": 1, "refused": 0, "hidden": 0}
    run(chosen, chief)
    contact = Contact.objects.get()
    assert contact.customer.name == FIRM
    assert contact.code.startswith("P")
    assert {key: str(getattr(contact, key)) for key in expected} == expected
    again = upload("customers.contact", chief, card, "people.vcf")
    run(check(again, chief, without_firms(again), constants={"customer": FIRM}), chief)
    assert again.counters == {"unchanged": 1}


@pytest.mark.parametrize("version", CARDS)
def test_the_firm_on_the_card_is_found_or_made(chief, version):
    card, _expected = CARDS[version]
    chosen = check(upload("customers.contact", chief, card, "people.vcf"), chief)
    assert chosen.found["counts"]["refused"] == 1
    assert services.blocked(chosen)
    assert not Customer.objects.exists()
    run(check(chosen, chief, missing="create"), chief)
    assert chosen.counters == {"created": 1}
    firm = Customer.objects.get()
    assert (firm.name, firm.kind, Contact.objects.get().customer_id) == (SAMPLES["company"], "organisation", firm.pk)
    assert firm.code
    imported("customers.contact", chief, card.replace(b"13800138000", b"13900139000"), name="more.vcf")
    assert Customer.objects.count() == 1
    services.undo(chosen, chief)
    finish()
    chosen.refresh_from_db()
    assert [pk for pk, _reason in chosen.left] == [firm.pk]
    assert Contact.objects.get().customer_id == firm.pk


def test_a_chosen_customer_takes_only_the_cards_that_name_none(chief):
    def cards(last: str) -> str:
        return (
            "BEGIN:VCARD\nFN:Ann\nORG:Birch\nTEL;CELL:13800138000\nEND:VCARD\n"
            f"BEGIN:VCARD\nFN:Bob\n{last}TEL;CELL:13900139000\nEND:VCARD\n"
            "BEGIN:VCARD\nFN:Cat\nTEL;CELL:0571-88888888\nEND:VCARD\n"
        )

    imported("customers.customer", chief, f"Customer name\n{FIRM}\nBirch\nCedar\n")
    chosen = upload("customers.contact", chief, cards(""), "people.vcf")
    run(check(chosen, chief, constants={"customer": FIRM}), chief)
    assert chosen.counters == {"created": 2, "refused": 1}
    assert {row.row for row in problems(folder_of(chosen))} == {4}
    firms = dict(Contact.objects.values_list("name", "customer__name"))
    assert firms == {"Ann": "Birch", "Bob": FIRM}
    imported("customers.contact", chief, cards("ORG:Cedar\n"), name="moved.vcf")
    kept = upload("customers.contact", chief, cards("TITLE:Boss\n"), "kept.vcf")
    run(check(kept, chief, constants={"customer": FIRM}, empty="clear"), chief)
    assert kept.counters == {"unchanged": 1, "updated": 1, "refused": 1}
    bob = Contact.objects.get(name="Bob")
    assert (bob.title, bob.customer.name) == ("Boss", "Cedar")
