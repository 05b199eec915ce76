"""The queue of outgoing mail against a real server: what is sent, put off, refused, and by whom it is read."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import BadHeaderError, EmailMessage
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.messages.checks import mail_is_safe
from guanxi.platform.messages.choices import Kind, MailKind, MailState
from guanxi.platform.messages.jobs import look_for_mail
from guanxi.platform.messages.mail import breaker, outbox, sending
from guanxi.platform.messages.mail.backend import QueueBackend
from guanxi.platform.messages.mail.transport import message_id
from guanxi.platform.messages.models import Mail
from guanxi.platform.messages.services import Notice, notify, read_all
from guanxi.platform.messages.tests.mail_server import certificate, mail_server, silent_server

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


class Clock:
    """A time of our own, so that pauses need not be waited for."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(settings):
    with mail_server() as box:
        settings.MAIL = {
            "host": "127.0.0.1",
            "port": box.port,
            "security": "none",
            "sender": "crm@example.org",
            "timeout": 2,
        }
        yield box


@pytest.fixture
def ann(organisation):
    user = organisation.user("ann")
    User.objects.filter(pk=user.pk).update(email="ann@example.org", language="en")
    user.refresh_from_db()
    return user


def asks(key="held:1", **more):
    words = sentence(gettext_noop("%(actor)s asks for your decision: %(command)s"), actor="Bob", command="Win")
    return Notice(**{"key": key, "kind": Kind.APPROVAL, "sentence": words, "text": "the secret note", **more})


def written(user, clock, **more):
    return outbox.queue(user, MailKind.TEST, subject="Hello", text="Text\n", html="<p>Text</p>", at=clock(), **more)


def state_of(mail):
    mail.refresh_from_db()
    return mail.state


# --- being sent -----------------------------------------------------------------------------------------
def test_a_request_for_a_decision_reaches_the_decider_by_mail(ann, server, settings):
    settings.SITE_URL = "https://crm.example.org"
    notify([ann.pk], asks(), at=timezone.now())
    look_for_mail()
    look_for_mail()
    assert [job.state for job in run_queued_jobs()] == ["done"]
    (mail,) = server.mails
    assert mail["Subject"] == "Guanxi: Bob asks for your decision: Win"
    assert (mail["To"], mail["From"]) == ("ann@example.org", "crm@example.org")
    assert server.envelopes == [("crm@example.org", ["ann@example.org"])]
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "https://crm.example.org/inbox/?show=decisions" in text
    assert 'href="https://crm.example.org/inbox/' in html
    assert "secret" not in text + html
    row = Mail.objects.get()
    assert (row.state, row.attempts, mail["Message-ID"]) == (MailState.SENT, 1, message_id(row))


def test_mail_is_written_in_the_language_of_its_reader(ann, server):
    User.objects.filter(pk=ann.pk).update(language="zh-hans")
    notify([ann.pk], asks(), at=timezone.now())
    with translation.override("en"):
        sending.send_due(timezone.now)
    assert server.mails[0]["Content-Language"] == "zh-hans"
    assert 'lang="zh-hans"' in server.mails[0].get_body(("html",)).get_content()


def test_what_is_rolled_back_is_not_mailed_and_the_same_occasion_is_mailed_once(ann):
    with pytest.raises(RuntimeError), transaction.atomic():
        notify([ann.pk], asks(), at=NOW)
        raise RuntimeError
    assert not Mail.objects.exists()
    for _again in range(2):
        notify([ann.pk], asks(), at=NOW)
    assert Mail.objects.count() == 1


def test_a_mail_names_a_record_only_to_who_may_see_it(organisation, ann, server):
    owner = organisation.actor("owner", ("fakes.*", "*", "all"))
    pk = run(commands.get("fakes.company.create"), owner, inputs={"name": "Acme Steel"}).ids[0]
    words = sentence(gettext_noop("Due: %(record)s"))
    notify([ann.pk], asks(sentence=words, entity="fakes.company", record_id=pk), at=timezone.now())
    sending.send_due(timezone.now)
    assert "Acme" not in server.mails[0].as_string()


def test_who_has_read_it_meanwhile_gets_no_mail(ann, server):
    notify([ann.pk], asks(), at=timezone.now())
    read_all(Actor.for_user(ann))
    sending.send_due(timezone.now)
    assert not server.mails
    assert Mail.objects.get().state == MailState.SUPPRESSED


