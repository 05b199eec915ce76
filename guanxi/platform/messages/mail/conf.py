"""How mail leaves the house; ``settings.MAIL`` holds what the environment says (docs/settings.md)."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings

STARTTLS, TLS, NONE = "starttls", "tls", "none"
PORTS = {STARTTLS: 587, TLS: 465, NONE: 25}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class MailSettings:
    """``timeout`` is seconds for each step of the conversation, ``per_minute`` how many mails leave at most,
    ``attempts`` how often one is tried that the server puts off, ``ca_file`` the certificates of a private authority."""

    host: str = ""
    port: int = 0
    security: str = STARTTLS
    user: str = ""
    password: str = ""
    sender: str = ""
    ca_file: str = ""
    timeout: float = 10
    per_minute: int = 60
    attempts: int = 8
    give_up_after: timedelta = timedelta(days=3)
    keep: timedelta = timedelta(days=90)

    @property
    def server_port(self) -> int:
        return self.port or PORTS[self.security]

    @property
    def from_address(self) -> str:
        return self.sender or f"guanxi@{site_host()}"

    def tls(self) -> ssl.SSLContext:
        """Certificates are always verified, by name and by authority."""
        return ssl.create_default_context(cafile=self.ca_file or None)


def mail_settings() -> MailSettings:
    return MailSettings(**getattr(settings, "MAIL", {}))


def site_host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def site_url(path: str) -> str:
    """An address in a mail. It begins with SITE_URL, whatever the browser called us, and never leads elsewhere."""
    own = path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
    return settings.SITE_URL.rstrip("/") + own
