"""What fovea promises of ONNX: scope.txt, and whether a model is within it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto

OLDEST_OPSET = 6
FILE = Path(__file__).resolve().parent / "scope.txt"


@dataclass(frozen=True)
class Scope:
    ops: frozenset[str]
    types: frozenset[str]  # names of TensorProto.DataType

    def excludes(self, model: onnx.ModelProto) -> str | None:
        """Why the model is outside: its first op or element type that is not in the lists."""
        opset = max((i.version for i in model.opset_import if i.domain in ("", "ai.onnx")), default=1)
        if opset < OLDEST_OPSET:
            return f"operator set {opset}"
        for node in model.graph.node:
            if node.domain not in ("", "ai.onnx"):
                return f"domain {node.domain}"
            if node.op_type not in self.ops:
                return f"op {node.op_type}"
            if node.op_type == "Dropout" and len(node.input) > 2:
                return "Dropout in training mode, which draws random numbers"
        for output in model.graph.output:
            if any(d.HasField("dim_value") and d.dim_value == 0
                   for d in output.type.tensor_type.shape.dim):
                return "results without elements"
        for name in sorted(_types_of(model)):
            if name not in self.types:
                return f"type {name}"
        return None


def load(path: Path = FILE) -> Scope:
    lists: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0].endswith(":"):
            current = lists.setdefault(words[0][:-1], set())
            words = words[1:]
        current.update(words)
    return Scope(frozenset(lists["ops"]), frozenset(lists["types"]))


def _types_of(model: onnx.ModelProto) -> set[str]:
    graph = model.graph
    numbers = {tensor.data_type for tensor in graph.initializer}
    names = set()
    for value in (*graph.input, *graph.output):
        if value.type.WhichOneof("value") == "tensor_type":
            numbers.add(value.type.tensor_type.elem_type)
        else:
            names.add(str(value.type.WhichOneof("value")))
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                numbers.add(attribute.t.data_type)
            elif attribute.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.SPARSE_TENSOR):
                names.add(onnx.AttributeProto.AttributeType.Name(attribute.type))
            elif node.op_type.startswith("Cast") and attribute.name == "to":
                numbers.add(attribute.i)
    return names | {TensorProto.DataType.Name(number) for number in numbers}
