"""Data keys are no records; they are guarded by rights of their own all the same."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.guarded import Thing

DATA_KEYS = Thing("keyring.keys", _("data keys"), {"view": _("View"), "rotate": _("Rotate")})
permits, require = DATA_KEYS.permits, DATA_KEYS.require
