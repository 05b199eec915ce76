"""What is protected, as every process knows it."""

from guanxi.modules.dossier.models import ProtectedField
from guanxi.platform.entities import registry


def protected_fields() -> dict[str, ProtectedField]:
    """Key of a field of customers → what protects it. One query per configuration, none before there is one."""
    if not registry.configuration_version():
        return {}
    found: dict[str, ProtectedField] = registry.cached("dossier.protected", _protected)
    return found


def _protected() -> dict[str, ProtectedField]:
    return {row.field: row for row in ProtectedField.objects.filter(active=True).order_by("pk")}
