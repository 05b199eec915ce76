"""Events of accounts and tokens."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import declare

TOKEN_CREATED = "access.token.created"  # noqa: S105 a name, no secret
TOKEN_REVOKED = "access.token.revoked"  # noqa: S105

declare(TOKEN_CREATED, label=_("Access token created"), template=_("%(actor)s created an access token"), icon="key")
declare(TOKEN_REVOKED, label=_("Access token revoked"), template=_("%(actor)s revoked an access token"), icon="key-off")
