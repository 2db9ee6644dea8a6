"""The wheel is whole, small enough, and works where there is no checkout. ``pytest -m wheel``."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import carebot

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[2]
LARGEST = 80_000_000  # bytes


def run(*command: str | Path, where: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a stranger would: another folder, a home of its own, no settings of ours."""
    ours = ("CAREBOT_", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"HOME": str(where), "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=where, env=environment, capture_output=True, text=True, check=False, timeout=180
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, where=ROOT)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; its dependencies are those of the environment of the tests."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True, timeout=60)
    site_packages = next(venv.glob("lib/python*/site-packages"))
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", venv / "bin" / "python"]
    done = run(*pip, "install", "--no-deps", "--no-index", wheel, where=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return venv / "bin" / "carebot"


def test_the_wheel_is_small_enough(wheel: Path) -> None:
    assert wheel.stat().st_size <= LARGEST


def test_the_wheel_holds_all_code_and_data_of_the_package(names: set[str]) -> None:
    files = [file.relative_to(ROOT) for file in (ROOT / "carebot").rglob("*") if file.is_file()]
    wanted = {str(file) for file in files if "__pycache__" not in file.parts}

    assert {"carebot/py.typed", "carebot/cli/__init__.py"} <= wanted
    assert wanted - names == set()


def test_the_wheel_holds_the_model_as_its_manifest_describes_it(names: set[str]) -> None:
    place = "carebot/_models/care/"
    shipped = {file.name for file in (ROOT / "models" / "care").iterdir()}

    assert {
        "english.onnx",
        "english.json",
        "multilingual.onnx",
        "multilingual.json",
        "heads.npz",
        "model.json",
        "CARD.md",
    } <= shipped
    assert {name.removeprefix(place) for name in names if "/_models/" in name} == shipped


def test_the_wheel_holds_the_licence_and_the_notice(names: set[str]) -> None:
    licences = {name.rpartition("/")[2] for name in names if ".dist-info/licenses/" in name}

    assert licences == {"LICENSE", "NOTICE"}


@pytest.mark.parametrize("part", ["messages-0", "tests/", ".pyc", ".env", ".db", "carebot/_models/data"])
def test_the_wheel_holds_no_training_messages_tests_or_leftovers(names: set[str], part: str) -> None:
    assert [name for name in names if part in name] == []


def test_the_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    told = run(installed, "--version", where=tmp_path)

    assert told.returncode == 0, told.stderr
    assert re.search(rf"\b{re.escape(carebot.__version__)}\b", told.stdout)


def test_the_installed_command_helps(installed: Path, tmp_path: Path) -> None:
    told = run(installed, "--help", where=tmp_path)

    assert told.returncode == 0, told.stderr
    assert "demo" in told.stdout


def test_the_installed_package_finds_its_own_model(installed: Path, tmp_path: Path) -> None:
    code = "from carebot.classifier.artifacts import find_model; print(find_model('care'))"

    told = run(installed.with_name("python"), "-c", code, where=tmp_path)

    assert told.returncode == 0, told.stderr
    assert Path(told.stdout.strip()).is_relative_to(installed.parents[1])


def test_the_installed_demo_reads_and_decides_in_any_folder(installed: Path, tmp_path: Path) -> None:
    told = run(installed, "demo", "--once", where=tmp_path)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "INVITED" in told.stdout
    assert "could not" not in told.stdout, "the model or the recognizers failed"
