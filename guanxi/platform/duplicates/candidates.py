"""Which records are likely the same as others, whoever may see them: candidates share a key, and few of them are looked at
closely. Only what is compared is read of them, never the records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from guanxi.platform import bulk
from guanxi.platform.duplicates.declared import Duplicates
from guanxi.platform.duplicates.digests import BLOCKS, Digest, Digester
from guanxi.platform.duplicates.models import DuplicateKey
from guanxi.platform.duplicates.scoring import LIKELY, Likeness, Side, alike_by_name, compare, side
from guanxi.platform.entities.entity import Entity

#: More records of one block are not compared one by one.
BLOCK_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A live record that is likely the same, why, and the department it belongs to."""

    pk: int
    why: Likeness
    department: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A record for which others are looked for, saved or not: its id, its keys and what is compared."""

    pk: int | None
    digests: Sequence[Digest]
    side: Side


def asked(entity: Entity, records: Iterable[Any], known: Set[str]) -> list[Asked]:
    """Records made ready to be asked for, by the fields that are ``known``."""
    digester = Digester(entity)
    option, name = digester.option, entity.fields()[digester.option.name.field]
    found = []
    for one in records:
        digests = list(digester.of_kinds(one, known))
        text = str(name.get(one) or "") if name.key in known else ""
        found.append(Asked(one.pk, digests, side(text, option.name.is_person(one), digests)))
    return found


def hits_each(entity: Entity, wanted: Sequence[Asked], known: Set[str], most: int) -> list[list[Hit]]:
    """What is likely the same as each record, the likeliest first, by the fields that are ``known``; at most ``most`` candidates
    are looked at for one. Names are read of candidates that nothing contradicts, keys only of those that may be likely. Five
    queries at most."""
    option = Digester(entity).option
    sharing, crowded = _sharing(entity, {digest for one in wanted for _kind, digest in one.digests})
    candidates = [sharing_most(one.digests, sharing, one.pk, most) for one in wanted]
    _drop_contradicted(entity, {key.field for key in option.keys if key.sole}, wanted, candidates)
    theirs, departments = _named(entity, option, {pk for shared in candidates for pk in shared}, known)
    close = [
        worth_comparing(one.side, {pk: kinds for pk, kinds in shared.items() if pk in theirs}, theirs, crowded)
        for one, shared in zip(wanted, candidates, strict=True)
    ]
    _add_digests(entity, theirs, {pk for ids in close for pk in ids})
    found = []
    for one, ids in zip(wanted, close, strict=True):
        hits = [
            Hit(pk, why, departments[pk])
            for pk in ids
            if (why := compare(option, one.side, theirs[pk], known)).score >= LIKELY
        ]
        found.append(sorted(hits, key=lambda hit: (-hit.why.score, hit.pk)))
    return found


def sides(entity: Entity, option: Duplicates, ids: Collection[int]) -> dict[int, Side]:
    """Live records made ready to be compared, in two queries."""
    found, _departments = _named(entity, option, ids)
    _add_digests(entity, found, found.keys())
    return found


def _sharing(entity: Entity, wanted: Set[int]) -> tuple[dict[int, list[int]], set[int]]:
    """Digest → ids of the records with it; and those digests that so many share that they say nothing."""
    found: dict[int, list[int]] = defaultdict(list)
    if not wanted:
        return found, set()
    rows = DuplicateKey.objects.filter(entity=entity.key)
    sizes = dict(rows.filter(bulk.key_in("digest", wanted)).values_list("digest").annotate(size=Count("id")))
    small = {digest for digest, size in sizes.items() if size <= BLOCK_LIMIT}
    if small:
        for digest, pk in rows.filter(bulk.key_in("digest", small)).values_list("digest", "record_id"):
            found[digest].append(pk)
    return found, sizes.keys() - small


def sharing_most(
    digests: Sequence[Digest], sharing: Mapping[int, Sequence[int]], pk: int | None, most: int
) -> dict[int, list[str]]:
    """The records that share the most, the oldest first among equals, with the kinds of keys that they share."""
    shared: dict[int, list[str]] = defaultdict(list)
    for kind, digest in digests:
        for one in sharing.get(digest, ()):
            shared[one].append(kind)
    if pk is not None:
        shared.pop(pk, None)
    if len(shared) <= most:
        return shared
    return {one: shared[one] for one in sorted(shared, key=lambda one: (-len(shared[one]), one))[:most]}


def _drop_contradicted(
    entity: Entity, sole: Set[str], asked: Sequence[Asked], candidates: Sequence[dict[int, list[str]]]
) -> None:
    """Take away candidates with another number of a kind that nobody has two of: whatever else agrees, they are not likely
    the same. Among firms of alike names that is nearly all of them."""
    numbered = [{kind: digest for kind, digest in one.digests if kind in sole} for one in asked]
    wanted = {pk for mine, shared in zip(numbered, candidates, strict=True) if mine for pk in shared}
    if not wanted:
        return
    theirs: dict[int, list[Digest]] = defaultdict(list)
    rows = DuplicateKey.objects.filter(bulk.key_in("record_id", wanted), entity=entity.key, kind__in=sole)
    for pk, kind, digest in rows.values_list("record_id", "kind", "digest"):
        theirs[pk].append((kind, digest))
    for mine, shared in zip(numbered, candidates, strict=True):
        for pk in [pk for pk in shared if any(mine.get(kind, digest) != digest for kind, digest in theirs.get(pk, ()))]:
            del shared[pk]


def _named(
    entity: Entity, option: Duplicates, ids: Collection[int], known: Set[str] | None = None
) -> tuple[dict[int, Side], dict[int, int | None]]:
    """Live records by id, without their digests, and the departments they belong to. A name that is not ``known`` is empty."""
    found: dict[int, Side] = {}
    departments: dict[int, int | None] = {}
    if not ids:
        return found, departments
    name, persons = entity.fields()[option.name.field], tuple(option.name.persons or ())
    known_name = known is None or name.key in known
    rows = entity.base_rows().filter(bulk.key_in("pk", ids))
    for pk, department, text, *values in rows.values_list("pk", "department_id", name.attribute, *persons):
        departments[pk] = department
        found[pk] = Side({}, str(text or "") if known_name else "", option.name.speaks_of_person(values))
    return found, departments


def worth_comparing(
    one: Side, shared: Mapping[int, Sequence[str]], theirs: Mapping[int, Side], crowded: Set[int]
) -> list[int]:
    """Those that may be likely the same. What shares blocks of alike names only is so by its name or not at all, unless there
    is a key that so many have that it brings nobody together: with one more reason it counts."""
    if not crowded.isdisjoint(one.digests.values()):
        return list(shared)
    return [pk for pk, kinds in shared.items() if not BLOCKS.issuperset(kinds) or alike_by_name(one, theirs[pk])]


def _add_digests(entity: Entity, sides: Mapping[int, Side], ids: Collection[int]) -> None:
    if not ids:
        return
    rows = DuplicateKey.objects.filter(bulk.key_in("record_id", ids), entity=entity.key).exclude(kind__in=BLOCKS)
    for pk, kind, digest in rows.values_list("record_id", "kind", "digest"):
        sides[pk].digests[kind] = digest
