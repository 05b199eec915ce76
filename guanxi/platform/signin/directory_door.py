"""Signing in with the password of the company's directory (LDAP). Accounts are never made here: the directory says whether
the password is right, our own table who exists and what they may do.

Needs the extra requirements-ldap.txt. The connection is encrypted and the server's certificate verified.
"""

import secrets
import ssl
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from guanxi.platform.access.models import User

BACKEND = "guanxi.platform.signin.directory_door.DirectoryBackend"
TIMEOUT = 5
LONGEST_NAME = 64


class DirectoryBackend(ModelBackend):
    """For accounts without a password of their own, so that nobody has two."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, username: str = "", password: str = "", **_more: Any
    ) -> User | None:
        if not settings.LDAP.get("url") or not username or not password or len(username) > LONGEST_NAME:
            return None
        # Asked for every name, known here or not: the time must not tell.
        right = is_right(username, password)
        user = User.objects.filter(username=username).first()
        if not right or user is None or user.has_usable_password() or not self.user_can_authenticate(user):
            return None
        return user


def is_right(username: str, password: str) -> bool:
    """Whether the directory knows exactly one such person and takes the password. A directory that does not answer
    lets nobody in."""
    from ldap3 import SUBTREE
    from ldap3.core.exceptions import LDAPException
    from ldap3.utils.conv import escape_filter_chars

    conf = settings.LDAP
    try:
        with _connection(conf["bind_dn"], conf["password"]) as search:
            wanted = conf["filter"].replace("{name}", escape_filter_chars(username))
            search.search(conf["base"], wanted, SUBTREE, attributes=[], size_limit=2, time_limit=TIMEOUT)
            found = [entry["dn"] for entry in search.response if entry.get("type") == "searchResEntry"]
        known = len(found) == 1
        name = found[0] if known else f"cn={secrets.token_hex(8)},{conf['base']}"
        try:
            with _connection(name, password):
                return known
        except LDAPException:
            return False
    except LDAPException:
        return False


def _connection(name: str, password: str) -> Any:
    """A bound connection. Raises LDAPException when the directory refuses or does not answer."""
    from ldap3 import AUTO_BIND_NO_TLS, AUTO_BIND_TLS_BEFORE_BIND, Connection

    server, encrypted = _server()
    mode = AUTO_BIND_NO_TLS if encrypted else AUTO_BIND_TLS_BEFORE_BIND
    return Connection(
        server, user=name, password=password, auto_bind=mode, receive_timeout=TIMEOUT, raise_exceptions=True,
        read_only=True, auto_referrals=False,
    )  # fmt: skip


def _server() -> tuple[Any, bool]:
    """The server, and whether the connection is encrypted from its first byte (ldaps) or by StartTLS."""
    from ldap3 import NONE, Server, Tls

    parts = urlsplit(settings.LDAP["url"])
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname:
        raise ImproperlyConfigured("GUANXI_LDAP_URL is ldaps://host or ldap://host (which then must know StartTLS)")
    encrypted = parts.scheme == "ldaps"
    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.LDAP.get("ca") or None)
    port = parts.port or (636 if encrypted else 389)
    server = Server(parts.hostname, port=port, use_ssl=encrypted, tls=tls, get_info=NONE, connect_timeout=TIMEOUT)
    return server, encrypted
