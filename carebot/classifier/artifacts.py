"""A model's folder: which files it has, where it is, and whether they are what was trained."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carebot.core.evidence import Evidence
from carebot.errors import ModelDamagedError, ModelMissingError

SCHEMA = 1
MANIFEST = "model.json"
INSTALL_AGAIN = "install carebot again, or train it with `python -m carebot.classifier.training`"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """An opened model: its path and what ``model.json`` says."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Name and version, as decisions cite it."""
        return f"{self.manifest['name']} {self.manifest['version']}"

    def read(self, name: str) -> bytes:
        """The content of one file, proven to be the one that was trained.

        Raises ModelMissingError, ModelDamagedError.
        """
        file = self.path / name
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ModelMissingError(f"{file} cannot be read ({error.strerror}): {INSTALL_AGAIN}") from error
        expected = self._expected(name)
        if len(content) != expected["bytes"]:
            raise ModelDamagedError(
                f"{file} has {len(content)} bytes, expected {expected['bytes']}: {INSTALL_AGAIN}"
            )
        if hashlib.sha256(content).hexdigest() != expected["sha256"]:
            raise ModelDamagedError(f"{file} is not the file that {MANIFEST} describes: {INSTALL_AGAIN}")
        return content

    def evidence(self) -> dict[str, Evidence]:
        """The curves that ship with the model."""
        return curves_of(json.loads(self.read("evidence.json")))

    def _expected(self, name: str) -> Mapping[str, Any]:
        try:
            entry = self.manifest["files"][name]
            described = {"bytes": int(entry["bytes"]), "sha256": str(entry["sha256"])}
        except (KeyError, TypeError, ValueError) as error:
            raise ModelDamagedError(
                f"{self.path / MANIFEST} does not describe {name}: {INSTALL_AGAIN}"
            ) from error
        return described


def curves_of(content: Mapping[str, Any]) -> dict[str, Evidence]:
    """What ``evidence.json`` holds, by the curve's name."""
    return {
        name: Evidence(
            scores=tuple(curve["scores"]),
            outcomes=tuple(map(bool, curve["outcomes"])),
            source=curve["source"],
        )
        for name, curve in content.items()
    }


def find_model(name: str) -> Path:
    """Where a model lies: in the installed package, beside it in a checkout, or at the path ``name``."""
    package = Path(str(files("carebot")))
    places = (package / "_models" / name, package.parent / "models" / name, Path(name))
    for place in places:
        if (place / MANIFEST).is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ModelMissingError(f"no model {name} (looked in {looked}): {INSTALL_AGAIN}")


def open_model(folder: Path) -> ModelFolder:
    """Read ``model.json``; the other files are proven when they are read."""
    manifest = folder / MANIFEST
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelMissingError(f"{manifest} cannot be read ({error.strerror}): {INSTALL_AGAIN}") from error
    except ValueError as error:
        raise ModelDamagedError(f"{manifest} is not JSON ({error}): {INSTALL_AGAIN}") from error
    if not isinstance(content, dict) or not {"schema", "name", "version", "files"} <= content.keys():
        raise ModelDamagedError(f"{manifest} lacks schema, name, version or files: {INSTALL_AGAIN}")
    if content["schema"] != SCHEMA:
        raise ModelDamagedError(
            f"{manifest} has schema {content['schema']}, this carebot reads {SCHEMA}: {INSTALL_AGAIN}"
        )
    return ModelFolder(path=folder, manifest=content)


def describe_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and hash of every file but the manifest and the card, for a new ``model.json``."""
    described = {}
    for file in sorted(folder.iterdir()):
        if file.name not in {MANIFEST, "CARD.md"} and file.is_file():
            content = file.read_bytes()
            described[file.name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return described


def pack(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An ``npz`` without times of day in it, so that the same arrays give the same file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            one = io.BytesIO()
            np.save(one, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), one.getvalue())
    return content.getvalue()


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``model.json``."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
