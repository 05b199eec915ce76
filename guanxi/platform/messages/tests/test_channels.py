"""How people are told is theirs to choose: here, by mail, both, not at all; not at night; once a day."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.messages import selectors
from guanxi.platform.messages.choices import Channel, Kind, MailKind
from guanxi.platform.messages.mail import channels, sending
from guanxi.platform.messages.models import Mail
from guanxi.platform.messages.services import Notice, notify
from guanxi.platform.messages.tests.mail_server import mail_server

#: Ten in the morning in Shanghai.
MORNING = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def ann(organisation):
    actor = organisation.actor("ann")
    User.objects.filter(pk=actor.user_id).update(email="ann@example.org", language="en", time_zone="Asia/Shanghai")
    return Actor.for_user(User.objects.get(pk=actor.user_id))


def choose(actor, quiet=(None, None), digest=False, **chosen):
    channels.choose(actor, chosen, quiet_from=quiet[0], quiet_until=quiet[1], digest=digest)


def tell(actor, key="tea", kind=Kind.MENTION, at=MORNING):
    words = sentence(gettext_noop("“%(job)s” is done"), job=key)
    return notify([actor.user_id], Notice(key=key, kind=kind, sentence=words), at=at)


@pytest.mark.parametrize(
    ("channel", "told", "unread", "mails"),
    [(Channel.BOTH, 1, 1, 1), (Channel.HERE, 1, 1, 0), (Channel.MAIL, 1, 0, 1), (Channel.OFF, 0, 0, 0)],
)
def test_each_kind_has_its_channel(ann, channel, told, unread, mails):
    choose(ann, mention=channel)
    assert tell(ann) == told
    assert selectors.unread_count(ann.user_id) == unread
    assert Mail.objects.count() == mails
    assert tell(ann, "other", Kind.JOB) == 1


def test_only_what_keeps_others_waiting_or_was_ordered_is_mailed_unless_one_wants_more(ann):
    for kind in Kind.values:
        tell(ann, kind, kind)
    assert {mail.key for mail in Mail.objects.all()} == {"notice:approval", "notice:question", "notice:report"}


def test_who_has_no_address_is_told_here(ann):
    User.objects.filter(pk=ann.user_id).update(email="")
    assert tell(ann, kind=Kind.APPROVAL) == 1
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("quiet", "at", "leaves"),
    [
        ((time(22), time(7)), MORNING, MORNING),
        ((time(22), time(7)), MORNING + timedelta(hours=13), MORNING + timedelta(hours=21)),
        ((time(22), time(7)), MORNING + timedelta(hours=18), MORNING + timedelta(hours=21)),
        ((time(9), time(12)), MORNING, MORNING + timedelta(hours=2)),
        ((time(9), time(9)), MORNING, MORNING),
    ],
)
def test_no_mail_in_quiet_hours(ann, quiet, at, leaves):
    choose(ann, quiet)
    tell(ann, kind=Kind.APPROVAL, at=at)
    assert Mail.objects.get().next_try == leaves


def test_a_digest_tells_once_a_day_what_is_still_unread(ann, settings):
    choose(ann, digest=True, mention=Channel.BOTH)
    for number in range(40):
        tell(ann, f"tea {number}", at=MORNING + timedelta(minutes=number))
    tell(ann, "decide", Kind.APPROVAL)
    digest = Mail.objects.get(kind=MailKind.DIGEST)
    assert digest.next_try == MORNING + timedelta(hours=22)
    assert Mail.objects.filter(kind=MailKind.NOTICE).count() == 1
    with mail_server() as box:
        settings.MAIL = {"host": "127.0.0.1", "port": box.port, "security": "none"}
        sending.send_due(lambda: digest.next_try)
    text = next(mail for mail in box.mails if "notifications" in mail["Subject"]).get_body(("plain",)).get_content()
    assert text.count("is done") == 30
    assert "and 10 more" in text or "and 11 more" in text
    tell(ann, "the next day", at=digest.next_try + timedelta(minutes=1))
    assert Mail.objects.filter(kind=MailKind.DIGEST).count() == 2
