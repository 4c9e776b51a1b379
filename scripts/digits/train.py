"""Draws a data set of digits and trains a small vision transformer on it: the example examples/digits.

    pip install torch numpy pillow pyarrow safetensors
    python scripts/digits/train.py --output examples/digits

Digits are polylines, turned, sheared, moved and drawn with pens of different widths, with noise and stray strokes. The model
is written by hand, as many are: patches, to_qkv, to_out, a head on the class token. Its weights are saved as they are;
headlight.json says how they are called.

Writes model.safetensors, headlight.json, preprocessor_config.json, training.csv, digits.parquet (id, label, image as PNG)
and expected.safetensors (what torch computes of that table). Seeds are fixed; the bits depend on the version of torch
and on the processor.
"""

import argparse
import csv
import io
import json
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

SIZE, PATCH, WIDTH, HEADS, HEAD_DIM, MLP, DEPTH = 28, 7, 48, 3, 16, 96, 3
FINE = 4  # images are drawn this many times larger, then shrunk

# Strokes in a square from -1 to 1, x to the right and y down.
STROKES = {
    0: [[(0, -1), (0.6, -0.6), (0.7, 0), (0.6, 0.6), (0, 1), (-0.6, 0.6), (-0.7, 0), (-0.6, -0.6), (0, -1)]],
    1: [[(-0.4, -0.6), (0.1, -1), (0.1, 1)]],
    2: [[(-0.6, -0.6), (-0.1, -1), (0.5, -0.8), (0.5, -0.3), (-0.6, 1), (0.7, 1)]],
    3: [[(-0.6, -0.9), (0.3, -1), (0.6, -0.5), (0, -0.1), (0.6, 0.4), (0.3, 1), (-0.6, 0.9)]],
    4: [[(0.3, 1), (0.3, -1), (-0.7, 0.4), (0.7, 0.4)]],
    5: [[(0.6, -1), (-0.5, -1), (-0.5, -0.1), (0.3, -0.2), (0.6, 0.4), (0.2, 1), (-0.6, 0.9)]],
    6: [[(0.5, -1), (-0.3, -0.5), (-0.6, 0.3), (-0.3, 1), (0.4, 0.9), (0.5, 0.3), (0, 0), (-0.5, 0.3)]],
    7: [[(-0.6, -1), (0.6, -1), (-0.1, 1)], [(-0.3, 0), (0.5, 0)]],
    8: [[(0, -0.1), (-0.5, -0.5), (0, -1), (0.5, -0.5), (0, -0.1), (-0.6, 0.5), (0, 1), (0.6, 0.5), (0, -0.1)]],
    9: [[(0.5, -0.4), (0, 0), (-0.5, -0.4), (-0.2, -1), (0.4, -0.9), (0.5, -0.4), (0.3, 0.4), (-0.2, 1)]],
}


def draw(digit: int, random: np.random.Generator) -> Image.Image:
    """A digit, [SIZE, SIZE], white on black."""
    angle, shear = random.normal(0, 0.2), random.normal(0, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.array([[1, shear], [0, 1]])
    scale, center = random.uniform(6, 10, 2), SIZE / 2 + random.normal(0, 1.6, 2)
    image = Image.new("L", (SIZE * FINE, SIZE * FINE))
    pen = ImageDraw.Draw(image)
    pen_width = int(random.uniform(1.4, 3.4) * FINE)
    strokes = [np.array(stroke) + random.normal(0, 0.08, (len(stroke), 2)) for stroke in STROKES[digit]]
    for stroke in strokes:
        points = [tuple(point) for point in (stroke * scale @ turn.T + center) * FINE]
        pen.line(points, fill=255, width=pen_width, joint="curve")
    if random.random() < 0.5:  # a stray stroke
        pen.line([tuple(point) for point in random.uniform(0, SIZE * FINE, (2, 2))], fill=140, width=FINE)
    small = np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BOX), np.float64)
    noisy = small * random.uniform(0.6, 1) + random.normal(0, 12, small.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def data(count: int, seed: int):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count)
    return [draw(int(label), random) for label in labels], labels


