"""The secrets of second factors as a place that a rotation of the data keys covers."""

import base64
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import keys, places, unreadable
from guanxi.platform.signin.mfa_adapter import AAD

#: Where the library keeps what its adapter has encrypted: a text, or a list of texts.
SEALED = ("secret", "seed", "migrated_codes")


class AuthenticatorSecrets:
    """See the module's docstring."""

    key = "signin.authenticator"
    label = _("Second factors")

    def _rows(self, using: str) -> QuerySet[Authenticator]:
        sealed = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
        return Authenticator.objects.using(using).filter(type__in=sealed).order_by("pk")

    def counts(self, using: str = "default") -> Counter[str]:
        rows = self._rows(using).values_list("data", flat=True).iterator(chunk_size=2_000)
        return Counter(places.header_of(base64.b64decode(text)) for data in rows for text in _texts(data))

    def renew(self, after: Any, limit: int) -> places.Renewed:
        found = list(self._rows("default").filter(pk__gt=after or 0).select_for_update()[:limit])
        done = failed = 0
        for row in found:
            old = [
                text for text in _texts(row.data) if places.header_of(base64.b64decode(text)) != keys.current_header()
            ]
            try:
                row.data = _mapped(row.data, lambda text, old=old: _anew(text) if text in old else text)  # type: ignore[misc]
            except keys.Undecipherable as problem:
                unreadable.tell("mfa.authenticator", row.pk, "data", str(problem))
                failed += len(old)
                continue
            done += len(old)
        Authenticator.objects.bulk_update(found, ["data"])
        return places.Renewed(found[-1].pk if len(found) == limit else None, done, failed)

    def reads(self, header: str, using: str = "default") -> bool:
        for data in self._rows(using).values_list("data", flat=True).iterator(chunk_size=2_000):
            for text in _texts(data):
                if places.header_of(base64.b64decode(text)) == header:
                    return _readable(text)
        return True


def _texts(data: dict[str, Any]) -> Iterator[str]:
    for name in SEALED:
        held = data.get(name) or ()
        yield from (held,) if isinstance(held, str) else held


def _mapped(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    changed = dict(data)
    for name in SEALED:
        if held := data.get(name):
            changed[name] = change(held) if isinstance(held, str) else [change(text) for text in held]
    return changed


def _anew(text: str) -> str:
    return base64.b64encode(keys.encrypt(keys.decrypt(base64.b64decode(text), AAD), AAD)).decode()


def _readable(text: str) -> bool:
    try:
        keys.decrypt(base64.b64decode(text), AAD)
    except keys.Undecipherable:
        return False
    return True


places.register(AuthenticatorSecrets())
