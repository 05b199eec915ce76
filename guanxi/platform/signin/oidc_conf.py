"""The one identity provider; ``settings.OIDC`` overrides any field by name."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class OidcSettings:
    """``issuer``: the provider's address, empty for none; ``client`` and ``secret`` as it knows us; ``label``: what the button
    says; the claims that hold the user name and the groups; ``create``: whether people who have no account here get one."""

    issuer: str = ""
    client: str = ""
    secret: str = ""
    label: str = ""
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    create: bool = False


def oidc_settings() -> OidcSettings:
    return OidcSettings(**getattr(settings, "OIDC", {}))
