"""What stops the server: settings under which calls could go where they must not."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

from guanxi.platform.outbound.conf import outbound_settings

#: Networks that no setting opens.
NEVER = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/8", "224.0.0.0/4", "::1/128", "fe80::/10", "ff00::/8")
)


@register("outbound", "signin", Tags.security)  # a server looks at "signin" before it starts
def check_outbound(app_configs: Any, **_more: Any) -> list[Error]:
    """Hosts and networks are readable, and this machine is called by developers only."""
    conf, found = outbound_settings(), []
    try:
        places = conf.places
    except ValueError as error:
        return [Error(f"GUANXI_OUTBOUND_HOSTS: {error}.", id="outbound.E001")]
    try:
        networks = conf.inner_networks
    except ValueError as error:
        return [Error(f"GUANXI_OUTBOUND_INNER: {error}.", id="outbound.E002")]
    for network in networks:
        if any(network.version == one.version and network.overlaps(one) for one in NEVER):
            found.append(
                Error(
                    f"GUANXI_OUTBOUND_INNER names {network}, which reaches this machine or its neighbours' metadata.",
                    hint="Name the networks in which the servers of GUANXI_OUTBOUND_HOSTS stand, such as 10.20.0.0/16.",
                    id="outbound.E003",
                )
            )
    if conf.loopback and places and settings.SITE_URL.startswith("https://"):
        found.append(
            Error(
                "GUANXI_OUTBOUND_LOOPBACK lets calls reach this machine, which is for development only.",
                hint="Leave it out where GUANXI_SITE_URL begins with https://.",
                id="outbound.E004",
            )
        )
    return found
