"""What carebot brings along may be passed on under Apache-2.0; docs/adr/0004-licences.md is true."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RECORD = ROOT / "docs" / "adr" / "0004-licences.md"
NOT_SHIPPED = {"dev", "train"}
ROW = re.compile(r"^\| (?P<package>[a-z0-9.-]+) \| (?P<use>[a-z]+) \| (?P<licence>[^|]+) \|$", re.MULTILINE)
# Packages whose metadata names no licence, with what their licence file says.
READ_BY_HAND = {"axe-playwright-python": "MIT (its axe.min.js: MPL-2.0)"}
# The General Public License and its Affero form, by name or initials; the Lesser one ("LGPL") is not meant.
REFUSED = re.compile(r"(?<!Lesser )General Public License|(?<!Lesser )Affero|\bA?GPL", re.IGNORECASE)


def licence(package: str) -> str:
    """The licence as the installed package's metadata says: expression, else classifier, else free text."""
    if package in READ_BY_HAND:
        return READ_BY_HAND[package]
    said = metadata.metadata(package)
    if expression := said.get("License-Expression"):
        return expression
    classifiers = [line for line in said.get_all("Classifier", []) if line.startswith("License")]
    return (
        " and ".join(line.split(" :: ")[-1] for line in classifiers)
        or said.get("License", "").partition("\n")[0]
    )


def dependencies() -> dict[str, str]:
    """Each package that pyproject.toml names for use, with what it is for."""
    wanted = [("run", line) for line in PROJECT["dependencies"]]
    for extra, lines in PROJECT["optional-dependencies"].items():
        wanted += [(extra, line) for line in lines if extra not in NOT_SHIPPED]
    return {Requirement(line).name.lower(): use for use, line in wanted}


def recorded() -> dict[str, tuple[str, str]]:
    rows = [row for row in ROW.finditer(RECORD.read_text(encoding="utf-8")) if row["package"] != "package"]
    return {row["package"]: (row["use"], row["licence"]) for row in rows}


def pinned() -> list[str]:
    """Everything that the locks for running and testing install."""
    lock = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE)


def test_the_record_has_every_dependency_and_no_other() -> None:
    assert {package: use for package, (use, _) in recorded().items()} == dependencies()


@pytest.mark.parametrize("package", sorted(dependencies()))
def test_the_record_says_what_the_package_says(package: str) -> None:
    assert recorded()[package][1] == licence(package)


@pytest.mark.parametrize("package", pinned())
def test_no_package_is_under_the_gpl(package: str) -> None:
    assert licence(package), f"{package} names no licence: read its files, then decide"
    assert not REFUSED.search(licence(package))


@pytest.mark.parametrize(
    "words", ["GPL-3.0-only", "AGPL-3.0", "GNU General Public License v3", "GNU Affero GPL"]
)
def test_the_gpl_is_refused_in_every_spelling(words: str) -> None:
    assert REFUSED.search(words)


@pytest.mark.parametrize("words", ["LGPL-3.0-only", "GNU Lesser General Public License v2 (LGPLv2+)", "MIT"])
def test_other_licences_are_not_taken_for_the_gpl(words: str) -> None:
    assert not REFUSED.search(words)
