"""Pages around signing in that the library does not have."""

from typing import Any

from allauth.account.views import PasswordChangeView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.socialaccount.adapter import get_adapter as get_people_adapter
from allauth.socialaccount.models import SocialApp
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access.requests import Request
from guanxi.platform.signin import oidc
from guanxi.platform.ui.doors import signed_in


@require_GET
@signed_in
def confirm_again(request: Request) -> HttpResponse:
    """For whom another system signs in: they confirm who they are by signing in anew."""
    refusal = oidc.REFUSALS.get(request.GET.get("refused", ""), "")
    told = {"next": request.GET.get("next", ""), "company_account": oidc.offered(), "refusal": refusal}
    return render(request, "account/confirm_again.html", told)


class RemoveKeyView(RemoveWebAuthnView):
    """The library's page, which lets go of the last factor even of whom it is demanded; its page of the app does not."""

    def form_valid(self, form: Any) -> HttpResponse:
        adapter = get_adapter()
        if adapter.can_delete_authenticator(self.get_object()):
            return super().form_valid(form)
        form.add_error(None, adapter.validation_error("cannot_delete_authenticator"))
        return self.form_invalid(form)


remove_key = RemoveKeyView.as_view()


class ChangePasswordView(PasswordChangeView):
    """The library's page, for those who have a password here; it would let others make themselves one."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return redirect("account", tab="profile")
        found: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return found


change_password = ChangePasswordView.as_view()


@require_POST
def oidc_begin(request: HttpRequest) -> HttpResponse:
    """To the company's identity provider; 404 where there is none."""
    try:
        provider = get_people_adapter(request).get_provider(request, oidc.PROVIDER)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    wanted = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return oidc.begin(request, provider, wanted if here else "", confirm="confirm" in request.POST)


@require_GET
def oidc_callback(request: HttpRequest) -> HttpResponse:
    """Back from the identity provider, with a code or with a refusal."""
    if not oidc.offered():
        raise Http404
    return oidc.complete(request)
