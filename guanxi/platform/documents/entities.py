"""Document templates as records."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.documents.errors import WrongTemplate
from guanxi.platform.documents.meaning import fields_named, problem
from guanxi.platform.documents.models import DocumentTemplate
from guanxi.platform.documents.word import WordTemplate
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import EntityKind, Menu
from guanxi.platform.entities.uses import Naming
from guanxi.platform.files import selectors as files
from guanxi.platform.files.errors import FileGone
from guanxi.platform.files.names import extension_of

#: Records of their own; lines and facts are written into the documents of what they belong to.
_KINDS = (EntityKind.RECORD, EntityKind.REFERENCE)


def documentable() -> list[Choice]:
    return [Choice(one.key, one.label_plural) for one in registry.entities() if one.kind in _KINDS]


@entity
class DocumentTemplateEntity(Entity):
    model = DocumentTemplate
    icon = "file-text"
    menu = Menu("settings", 44)
    help = gettext_lazy("Word files whose {{…}} are filled in from a record: letters, agreements, confirmations.")
    columns = ("name", "target", "language", "file", "active")
    order = "id"
    group_by = ("target", "active")
    naming = Naming("", parts=("names",), each=lambda template: template.names, stops=True)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["target"] = fields["target"].with_(kind=kinds.CHOICE, choices=documentable)
        fields["file"] = fields["file"].with_(
            help=gettext_lazy("A .docx with fields written as {{…}}; their names are the labels of the fields.")
        )
        return fields

    def clean(self, record: Any, actor: Actor) -> dict[str, str]:
        """Every field of the file must mean something before anybody makes a document of it."""
        target = registry.find(record.target)
        stored = files.get(record.file_id or 0)
        if target is None or stored is None:
            return {}
        if extension_of(stored.name) != "docx":
            return {"file": _("“%(name)s” is no Word file (.docx).") % {"name": stored.name}}
        try:
            wrong = problem(target, WordTemplate(files.local_path(stored)))
        except (WrongTemplate, FileGone) as error:
            return {"file": str(error) if isinstance(error, WrongTemplate) else _("The file waits to be scanned.")}
        return {"file": wrong} if wrong else {}

    def prepare(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        super().prepare(records, actor, scopes)
        for record in records:
            target = registry.find(record.target)
            try:
                record.names = fields_named(target, WordTemplate(files.local_path(record.file))) if target else {}
            except (WrongTemplate, FileGone):
                continue  # what it named when it could be read last
