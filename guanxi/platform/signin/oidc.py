"""Signing in through the company's own identity provider (OpenID Connect).

The library walks the steps: code with PKCE, a state that counts once. Stricter here: the token is always verified with the
provider's keys, however it came; it must carry the nonce of this browser; the provider must be the one of the settings, and
everything goes through the one outgoing client. Who the person is here is decided by ``oidc_people``. That somebody came
in proves no more than that the provider knew their browser; only its ``auth_time`` says when it asked who they are.
"""

import hashlib
import secrets
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from requests import RequestException

from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.models import User
from guanxi.platform.outbound import connectors
from guanxi.platform.outbound.sessions import session
from guanxi.platform.signin import lockout, oidc_people
from guanxi.platform.signin.events import Failed, Linked
from guanxi.platform.signin.models import Lock
from guanxi.platform.signin.oidc_conf import oidc_settings
from guanxi.platform.signin.oidc_people import NotAdmitted
from guanxi.platform.signin.origin import address_of, origin_of
from guanxi.platform.signin.telling import tell

CONNECTOR = connectors.declare("signin.oidc", label=gettext_lazy("Sign-in with the company's identity provider"))
PROVIDER = "company"
#: Signatures with a key that only the provider has. None of them can be made with what we hold.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
#: Seconds for which the provider's description of itself is kept.
KEPT = 600
#: Seconds by which the provider's clock may be wrong.
CLOCKS_DIFFER = 60
#: What the sign-in page says, by the word in its address.
REFUSALS = {
    "away": gettext_lazy(
        "The identity provider does not answer. Try again in a few minutes, or sign in with your password."
    ),
    "account": gettext_lazy(
        "You could not be signed in. Try again; if it stays so, ask your administrator about your account."
    ),
    "stale": gettext_lazy(
        "The identity provider did not ask who you are. Try again; if it stays so, tell your administrator."
    ),
}
REQUIRED = ("sub", "exp", "iat", "nonce")
GIVEN_LENGTH = 64


def offered() -> str:
    """The text of the button; empty where there is no identity provider."""
    conf = oidc_settings()
    return (conf.label or _("Sign in with the company account")) if conf.issuer else ""