def test_a_minute_takes_so_many_mails_and_no_more(ann, server, settings, clock):
    settings.MAIL = {**settings.MAIL, "per_minute": 2}
    for _mail in range(3):
        written(ann, clock)
    assert sending.send_due(clock) == 2
    assert not outbox.ready(clock())
    clock.pass_by(timedelta(seconds=61))
    assert sending.send_due(clock) == 1


# --- being refused --------------------------------------------------------------------------------------
def test_a_mail_that_is_put_off_comes_again_under_the_same_id(ann, server, clock):
    mail = written(ann, clock)
    server.answers.append("451 greylisted, try later")
    sending.send_due(clock)
    assert (state_of(mail), mail.attempts) == (MailState.QUEUED, 1)
    assert "greylisted" in mail.error
    assert timedelta(seconds=40) < mail.next_try - clock() < timedelta(seconds=80)
    assert sending.send_due(clock) == 0
    clock.pass_by(timedelta(minutes=2))
    assert sending.send_due(clock) == 1
    assert server.mails[0]["Message-ID"] == message_id(mail)


def test_a_mail_that_is_put_off_for_ever_is_given_up(ann, server, settings, clock):
    settings.MAIL = {**settings.MAIL, "attempts": 3}
    mail = written(ann, clock)
    server.answers += ["451 later"] * 9
    for _day in range(3):
        sending.send_due(clock)
        clock.pass_by(timedelta(hours=5))
    assert (state_of(mail), len(server.answers)) == (MailState.FAILED, 6)


def test_a_mail_that_is_refused_fails_at_once_and_can_be_sent_again(organisation, ann, server, clock):
    mail, chief = written(ann, clock), organisation.everything()
    server.refused.append("550 no such user")
    sending.send_due(clock)
    assert (state_of(mail), mail.error) == (MailState.FAILED, "550 no such user")
    run(commands.get("notices.mail.send_again"), chief, ids=[mail.pk])
    sending.send_due(timezone.now)
    assert state_of(mail) == MailState.SENT
    with pytest.raises(Blocked):
        run(commands.get("notices.mail.send_again"), chief, ids=[mail.pk])


def test_a_worker_killed_after_sending_causes_one_more_mail_with_the_same_id(ann, server, clock, monkeypatch):
    class Killed(BaseException):
        pass

    def die(name):
        raise Killed

    mail = written(ann, clock)
    monkeypatch.setattr(sending, "crash_point", die)
    with pytest.raises(Killed):
        sending.send_due(clock)
    assert state_of(mail) == MailState.SENDING
    monkeypatch.undo()
    assert sending.send_due(clock) == 0
    clock.pass_by(sending.LEASE + timedelta(seconds=1))
    assert sending.send_due(clock) == 1
    clock.pass_by(sending.LEASE + timedelta(seconds=1))
    assert sending.send_due(clock) == 0
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


# --- the server is away ---------------------------------------------------------------------------------
def test_a_server_that_is_away_is_left_alone_and_costs_no_attempts(ann, server, settings, clock):
    mails = [written(ann, clock) for _mail in range(4)]
    settings.MAIL = {**settings.MAIL, "port": 1}
    sending.send_due(clock)
    assert breaker.closed_until(clock()) is not None
    assert [(state_of(mail), mail.attempts) for mail in mails] == [(MailState.QUEUED, 0)] * 4
    assert [bool(mail.error) for mail in mails] == [True, True, True, False]
    settings.MAIL = {**settings.MAIL, "port": server.port}
    assert sending.send_due(clock) == 0
    clock.pass_by(timedelta(minutes=2))
    assert sending.send_due(clock) == 4
    assert breaker.state().failures == 0


def test_a_server_that_never_answers_holds_up_no_page(ann, settings, clock):
    with silent_server() as listener:
        settings.MAIL = {
            "host": "127.0.0.1", "port": listener.getsockname()[1], "security": "none", "timeout": 0.2,
        }  # fmt: skip
        notify([ann.pk], asks(), at=clock())
        with pytest.raises(BlockingIOError):  # nobody has even tried
            listener.accept()
        assert sending.send_due(clock) == 0
    assert Mail.objects.get().state == MailState.QUEUED


@pytest.mark.parametrize(("trusted", "names"), [(False, ["localhost"]), (True, ["mail.elsewhere.org"])])
def test_a_certificate_that_does_not_hold_is_refused(ann, settings, clock, tmp_path, trusted, names):
    context, authority = certificate(tmp_path, *names)
    with mail_server(tls=context) as box:
        settings.MAIL = {
            "host": "localhost",
            "port": box.port,
            "timeout": 2,
            "ca_file": str(authority) if trusted else "",
        }
        mail = written(ann, clock)
        assert sending.send_due(clock) == 0
        assert not box.mails
    assert state_of(mail) == MailState.QUEUED
    assert "certificate" in mail.error.lower()


