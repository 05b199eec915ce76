"""What may call out at all: each connector is declared by the code that uses it, so that none goes unnamed."""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise


@dataclass(frozen=True)
class Connector:
    """``key`` as ``room.purpose``. Who is called and why is the record of its recipient (models.Recipient)."""

    key: str
    label: str | Promise


_connectors: dict[str, Connector] = {}


def declare(key: str, *, label: str | Promise) -> str:
    """Declare a connector; its key. Raises ImproperlyConfigured for one that exists."""
    if key in _connectors:
        raise ImproperlyConfigured(f"Connector {key!r} is declared twice.")
    _connectors[key] = Connector(key, label)
    return key


def declared() -> list[Connector]:
    return list(_connectors.values())
