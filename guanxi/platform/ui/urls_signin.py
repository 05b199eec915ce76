"""Addresses of signing in. Only what is used here: the library knows more ways to an account than we want open."""

from allauth.account import views as account
from django.urls import include, path, re_path

from guanxi.platform.ui.views.signin import change_password, confirm_again, oidc_begin, oidc_callback, remove_key

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm-again/", confirm_again, name="confirm_again"),
    path("password/change/", change_password, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("oidc/", oidc_begin, name="oidc_begin"),
    path("oidc/callback/", oidc_callback, name="oidc_callback"),
    path("2fa/webauthn/keys/<int:pk>/remove/", remove_key, name="mfa_remove_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
]
