"""What is remembered of documents."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event(
    "documents.document.made",
    label=_("Document made"),
    template=_("%(actor)s made the document “%(name)s” as %(format)s"),
    icon="file-text",
)
@dataclass(frozen=True)
class DocumentMade(Payload):
    """``sha256`` is the fingerprint of the file: one that turns up somewhere is known by it."""

    name: str
    template_id: int
    format: str
    sha256: str
