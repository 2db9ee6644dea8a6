"""PyTorch weights of a BERT encoder -> one ONNX file that computes in int8. Needs the extra ``train``.

The graph is written node by node instead of traced: the fused operators (attention, skip + layer norm, bias
+ GELU) are then there by construction, and no exporter's version changes what ships. One message is one
run, so there is no padding and no attention mask; pooling and normalisation are part of the graph.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HEADS = 12  # attention heads of MiniLM
WIDTH = 384
OUTPUTS = {"meaning": 6, "middle": 4}  # the heads of kind and sentiment gain most from the middle
EPSILON = 1e-12
Weights = Mapping[str, NDArray[np.float32]]


@dataclass(slots=True, kw_only=True)
class Graph:
    """The nodes and weights collected so far."""

    nodes: list[Any] = field(default_factory=list)
    tensors: list[Any] = field(default_factory=list)

    def weight(self, name: str, value: NDArray[Any]) -> str:
        """Store a weight under its name."""
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(
        self, operator: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: Any
    ) -> str:
        """Append one operator with one output."""
        self.nodes.append(
            helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes)
        )
        return output


def _embed(graph: Graph, weights: Weights) -> str:
    """Word rows (int8 with one scale a row) plus positions plus segment 0, normalised."""
    words = weights["embeddings.word_embeddings.weight"]
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-9).astype(np.float32) / 127
    table = graph.weight("words", np.clip(np.rint(words / scale), -127, 127).astype(np.int8))
    graph.add("Gather", [table, "input_ids"], "words_int8")
    graph.add("Cast", ["words_int8"], "words_float", to=TensorProto.FLOAT)
    graph.add("Gather", [graph.weight("words_scale", scale), "input_ids"], "words_scales")
    graph.add("Mul", ["words_float", "words_scales"], "words_rows")
    places = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    limits = [graph.weight("zero", np.array([0])), "length", graph.weight("axis", np.array([0]))]
    graph.add("Slice", [graph.weight("places", places), *limits], "places_here")
    graph.add("Add", ["words_rows", "places_here"], "embedded")
    gain = graph.weight("norm_w", weights["embeddings.LayerNorm.weight"])
    shift = graph.weight("norm_b", weights["embeddings.LayerNorm.bias"])
    return graph.add("LayerNormalization", ["embedded", gain, shift], "hidden", axis=-1, epsilon=EPSILON)


def _dense(graph: Graph, weights: Weights, key: str, name: str, source: str) -> str:
    """A matrix product without its bias, which the next fused operator adds."""
    graph.weight(f"{name}.b", weights[f"{key}.bias"])
    return graph.add("MatMul", [source, graph.weight(f"{name}.w", weights[f"{key}.weight"].T)], name)


def _normed(graph: Graph, weights: Weights, key: str, name: str, source: str, skip: str) -> str:
    """Residual sum and layer norm, with the bias of the dense step before it."""
    gain = graph.weight(f"{name}.g", weights[f"{key}.LayerNorm.weight"])
    shift = graph.weight(f"{name}.s", weights[f"{key}.LayerNorm.bias"])
    inputs = [source, skip, gain, shift, f"{source}.b"]
    return graph.add("SkipLayerNormalization", inputs, name, domain="com.microsoft", epsilon=EPSILON)


def _layer(graph: Graph, weights: Weights, index: int, source: str) -> str:
    """One transformer layer."""
    key, name = f"encoder.layer.{index}", f"layer{index}"
    parts = [f"{key}.attention.self.{part}" for part in ("query", "key", "value")]
    joined = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
    inputs = [source, graph.weight(f"{name}.qkv.w", joined), graph.weight(f"{name}.qkv.b", bias)]
    heard = graph.add("Attention", inputs, f"{name}.attention", domain="com.microsoft", num_heads=HEADS)
    mixed = _dense(graph, weights, f"{key}.attention.output.dense", f"{name}.mix", heard)
    middle = _normed(graph, weights, f"{key}.attention.output", f"{name}.middle", mixed, source)
    wide = _dense(graph, weights, f"{key}.intermediate.dense", f"{name}.wide", middle)
    graph.add("BiasGelu", [wide, f"{wide}.b"], f"{name}.gelu", domain="com.microsoft")
    narrow = _dense(graph, weights, f"{key}.output.dense", f"{name}.narrow", f"{name}.gelu")
    return _normed(graph, weights, f"{key}.output", f"{name}.out", narrow, middle)


def _pool(graph: Graph, source: str, output: str) -> None:
    """Mean over the tokens, then length one."""
    graph.add("ReduceMean", [source], f"{output}.mean", axes=[1], keepdims=0)
    graph.add("LpNormalization", [f"{output}.mean"], output, axis=1, p=2)


def build(weights: Weights, outputs: Mapping[str, int]) -> onnx.ModelProto:
    """The graph of a BERT encoder; each output is the mean over the tokens after so many layers."""
    graph = Graph()
    hidden = [_embed(graph, weights)]
    for index in range(max(outputs.values())):
        hidden.append(_layer(graph, weights, index, hidden[-1]))
    for output, depth in outputs.items():
        _pool(graph, hidden[depth], output)
    return _model(graph, list(outputs))


def _model(graph: Graph, outputs: Sequence[str]) -> onnx.ModelProto:
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])
    vectors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, WIDTH]) for name in outputs]
    body = helper.make_graph(graph.nodes, "encoder", [ids], vectors, initializer=graph.tensors)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=8, producer_name="carebot")


def save_int8(model: onnx.ModelProto, target: Path) -> None:
    """Quantise the matrix products dynamically, per channel, and write the file."""
    logging.getLogger().setLevel(logging.ERROR)  # it advises a step that a graph built fused does not need
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "encoder-fp32.onnx"
        onnx.save(model, source)
        quantize_dynamic(
            source,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Attention"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


def export(source: Path, target: Path) -> None:
    """Write ``english.onnx`` and ``english.json`` from a folder that holds a BERT encoder's weights."""
    stored = load_file(source / "model.safetensors")
    weights = {name.removeprefix("bert."): value for name, value in stored.items()}
    save_int8(build(weights, OUTPUTS), target / "english.onnx")
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()  # the encoder sets its own limit
    tokenizer.save(str(target / "english.json"), pretty=False)
