"""Tiny networks, made here, loaded by transformers and PyTorch. ``make train-check``."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from carebot.classifier.own_network import Source, load_network
from carebot.classifier.registry import make_classifier
from carebot.cli import app
from carebot.cli.checking import State, checks
from carebot.core.care import ClassifierChoice
from carebot.core.thresholds import Targets, thresholds_from
from carebot.errors import ConfigurationError, ModelMissingError

pytestmark = pytest.mark.train

ROOT = Path(__file__).parents[3]
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = [*SPECIAL, "my", "card", "was", "charged", "twice", "the", "app", "how", "do", "i", "get", "hello"]
TEXTS = ("my card was charged twice", "how do i get the app", "", "😡 unknown words", "charged " * 500)
LABELS = ("refund", "fault", "other")
MAPPING = {"refund": ("billing",), "fault": ("kind:problem",), "other": ("kind:chatter",)}


def make(
    folder: Path,
    *,
    family: str = "Bert",
    problem: str | None = None,
    labels: tuple[str, ...] = LABELS,
    seed: int = 1,
) -> Path:
    """Save a network of one layer with these labels, and its vocabulary."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(seed)
    folder.mkdir(exist_ok=True)
    transformers.utils.logging.disable_progress_bar()
    config = getattr(transformers, f"{family}Config")(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
        initializer_range=1.0,  # so that texts differ
        problem_type=problem,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    getattr(transformers, f"{family}ForSequenceClassification")(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    kind = {"tokenizer_class": "BertTokenizer", "model_max_length": 32}
    (folder / "tokenizer_config.json").write_text(json.dumps(kind), encoding="utf-8")
    return folder


def change(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | values), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "ours")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def classifier(folder: Path, **labels: tuple[str, ...]):
    return make_classifier(str(folder), ClassifierChoice(labels=labels or MAPPING))


def readings(folder: Path):
    made = classifier(folder)
    return [made.classify(text, entity_counts={}, brand=None) for text in TEXTS]


def test_one_of_the_labels_is_true(folder: Path) -> None:
    for text in TEXTS:
        assert sum(load_network(Source(name=str(folder))).scores(text).shares.values()) == pytest.approx(1.0)
    said = readings(folder)
    assert len({one.probabilities.billing for one in said}) >= 3
    assert all(one.probabilities.private == one.probabilities.billing for one in said)


def test_any_number_of_labels_may_be_true(tmp_path: Path) -> None:
    several = make(tmp_path / "several", problem="multi_label_classification")
    scores = [load_network(Source(name=str(several))).scores(text) for text in TEXTS]
    assert not any(one.are_exclusive for one in scores)
    assert max(abs(sum(one.shares.values()) - 1) for one in scores) > 0.05
    assert 0 <= readings(several)[0].probabilities.billing <= 1


def test_the_scores_are_those_of_transformers(folder: Path) -> None:
    import torch
    import transformers

    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokens = [2, *(WORDS.index(word) for word in TEXTS[0].split()), 3]
    with torch.no_grad():
        expected = model(torch.tensor([tokens])).logits[0].softmax(-1).tolist()
    scores = load_network(Source(name=str(folder))).scores(TEXTS[0])
    assert [scores.shares[label] for label in LABELS] == pytest.approx(expected, abs=1e-6)


def test_the_same_text_gives_the_same_bits_each_time_and_in_any_thread(folder: Path) -> None:
    first = readings(folder)
    assert readings(folder) == first
    made = classifier(folder)
    with ThreadPoolExecutor(3) as pool:
        found = pool.map(lambda text: made.classify(text, entity_counts={}, brand=None), TEXTS * 3)
        assert list(found) == first * 3


def test_a_model_reads_no_more_than_it_is_told_or_can(folder: Path) -> None:
    short = load_network(Source(name=str(folder), max_tokens=8))
    assert short.scores("my card was charged twice my card") == short.scores(
        "my card was charged twice my app"
    )
    whole = load_network(Source(name=str(folder), max_tokens=4096))
    assert whole.scores("card " * 30) == whole.scores("card " * 3000)


def test_other_weights_are_another_version(folder: Path, tmp_path: Path) -> None:
    same, other = make(tmp_path / "same"), make(tmp_path / "other", seed=2)
    versions = [load_network(Source(name=str(each))).version for each in (folder, same, other)]
    assert versions[0] == versions[1] != versions[2]
    (folder / "evidence.json").write_text("{}", encoding="utf-8")
    assert load_network(Source(name=str(folder))).version == versions[0]


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "vocab.txt"])
def test_a_folder_that_lacks_something_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(
        ModelMissingError, match=r"classifier\.model: .*ours cannot be loaded; expected"
    ) as caught:
        load_network(Source(name=str(folder)))
    assert "\n" not in str(caught.value)


