"""Tokens for the REST interface."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """Only the SHA-256 of the secret is kept; ``prefix`` lets its owner tell tokens apart. A token never
    reaches further than its user; ``read_only`` and ``entities`` (empty: all) narrow it; ``networks`` (empty: all)
    are where it may be used from."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="tokens")
    name = models.CharField(_("Name"), max_length=100)
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    read_only = models.BooleanField(_("Read only"), default=True)
    entities = models.JSONField(_("Entities"), default=list, blank=True)
    networks = models.JSONField(_("Networks"), default=list, blank=True)
    created_at = models.DateTimeField(_("Created"))
    expires_at = models.DateTimeField(_("Expires"))
    last_used_on = models.DateField(_("Last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("Revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
