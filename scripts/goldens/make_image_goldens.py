"""Makes test-data/images: small PNG and JPEG files, what Pillow decodes of them, and the pixel values that transformers'
processors on Pillow make of them.

    pip install numpy pillow safetensors torch transformers
    python scripts/goldens/make_image_goldens.py test-data/images

Written with Pillow 12.3 and transformers 5.18.
"""

import io
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageCms
from safetensors.numpy import save_file
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

CLASSES = {
    "ViT": ViTImageProcessorPil,
    "DeiT": DeiTImageProcessorPil,
    "Bit": BitImageProcessorPil,
    "CLIP": CLIPImageProcessorPil,
    "Siglip": SiglipImageProcessorPil,
}

SIZE = {"height": 32, "width": 32}
# The file as it stands in a checkpoint; keys that are left out have the default of the processor.
PROCESSORS = {
    "vit": {"image_processor_type": "ViTImageProcessor", "size": SIZE},
    "vit-old": {"feature_extractor_type": "ViTFeatureExtractor", "size": 32, "resample": 3, "image_mean": [0.4, 0.5, 0.6]},
    "vit-wide": {"image_processor_type": "ViTImageProcessorFast", "size": {"height": 24, "width": 40}},
    "vit-nearest": {"image_processor_type": "ViTImageProcessor", "size": [32, 32], "resample": 0},
    "vit-lanczos": {"image_processor_type": "ViTImageProcessor", "size": SIZE, "resample": 1},
    "vit-box": {"image_processor_type": "ViTImageProcessor", "size": SIZE, "resample": 4},
    "vit-hamming": {"image_processor_type": "ViTImageProcessor", "size": SIZE, "resample": 5},
    "vit-up": {"image_processor_type": "ViTImageProcessor", "size": {"height": 80, "width": 64}, "resample": 3},
    "vit-raw": {"image_processor_type": "ViTImageProcessor", "size": SIZE, "do_rescale": False, "do_normalize": False},
    "vit-unscaled": {"image_processor_type": "ViTImageProcessor", "size": SIZE, "do_rescale": False},
    "vit-factor": {"image_processor_type": "ViTImageProcessor", "size": SIZE, "rescale_factor": 0.0078125, "do_normalize": False},
    "deit": {"image_processor_type": "DeiTImageProcessor", "size": {"height": 37, "width": 36}, "crop_size": 32},
    "dinov2": {
        "image_processor_type": "BitImageProcessor",
        "size": {"shortest_edge": 36},
        "crop_size": {"height": 32, "width": 32},
    },
    "clip": {"image_processor_type": "CLIPImageProcessor", "size": 33, "crop_size": 32},
    "crop-larger": {"image_processor_type": "CLIPImageProcessor", "size": 20, "crop_size": {"height": 41, "width": 32}},
    "crop-only": {"image_processor_type": "CLIPImageProcessor", "do_resize": False, "crop_size": 32},
    "siglip": {"image_processor_type": "SiglipImageProcessor", "size": SIZE},
    "gray": {
        "image_processor_type": "ViTImageProcessor",
        "size": {"height": 28, "width": 28},
        "image_mean": [0.1307],
        "image_std": [0.3081],
    },
}


def picture(height, width, channels, seed):
    """Smooth colors with noise and hard edges, so that filters and rounding show."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 120 * np.sin(x / (3.1 + c) + y / (4.7 - c) + c) for c in range(channels)]
    image = np.stack(waves, axis=-1) + rng.normal(0, 12, (height, width, channels))
    image[height // 3 : height // 2, width // 4 : width // 2] = rng.integers(0, 256, channels)
    return np.clip(image, 0, 255).astype(np.uint8)


def png_16_bits(height, width, color_type, channels, seed):
    """Pillow does not write 16 bits per channel."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 65536, (height, width * channels)).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def adobe_transform(jpeg, transform):
    """The same JPEG with another note of Adobe's on its colors."""
    marker = jpeg.index(b"\xff\xee\x00\x0eAdobe")
    at = marker + 4 + 11
    return jpeg[:at] + bytes([transform]) + jpeg[at + 1 :]


