"""Secrets at rest: bound to their place, readable under old keys, silent to whoever lacks the key."""

import base64
import os
import secrets
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from guanxi.platform.access import keys


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.DATA_DIR, settings.DATA_KEYS, settings.CIPHER_SUITE = tmp_path, "", "aes"
    keys.forget()
    yield tmp_path
    keys.forget()


def secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.mark.parametrize(("suite", "number"), [("aes", keys.AES), ("sm4", keys.SM4)])
def test_what_is_encrypted_comes_back_and_its_header_names_suite_and_key(settings, suite, number):
    settings.CIPHER_SUITE = suite
    for plain in (b"", b"x", "\u8eab\u4efd 320583".encode(), os.urandom(5000)):
        stored = keys.encrypt(plain, b"person.id_number.17")
        assert stored[:4] == bytes([keys.VERSION, number, 0, 1])
        assert keys.key_id(stored) == 1
        assert len(stored) == 32 + len(plain)
        assert not plain[1:] or plain not in stored
        assert keys.decrypt(stored, b"person.id_number.17") == plain


@pytest.mark.parametrize("suite", ["aes", "sm4"])
def test_a_value_moved_changed_or_cut_cannot_be_read(settings, suite):
    settings.CIPHER_SUITE = suite
    stored = keys.encrypt(b"6222 0200", b"account.number.1")
    with pytest.raises(keys.Undecipherable):
        keys.decrypt(stored, b"account.number.2")
    for at in range(len(stored)):
        with pytest.raises(keys.Undecipherable):
            keys.decrypt(stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :], b"account.number.1")
    for length in range(len(stored)):
        with pytest.raises(keys.Undecipherable):
            keys.decrypt(stored[:length], b"account.number.1")


def test_the_same_value_never_looks_the_same_twice():
    assert len({keys.encrypt(b"13800138000", b"a") for _ in range(50)}) == 50


def test_a_new_key_takes_over_while_the_old_one_still_reads(folder):
    old = keys.encrypt(b"old", b"a")
    assert keys.is_current(old)
    assert keys.add_key() == 2
    assert keys.current_id() == 2
    new = keys.encrypt(b"new", b"a")
    assert (keys.key_id(old), keys.key_id(new)) == (1, 2)
    assert (keys.decrypt(old, b"a"), keys.decrypt(new, b"a")) == (b"old", b"new")
    assert not keys.is_current(old) and keys.is_current(new)


def test_a_value_of_another_suite_is_read_and_due_for_rotation(settings):
    old = keys.encrypt(b"old", b"a")
    settings.CIPHER_SUITE = "sm4"
    assert keys.decrypt(old, b"a") == b"old"
    assert not keys.is_current(old)


def test_a_key_that_another_process_added_is_found_without_a_restart(folder):
    keys.encrypt(b"x", b"a")
    before = dict(keys._rings)
    keys.add_key()
    made = keys.encrypt(b"made elsewhere", b"a")
    keys._rings.clear()
    keys._rings.update(before)
    assert keys.decrypt(made, b"a") == b"made elsewhere"


def test_a_destroyed_key_leaves_its_values_unreadable(settings):
    one, two, index = secret(), secret(), secret()
    settings.DATA_KEYS = f"index {index},1 {one},2 {two}"
    settings.DATA_KEYS, stored = f"index {index},2 {two}", [keys.encrypt(b"x", b"a")]
    assert keys.decrypt(stored[0], b"a") == b"x"
    settings.DATA_KEYS = f"index {index},1 {one}"
    with pytest.raises(keys.Undecipherable, match="key 2 is missing"):
        keys.decrypt(stored[0], b"a")


def test_the_file_is_made_for_its_owner_alone_and_refused_when_others_may_read(folder):
    keys.encrypt(b"x", b"a")
    path = folder / "data.keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert [entry.name for entry in folder.iterdir()] == ["data.keys"]
    path.chmod(0o440)
    keys.forget()
    with pytest.raises(ImproperlyConfigured, match="chmod 0400"):
        keys.encrypt(b"x", b"a")


def test_digests_find_equal_values_of_one_purpose_only_and_outlive_the_data_keys():
    first = keys.blind("13800138000", "person.phone")
    assert len(first) == 64
    assert keys.same(first, keys.blind("13800138000", "person.phone"))
    assert first != keys.blind("13800138001", "person.phone")
    assert first != keys.blind("13800138000", "person.mobile")
    keys.add_key()
    assert keys.blind("13800138000", "person.phone") == first


def test_digests_depend_on_the_suite(settings):
    first = keys.blind("x", "a")
    settings.CIPHER_SUITE = "sm4"
    assert len(keys.blind("x", "a")) == 64
    assert keys.blind("x", "a") != first


@pytest.mark.parametrize(
    "text",
    [
        "1 {one}",
        "index {one}",
        "index {one},1 {one}",
        "index {one},1 {two},1 {three}",
        "index {one},0 {two}",
        "index {one},70000 {two}",
        "index {one},x {two}",
        "index {one},1 " + base64.b64encode(b"a" * 32).decode(),
        "index {one},1 " + base64.b64encode(b"0123456789abcdef").decode(),
        "index {one},1 no base64",
    ],
)
def test_weak_or_unclear_keys_are_refused(settings, text):
    settings.DATA_KEYS = text.format(one=secret(), two=secret(), three=secret())
    with pytest.raises(ImproperlyConfigured):
        keys.encrypt(b"x", b"a")


def test_keys_of_the_environment_are_not_added_here(settings):
    settings.DATA_KEYS = f"index {secret()},1 {secret()}"
    with pytest.raises(ImproperlyConfigured, match="GUANXI_DATA_KEYS"):
        keys.add_key()


def test_an_unknown_suite_is_refused(settings):
    settings.CIPHER_SUITE = "rot13"
    with pytest.raises(ImproperlyConfigured, match="aes, sm4"):
        keys.encrypt(b"x", b"a")
