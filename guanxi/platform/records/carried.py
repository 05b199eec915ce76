"""Kinds of record of one's own in the file of the configuration, before the fields and rules that they have."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.customizing import transfer
from guanxi.platform.customizing.carried import Carrier, Values
from guanxi.platform.records.models import CustomEntity
from guanxi.platform.records.own import key_of
from guanxi.platform.refdata.fields import complete_labels

KIND = "records.customentity"
PLAIN = ("help", "icon", "group", "position", "numbering", "host", "active")
#: Columns with a text for each language → the input of the form, which asks for that of the reader's.
WORDED = {"labels": "label", "plurals": "plural", "titles": "title"}


class Kinds(Carrier):
    """Rights over a kind are no part of the file: whoever keeps the roles gives them."""

    def here(self, actor: Actor) -> Iterator[tuple[int, Values]]:
        for row in CustomEntity.objects.order_by("position", "pk"):
            yield row.pk, {name: getattr(row, name) for name in ("key", *WORDED, *PLAIN)}

    def brings(self, values: Values) -> str:
        return key_of(CustomEntity(key=str(values.get("key"))))

    def write(self, pk: int | None, values: Values, actor: Actor) -> None:
        plain = {name: values[name] for name in PLAIN if name in values}
        for language, words in self._by_language(values).items():
            with override(language):
                if pk:
                    run(commands.get(f"{KIND}.edit"), actor, ids=[pk], inputs=plain | words)
                else:
                    pk = run(
                        commands.get(f"{KIND}.create"), actor, inputs={**plain, **words, "key": values["key"]}
                    ).ids[0]

    def _by_language(self, values: Values) -> Mapping[str, dict[str, str]]:
        """Language → the inputs in it, that of the name's first text to begin with. Raises Rejected without a name."""
        found: dict[str, dict[str, str]] = {}
        for name, key in WORDED.items():
            texts: Any = values.get(name)
            for language, text in (complete_labels(texts) if isinstance(texts, dict) and texts else {}).items():
                found.setdefault(language, {})[key] = text
        if not any("label" in words for words in found.values()):
            raise Rejected({"label": _("The kind of record has no name.")})
        return found


transfer.register(
    transfer.Part("kinds", KIND, ("key",), (*WORDED, *PLAIN), stays=("host",), labels=False, optional=True, carrier=Kinds()),
    first=True,
)  # fmt: skip