def files():
    color = Image.fromarray(picture(45, 61, 3, 1))
    tall = Image.fromarray(picture(67, 38, 3, 2))
    gray = Image.fromarray(picture(43, 52, 1, 3)[:, :, 0])
    alpha = Image.fromarray(picture(40, 47, 4, 4), "RGBA")
    ink = Image.fromarray(picture(39, 50, 4, 5), "CMYK")
    gray_alpha = Image.fromarray(picture(33, 36, 2, 6), "LA")
    tiny = Image.fromarray(picture(5, 3, 3, 7))
    ink_jpeg = encoded(ink, "JPEG", quality=92)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {
        "color.png": encoded(color, "PNG"),
        "tall.png": encoded(tall, "PNG"),
        "tiny.png": encoded(tiny, "PNG"),
        "gray.png": encoded(gray, "PNG"),
        "alpha.png": encoded(alpha, "PNG"),
        "gray-alpha.png": encoded(gray_alpha, "PNG"),
        "palette.png": encoded(color.quantize(37), "PNG"),
        "palette-alpha.png": encoded(color.quantize(20), "PNG", transparency=3),
        "bits-1.png": encoded(gray.convert("1"), "PNG"),
        "bits-4.png": encoded(gray.quantize(16), "PNG", bits=4),
        "color-16.png": png_16_bits(31, 35, 2, 3, 8),
        "alpha-16.png": png_16_bits(31, 35, 6, 4, 9),
        "gamma.png": encoded(gray, "PNG", pnginfo=None, icc_profile=srgb),
        "color-420.jpg": encoded(color, "JPEG", quality=85, subsampling="4:2:0"),
        "color-422.jpg": encoded(color, "JPEG", quality=90, subsampling="4:2:2"),
        "color-444.jpg": encoded(tall, "JPEG", quality=75, subsampling="4:4:4"),
        "progressive.jpg": encoded(tall, "JPEG", quality=80, progressive=True),
        "gray.jpg": encoded(gray, "JPEG", quality=88),
        "rgb-stored.jpg": encoded(color, "JPEG", quality=90, keep_rgb=True),
        "profile.jpg": encoded(color, "JPEG", quality=85, icc_profile=srgb),
        "profile-strange.jpg": encoded(color, "JPEG", quality=85, icc_profile=profile),
        "cmyk.jpg": adobe_transform(ink_jpeg, 0),
        "ycck.jpg": adobe_transform(ink_jpeg, 2),
    }


def processor(config):
    name = config.get("image_processor_type", config.get("feature_extractor_type"))
    for ending in ("ImageProcessorFast", "ImageProcessor", "FeatureExtractor"):
        name = name.removesuffix(ending)
    values = {key: value for key, value in config.items() if not key.endswith("_type")}
    return CLASSES[name](**values)


def main(folder):
    (folder / "files").mkdir(parents=True, exist_ok=True)
    (folder / "processors").mkdir(exist_ok=True)
    expected = {}
    images = {}
    for name, content in files().items():
        (folder / "files" / name).write_bytes(content)
        image = Image.open(io.BytesIO(content))
        images[name] = image.convert("RGB")
        expected[f"decoded.{name}"] = np.asarray(images[name]).astype(np.float32)
        expected[f"luma.{name}"] = np.asarray(images[name].convert("L")).astype(np.float32)
    for name, config in PROCESSORS.items():
        text = json.dumps(config, indent=2) + "\n"
        (folder / "processors" / f"{name}.json").write_text(text)
        run = processor(config)
        for file in ("color.png", "tall.png", "tiny.png", "gray.png"):
            image = images[file].convert("L") if name == "gray" else images[file]
            values = run(images=image, return_tensors="np")["pixel_values"][0]
            expected[f"{name}.{file}"] = np.ascontiguousarray(values).astype(np.float32)
    save_file(expected, folder / "expected.safetensors")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
