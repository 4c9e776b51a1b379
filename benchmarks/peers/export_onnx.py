"""Exports an encoder to ONNX, with the fusions of ONNX Runtime's own optimizer for transformers.

    pip install torch transformers onnx onnxscript onnxruntime
    python benchmarks/peers/export_onnx.py CHECKPOINT model.onnx
    python benchmarks/peers/export_onnx.py CHECKPOINT model.onnx model-int8.onnx

The third file has weights of 8 bits and activations that are quantized as they come.
"""

import sys
from pathlib import Path

import onnx
import torch
from onnxruntime import quantization
from onnxruntime.transformers import optimizer
from transformers import AutoModel


class Encoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def main():
    checkpoint, target = sys.argv[1], Path(sys.argv[2])
    model = AutoModel.from_pretrained(checkpoint, attn_implementation="eager").eval()
    ids = torch.ones(2, 16, dtype=torch.int64)
    plain = target.with_suffix(".plain.onnx")
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Encoder(model),
        (ids, torch.ones_like(ids)),
        str(plain),
        input_names=["input_ids", "attention_mask"],
        output_names=["last_hidden_state"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "last_hidden_state": axes},
        opset_version=17,
        dynamo=False,
    )
    optimized = optimizer.optimize_model(
        str(plain),
        model_type="bert",
        num_heads=model.config.num_attention_heads,
        hidden_size=model.config.hidden_size,
    )
    print("fused:", optimized.get_fused_operator_statistics())
    optimized.save_model_to_file(str(target))
    plain.unlink()
    if len(sys.argv) > 3:
        quantization.quantize_dynamic(
            target,
            Path(sys.argv[3]),
            weight_type=quantization.QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )


if __name__ == "__main__":
    main()