def pixel_values(images) -> torch.Tensor:
    """As preprocessor_config.json says: scaled to 0 .. 1, then to -1 .. 1. [count, 1, SIZE, SIZE]"""
    values = np.stack([np.asarray(image, np.float32) for image in images])
    return torch.from_numpy((values / 255 - 0.5) / 0.5)[:, None]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.to_qkv = nn.Linear(WIDTH, 3 * HEADS * HEAD_DIM, bias=False)
        self.to_out = nn.Linear(HEADS * HEAD_DIM, WIDTH)

    def forward(self, x):
        q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in self.to_qkv(self.norm(x)).chunk(3, -1))
        weights = (q @ k.transpose(-1, -2) * HEAD_DIM**-0.5).softmax(-1)  # [B, heads, T, T]
        return self.to_out((weights @ v).transpose(1, 2).flatten(2))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.to_patch_embedding = nn.Linear(PATCH * PATCH, WIDTH)
        self.cls_token = nn.Parameter(torch.randn(1, 1, WIDTH) * 0.02)
        self.pos_embedding = nn.Parameter(torch.randn(1, (SIZE // PATCH) ** 2 + 1, WIDTH) * 0.02)
        self.attention = nn.ModuleList(Attention() for _ in range(DEPTH))
        self.mlp = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, MLP), nn.GELU(), nn.Linear(MLP, WIDTH)) for _ in range(DEPTH)
        )
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, pixels):
        patches = pixels.unfold(2, PATCH, PATCH).unfold(3, PATCH, PATCH).flatten(4).flatten(1, 3)  # [B, 16, 49]
        x = self.to_patch_embedding(patches)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embedding
        for attention, mlp in zip(self.attention, self.mlp):
            x = x + attention(x)
            x = x + mlp(x)
        return self.norm(x)  # [B, 17, WIDTH]


HEADLIGHT = {
    "model_type": "generic",
    "name": "digits-vit",
    "hidden_size": WIDTH,
    "num_layers": DEPTH,
    "input": {
        "type": "image",
        "image_size": SIZE,
        "patch_size": PATCH,
        "num_channels": 1,
        "patch_order": "channels_first",
        "projection": "to_patch_embedding",
        "class_token": "cls_token",
    },
    "positions": {"type": "learned", "embedding": "pos_embedding"},
    "attention": {
        "num_heads": HEADS,
        "head_dim": HEAD_DIM,
        "norm": "attention.{layer}.norm",
        "qkv_proj": "attention.{layer}.to_qkv",
        "o_proj": "attention.{layer}.to_out",
    },
    "feed_forward": {
        "intermediate_size": MLP,
        "activation": "gelu",
        "norm": "mlp.{layer}.0",
        "up_proj": "mlp.{layer}.1",
        "down_proj": "mlp.{layer}.3",
    },
    "final_norm": "norm",
    "ignored_tensors": ["head."],
}
PREPROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "size": {"height": SIZE, "width": SIZE},
    "image_mean": [0.5],
    "image_std": [0.5],
}


def train(model, images, labels, test_images, test_labels, epochs, log):
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    steps = epochs * (len(images) // 128)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    start = time.time()
    for epoch in range(1, epochs + 1):
        order, losses = torch.randperm(len(images)), []
        model.train()
        for i in range(0, len(order) - 127, 128):
            batch = order[i : i + 128]
            loss = F.cross_entropy(model.head(model(images[batch])[:, 0]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        accuracy = accuracy_of(model, test_images, test_labels)
        row = [epoch, f"{np.mean(losses):.4f}", f"{accuracy:.4f}", f"{time.time() - start:.0f}"]
        print(*row, flush=True)
        log.append(row)


def accuracy_of(model, images, labels):
    model.eval()
    with torch.no_grad():
        return (model.head(model(images)[:, 0]).argmax(-1) == labels).float().mean().item()


def png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--images", type=int, default=12000)
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    torch.manual_seed(20260101)
    images, labels = data(arguments.images, 1)
    test, test_labels = data(2000, 2)
    model, log = Vit(), []
    train(
        model, pixel_values(images), torch.from_numpy(labels), pixel_values(test), torch.from_numpy(test_labels), arguments.epochs, log
    )

    output = arguments.output
    output.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, output / "model.safetensors")
    (output / "headlight.json").write_text(json.dumps(HEADLIGHT, indent=2) + "\n")
    (output / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=2) + "\n")
    with open(output / "training.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["epoch", "loss", "test_accuracy", "seconds"], *log])
    shown, shown_labels = data(200, 3)
    ids = [f"digit-{i:03d}" for i in range(len(shown))]
    table = {"id": ids, "label": shown_labels.tolist(), "image": [png(image) for image in shown]}
    schema = pa.schema([("id", pa.string()), ("label", pa.int32()), ("image", pa.binary())])
    pq.write_table(pa.Table.from_pydict(table, schema=schema), output / "digits.parquet")
    with torch.no_grad():
        states = model(pixel_values(shown))
        embedding = states[:, 0].contiguous()  # of the class token
        save_file({"embedding": embedding, "logits": model.head(embedding)}, output / "expected.safetensors")


if __name__ == "__main__":
    main()