def test_weights_that_are_pickled_are_never_opened(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelMissingError, match="safetensors"):
        load_network(Source(name=str(folder)))


def test_code_that_comes_with_a_model_is_never_run(folder: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    (folder / "theirs.py").write_text(f"open({str(marker)!r}, 'w')\n", encoding="utf-8")
    change(
        folder / "config.json",
        model_type="theirs",
        auto_map={
            "AutoConfig": "theirs.Config",
            "AutoModelForSequenceClassification": "theirs.Model",
        },
    )
    with pytest.raises(ModelMissingError, match="cannot be loaded"):
        load_network(Source(name=str(folder)))
    assert not marker.exists()


def test_a_model_that_never_learnt_to_classify_is_refused(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(
        ConfigurationError, match="was not trained to classify: it has no weights for classifier"
    ):
        load_network(Source(name=str(folder)))


@pytest.mark.parametrize(("labels", "problem"), [(("stars",), None), (("mood", "heat"), "regression")])
def test_a_model_that_gives_numbers_is_refused(
    tmp_path: Path, labels: tuple[str, ...], problem: str | None
) -> None:
    with pytest.raises(ConfigurationError, match=r"gives numbers \(regression\), not labels"):
        load_network(Source(name=str(make(tmp_path / "stars", labels=labels, problem=problem))))


def test_a_model_that_cannot_read_so_long_a_text_is_refused_before_a_message_comes(tmp_path: Path) -> None:
    roberta = make(tmp_path / "roberta", family="Roberta")  # it counts positions from 2
    change(roberta / "tokenizer_config.json", model_max_length=1000)
    assert load_network(Source(name=str(roberta), max_tokens=30)).scores("card " * 100)
    with pytest.raises(
        ConfigurationError, match=r"cannot read a text of classifier\.max_tokens = 128 .*; lower"
    ):
        load_network(Source(name=str(roberta)))


def test_labels_that_the_model_does_not_have_are_told_those_it_has(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="ours has no label 'LABEL_0'; it has refund, fault, other"):
        classifier(folder, LABEL_0=("billing",)).evidence()


def test_a_name_that_hugging_face_does_not_give_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip("huggingface_hub").constants
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(
        ModelMissingError, match="there is no folder nobody/no-model, and Hugging Face"
    ) as caught:
        load_network(Source(name="nobody/no-model"))
    assert "HF_TOKEN" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_in_the_cache_is_read_without_asking_anybody(folder: Path, tmp_path: Path) -> None:
    commit, place = "1f2e3d" * 6 + "abcd", tmp_path / "cache" / "models--acme--care"
    shutil.copytree(folder, place / "snapshots" / commit)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(commit, encoding="utf-8")
    code = (
        "import sys; from carebot.classifier.own_network import Source, load_network; "
        "print(*(load_network(Source(name=name)).version for name in sys.argv[1:]))"
    )
    nowhere = {"HF_HUB_CACHE": str(place.parent), "HF_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", code, "acme/care", str(folder)],
        env={**os.environ, **nowhere, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    cached, local = done.stdout.split()
    assert cached == local
    assert done.stderr == ""


def test_check_says_that_nothing_was_measured_yet(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["init"]).exit_code == 0
    care = f"version: 1\nclassifier:\n  model: {folder.name}\n  labels: {{refund: billing}}\n"
    (tmp_path / "care.yaml").write_text(care, encoding="utf-8")
    seen = {one.part: one for one in checks(tmp_path / "care.yaml")}["classifier"]
    assert (seen.state, "nothing was measured of your own model" in seen.remark) == (State.TODO, True)
    (folder / "evidence.json").write_text('{"model": "another"}', encoding="utf-8")
    seen = {one.part: one for one in checks(tmp_path / "care.yaml")}["classifier"]
    assert (seen.state, "is about the model 'another'" in seen.remark) == (State.NOT_OK, True)


def test_the_script_of_the_guide_writes_evidence_that_is_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "own-model.md").read_text(encoding="utf-8")
    script, section = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)[0] for kind in ("python", "yaml"))
    care = tmp_path / "installation"
    (care / "models").mkdir(parents=True)
    own = re.findall(r"^    ([\w-]+):", section, re.MULTILINE)
    make(care / "models" / "ours", labels=(*own, "other"))
    (care / "care.yaml").write_text(f"version: 1\n{section}", encoding="utf-8")
    rows = [{"text": text, "private": number % 2 == 0} for number, text in enumerate(TEXTS * 3)]
    (care / "held-out.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.chdir(care)
    exec(compile(script, "own-model.md", "exec"), {})

    from carebot.care_file import load_care

    evidence = make_classifier(None, load_care(care / "care.yaml").classifier).evidence()
    assert len(evidence["private"].scores) == len(rows)
    assert thresholds_from(evidence, Targets()).private.source == "15 messages held out"
