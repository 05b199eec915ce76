from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SigninConfig(AppConfig):
    name = "guanxi.platform.signin"
    label = "signin"
    verbose_name = _("Sign-in")

    def ready(self) -> None:
        from guanxi.platform.signin import checks, oidc, receivers, sealed_secrets  # noqa: F401
