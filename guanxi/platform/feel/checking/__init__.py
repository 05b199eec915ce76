"""The static checker: what an expression gives, and what in it cannot be right, before any value is seen."""

from guanxi.platform.feel.checking.checker import Checker, Env
from guanxi.platform.feel.checking.literals import type_of

__all__ = ["Checker", "Env", "type_of"]
