"""What imports and exports leave in the memory, beside one event per record."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event(
    "exchange.import.done",
    label=_("Imported"),
    template=_("%(actor)s imported %(file)s: %(created)s new, %(updated)s changed, %(refused)s refused"),
    icon="file-import",
)
@dataclass(frozen=True)
class Imported(Payload):
    import_id: int
    file: str
    created: int = 0
    updated: int = 0
    refused: int = 0


@event(
    "exchange.import.undone",
    label=_("Import undone"),
    template=_("%(actor)s undid the import of %(file)s: %(restored)s put back, %(left)s left as they are"),
    icon="arrow-back-up",
)
@dataclass(frozen=True)
class ImportUndone(Payload):
    import_id: int
    file: str
    restored: int = 0
    left: int = 0


@event(
    "exchange.export.made",
    label=_("Exported"),
    template=_("%(actor)s exported %(rows)s rows as %(format)s"),
    icon="file-export",
)
@dataclass(frozen=True)
class Exported(Payload):
    """``what`` is the JSON of the filter, or of the ids; ``columns`` the keys that were written; ``sha256`` the fingerprint of
    the file, which the chain seals: a file that turns up somewhere is known by it."""

    format: str
    rows: int
    what: str
    columns: tuple[str, ...] = ()
    sha256: str = ""


@event(
    "exchange.export.downloaded",
    label=_("Export downloaded"),
    template=_("%(actor)s downloaded the export %(file)s"),
    icon="download",
)
@dataclass(frozen=True)
class Downloaded(Payload):
    """A file that a job had written before; ``file_id`` is its id in the file store."""

    file: str
    file_id: int


@event("exchange.print.made", label=_("Printed"), template=_("%(actor)s printed %(rows)s records"), icon="printer")
@dataclass(frozen=True)
class Printed(Payload):
    rows: int
    what: str = ""
