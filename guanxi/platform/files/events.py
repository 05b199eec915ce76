"""What happens to files beside their records."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event(
    "files.harmful",
    label=_("Harmful file refused"),
    template=_("The virus scanner found %(found)s in “%(file)s”"),
    icon="alert-triangle",
)
@dataclass(frozen=True)
class FoundHarmful(Payload):
    """``file`` is its name, ``found`` the scanner's name for it, ``sha256`` the digest of its bytes."""

    file: str
    found: str
    sha256: str
