"""Rotation: everything ends under the new key, both can be read meanwhile, and what may be destroyed is proved."""

import base64
import io
import secrets

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse

from guanxi.platform.access import gate, keys
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.events.selectors import history
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.keyring import jobs, services
from guanxi.platform.signin.mfa_adapter import MfaAdapter
from tests.contract.people import browser_of, person
from tests.fakes.models import Company

pytestmark = pytest.mark.django_db(databases="__all__")
ROWS = 30
OPERATOR = System("a test of key rotation")


@pytest.fixture(autouse=True, params=["aes", "sm4"])
def ring(request, settings, tmp_path):
    """Keys of this test alone."""
    settings.DATA_DIR, settings.DATA_KEYS, settings.CIPHER_SUITE = tmp_path, "", request.param
    keys.forget()
    yield tmp_path / "data.keys"
    keys.forget()


@pytest.fixture
def filled(organisation):
    """Companies with an account, one of them edited, and a second factor of each kind."""
    chief = organisation.everything()
    entity = registry.get("fakes.company")
    records = [entity.source.new() for _number in range(ROWS)]
    for number, record in enumerate(records):
        record.name, record.account = f"Firm {number}", number_of(number)
    create_many(entity, chief, records)
    run(commands.get("fakes.company.edit"), chief, ids=[records[0].pk], inputs={"account": number_of(999)})
    seal = MfaAdapter().encrypt
    user = organisation.user("chief")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": seal("SEED")})
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data={"migrated_codes": [seal("one"), seal("two")]}
    )
    return records


def number_of(number):
    return f"62220202{number:08d}"


def officer(*actions):
    return person({"all": list(actions or ("view", "rotate"))}, entity="keyring.keys")


def numbers():
    return {number for use in services.uses() for number in use.values}


def check_all_read(records):
    assert [one.account for one in Company.objects.order_by("id")] == [
        number_of(999),
        *(number_of(number) for number in range(1, ROWS)),
    ]
    assert Company.objects.get(account=number_of(5)).name == "Firm 5"
    assert history("fakes.company", records[0].pk)[0].diff["account"] == [number_of(0), number_of(999)]
    totp, codes = Authenticator.objects.order_by("pk")
    opened = MfaAdapter().decrypt
    assert opened(totp.data["secret"]) == "SEED"
    assert [opened(code) for code in codes.data["migrated_codes"]] == ["one", "two"]


def test_everything_moves_to_the_new_key_and_the_old_one_may_go(filled, ring):
    assert numbers() == {1}
    job = jobs.start_rotation(Actor.for_user(officer()))
    assert keys.current_id() == 2
    check_all_read(filled)
    (ended,) = run_queued_jobs()
    assert (ended.pk, ended.state, ended.counters) == (job.pk, "done", {"written": ROWS + 1 + 3})
    assert (numbers(), services.behind(), services.needed(1)) == ({2}, 0, 0)
    check_all_read(filled)
    services.drop(OPERATOR, 1)
    assert "\n1 " not in ring.read_text()
    check_all_read(filled)
    kinds = Event.objects.filter(kind__startswith="keyring.").order_by("id").values_list("kind", "payload")
    assert [(kind, payload["number"]) for kind, payload in kinds] == [
        ("keyring.key.added", 2),
        ("keyring.rotation.started", 2),
        ("keyring.rotation.done", 2),
        ("keyring.key.dropped", 1),
    ]


def test_rows_versions_and_digests_stay_as_they_are(filled):
    before = list(Company.objects.order_by("id").values_list("version", "account_blind", "account_tail", "modified_at"))
    services.rotate(OPERATOR)
    now = list(Company.objects.order_by("id").values_list("version", "account_blind", "account_tail", "modified_at"))
    assert now == before


def test_a_change_of_suite_is_a_rotation_that_writes_the_digests_too(filled, settings):
    before = set(Company.objects.values_list("account_blind", flat=True))
    settings.CIPHER_SUITE = {"aes": "sm4", "sm4": "aes"}[settings.CIPHER_SUITE]
    assert services.behind() == ROWS + 1 + 3
    services.rotate(OPERATOR)
    assert (services.behind(), keys.current_id()) == (0, 1)
    assert before.isdisjoint(Company.objects.values_list("account_blind", flat=True))
    check_all_read(filled)


