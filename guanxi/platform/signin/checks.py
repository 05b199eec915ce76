"""What stops the server: settings under which signing in is not safe."""

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register, run_checks

from guanxi.platform.access import checks
from guanxi.platform.access.conf import signin_settings
from guanxi.platform.outbound.conf import outbound_settings
from guanxi.platform.signin import breached
from guanxi.platform.signin.oidc_conf import oidc_settings

TAG = "signin"
POLICIES = ("off", "optional", "roles", "all")
PROFILES = ("modern", "djcp3")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine only."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@register(TAG, Tags.security)
def check_transport(app_configs: Any, **_more: Any) -> list[Error]:
    """Passwords do not travel over plain http."""
    found = []
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        found.append(
            Error(
                f"GUANXI_SITE_URL is {settings.SITE_URL}: passwords would travel unencrypted.",
                hint="Put an https proxy before the server and set GUANXI_SITE_URL to its https:// address.",
                id="signin.E001",
            )
        )
    if settings.BIND and not is_loopback(settings.BIND) and not settings.TLS_PROXY:
        found.append(
            Error(
                f"The server would listen on {settings.BIND} without encryption.",
                hint="Listen on 127.0.0.1 behind an https proxy, or set GUANXI_TLS_PROXY=1 if the network between "
                "proxy and server belongs to you alone.",
                id="signin.E002",
            )
        )
    return found


@register(TAG, Tags.security)
def check_cache(app_configs: Any, **_more: Any) -> list[Error]:
    """Codes that were used and limits that were reached must be known to every process."""
    backend = settings.CACHES["default"]["BACKEND"]
    if backend.rpartition(".")[2] not in ("LocMemCache", "DummyCache"):
        return []
    return [
        Error(
            f"The cache {backend} is not shared: a code would be taken once by every process.",
            hint="Use the database cache or Redis for CACHES['default'].",
            id="signin.E003",
        )
    ]


@register(TAG, Tags.security)
def check_rules(app_configs: Any, **_more: Any) -> list[Error]:
    """Rules have names; one that does not exist would mean no rule."""
    conf = signin_settings()
    wrong = [
        (name, value, allowed)
        for name, value, allowed in (("mfa", conf.mfa, POLICIES), ("passwords", conf.passwords, PROFILES))
        if value not in allowed
    ]
    return [
        Error(f"SIGNIN {name} is {value!r}; there are {', '.join(allowed)}.", id="signin.E004")
        for name, value, allowed in wrong
    ]


@register(TAG, Tags.security)
def check_breached(app_configs: Any, **_more: Any) -> list[Error]:
    """A list of stolen passwords in which nothing can be found would be no list."""
    path = signin_settings().breached
    wrong = breached.what_is_wrong(Path(path)) if path else ""
    if not wrong:
        return []
    return [
        Error(
            f"GUANXI_BREACHED_PASSWORDS is {path}: {wrong}.",
            hint="Download the list of Have I Been Pwned, ordered by hash, as one file or as a folder of ranges.",
            id="signin.E007",
        )
    ]


@register(TAG, Tags.security)
def check_provider(app_configs: Any, **_more: Any) -> list[Error]:
    """The identity provider is called over https, and may be called at all."""
    issuer = urlsplit(oidc_settings().issuer)
    if not issuer.netloc:
        return []
    host, found = issuer.hostname or "", []
    if issuer.scheme != "https" and not is_loopback(host):
        found.append(
            Error(
                f"GUANXI_OIDC_ISSUER is {issuer.geturl()}: whoever stands between could sign in as anybody.",
                hint="Name the https:// address of the identity provider.",
                id="signin.E005",
            )
        )
    if (host, issuer.port or (443 if issuer.scheme == "https" else 80)) not in outbound_settings().places:
        found.append(
            Error(
                f"The identity provider {issuer.netloc} may not be called.",
                hint="Add it to GUANXI_OUTBOUND_HOSTS, and keep a record of it under Settings, recipients of data.",
                id="signin.E006",
            )
        )
    return found


def refuse_unsafe() -> None:
    """End the process with the reasons if signing in or the data keys would not be safe: nothing else looks at checks when a server starts."""
    found = run_checks(tags=[TAG, checks.TAG])
    if found:
        raise SystemExit("\n".join(f"{one.msg}\n  {one.hint or ''}".rstrip() for one in found))
