"""Outgoing mail: its queue, the mailbox, and one's own choices."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.requests import Request
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.messages.choices import MailKind
from guanxi.platform.messages.events import Tried
from guanxi.platform.messages.mail import breaker, outbox, rendering
from guanxi.platform.messages.models import Mail
from guanxi.platform.ui import mail_page
from guanxi.platform.ui.answers import done, toast
from guanxi.platform.ui.doors import page, signed_in

#: A mail is somebody else's words: no scripts, no pictures from elsewhere, no forms; links open in a new window.
LETTER_CSP = "default-src 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"


@require_GET
@signed_in
def state(request: Request) -> HttpResponse:
    gate.require(request.actor, registry.get(mail_page.MAIL), "view")
    return page(request, "mail", mail_page.state_page(request.actor))


@require_POST
@signed_in
def try_server(request: Request) -> HttpResponse:
    """A mail to one's own address, at once even where the server was left alone."""
    actor: Any = request.actor
    gate.require(actor, registry.get(mail_page.MAIL), "try")
    user: Any = request.user
    with transaction.atomic():
        mail = outbox.queue(user, MailKind.TEST, **rendering.trial_mail(user), at=actor.now())
        if mail is not None:
            breaker.try_now()
            append([NewEvent(kind="notices.mail.tried", payload=Tried(mail_id=mail.pk), **by(actor))])
    if mail is None:
        refusal = _("Your account has no e-mail address. Enter one in your profile, then try again.")
        return toast(HttpResponse(status=204), refusal, tone="warning")
    said = _("A mail to %(address)s is on its way. Its state appears in the list of mails.") % {"address": mail.address}
    return done(reverse("mail"), said, request)


@require_GET
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mailbox(request: Request, pk: int | None = None) -> HttpResponseBase:
    """The newest mails and one of them; in the demonstration also for who is signed out."""
    if not mail_page.may_read(request.actor):
        return _without_right(request)
    mail = mail_page.readable().filter(pk=pk).first() if pk else None
    if pk and mail is None:
        return HttpResponse(status=404)
    context = mail_page.mailbox(request.actor, mail)
    if request.actor is None:
        return render(request, "platform/mailbox_entrance.html", {"page": context})
    return page(request, "mailbox", context)


@require_GET
@xframe_options_sameorigin
def body(request: Request, pk: int) -> HttpResponse:
    """The inside of the frame."""
    if not mail_page.may_read(request.actor):
        return HttpResponse(status=404)
    mail: Mail | None = mail_page.readable().filter(pk=pk).first()
    if mail is None:
        return HttpResponse(status=404)
    context = {"text": mail.text, "title": mail.subject}
    response = HttpResponse(mail.html) if mail.html else render(request, "platform/letter.html", context)
    response["Content-Security-Policy"] = LETTER_CSP
    response["Referrer-Policy"] = "no-referrer"
    return response


@signed_in
def _without_right(request: Request) -> HttpResponseBase:
    gate.require(request.actor, registry.get(mail_page.MAIL), "read")
    raise gate.NotFound


@require_POST
@signed_in
def save_notices(request: Request) -> HttpResponse:
    """Keep how one wants to be told."""
    user: Any = request.user
    wrong = mail_page.save_notices(request.actor, {name: str(value) for name, value in request.POST.items()})
    if wrong:
        return page(request, "account/notices.html", mail_page.notices_page(request.actor, user, wrong), status=422)
    return done(reverse("account", args=["notices"]), _("You are told as you chose from now on."), request)