def test_mail_goes_over_a_connection_whose_certificate_holds(ann, settings, clock, tmp_path):
    context, authority = certificate(tmp_path, "localhost")
    with mail_server(tls=context) as box:
        settings.MAIL = {"host": "localhost", "port": box.port, "timeout": 2, "ca_file": str(authority)}
        written(ann, clock)
        assert sending.send_due(clock) == 1


def test_a_server_without_encryption_gets_nothing(ann, server, settings, clock):
    settings.MAIL = {**settings.MAIL, "security": "starttls"}
    mail = written(ann, clock)
    assert sending.send_due(clock) == 0
    assert not server.mails
    assert "STARTTLS" in (state_of(mail) and mail.error)


def test_settings_that_would_send_in_the_clear_stop_the_server(settings):
    settings.MAIL = {"host": "mail.example.org", "security": "none"}
    assert [error.id for error in mail_is_safe(None)] == ["mail.E002"]
    settings.MAIL = {"host": "mail.example.org", "security": "ssl", "sender": "nobody"}
    assert [error.id for error in mail_is_safe(None)] == ["mail.E001", "mail.E003"]
    settings.MAIL = {"host": "127.0.0.1", "security": "none", "sender": "crm@example.org"}
    assert mail_is_safe(None) == []


def test_without_a_server_mail_is_written_and_kept(ann, settings, clock):
    settings.MAIL = {}
    notify([ann.pk], asks(), at=clock())
    assert sending.send_due(clock) == 0
    mail = Mail.objects.get()
    assert (mail.state, mail.error) == (MailState.SUPPRESSED, sending.NO_SERVER)
    assert "Bob" in mail.subject


# --- mail of libraries ----------------------------------------------------------------------------------
def message(to, subject="New password", **more):
    return EmailMessage(subject, "the link", "anybody@example.org", [to], **more)


def test_mail_of_libraries_goes_to_the_stored_address_of_an_account_only(ann):
    sent = QueueBackend().send_messages(
        [message("ANN@example.org"), message("stranger@example.org"), message("ann@example.org, eve@example.org")]
    )
    assert sent == 1
    mail = Mail.objects.get()
    assert (mail.address, mail.user_id, mail.kind) == ("ann@example.org", ann.pk, MailKind.ACCOUNT)


def test_nobody_can_smuggle_in_a_header(ann, server, clock):
    with pytest.raises(BadHeaderError):
        QueueBackend().send_messages([message("ann@example.org", "Hi\r\nBcc: eve@example.org")])
    written(ann, clock)
    Mail.objects.update(subject=outbox.one_line("Hi\r\nBcc: eve@example.org"))
    sending.send_due(clock)
    assert server.mails[0]["Bcc"] is None
    assert len(server.envelopes[0][1]) == 1
    for address in (
        "ann@example.org\r\nBcc: eve@example.org",
        "a@b.org,c@d.org",
        "ann@example.org eve@example.org",
        "",
    ):
        assert not outbox.deliverable(address)


@pytest.mark.parametrize("demo", [True, False])
def test_a_link_that_recovers_an_account_is_not_kept(ann, server, settings, demo):
    settings.DEMO = demo
    QueueBackend().send_messages([message("ann@example.org")])
    sending.send_due(timezone.now)
    assert "the link" in server.mails[0].get_content()
    assert ("the link" in Mail.objects.get().text) == demo


def test_old_mail_is_forgotten(ann, clock):
    mail = written(ann, clock)
    clock.pass_by(timedelta(days=100))
    assert outbox.forget(clock()) == 0
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT)
    assert outbox.forget(clock()) == 1


def test_a_lost_password_is_recovered_through_the_queue(ann, settings):
    settings.EMAIL_BACKEND = "guanxi.platform.messages.mail.backend.QueueBackend"
    client = Client()
    for typed in ("Ann@Example.org", "stranger@example.org"):
        assert client.post(reverse("account_reset_password"), {"email": typed}).status_code == 302
    mail = Mail.objects.get()
    assert (mail.address, mail.user_id, mail.kind) == ("ann@example.org", ann.pk, MailKind.ACCOUNT)
    assert mail.subject == "Your link for a new password"
    assert "/accounts/password/reset/key/" in mail.text
