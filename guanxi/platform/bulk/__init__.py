"""The one writer: many rows in and out, with raw SQL once per dialect. See README.md."""

from guanxi.platform.bulk.copying import copy_columns
from guanxi.platform.bulk.faults import Fault, fault_of, lost_a_lock_fight
from guanxi.platform.bulk.keys import KeyIn, key_in, rows_by_key
from guanxi.platform.bulk.parts import PartField
from guanxi.platform.bulk.patience import limit_statements
from guanxi.platform.bulk.reader import stream
from guanxi.platform.bulk.scrubbing import scrub
from guanxi.platform.bulk.studying import study
from guanxi.platform.bulk.through import Unordered, through
from guanxi.platform.bulk.values import ValuesField, build_index, drop_index, has_index
from guanxi.platform.bulk.writer import Change, insert_many, reserve_ids, update_changed

__all__ = [
    "Change",
    "Fault",
    "KeyIn",
    "PartField",
    "Unordered",
    "ValuesField",
    "build_index",
    "copy_columns",
    "drop_index",
    "fault_of",
    "has_index",
    "insert_many",
    "key_in",
    "limit_statements",
    "lost_a_lock_fight",
    "reserve_ids",
    "rows_by_key",
    "scrub",
    "stream",
    "study",
    "through",
    "update_changed",
]
