from guanxi.platform.access.models.department import Department
from guanxi.platform.access.models.deputyship import Deputyship
from guanxi.platform.access.models.envelope import EnvelopeKey
from guanxi.platform.access.models.limit import Use
from guanxi.platform.access.models.record_set import RecordSet, RecordSetMember
from guanxi.platform.access.models.role import FieldRule, Role, RoleGrant, UserRole
from guanxi.platform.access.models.token import ApiToken
from guanxi.platform.access.models.user import User

__all__ = [
    "ApiToken", "Department", "Deputyship", "EnvelopeKey", "FieldRule", "RecordSet", "RecordSetMember", "Role", "RoleGrant", "Use", "User", "UserRole",
]  # fmt: skip
