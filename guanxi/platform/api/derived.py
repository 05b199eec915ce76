"""The addresses of one entity, derived from it and its commands; those of entities that are described by data are found at
the moment of the call, because they come and go without a restart."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path

from guanxi.platform.api.views.base import EntityView
from guanxi.platform.api.views.commands import (
    RecordCommandsView,
    RecordCommandView,
    SetCommandView,
    record_commands,
    set_commands,
)
from guanxi.platform.api.views.files import RecordFileView, file_fields
from guanxi.platform.api.views.lists import CommandsView, CountView, FieldsView, GroupsView, ListView
from guanxi.platform.api.views.records import HistoryView, RecordView
from guanxi.platform.api.views.reports import ReportView
from guanxi.platform.api.views.reveal import RevealView
from guanxi.platform.commands.command import commands_of
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind

#: Lines have no history of their own (it is their parent's), facts none at all.
WITH_HISTORY = (EntityKind.RECORD, EntityKind.ATTACHED, EntityKind.REFERENCE)
READ = ("get", "head", "options")


def _bound(view: type[EntityView], entity: Entity, methods: tuple[str, ...], **attributes: Any) -> Any:
    """The view of one entity, answering only to the methods that the entity has."""
    bound: Any = type(
        view.__name__,
        (view,),
        {"entity": entity, "http_method_names": list(methods), "__doc__": view.__doc__, **attributes},
    )
    return bound.as_view()


def addresses(entity: Entity) -> Iterator[URLPattern]:
    base, key = f"{entity.module}/{entity.name}/", entity.key
    names = {command.name for command in commands_of(entity)}
    changing = tuple(method for method, name in (("patch", "edit"), ("delete", "delete")) if name in names)
    creating = ("post",) if "create" in names else ()
    yield path(base, _bound(ListView, entity, (*READ, *creating)), name=f"{key}.list")
    for tail, view in (
        ("count/", CountView),
        ("groups/", GroupsView),
        ("report/", ReportView),
        ("fields/", FieldsView),
        ("commands/", CommandsView),
    ):
        yield path(f"{base}{tail}", _bound(view, entity, READ), name=f"{key}.{tail[:-1]}")
    for command in set_commands(entity):
        view = _bound(SetCommandView, entity, ("post", "options"), name=command.name)
        yield path(f"{base}commands/{command.name}/", view, name=f"{key}.command.{command.name}")
    yield path(f"{base}<int:id>/", _bound(RecordView, entity, (*READ, *changing)), name=f"{key}.record")
    if entity.kind in WITH_HISTORY:
        yield path(f"{base}<int:id>/history/", _bound(HistoryView, entity, READ), name=f"{key}.history")
    for field in file_fields(entity):
        view = _bound(RecordFileView, entity, READ, key=field)
        yield path(f"{base}<int:id>/{field}/content/", view, name=f"{key}.content.{field}")
    if entity.sensitive_groups:
        yield path(f"{base}<int:id>/reveal/", _bound(RevealView, entity, ("post", "options")), name=f"{key}.reveal")
    yield path(f"{base}<int:id>/commands/", _bound(RecordCommandsView, entity, READ), name=f"{key}.record_commands")
    for command in record_commands(entity):
        view = _bound(RecordCommandView, entity, ("post", "options"), name=command.name)
        yield path(f"{base}<int:id>/commands/{command.name}/", view, name=f"{key}.record_command.{command.name}")


def provided() -> list[URLPattern]:
    """The addresses of the entities that are described by data, as the configuration has them now."""
    found: list[URLPattern] = registry.cached("api addresses", _provided)
    return found


def _provided() -> list[URLPattern]:
    return [address for entity in registry.provided().values() for address in addresses(entity)]
