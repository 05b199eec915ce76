"""How the parts of an entity's pages lie for one reader: the code's default, as features re-arrange it (Feature.arrange)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import Kanban, Related, Section

if TYPE_CHECKING:
    from guanxi.platform.entities.entity import Entity

#: Containers of a place with their parts in order: sections with their fields; "" where there is one container only.
Parts = dict[str, list[str]]
SECTIONS, FIELDS, COLUMNS, TABS, SIDE = "form/sections", "form/fields", "list/columns", "record/tabs", "record/side"
#: The board: the choice whose values are its columns and the number that they add up (of each the first that the reader
#: sees), and what stands on a card.
BOARD, TOTAL, CARD = "board/by", "board/total", "board/card"
PLACES = (SECTIONS, FIELDS, COLUMNS, TABS, SIDE, BOARD, TOTAL, CARD)
#: Before the key of a related list on the record page: the place of its columns.
RELATED = "related/"
#: Columns that a board can have: each is read by a query of its own.
MOST_COLUMNS = 40
#: Facts on a card of which the code says nothing.
USUAL_FACTS = 3
_NO_FACT = (kinds.LONGTEXT, kinds.FILE, kinds.TAGS)


def arranged(entity: "Entity", actor: Any, place: str, parts: Parts) -> Parts:
    """The parts of a place in the order in which this actor sees them, without those that are left out."""
    for feature in features():
        parts = feature.arrange(entity, actor, place, parts)
    return parts


def in_order(entity: "Entity", actor: Any, place: str, keys: Iterable[str]) -> list[str]:
    """``arranged`` for a place of one container."""
    return arranged(entity, actor, place, {"": list(keys)}).get("", [])


def columns(entity: "Entity", actor: Any) -> list[str]:
    """Keys of the columns that the list begins with."""
    return in_order(entity, actor, COLUMNS, entity.list_columns())


def sections(entity: "Entity", actor: Any) -> list[Section]:
    """The sections of form and properties."""
    usual = entity.sections()
    labels = {section.key: section.label for section in usual}
    for feature in features():
        labels |= feature.names(entity, actor, SECTIONS)
    order = in_order(entity, actor, SECTIONS, [section.key for section in usual])
    fields = arranged(entity, actor, FIELDS, {section.key: list(section.fields) for section in usual})
    return [Section(labels.get(key, key), *fields.get(key, ()), key=key) for key in order]


def board(entity: "Entity", actor: Any) -> Kanban | None:
    """The board of the list for this actor; None where they see no choice to go by."""
    places = (BOARD, TOTAL, CARD)
    parts = {place: in_order(entity, actor, place, usual_board(entity, place)) for place in places}
    return board_of(entity, actor, parts)


def board_of(entity: "Entity", actor: Any, parts: Mapping[str, Sequence[str]]) -> Kanban | None:
    """The board that is made of these parts of its places, for this actor."""
    fields = entity.readable(actor)
    by = next((key for key in parts[BOARD] if key in fields and makes_columns(fields[key])), "")
    total = next((key for key in parts[TOTAL] if key in fields and adds_up(fields[key])), "")
    facts = tuple(key for key in parts[CARD] if key in fields and key != by)
    return Kanban(by, total=total, facts=facts) if by else None


def usual_board(entity: "Entity", place: str) -> list[str]:
    """What the code puts into a place of the board. A card begins with the number and ends with the owner."""
    declared, fields = entity.kanban, entity.fields()
    if place != CARD:
        key = (declared.by if place == BOARD else declared.total) if declared else ""
        return [key] if key else []
    by = declared.by if declared else ""
    facts = declared.facts if declared else ()
    usual = [key for key in entity.list_columns() if key not in (entity.title_field, by, "code", "owner")]
    facts = facts or tuple([key for key in usual if on_card(fields[key])][:USUAL_FACTS])
    return [key for key in dict.fromkeys(["code", *facts, "owner"]) if key in fields and key != entity.title_field]


def makes_columns(field: Field) -> bool:
    """Whether a board can have a column for each value of the field."""
    return (
        field.kind is kinds.CHOICE and bool(field.lookup) and not field.beside and len(field.choices()) <= MOST_COLUMNS
    )


def adds_up(field: Field) -> bool:
    """Whether the columns of a board can add the field up."""
    return field.kind in (kinds.INTEGER, kinds.DECIMAL, kinds.MONEY) and bool(field.lookup) and not field.beside


def on_card(field: Field) -> bool:
    """Whether the field fits on a card."""
    return field.kind not in _NO_FACT


def related_columns(entity: "Entity", actor: Any, related: Related) -> list[Field]:
    """The columns of a related list on the entity's record page that this actor sees."""
    target = registry.get(related.entity)
    fields = target.readable(actor)
    keys = in_order(entity, actor, f"{RELATED}{related.key}", usual_related(related))
    return [fields[key] for key in keys if key in fields]


def usual_related(related: Related) -> list[str]:
    """The columns that the code gives a related list: what they all lead to is left out."""
    target = registry.get(related.entity)
    return [key for key in (related.columns or target.list_columns()) if key != related.by]
