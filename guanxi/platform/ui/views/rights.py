"""Effective access and handover."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from guanxi.platform.access import gate
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.sharing import explain, handover
from guanxi.platform.ui import access_page, handover_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import page, signed_in


@require_GET
@signed_in
def access(request: Request) -> HttpResponse:
    """What a person may do, or who reaches a record, and why."""
    actor, asked = request.actor, request.GET
    gate.require(actor, registry.get(Role), access_page.EXPLAIN)
    if person := whole_number(asked.get("person", "")):
        user = User.objects.filter(pk=person).first()
        if user is None:
            raise gate.NotFound
        return page(request, "access", access_page.of_person(actor, user))
    kind, code = asked.get("kind", ""), asked.get("code", "")[:60]
    if not kind or not code:
        return page(request, "access", access_page.blank(actor))
    found = explain.find_record(kind, code)
    if found is None:
        wrong = _("No record of this kind has this code.")
        return page(request, "access", access_page.blank(actor, wrong, kind=kind, code=code), status=404)
    after = whole_number(asked.get("after", "")) or 0
    return page(request, "access", access_page.of_record(actor, *found, code, after))


@require_http_methods(["GET", "POST"])
@signed_in
def hand_over(request: Request) -> HttpResponse:
    """Choose who hands over what to whom (GET), and begin (POST)."""
    actor, sent = request.actor, request.POST
    if not handover.may_hand_over(actor):
        raise gate.Forbidden(_("Your roles do not allow you to give records to others."))
    if request.method == "GET":
        person = whole_number(request.GET.get("person", ""))
        return page(request, "handover", handover_page.build(actor, person))
    person, entities = whole_number(sent.get("person", "")) or 0, sent.getlist("entity")
    picked = {key: sent.get(f"view:{key}", "") for key in entities}
    try:
        job = handover.start(
            actor,
            person,
            whole_number(sent.get("successor", "")) or 0,
            handover_page.chosen(actor, entities, picked),
            note=sent.get("note", "")[:1000],
            key=sent.get("idempotency_key", "")[:100],
        )
    except Rejected as refusal:
        raw = {**sent.dict(), "entities": entities}
        return page(request, "handover", handover_page.build(actor, person, raw=raw, errors=refusal.errors), status=422)
    return done(reverse("job", args=[job.pk]), _("The handover has begun. It can be undone as a whole."), request)
