"""Functions on contexts."""

from typing import Any

from guanxi.platform.feel.functions.registry import builtin


@builtin("get value(context: context, key: string) -> any", "get value(m: context, key: string) -> any")
def _(run: Any, context: dict, key: str) -> Any:
    return context.get(key)


@builtin("get entries(context: context) -> list<context>", "get entries(m: context) -> list<context>")
def _(run: Any, context: dict) -> Any:
    return run.budget.made([{"key": key, "value": value} for key, value in context.items()])


@builtin("context(entries: list<context>) -> context?")
def _(run: Any, entries: list) -> Any:
    found: dict[str, Any] = {}
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or "value" not in entry or key in found:
            return None
        found[key] = entry["value"]
    return run.budget.made(found)


@builtin(
    "context put(context: context, key: string, value: any) -> context",
    "context put(context: context, keys: list<string>, value: any) -> context?",
)
def _(run: Any, context: dict, key: str | list, value: Any) -> Any:
    if isinstance(key, str):
        return run.budget.made({**context, key: value})
    if not key or any(not isinstance(one, str) for one in key):
        return None
    inner = value
    contexts: list[Any] = [context]
    for one in key[:-1]:
        below = contexts[-1].get(one)
        if not isinstance(below, dict):
            return None
        contexts.append(below)
    for above, one in zip(reversed(contexts), reversed(key), strict=True):
        inner = run.budget.made({**above, one: inner})
    return inner


@builtin("context merge(contexts: list<context>) -> context?")
def _(run: Any, contexts: list) -> Any:
    if any(not isinstance(one, dict) for one in contexts):
        return None
    return run.budget.made({key: value for one in contexts for key, value in one.items()})
