"""The functions of FEEL, by the kind of value they work on. Importing the room registers them all."""

from guanxi.platform.feel.functions import contexts, conversions, lists, numbers, ranges, texts, times
from guanxi.platform.feel.functions.registry import BUILTINS, Builtin

__all__ = ["BUILTINS", "Builtin", "contexts", "conversions", "lists", "numbers", "ranges", "texts", "times"]
