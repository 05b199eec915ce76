"""The pages of outgoing mail: who may look, what they show, and that a letter can do nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import User
from guanxi.platform.events.models import Event
from guanxi.platform.messages.choices import Channel, MailKind, MailState
from guanxi.platform.messages.mail import channels, outbox, sending
from guanxi.platform.messages.models import Mail, MailServer
from tests.contract.people import person


@pytest.fixture
def administrator(db):
    return person({"all": ["view", "send_again", "try"]}, entity="notices.mail", email="admin@example.org")


@pytest.fixture
def browser(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def mail_to(user, kind=MailKind.TEST, **more):
    return outbox.queue(user, kind, **{"subject": "Hello", "text": "see https://example.org/x\n<script>", **more})


def test_the_page_shows_the_queue_and_what_is_wrong(browser, administrator, settings):
    settings.MAIL = {"host": "mail.example.org"}
    mail_to(administrator)
    MailServer.objects.create(pk=1, failures=3, error="connection refused", failed_at=Mail.objects.get().created_at)
    response = browser.get(reverse("mail"))
    assert response.status_code == 200
    text = response.content.decode()
    assert "connection refused" in text
    assert "mail.example.org:587" in text
    assert [count.value for count in response.context["page"].counts] == ["1", "0", "0", "0", "0"]
    menu = [item.url for group in response.context["shell"].nav for item in group.items]
    assert reverse("mail") in menu


def test_others_may_neither_look_nor_try(administrator):
    mail = mail_to(administrator)
    for user in (person(), person({"all": ["*"]}, entity="access.user")):
        client = Client()
        client.force_login(user)
        assert client.get(reverse("mail")).status_code == 403
        assert client.post(reverse("mail_try")).status_code == 403
        assert client.get(reverse("mailbox")).status_code == 403
        assert client.get(reverse("mailbox_body", args=[mail.pk])).status_code == 404
    assert Mail.objects.count() == 1


def test_a_test_mail_goes_to_oneself_and_is_remembered(browser, administrator):
    assert browser.post(reverse("mail_try")).status_code == 302
    mail = Mail.objects.get()
    assert (mail.address, mail.kind, mail.state) == ("admin@example.org", MailKind.TEST, MailState.QUEUED)
    assert Event.objects.filter(kind="notices.mail.tried", actor_id=administrator.pk).count() == 1
    User.objects.update(email="")
    assert "gx:toast" in browser.post(reverse("mail_try"), headers={"HX-Request": "true"})["HX-Trigger"]


def test_the_mailbox_of_the_demonstration_is_open_to_who_lost_the_password(administrator, settings):
    settings.DEMO, settings.MAIL = True, {}
    mail = mail_to(administrator, MailKind.ACCOUNT, subject="Choose a new password")
    sending.send_due(lambda: mail.created_at)
    visitor = Client()
    assert "Choose a new password" in visitor.get(reverse("mailbox")).content.decode()
    page = visitor.get(reverse("mailbox_mail", args=[mail.pk]))
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.content.decode()
    body = visitor.get(reverse("mailbox_body", args=[mail.pk]))
    assert 'href="https://example.org/x"' in body.content.decode()
    settings.DEMO = False
    for name, *parts in (("mailbox",), ("mailbox_mail", mail.pk)):
        assert visitor.get(reverse(name, args=parts)).status_code == 302
    assert visitor.get(reverse("mailbox_body", args=[mail.pk])).status_code == 404


def test_a_letter_can_do_nothing(settings, administrator):
    settings.DEMO = True
    mail = mail_to(administrator)
    response = Client().get(reverse("mailbox_body", args=[mail.pk]))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script>" not in response.content.decode()


def test_who_may_read_mails_does_not_find_keys_to_accounts_among_them(settings, administrator):
    settings.DEMO = False
    reader = Client()
    reader.force_login(person({"all": ["view", "read"]}, entity="notices.mail"))
    secret, harmless = mail_to(administrator, MailKind.ACCOUNT), mail_to(administrator)
    assert [mail.url for mail in reader.get(reverse("mailbox")).context["page"].mails] == [
        reverse("mailbox_mail", args=[harmless.pk])
    ]
    assert reader.get(reverse("mailbox_mail", args=[secret.pk])).status_code == 404
    assert reader.get(reverse("mailbox_body", args=[secret.pk])).status_code == 404


def test_one_chooses_how_one_is_told(browser, administrator):
    page = browser.get(reverse("account", args=["notices"]))
    assert page.status_code == 200
    assert any(tab.active and tab.id == "notices" for tab in page.context["page"].tabs)
    sent = {"channel-mention": "both", "channel-job": "nonsense", "from": "22:00", "until": "07:00", "digest": "on"}
    assert browser.post(reverse("notices_save"), sent).status_code == 302
    own = channels.of([administrator.pk])[administrator.pk]
    assert own.of("mention") == Channel.BOTH
    assert own.of("job") == Channel.HERE
    assert (str(own.quiet_from), own.digest) == ("22:00:00", True)
    for wrong in ({"from": "ten"}, {"from": "22:00"}):
        assert browser.post(reverse("notices_save"), wrong).status_code == 422
