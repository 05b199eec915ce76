"""Sending reports that are due. The recipient is told, here and by mail as they chose, and the report is theirs: made with their
rights at that moment. A mail holds links, never figures."""

import logging
from datetime import datetime
from typing import BinaryIO, cast

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_noop

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.exchange.choices import Format
from guanxi.platform.exchange.exporting import FREE, KEPT
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.files.models import File
from guanxi.platform.files.services import new_file
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.services import Notice, notify
from guanxi.platform.reports import filing
from guanxi.platform.reports.entities import definition_of
from guanxi.platform.reports.models import Delivery, Report
from guanxi.platform.reports.rhythm import next_moment
from guanxi.platform.reports.shipped_names import in_language

logger = logging.getLogger("guanxi.reports")


def due(now: datetime, most: int) -> list[Delivery]:
    """Deliveries whose moment has come, the longest waiting first."""
    rows = Delivery.objects.filter(active=True, next_at__lte=now, report__deleted_at=None)
    return list(rows.select_related("report", "recipient").order_by("next_at", "pk")[:most])


def deliver(delivery: Delivery, now: datetime) -> bool:
    """Send one report, once for each moment at which it was due, however often it is tried; False when there was nothing to
    send: the recipient has left, or may not see it any more."""
    user = delivery.recipient
    actor = Actor.for_user(user, source="job").at(now)
    following = next_moment(delivery.rhythm, delivery.hour, now, actor.zone)
    with translation.override(user.language):
        told = _told(delivery, actor) if user.is_active else None
    with transaction.atomic():
        moved = Delivery.objects.filter(pk=delivery.pk, next_at=delivery.next_at).update(next_at=following)
        if moved and told is not None:
            notify([user.pk], told, at=now)
    return bool(moved and told is not None)


def _told(delivery: Delivery, actor: Actor) -> Notice | None:
    """The notice; a report that breaks is noted and passed over, so that it does not hold up the others for ever."""
    try:
        return _notice(delivery, actor)
    except Exception:
        logger.exception("delivery %d of report %d", delivery.pk, delivery.report_id)
        return None


def _notice(delivery: Delivery, actor: Actor) -> Notice | None:
    """What the recipient is told; None when the report is not open to them."""
    try:
        report = gate.get(actor, registry.get(Report), delivery.report_id)
        definition = definition_of(report)
        gate.require(actor, definition.entity, "view")
        definition.checked(actor)
    except (gate.NotFound, gate.Forbidden, FilterError):
        return None
    file = _workbook(report, actor) if delivery.workbook else None
    ready = gettext_noop("“%(record)s” is ready, with a workbook") if file else gettext_noop("“%(record)s” is ready")
    return Notice(
        key=f"report:{delivery.pk}:{delivery.next_at:%Y-%m-%dT%H:%M}", kind=Kind.REPORT, sentence=sentence(ready),
        entity="reports.report", record_id=report.pk, url=reverse("export_file", args=[file.pk]) if file else "",
    )  # fmt: skip


def _workbook(report: Report, actor: Actor) -> File | None:
    """The report as a file of the recipient; None where they may not export so much without a second person."""
    try:
        written = filing.take_away(definition_of(report), actor, Format.XLSX, in_language(report.name))
    except (gate.Forbidden, FilterError):
        return None
    name = filing.file_name(in_language(report.name), actor, Format.XLSX)
    with written, new_file(name, by=actor.user_id, purpose="export", expires_at=actor.now() + KEPT, entity=FREE) as new:
        for piece in iter(lambda: written.read(1 << 16), b""):
            cast(BinaryIO, new).write(piece)
    return new.file
