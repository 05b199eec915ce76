"""The REST interface: reading."""

import json
from typing import Any

from guanxi.platform.api.views.files import file_fields
from tests.leaks.canaries import Canary
from tests.leaks.doors import Token
from tests.leaks.paths.pages import PLACES, found, linked, links_to, searchable
from tests.leaks.paths.records import masked_for, told, with_history
from tests.leaks.registry import path

REST = "token"
NEWEST = {"sort": "-id", "limit": 200}


def with_addresses(canary: Canary, text: str) -> str:
    """Rows tell their number only: write it as the address that stands for records without a word."""
    try:
        rows = json.loads(text.split("\n")[0]).get("items", ())
    except ValueError:
        return text
    entity = canary.entity
    return text + "\n" + " ".join(f"/{entity.module}/{entity.name}/{row['id']}/" for row in rows if "id" in row)


def asked(caller: Token, canary: Canary, **params: Any) -> str:
    return with_addresses(canary, caller.get(canary.entity, **params))


@path("list", REST, same=True)
def show_list(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return asked(caller, canary, **NEWEST)


@path("filter", REST, variants=searchable)
def filter_(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    """By what every word has in common, and by what is not there."""
    trees = (["contains", variant, canary.words[variant][:3]], ["not", ["contains", variant, "nowhere"]])
    return "\n".join(asked(caller, canary, filter=json.dumps(tree), sort="-id", limit=200) for tree in trees)


@path(
    "search in the list",
    REST,
    same=True,
    variants=lambda canary: ["q"] if canary.entity.title_field in canary.words else [],
)
def search(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return asked(caller, canary, q=canary.words[canary.entity.title_field][:3], sort="-id", limit=200)


def sortable(canary: Canary) -> list[str]:
    return [key for key in canary.words if canary.entity.fields()[key].lookup][:1]


@path("sort", REST, same=True, variants=sortable)
def sort(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    """Words come last of all texts."""
    return asked(caller, canary, sort=f"-{variant}", limit=200) + asked(caller, canary, sort=variant, limit=200)


@path("further pages", REST, same=True, lenient=True)
def pages(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    """Page by page, by the links that the answers give."""
    texts = [asked(caller, canary, sort="-id", limit=1)]
    for _n in range(12):
        following = None if caller.shut else json.loads(texts[-1].split("\n")[0]).get("next")
        if not following:
            break
        texts.append(with_addresses(canary, caller.ask("GET", following)))
    return "\n".join(texts)


@path("count", REST, variants=searchable)
def count(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    tree = json.dumps(["contains", variant, canary.words[variant]])
    answer = caller.get(canary.entity, "count/", filter=tree, count="exact")
    return found(canary, "0" if caller.shut else str(json.loads(answer.split("\n")[0])["count"]))


@path(
    "groups",
    REST,
    variants=lambda canary: [
        key
        for key in searchable(canary)
        if canary.entity.fields()[key].kind.key == "text" and canary.entity.fields()[key].lookup == key
    ],
)
def groups(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    tree = json.dumps(["contains", variant, canary.words[variant][:3]])
    return caller.get(canary.entity, "groups/", by=variant) + caller.get(
        canary.entity, "groups/", by=variant, filter=tree
    )


@path("record", REST, one=True)
def record(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, f"{canary.pk}/")


@path(
    "history",
    REST,
    one=True,
    variants=with_history,
    lenient=True,
)
def history(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, f"{canary.pk}/history/")


@path("commands of a record", REST, one=True, rules=("scope", "commands"))
def commands(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return told(canary, caller, caller.get(canary.entity, f"{canary.pk}/commands/"))


@path("file", REST, one=True, rules=("scope", "commands"), variants=lambda canary: list(file_fields(canary.entity)))
def content(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return told(canary, caller, caller.get(canary.entity, f"{canary.pk}/{variant}/content/"))


@path("reveal", REST, one=True, needs="reveal", rules=("scope", "commands"), prepare=masked_for,
      variants=lambda canary: list(canary.words)[:1] if canary.entity.sensitive_groups else [])  # fmt: skip
def reveal(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.send(canary.entity, f"{canary.pk}/reveal/", {"field": variant, "reason": "leak matrix"})


@path("label of a link", REST, variants=links_to, prepare=linked, only=PLACES, common=True)
def label_of_link(caller: Token, canary: Canary, variant: str, given: Canary) -> str:
    entity, field = given.entity, variant.split()[1]
    texts = [
        caller.get(entity, sort="-id", limit=200),
        caller.get(entity, f"{given.pk}/"),
        caller.get(entity, "groups/", by=field),
        caller.get(entity, f"{given.pk}/history/"),
    ]
    return "\n".join(texts)


@path("description of the kind", REST, rules=("commands",))
def described(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    """Fields and commands as clients need them; not for whom the kind is shut."""
    texts = [caller.get(canary.entity, tail) for tail in ("fields/", "commands/")]
    return told(canary, caller, "\n".join(texts))