class CompanyAdapter(OpenIDConnectOAuth2Adapter):
    """One conversation with the provider."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; it must be the one of the settings, or its keys would prove nothing. Kept for a
        while: anybody may press the button, and that must not mean a call each time."""
        issuer = oidc_settings().issuer
        key = f"signin.oidc:{issuer}"
        found: dict[str, Any] | None = cache.get(key)
        if found is None:
            found = super().openid_config
            if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
                raise OAuth2Error("The identity provider is another one than in the settings")
            if _origin(str(found.get("authorization_endpoint", ""))) != _origin(issuer):
                raise OAuth2Error("The identity provider sends people to another host")
            cache.set(key, found, timeout=KEPT)
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Under our own address: what the request calls its host was written by whoever sent it."""
        return settings.SITE_URL.rstrip("/") + reverse("oidc_callback")

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """The claims of the signed token and nothing else say who it is; they are used up now and not stored."""
        claims = self._decode_id_token(app, str(kwargs["response"]["id_token"]))
        found = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        found.claims = claims
        return found

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            algorithm, key = jwtkit.fetch_key(id_token, self.openid_config["jwks_uri"], jwtkit.lookup_kid_jwk)
            if algorithm not in ALGORITHMS:
                raise OAuth2Error("The token is signed in a way that is not taken")
            issuer = self.openid_config["issuer"]
            claims: dict[str, Any] = jwt.decode(
                id_token, key, algorithms=[algorithm], audience=app.client_id, issuer=issuer, leeway=CLOCKS_DIFFER
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The token cannot be trusted") from error
        if any(not claims.get(name) for name in REQUIRED):
            raise OAuth2Error("The token lacks a claim")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("The token was made for another program")
        jwtkit.verify_jti(claims)
        return claims


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


class CompanyProvider(OpenIDConnectProvider):
    """The provider of the settings. Of the person it gives a lasting name and nothing else to the library."""

    oauth2_adapter_class = CompanyAdapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        """One for each person at each provider, so that another provider's numbers mean nobody here."""
        return hashlib.sha256(f"{oidc_settings().issuer} {data['id_token']['sub']}".encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


class PeopleAdapter(DefaultSocialAccountAdapter):
    """Our rules inside the library: which provider there is, how it is called, and who is let in."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The provider of the settings; rows of the library's own table count for nothing."""
        conf = oidc_settings()
        if not conf.issuer:
            return []
        extra = {"server_url": conf.issuer, "oauth_pkce_enabled": True, "scope": list(conf.scopes)}
        return [
            SocialApp(
                provider="openid_connect", provider_id=PROVIDER, name=PROVIDER, client_id=conf.client, secret=conf.secret,
                settings=extra,
            )
        ]  # fmt: skip

    def get_requests_session(self) -> Any:
        return session(CONNECTOR)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The token is proved: now let its person in, or nobody."""
        state, claims = sociallogin.state, sociallogin.claims
        nonce = str((state.get("data") or {}).get("nonce", ""))
        name = str(claims.get(oidc_settings().name_claim) or "")
        if state.get("process") != "login" or not nonce or not secrets.compare_digest(nonce, str(claims["nonce"])):
            raise ImmediateHttpResponse(refused(request, "token", name))
        known = sociallogin.user if sociallogin.user is not None and sociallogin.user.pk else None
        try:
            user = oidc_people.admitted(known, claims, oidc_settings(), _links(request, sociallogin))
        except NotAdmitted as reason:
            raise ImmediateHttpResponse(refused(request, reason.reason, name, reason.user)) from reason
        proved = proved_at(claims)
        if (limit := (state.get("data") or {}).get("max_age")) and not _is_fresh(proved, limit):
            raise ImmediateHttpResponse(refused(request, "stale", name, user, back=str(state.get("next") or "")))
        sociallogin.user = user
        request.proved_at = proved  # type: ignore[attr-defined]  # see receivers
        lockout.succeeded(Lock.Kind.ADDRESS, address_of(request))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        reason = "away" if isinstance(exception, RequestException) else "token"
        raise ImmediateHttpResponse(refused(request, reason))


def proved_at(claims: dict[str, Any]) -> int | None:
    """When the provider asked the person who they are, as its token says; None for a token that does not say it."""
    moment = claims.get("auth_time")
    if not isinstance(moment, int) or isinstance(moment, bool):
        return None
    return moment if 0 < moment <= time.time() + CLOCKS_DIFFER else None


def _is_fresh(proved: int | None, limit: int) -> bool:
    return proved is not None and time.time() - proved <= limit + CLOCKS_DIFFER


def _links(request: HttpRequest, sociallogin: SocialLogin) -> oidc_people.Link:
    def link(user: User) -> None:
        """Tie the person at the provider to the account; from now on the claim of the name decides nothing."""
        account = SocialAccount(user=user, provider=sociallogin.account.provider, uid=sociallogin.account.uid)
        account.save()
        sociallogin.account = account
        tell(Linked(**origin_of(request).fields), user.pk, request=request)

    return link


def begin(request: HttpRequest, provider: CompanyProvider, next_url: str, *, confirm: bool = False) -> HttpResponse:
    """Send the browser to the provider. What comes back must belong to this session (state, verifier) and to this
    attempt (nonce). To ``confirm``, the provider must ask the person now, even if it knows their browser."""
    nonce = secrets.token_urlsafe(24)
    data: dict[str, Any] = {"nonce": nonce}
    asked = {"nonce": nonce}
    if confirm:
        data["max_age"] = signin_settings().confirm_seconds
        asked |= {"prompt": "login", "max_age": str(data["max_age"])}
    try:
        found: HttpResponse = provider.redirect(
            request, process="login", next_url=next_url or None, data=data, auth_params=asked
        )
    except (RequestException, OAuth2Error, LookupError, TypeError, ValueError):
        return refused(request, "away")
    return found


def complete(request: HttpRequest) -> HttpResponse:
    """The browser comes back. One attempt is taken from its address, as every other way in does."""
    if lockout.take(Lock.Kind.ADDRESS, address_of(request), timezone.now()) < 0:
        return refused(request, "locked")
    try:
        found: HttpResponse = OAuth2CallbackView.adapter_view(CompanyAdapter(request, PROVIDER))(request)
    except RequestException:
        return refused(request, "away")
    except (OAuth2Error, LookupError, TypeError, ValueError, AttributeError):  # in no shape that the library knows
        return refused(request, "token")
    return found


def refused(
    request: HttpRequest, reason: str, name: str = "", user: User | None = None, *, back: str = ""
) -> HttpResponse:
    """Back to the page one came from, signing in or confirming, with an event and one sentence that tells nothing about
    accounts. Whoever is in stays in."""
    given = "".join(sign for sign in name if sign.isprintable())[:GIVEN_LENGTH]
    tell(Failed(**origin_of(request).fields, given=given, reason=reason), user.pk if user else None, request=request)
    if reason == "away":  # whose fault it is not
        lockout.succeeded(Lock.Kind.ADDRESS, address_of(request))
    word = reason if reason in ("away", "stale") else "account"
    page = "confirm_again" if request.user.is_authenticated else "account_login"
    return redirect(f"{reverse(page)}?{urlencode({'refused': word} | ({'next': back} if back else {}))}")
