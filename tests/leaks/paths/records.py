"""Pages of one record, and what they are made of."""

from io import BytesIO
from typing import Any

from guanxi.platform.access.models import FieldRule
from guanxi.platform.api.derived import WITH_HISTORY
from guanxi.platform.commands.command import commands_of
from guanxi.platform.customizing.over_fields import readable
from guanxi.platform.documents.models import DocumentTemplate
from guanxi.platform.documents.tests.letters import letter
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import Related
from guanxi.platform.files.choices import Purpose
from guanxi.platform.files.services import store
from guanxi.platform.ui import files_tab, record_page
from tests.contract.factories import MAKER
from tests.leaks.canaries import Canary
from tests.leaks.doors import PART, Page
from tests.leaks.paths.pages import binned, found, restorable
from tests.leaks.registry import path


def told(canary: Canary, caller: Page, text: str) -> str:
    """For parts of a page that hold no word of the record: that they opened tells that it is there."""
    return text if canary.met_in(text) else text + found(canary, "0" if caller.shut else "1")


@path("record", one=True)
def record(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "record", canary.pk)


@path("peek", one=True)
def peek(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "peek", canary.pk, headers=PART)


def with_names(canary: Canary) -> list[str]:
    return ["values"] if readable(canary.entity) else []


@path("values for an expression", one=True, variants=with_names, rules=("scope", "commands"))
def expression_sample(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """What an expression may read of it; sensitive fields are never there."""
    return told(canary, caller, caller.get(canary.entity, "expression_sample", canary.pk))


def with_words(canary: Canary) -> list[str]:
    return ["words"] if canary.words.keys() & readable(canary.entity).keys() else []


@path("words for an expression", one=True, variants=with_words, rules=("fields",), lenient=True)
def expression_words(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "expression_sample", canary.pk)


def tabs_of(canary: Canary) -> list[str]:
    entity = canary.entity
    own = [f"{one.entity}.{one.by}" for one in record_page.all_related(entity, "tab")]
    own += [one.key for one in record_page.tab_panels(entity)]
    files = [record_page.FILES] if files_tab.offered(entity, MAKER) else []
    return [record_page.TIMELINE, record_page.HISTORY, *own, *files]


@path("tab", one=True, variants=tabs_of, rules=("scope", "commands"), lenient=True)
def tab(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return told(canary, caller, caller.get(canary.entity, "tab", canary.pk, variant, headers=PART))


def with_history(canary: Canary) -> list[str]:
    return ["events"] if canary.entity.kind in WITH_HISTORY else []


@path("history", one=True, rules=("fields",), variants=with_history, lenient=True)
def history(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """The event of its making tells every value."""
    return caller.get(canary.entity, "tab", canary.pk, record_page.HISTORY, headers=PART)


def panels_of(canary: Canary) -> list[str]:
    entity = canary.entity
    side = [f"{one.entity}.{one.by}" for one in record_page.all_related(entity, "side")]
    return side + [
        one.key for one in registry.with_extensions(entity.key, "panel", entity.panels) if one.place != "tab"
    ]


@path("panel", one=True, variants=panels_of, rules=("scope", "commands"))
def panel(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return told(canary, caller, caller.get(canary.entity, "panel", canary.pk, variant, headers=PART))


def hosted(canary: Canary) -> list[str]:
    """Where it appears on the page of what it hangs on: in a related list, on the timeline."""
    if canary.host is None or not canary.words:
        return []
    host, entity = canary.host[0], canary.entity
    shown = [
        f"{'tab' if place == 'tab' else 'panel'} {one.entity}.{one.by}"
        for place in ("tab", "side")
        for one in record_page.all_related(host, place)
        if one.entity == entity.key and one.by in (entity.hangs_on, entity.parent) and _shows_words(canary, one, place)
    ]
    timeline = entity.timeline is not None and entity.title_field in canary.words
    return shown + ([f"tab {record_page.TIMELINE}"] if timeline else [])


def _shows_words(canary: Canary, related: Related, place: str) -> bool:
    """A list at the side shows the title and little else."""
    shown = {canary.entity.title_field} if place == "side" else set(related.columns or canary.entity.list_columns())
    return bool(canary.words.keys() & shown)


@path("on the page of its host", one=True, variants=hosted)
def on_host(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    host, pk = canary.host or (canary.entity, canary.pk)
    place, key = variant.split(maxsplit=1)
    return caller.get(host, place, pk, key, headers=PART)


def editable(canary: Canary) -> list[str]:
    """Fields with a word that are edited in place."""
    names = {one.name for one in commands_of(canary.entity)}
    fields = canary.entity.writable(MAKER)
    return [key for key in canary.words if key in fields][:1] if "edit" in names else []


@path("form", one=True, variants=editable, needs="edit")
def form(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "edit", canary.pk)


@path("property in place", one=True, variants=editable, needs="edit")
def property_form(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "property", canary.pk, variant, headers=PART)


@path("cell in place", one=True, variants=editable, needs="edit")
def cell_form(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "cell", canary.pk, column=variant, headers=PART)


def dialogs(canary: Canary) -> list[str]:
    """Any right of its own is asked for; only what may be done with a live record has a dialog."""
    wanted = [one for one in commands_of(canary.entity) if not one.new and not one.on_deleted and not one.asks]
    return [one.name for one in wanted if one.name != "edit"]


@path(
    "dialog of a command",
    one=True,
    variants=dialogs,
    by_command=True,
    needs="edit",
    lenient=True,
    rules=("scope", "commands"),
)
def dialog(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return told(canary, caller, caller.get(canary.entity, "command", canary.pk, variant, headers=PART))


@path(
    "record on paper",
    one=True,
    needs="export",
    variants=lambda canary: [one for one in ("paper", "pdf") if printed(canary)],
)
def print_record(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "print_record", canary.pk, format=variant)


def printed(canary: Canary) -> bool:
    """Whether a word stands in a field of the form, or in the title."""
    shown = {key for section in canary.entity.sections() for key in section.fields} | {canary.entity.title_field}
    return bool(shown & canary.words.keys())


def letter_of(world: Any, canary: Canary, variant: str, reader: Any) -> int:
    """A template that names every field that has a word."""
    data = letter(*(f"{{{{{key}}}}}" for key in canary.words))
    stored = store(BytesIO(data), "letter.docx", by=None, purpose=Purpose.ATTACHMENT)
    return DocumentTemplate.objects.create(name="Letter", target=canary.entity.key, file=stored, language="en").pk


@path("document", one=True, needs="export", prepare=letter_of, variants=lambda canary: ["docx"] if canary.words else [])
def document(caller: Page, canary: Canary, variant: str, given: int) -> str:
    return caller.post(canary.entity, "documents", canary.pk, sent={"template": given})


@path("record in the recycle bin", one=True, variants=restorable, prepare=binned, needs="restore")
def binned_record(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "record", canary.pk)


def masked_for(world: Any, canary: Canary, variant: str, reader: Any) -> None:
    """Only what one sees masked can be revealed."""
    for pk in (reader.principal or reader.user).role_links.values_list("role", flat=True):
        FieldRule.objects.filter(role=pk).delete()
        FieldRule.objects.create(role_id=pk, entity=canary.entity.key, field=variant, rule="mask")


@path(
    "reveal",
    one=True,
    variants=lambda canary: list(canary.words)[:1],
    prepare=masked_for,
    needs="reveal",
    rules=("scope", "commands"),
)
def reveal(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    asked = caller.get(canary.entity, "reveal", canary.pk, variant, headers=PART)
    sent = {"reason": "leak matrix"}
    return asked + caller.post(canary.entity, "reveal", canary.pk, variant, sent=sent)


def with_file(canary: Canary) -> list[str]:
    return [key for key, one in canary.entity.fields().items() if one.kind.key == "file"]


@path("file", one=True, variants=with_file, rules=("scope", "commands"))
def content(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return told(canary, caller, caller.get(canary.entity, "content", canary.pk, variant))


@path(
    "files of its host",
    one=True,
    variants=lambda canary: with_file(canary) if canary.host else [],
    rules=("scope", "commands"),
)
def host_files(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    host, pk = canary.host or (canary.entity, canary.pk)
    return told(canary, caller, caller.get(host, "tab", pk, record_page.FILES, headers=PART))


#: Pages of administrators, which are of no kind of record: asked beside the one whose rights they look after (N06).
FOR_ADMINISTRATORS = (
    "/settings/backups/",
    "/settings/mail/",
    "/mailbox/",
    "/audit/trail/",
    "/audit/incident/",
    "/access/",
    "/handover/",
)


@path(
    "page of administrators",
    rules=("commands",),
    variants=lambda canary: FOR_ADMINISTRATORS if canary.entity.key == "access.role" else (),
)
def for_administrators(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return told(canary, caller, caller.open(variant))
