"""Forms of records and commands, with the conflict of two editors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanxi.platform.entities.uses import Use
from guanxi.platform.ui.contexts.basics import Kind, Link, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """``kind`` picks the widget platform/field_<kind>.html. ``value`` is what the widget shows (text; a sequence of
    values for multi_choice; a boolean for boolean). ``choices`` of a link holds the chosen one only; ``picker_url``
    as in ``filters.described``, ``create_url`` adds a new one. ``check_url`` (POST name=value) answers the error text on blur.
    ``width``: full, half. ``visible_when`` is (other field, [values]): shown only while it holds. ``gone``: a rule hides it."""

    name: str
    kind: Kind
    label: str
    value: Any = ""
    help: str = ""
    required: bool = False
    readonly: bool = False
    readonly_reason: str = ""
    error: str = ""
    choices: Sequence[Option] = ()
    picker_url: str = ""
    create_url: str = ""
    check_url: str = ""
    placeholder: str = ""
    prefix: str = ""
    suffix: str = ""
    width: str = "full"
    multiple: bool = False
    accept: str = ""
    max_length: int | None = None
    autocomplete: str = "off"
    autofocus: bool = False
    visible_when: tuple[str, Sequence[str]] | None = None
    gone: bool = False
    theirs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    id: str
    label: str
    fields: Sequence[FormField]
    help: str = ""
    collapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    """One field that two people changed. ``name`` is the form field; the radio sends ``keep_<name>`` = mine or theirs."""

    name: str
    label: str
    base: str
    mine: str
    theirs: str
    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """Create, edit, or a command's inputs. Sent back with ``version`` and ``idempotency_key`` as hidden fields. ``rules`` is
    what rules.js follows (form_rules.described). ``similar_url`` answers with what may be the same, while one of the
    ``watched`` fields is typed. ``uses`` are the stored things that name the field which the record describes."""

    entity_key: str
    title: str
    action_url: str
    sections: Sequence[FormSection]
    submit_label: str
    subtitle: str = ""
    cancel_url: str = ""
    version: int = 0
    idempotency_key: str = ""
    errors: Sequence[str] = ()
    conflict: Sequence[ConflictRow] = ()
    similar_url: str = ""
    watched: Sequence[str] = ()
    breadcrumb: Sequence[Link] = ()
    has_files: bool = False
    submit_again_label: str = ""
    danger: bool = False
    note: str = ""
    hidden: Sequence[tuple[str, str]] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    uses: Sequence[Use] = ()
