"""Locked packages: each has a version and the hashes of its files, and stands in the list of parts."""

import json
import re

import pytest

import run
from tools import sbom
from tools.shell import ROOT, Failure

HEX = {"SHA-256": 64, "SHA-384": 96, "SHA-512": 128}


def test_every_locked_package_has_a_hash():
    found = [*sbom.python_parts(ROOT), *sbom.npm_parts(ROOT)]
    assert len(found) > 100
    assert [one.purl for one in found if not one.hashes] == []


def test_no_lock_file_names_a_registry():
    for name in (*sbom.SCOPES, sbom.FRONTEND):
        assert "://" not in re.sub(r"(?m)^\s*#.*$|\"url\": .*$", "", (ROOT / name).read_text()), name


def test_the_list_holds_every_package_once_with_its_scope():
    made = sbom.document(ROOT)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert made["metadata"]["component"]["name"] == "guanxi"
    refs = [one["bom-ref"] for one in made["components"]]
    assert len(refs) == len(set(refs)) and refs == sorted(refs)
    by_name = {one["name"]: one for one in made["components"]}
    assert by_name["django"]["scope"] == "required" and by_name["pytest"]["scope"] == "excluded"
    assert by_name["@tabler/core"]["purl"] == f"pkg:npm/%40tabler/core@{by_name['@tabler/core']['version']}"
    for one in made["components"]:
        assert one["hashes"] and all(len(item["content"]) == HEX[item["alg"]] for item in one["hashes"]), one["name"]


def test_it_is_written_where_it_says_and_changes_with_the_lock_files_only(tmp_path, capsys):
    (tmp_path / "frontend").mkdir()
    (tmp_path / sbom.FRONTEND).write_text('{"packages": {}}')
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "guanxi"\nversion = "1"\n')
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"one[extra]==1.0 ; python_version < '4' \\\n    --hash=sha256:{'a' * 64}\n    # via two\n")
    assert sbom.write(tmp_path) == 0
    assert str(tmp_path / sbom.TARGET) in capsys.readouterr().out
    first = json.loads((tmp_path / sbom.TARGET).read_text())
    assert [one["purl"] for one in first["components"]] == ["pkg:pypi/one@1.0"]
    assert sbom.document(tmp_path) == first
    lock.write_text(lock.read_text().replace("1.0", "1.1"))
    assert sbom.document(tmp_path)["serialNumber"] != first["serialNumber"]


@pytest.mark.parametrize("text", ["one>=1.0\n", "git+https://example.com/one\n", "--index-url https://example.com\n"])
def test_what_is_not_pinned_is_refused(tmp_path, text):
    (tmp_path / "requirements.txt").write_text(text)
    with pytest.raises(Failure, match="pinned"):
        list(sbom.python_parts(tmp_path))


def test_a_new_lock_file_needs_a_scope(tmp_path):
    (tmp_path / "requirements-more.txt").write_text("one==1.0\n")
    with pytest.raises(Failure, match="what its packages are for"):
        list(sbom.python_parts(tmp_path))


def test_the_entry_has_the_command():
    assert run.parser().parse_args(["sbom"]).act
