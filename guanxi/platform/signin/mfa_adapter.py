"""Second factors: their secrets are encrypted, named after us, and not removed by whoever must have one."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import keys
from guanxi.platform.signin import second_factor

#: Seeds and recovery codes are told apart from all other secrets by it.
AAD = b"signin.authenticator"


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "The code is not right, or it was used before. Wait for the next one and enter that."
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "You must keep a second factor. Add another one first, then remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(keys.encrypt(text.encode(), AAD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keys.decrypt(base64.b64decode(encrypted_text), AAD).decode()

    def get_totp_issuer(self) -> str:
        return _("Guanxi")

    def _get_site_name(self) -> str:
        return _("Guanxi")

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Our own name, not what the request calls its host: a passkey is bound to it."""
        host = settings.SITE_URL.partition("://")[2].partition("/")[0]
        return {"id": host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host, "name": _("Guanxi")}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if authenticator.type == Authenticator.Type.RECOVERY_CODES or not second_factor.demanded_of(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1}
