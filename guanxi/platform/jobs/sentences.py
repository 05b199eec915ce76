"""Text that is stored now and read later, by people with different languages.

A sentence is kept as its English template plus named values and is translated when somebody reads it:
``{"text": "Import of %(file)s", "values": {"file": "a.xlsx"}}``. Mark templates with ``gettext_noop``.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override

Sentence = dict[str, Any]


def sentence(template: str | Promise, /, **values: str | int | float) -> Sentence:
    """The stored form of a template with ``%(name)s`` placeholders. Lazy translations are taken by their msgid."""
    if isinstance(template, Promise):
        with override(None):
            template = str(template)
    return {"text": template, "values": values} if values else {"text": template}


def as_sentence(text: str | Sentence | Promise) -> Sentence:
    """The stored form of plain text, of a lazy translation, or of what is stored already."""
    return text if isinstance(text, dict) else sentence(text)


def render(stored: Mapping[str, Any] | None) -> str:
    """The sentence in the active language; empty for an empty one."""
    if not stored or not stored.get("text"):
        return ""
    text = gettext(stored["text"])
    values = stored.get("values")
    return text % values if values else text
