"""The multilingual encoder -> ``multilingual.onnx`` and ``multilingual.json``. Needs the extra ``train``.

One message is one run, as for the English encoder (`export.py`): no padding, no mask. The table keeps its bytes; the
rest is exported as it was trained, in fp32, so that the exported network says what the trained one says.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from carebot.classifier.export import Graph
from carebot.classifier.multilingual import (
    BRANCH,
    CHUNKS,
    MEANING,
    POOLED,
    WINDOWS,
    MultilingualEncoder,
    weights_folder,
)

SHORTEST = 1e-12  # what PyTorch divides by at least


def _array(network: MultilingualEncoder, name: str) -> NDArray[np.float32]:
    found: NDArray[np.float32] = network.get_parameter(name).detach().numpy()
    return found


def _joined(network: MultilingualEncoder, name: str) -> NDArray[np.float32]:
    found: NDArray[np.float32] = network.joined(name).detach().numpy()
    return found


def _embedded(graph: Graph, network: MultilingualEncoder) -> str:
    graph.add("Mod", ["input_ids", graph.weight("chunks", np.array(CHUNKS))], "chunk")
    table = graph.weight("table", network.table.numpy())
    graph.add("Gather", [table, "input_ids"], "bytes")
    graph.add("Cast", ["bytes"], "levels", to=TensorProto.FLOAT)
    for name in ("scale", "low"):
        column = network.get_buffer(name).numpy().reshape(-1, 1)
        graph.add("Gather", [graph.weight(f"{name}s", column), "chunk"], name)
    graph.add("Mul", ["levels", "scale"], "scaled")
    return graph.add("Add", ["scaled", "low"], "embedded")


def _normed(
    graph: Graph, source: str, output: str, weights: tuple[NDArray[np.float32], ...], epsilon: float
) -> str:
    names = [graph.weight(f"{output}.{part}", weight) for part, weight in zip("gs", weights, strict=True)]
    return graph.add("LayerNormalization", [source, *names], output, axis=-1, epsilon=epsilon)


def _dense(
    graph: Graph, source: str, output: str, weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> str:
    graph.add("MatMul", [source, graph.weight(f"{output}.w", weight)], f"{output}.product")
    return graph.add("Add", [f"{output}.product", graph.weight(f"{output}.b", bias)], output)


def _window(graph: Graph, network: MultilingualEncoder, source: str, place: int, layer: str) -> str:
    """Relu of the dense step over each window of pieces, plus what came in."""
    size, left = WINDOWS[place]
    name = f"window{size}.{layer}"
    pads = graph.weight(f"{name}.pads", np.array([0, left, 0, 0, size - 1 - left, 0]))
    graph.add("Pad", [source, pads], f"{name}.padded")
    views = []
    for start in range(size):
        begin = graph.weight(f"{name}.{start}.begin", np.array([start]))
        end = graph.weight(
            f"{name}.{start}.end", np.array([start - size + 1 if start < size - 1 else 2**31 - 1])
        )
        axis = graph.weight(f"{name}.{start}.axis", np.array([1]))
        views.append(graph.add("Slice", [f"{name}.padded", begin, end, axis], f"{name}.{start}"))
    graph.add("Concat", views, f"{name}.views", axis=-1)
    weight, bias = _array(network, f"w{layer}_{size}"), _array(network, f"b{layer}_{size}")
    graph.add("Relu", [_dense(graph, f"{name}.views", f"{name}.dense", weight, bias)], f"{name}.relu")
    return graph.add("Add", [f"{name}.relu", source], name)


def _unit(graph: Graph, source: str, output: str) -> str:
    graph.add("ReduceL2", [source], f"{output}.length", axes=[1], keepdims=1)
    graph.add(
        "Max",
        [f"{output}.length", graph.weight(f"{output}.least", np.array(SHORTEST, dtype=np.float32))],
        f"{output}.divisor",
    )
    return graph.add("Div", [source, f"{output}.divisor"], output)


def _meaning(graph: Graph, network: MultilingualEncoder) -> str:
    """The mean of the features, times the root of their number, through four dense layers."""
    graph.add("Shape", ["input_ids"], "shape", start=1, end=2)
    graph.add("Cast", ["shape"], "length", to=TensorProto.FLOAT)
    graph.add("Sqrt", ["length"], "root")
    _dense(graph, "mean", "projected", _array(network, "cnn_W"), _array(network, "cnn_b"))
    graph.add("Mul", ["projected", "root"], "sentence")

    def times(source: str, name: str) -> str:
        return graph.add("MatMul", [source, graph.weight(name, _array(network, name))], f"{source}.{name}")

    first = graph.add("Relu", [times("sentence", "d0")], "first")
    second = graph.add(
        "Relu", [graph.add("Add", [times("sentence", "p1"), times(first, "d1")], "sum1")], "second"
    )
    third = graph.add("Relu", [times(second, "d2")], "third")
    graph.add("Tanh", [graph.add("Add", [times(second, "p3"), times(third, "d3")], "sum2")], "tanh")
    return _unit(graph, "tanh", "meaning")


def build(network: MultilingualEncoder) -> onnx.ModelProto:
    """The graph: ``input_ids`` (1, pieces) -> ``meaning`` (1, 512) and ``pooled`` (1, 1280), both of unit length."""
    graph = Graph()
    embedded, epsilon = _embedded(graph, network), network.epsilon
    narrow = _dense(graph, embedded, "narrow", _joined(network, "proj"), _joined(network, "proj_b"))
    norms = (_joined(network, "ln_g"), _joined(network, "ln_b"))
    normed = _normed(graph, narrow, "narrow.normed", norms, epsilon)
    splits = graph.weight("splits", np.full(len(WINDOWS), BRANCH))
    parts = [f"branch{size}" for size, _ in WINDOWS]
    graph.nodes.append(helper.make_node("Split", [normed, splits], parts, name="branches", axis=2))
    seen = [embedded]
    for place, part in enumerate(parts):
        seen.append(_window(graph, network, _window(graph, network, part, place, "1"), place, "2"))
    graph.add("Concat", seen, "seen", axis=-1)
    norms = (_array(network, "ln_g"), _array(network, "ln_b"))
    graph.add(
        "ReduceMean", [_normed(graph, "seen", "features", norms, epsilon)], "mean", axes=[1], keepdims=0
    )
    _unit(graph, "mean", "pooled")
    _meaning(graph, network)
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "pieces"])
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])
        for name, width in (("meaning", MEANING), ("pooled", POOLED))
    ]
    body = helper.make_graph(graph.nodes, "multilingual", [ids], outputs, initializer=graph.tensors)
    return helper.make_model(
        body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="carebot"
    )


def tokenizer() -> Tokenizer:
    """The published SentencePiece model for the library `tokenizers`; it reads text in NFKC."""
    model = import_module("sentencepiece.sentencepiece_model_pb2").ModelProto()
    model.ParseFromString((weights_folder() / "sp.model").read_bytes())
    pieces = [(piece.piece, piece.score) for piece in model.pieces]
    made = Tokenizer(models.Unigram(pieces, unk_id=model.trainer_spec.unk_id))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap),
            normalizers.Strip(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=True)
    ends = [(piece, made.token_to_id(piece)) for piece in ("<s>", "</s>")]
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    return made


def export(network: MultilingualEncoder, target: Path) -> None:
    """Write ``multilingual.onnx`` and ``multilingual.json``."""
    onnx.save(build(network), target / "multilingual.onnx")
    tokenizer().save(str(target / "multilingual.json"), pretty=False)
