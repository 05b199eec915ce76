"""Texts and values made to hurt: each is refused or answered, at once, without a crash."""

import gc
import time
import tracemalloc

import pytest

from guanxi.platform.feel import limits
from guanxi.platform.feel.expressions import evaluate, parse
from guanxi.platform.feel.faults import ExpressionError, TooMuch
from guanxi.platform.feel.tests.cases import NOW, ZONE
from guanxi.platform.feel.values import text_of

SECONDS = 2.0  # generous: what bombs without limits takes minutes

BOMB = "".join(f"p{i}: [p{i - 1}, p{i - 1}], " for i in range(1, 40))
ATTACKS = {
    "a text without end": "1 + " * 5_000_000 + "1",
    "many parentheses": "(" * 5_000 + "1" + ")" * 5_000,
    "many brackets": "[" * 4_000 + "]" * 4_000,
    "many signs": "-" * 9_000 + "1",
    "many ifs": "if true then 1 else " * 400 + "1",
    "many paths": "a" + ".a" * 4_000,
    "many filters": "a" + "[1]" * 3_000,
    "many nodes": "[" + ",".join(["1"] * 4_000) + "]",
    "a power without end": "9**9999**9999",
    "a power of itself": "for i in 1..1000 return 9.9**9999",
    "factors": "*".join(["9e6000"] * 500),
    "a long range": "for i in 1..1000000000 return i",
    "a long interval": "for i in [1..1000000000000] return i",
    "three loops": "for i in 1..1000, j in 1..1000, k in 1..1000 return i*j*k",
    "a quiet loop": "every i in 1..1000000 satisfies i > 0",
    "nested loops": "for i in 1..300 return for j in 1..300 return for k in 1..300 return k",
    "a function of itself": "{f: function(f) f(f), r: f(f)}.r",
    "two functions of each other": "{f: function(g, n) g(f, n) + g(f, n), r: f(f, 1)}.r",
    "doubling texts": 'for i in 1..40 return if i = 1 then "aaaaaaaaaa" else partial[-1] + partial[-1]',
    "doubling lists": "for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]]",
    "doubling in a list": "for i in 1..60 return (if i = 1 then [1] else concatenate(partial[-1], partial[-1]))",
    "a context of contexts": "{p0: [1], " + BOMB[:-2] + "}",
    "a joined text": 'string join(for i in 1..9000 return "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
    "a bomb for expressions": 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")',
    "a counted bomb": 'matches("aaaa", "((a{1000}){1000}){1000}")',
    "a tower": 'matches("aaaa", "a{1000}{1000}{1000}")',
    "a long pattern": 'matches("a", "' + "a?" * 4_000 + '")',
    "replacing much": 'replace(string join(for i in 1..5000 return "aaaaaaaaaaaaaaaaaaaa"), "a", "bbbbbbbbbbbbbbbbbbbb")',
    "sorting by a function": "sort(for i in 1..9000 return 9000 - i, function(a, b) a < b)",
    "distinct over distinct": "distinct values(for i in 1..9000 return i)",
    "duplicates over many": "duplicate values(for i in 1..9000 return i)",
    "a deep flatten": "flatten(" + "[" * 50 + "1" + "]" * 50 + ")",
    "a position beyond": 'substring("abc", 1e6000)',
    "rounding beyond": "round up(1.5, 1e6000)",
    "a scale beyond": "decimal(1.5, 6000)",
    "a written number": "string(1e6144)",
    "a read number": 'number("1e99999")',
    "a duration beyond": 'duration("P999999999999999999999999999Y") + duration("P1Y")',
    "days beyond": 'duration("P999999999D") * 1e20',
    "a month beyond": 'date("2026-01-31") + duration("P999999999Y")',
    "the ways of Python": "a.__class__.__mro__",
    "an item of Python": 'get value({a: 1}, "__class__")',
    "a path as a zone": 'time("10:00:00@../../../../etc/passwd")',
    "a zone that is none": 'date and time("2026-01-01T00:00:00@/etc/localtime")',
    "lone surrogates": '"\\ud800"',
    "a NUL": '"\x00"',
    "a comment without end": "1 /* " + "*" * 9_000,
    "a text without a close": '"' + "a" * 9_000,
    "keys without end": "{" + "a b " * 2_000 + ": 1}",
    "names without end": "(" + "a " * 4_000,
    "commas": "f(" + "a," * 4_900 + "a)",
    "signs of nothing": "\u0660\u0661 + ½",
    "a function of many calls": "{f: function(n: number) [n, n], r: for i in 1..20000 return f(i)}.r",
    "a deep value": "for i in 1..5000 return [partial[-1]]",
    "a deep context": "for i in 1..5000 return {a: partial[-1]}",
    "a deep comparison": "{a: for i in 1..5000 return [partial[-1]], b: a = a}.b",
    "partial in partial": "for i in 1..2000 return partial",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_over_soon_and_what_it_gives_can_be_read(name: str):
    began = time.process_time()
    try:
        value = evaluate(parse(ATTACKS[name], {"a"}), {"a": {"a": 1}}, now=NOW, zone=ZONE)
        assert len(text_of(value)) < 10 * limits.STRING
    except (ExpressionError, TooMuch) as refused:
        assert str(refused)
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("name", ["doubling lists", "a context of contexts", "three loops", "partial in partial"])
def test_an_attack_takes_little_room(name: str):
    gc.collect()
    tracemalloc.start()
    try:
        evaluate(parse(ATTACKS[name], {"a"}), {"a": 1}, now=NOW, zone=ZONE)
    except (ExpressionError, TooMuch):
        pass
    finally:
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 60_000_000


def test_long_chains_are_no_deep_trees():
    many = [f"a = {number}" for number in range(300)]
    for word in ("or", "and"):
        assert evaluate(parse(f" {word} ".join(many), {"a"}), {"a": 299}, now=NOW, zone=ZONE) is (word == "or")
    total = parse(" + ".join(["a"] * 900), {"a"})
    assert evaluate(total, {"a": 2}, now=NOW, zone=ZONE) == 1800


def test_dots_of_a_loop_do_not_turn_the_brackets_around():
    text = "(for i in 1..3 return [10, 20, 30][i])[2]"
    assert evaluate(parse(text), {}, now=NOW, zone=ZONE) == 20


def test_a_name_too_many_changes_what_a_text_means():
    plain, named = parse("a-b", {"a", "b"}), parse("a-b", {"a", "b", "a-b"})
    values = {"a": 5, "b": 3, "a-b": 99}
    assert evaluate(plain, values, now=NOW, zone=ZONE) == 2
    assert evaluate(named, values, now=NOW, zone=ZONE) == 99
