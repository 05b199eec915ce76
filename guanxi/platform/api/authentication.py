"""Who calls: the bearer of a token, or the browser's session (then with CSRF protection)."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from guanxi.platform.access import tokens
from guanxi.platform.access.models import ApiToken, User
from guanxi.platform.signin import networks
from guanxi.platform.signin.origin import address_of

__all__ = ["SessionAuthentication", "TokenAuthentication"]


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer gx_…``. Every failure gets the same answer, so that nothing can be guessed."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.authenticate(secret.strip())
        address = address_of(request._request)
        actor = tokens.actor_of(token, request=getattr(request, "id", ""), address=address) if token else None
        if token is None or actor is None or not self._may_call_from(token, address):
            raise AuthenticationFailed(_("The token is unknown, expired or revoked. Make a new one in your profile."))
        request._request.actor = actor  # type: ignore[attr-defined]
        return token.user, token

    def _may_call_from(self, token: ApiToken, address: str) -> bool:
        own = not token.networks or networks.within(address, token.networks)
        return own and networks.allowed(token.user, address)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
