"""The register of recipients (R52): no connector is enabled without a complete record, and no record is lost."""

import pytest

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.outbound import checks
from guanxi.platform.outbound.models import Recipient

COMPLETE = {
    "connector": "signin.oidc", "name": "Our sign-in", "host": "sso.example.com", "purpose": "Sign-in",
    "sent": "User name", "basis": "contract", "assessed_on": "2020-01-02", "assessment": "Little risk",
}  # fmt: skip


def made(actor, **changed) -> Recipient:
    inputs = {key: value for key, value in (COMPLETE | changed).items() if value is not None}
    return Recipient.objects.get(pk=run(commands.get("outbound.recipient.create"), actor, inputs=inputs).ids[0])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"assessment": None}, "assessed_on"),
        ({"assessed_on": None}, "assessed_on"),
        ({"assessed_on": "2999-01-01"}, "assessed_on"),
        ({"abroad": True}, "country"),
        ({"abroad": True, "country": "Elsewhere"}, "country"),
        ({"purpose": None}, "purpose"),
        ({"connector": "no.such"}, "connector"),
        ({"host": "https://sso.example.com/"}, "host"),
    ],
)
def test_a_record_that_is_not_complete_is_refused(organisation, changed, wrong):
    with pytest.raises(Rejected) as refusal:
        made(organisation.everything(), **changed)
    assert wrong in refusal.value.errors
    assert not Recipient.objects.exists()


def test_whom_data_was_sent_to_is_taken_out_of_use_and_never_deleted(organisation):
    actor = organisation.everything()
    record = made(actor, abroad=True, country="Elsewhere", contract="Standard contract of 2024")
    assert made(actor, host="no-data.example.com", basis="none", assessed_on=None, assessment=None).active
    run(commands.get("outbound.recipient.deactivate"), actor, ids=[record.pk])
    assert not Recipient.objects.get(pk=record.pk).active
    assert "outbound.recipient.delete" not in {command.key for command in commands.all_commands()}


@pytest.mark.parametrize(
    ("outbound", "found"),
    [
        ({}, []),
        ({"hosts": ["sso.example.com", "sso.corp:8443"], "inner": ["10.20.0.0/16"]}, []),
        ({"hosts": ["sso.example.com:https"]}, ["outbound.E001"]),
        ({"inner": ["10.20.0.1/16"]}, ["outbound.E002"]),
        ({"inner": ["127.0.0.0/8"]}, ["outbound.E003"]),
        ({"inner": ["0.0.0.0/0"]}, ["outbound.E003"]),
        ({"hosts": ["localhost:1"], "loopback": True}, ["outbound.E004"]),
    ],
)
def test_settings_that_open_too_much_stop_the_server(outbound, found, settings):
    settings.SITE_URL, settings.OUTBOUND = "https://crm.example.com", outbound
    assert [error.id for error in checks.check_outbound(None)] == found