def test_one_that_was_begun_is_carried_through_without_another_key(filled):
    keys.add_key()
    assert services.behind()
    services.rotate(OPERATOR)
    assert (keys.current_id(), numbers()) == (2, {2})


def test_a_second_start_gives_the_job_that_runs(filled):
    actor = Actor.for_user(officer())
    assert jobs.start_rotation(actor) == jobs.start_rotation(actor)
    assert Job.objects.filter(kind=jobs.ROTATE).count() == 1


def test_what_is_written_behind_its_back_is_found_at_the_end(filled, organisation, monkeypatch):
    """A process that had not heard of the new key goes on encrypting with the old one."""
    first = Company.objects.order_by("id").values_list("account", flat=True)[0].stored
    real, seen = services.step, []

    def late(cursor):
        found = real(cursor, 10)
        if not seen and found.cursor and found.cursor[2] is not None:
            seen.append(True)
            put(filled[0].pk, first)
        return found

    monkeypatch.setattr(services, "step", late)
    services.rotate(OPERATOR)
    assert numbers() == {2}


def put(pk, text):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fakes_company SET account = %s WHERE id = %s", [text, pk])


def test_what_no_key_reads_is_counted_and_its_key_is_kept(filled):
    first, second = Company.objects.order_by("id").values_list("account", flat=True)[:2]
    put(filled[0].pk, second.stored)
    put(filled[1].pk, first.stored)
    assert services.rotate(OPERATOR)[1] == 2
    assert services.needed(1) == 2
    with pytest.raises(services.StillNeeded):
        services.drop(OPERATOR, 1)
    assert Event.objects.get(kind="keyring.rotation.done").payload["left"] == 2


def test_rights_and_keys_of_the_environment(filled, settings):
    stranger = Actor.for_user(officer("view"))
    with pytest.raises(gate.Forbidden):
        jobs.start_rotation(stranger)
    with pytest.raises(gate.Forbidden):
        services.drop(stranger, 1)
    text = keys._text().strip().replace("\n", ",")
    settings.DATA_KEYS = text
    with pytest.raises(ImproperlyConfigured, match="GUANXI_DATA_KEYS"), transaction.atomic():
        services.rotate(OPERATOR)
    settings.DATA_KEYS = f"{text},7 {base64.b64encode(secrets.token_bytes(32)).decode()}"
    services.rotate(OPERATOR)
    assert numbers() == {7}


def test_the_key_in_use_and_unknown_ones_are_never_destroyed(filled):
    for number in (keys.current_id(), 99):
        with pytest.raises((ImproperlyConfigured, services.StillNeeded)):
            services.drop(OPERATOR, number)


def test_the_console(filled):
    def told(*arguments):
        out = io.StringIO()
        call_command("data_keys", *arguments, stdout=out)
        return out.getvalue()

    assert "key 1: 34 values, encrypts" in told()
    assert "34 values are encrypted with key 2; 0 could not be read" in told("rotate")
    assert "key 1: 0 values, may be destroyed" in told()
    assert "key 1" not in told("drop", "1")
    with pytest.raises(CommandError):
        told("drop", "2")
    assert told("check") == ""


def test_the_page_shows_keys_and_starts_a_rotation(filled):
    pages = browser_of(officer())
    text = pages.get(reverse("data_keys")).content.decode()
    assert "Key 1" in text and "all 34 values are encrypted with key 1" in text
    answer = pages.post(reverse("data_keys_rotate"))
    assert answer.status_code == 302 and "/jobs/" in answer["Location"]
    assert not pages.get(reverse("data_keys")).context["page"].rotate_url
    run_queued_jobs()
    text = pages.get(reverse("data_keys")).content.decode()
    assert "may be destroyed" in text and "all 35 values are encrypted with key 2" in text


def test_the_page_is_closed_to_others_and_a_rotation_asks_who_is_there(filled, client):
    assert browser_of(person({"all": ["view"]}, entity="fakes.*")).get(reverse("data_keys")).status_code == 403
    watching = browser_of(officer("view"))
    assert not watching.get(reverse("data_keys")).context["page"].rotate_url
    assert watching.post(reverse("data_keys_rotate")).status_code == 403
    client.force_login(officer())
    answer = client.post(reverse("data_keys_rotate"))
    assert answer.status_code == 302 and "/jobs/" not in answer["Location"]
    assert keys.current_id() == 1
