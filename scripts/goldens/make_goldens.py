"""Makes small checkpoints with known outputs: random weights in every parameter, run by Hugging Face's own code.

    python scripts/goldens/make_goldens.py test-data/goldens-more [CASE ...]

Needs torch 2.13, transformers 5.18, safetensors 0.8 and numpy 2.4 (the versions the committed files were made with). Cases are
in cases.py. Everything is float32 with eager attention; statistics are computed from the results in float64. The files are the
input of tests, which never run this script.
"""

import json
import pathlib
import re
import sys

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file, save_file

import reference_statistics as reference
from cases import CASES

VISIBLE_RULE = (
    "key j is visible to query i iff key j is not padding, and (causal: j <= i), and "
    "(window w: causal -> i-j < w; not causal -> |i-j| <= w)"
)


def randomize(model, seed, gain):
    """Gives every parameter random values; those that start constant (norms, biases, LayerScale) vary around their constant."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in dict.fromkeys(model.parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            constant = parameter.numel() == 1 or bool((parameter == parameter.flatten()[0]).all())
            if constant:
                parameter.add_(0.2 * noise)
            else:
                width = parameter.shape[-1] if parameter.dim() == 2 else parameter[0].numel()
                parameter.copy_(noise * min(0.5, gain / width**0.5))


def build(case, folder):
    """Saves a randomly initialised checkpoint and returns the model as it is read back."""
    torch.manual_seed(1)
    if case.module:
        model = case.module()
        randomize(model, sum(map(ord, case.name)), case.gain)
        save_file({k: v.numpy() for k, v in model.state_dict().items()}, folder / "model.safetensors")
        (folder / "headlight.json").write_text(json.dumps(case.description, indent=2) + "\n")
        return load(case, folder)
    config = getattr(transformers, case.config_class)(**case.config)
    model = getattr(transformers, case.model_class)(config)
    randomize(model, sum(map(ord, case.name)), case.gain)
    model.save_pretrained(folder)
    written = json.loads((folder / "config.json").read_text())
    written.update(case.config_json)
    for key in case.removed_keys:
        written.pop(key)
    (folder / "config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
    generation = folder / "generation_config.json"
    generation.unlink(missing_ok=True)
    return load(case, folder)


def load(case, folder):
    if case.module:
        model = case.module()
        model.load_state_dict({k: torch.from_numpy(v) for k, v in load_file(folder / "model.safetensors").items()})
        return model.eval()
    model_class = getattr(transformers, case.model_class)
    return model_class.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()


def rename(case, folder):
    """Renames and adds tensors as older or other software leaves them, after the outputs were computed."""
    if not case.renames and not case.leftovers:
        return
    path = folder / "model.safetensors"
    tensors = {}
    for name, value in load_file(path).items():
        for old, new in case.renames:
            name = re.sub(old, new, name)
        tensors[name] = value
    tensors.update(case.leftovers)
    save_file(tensors, path, metadata={"format": "pt"})


def run(model, case, inputs, double=False):
    """Runs a batch and returns its outputs by name."""
    base = model.get_submodule(case.base) if case.base else model
    captured = {}
    hooks = [
        base.get_submodule(path).register_forward_pre_hook(
            lambda module, args, name=name: captured.__setitem__(name, args[0].detach())
        )
        for name, path in case.final_norms.items()
    ]
    arguments = {
        name: value.double() if double and value.is_floating_point() else value for name, value in inputs.items()
    }
    if case.encoder_decoder:
        arguments["use_cache"] = False
    with torch.no_grad():
        output = base(**arguments, output_hidden_states=True, output_attentions=True, return_dict=True)
    for hook in hooks:
        hook.remove()
    names = ("last_hidden_state", "encoder_last_hidden_state", "final_norm_input")
    tensors = {name: output[name] for name in names if name in output}
    for kind in ("hidden_states", "attentions"):
        for side in ("encoder_", "decoder_", "cross_", ""):
            for i, value in enumerate(output.get(side + kind) or ()):
                tensors[f"{side}{kind}.{i}"] = value
    tensors.update(captured)
    # models with a head on a decoder give its last hidden state only as the last of all hidden states
    tensors.setdefault("last_hidden_state", (output.get("decoder_hidden_states") or output["hidden_states"])[-1])
    return {name: value.detach().double().numpy() if double else value.detach().numpy() for name, value in tensors.items()}


def run_alone(case, folder, inputs, double=False):
    """Runs each sequence by itself, without padding, in a fresh model: for results that depend on the length."""
    rows = []
    for b in range(len(inputs["attention_mask"])):
        length = int(inputs["attention_mask"][b].sum())
        model = load(case, folder)
        model = model.double() if double else model
        rows.append(run(model, case, {"input_ids": inputs["input_ids"][b : b + 1, :length]}, double))
    padded = inputs["input_ids"].shape[1]
    merged = {}
    for name in rows[0]:
        axes = (2, 3) if "attentions" in name else (1,)
        merged[name] = np.concatenate(
            [
                np.pad(row[name], [(0, padded - n if axis in axes else 0) for axis, n in enumerate(row[name].shape)])
                for row in rows
            ]
        )
    return merged


def lengths(inputs, mask, width):
    batch = len(next(iter(inputs.values())))
    return [int(n) for n in inputs[mask].sum(1)] if mask in inputs else [width] * batch


def statistics(case, inputs, outputs):
    first, second = {}, {}
    sides = ("encoder_", "decoder_", "cross_") if case.encoder_decoder else ("",)
    for side in sides:
        attentions = collect(outputs, side + "attentions")
        queries, keys = attentions[0].shape[2:]
        own = lengths(inputs, "decoder_attention_mask" if side in ("decoder_", "cross_") else "attention_mask", queries)
        key_lengths = lengths(inputs, "attention_mask", keys) if side == "cross_" else own
        ids = {"": "input_ids", "encoder_": "input_ids", "decoder_": "decoder_input_ids"}.get(side)
        tokens = inputs[ids].numpy() if ids in inputs else None
        prefix = side.replace("_", ".")
        masks = case.masks(len(attentions)) if not case.encoder_decoder else [(side == "decoder_", None)] * len(attentions)
        one, two = reference.side_statistics(attentions, own, key_lengths, masks, tokens, prefix)
        first.update(one)
        second.update(two)
        if side != "cross_":
            states = collect(outputs, side + "hidden_states")
            second.update(reference.stack_statistics(states, outputs.get(side + "final_norm_input"), own, prefix))
    return first, second


def collect(tensors, prefix):
    count = sum(name.startswith(prefix + ".") for name in tensors)
    return [tensors[f"{prefix}.{i}"] for i in range(count)]


def deviation(case, inputs, narrow, wide):
    """Largest difference of float32 from float64, relative to the largest number, over valid positions of hidden states."""
    worst = 0.0
    for name, value in narrow.items():
        if "attentions" in name:
            continue
        decoder = case.encoder_decoder and not name.startswith("encoder_")
        valid = lengths(inputs, "decoder_attention_mask" if decoder else "attention_mask", value.shape[1])
        pairs = [(value[b, :n], wide[name][b, :n]) for b, n in enumerate(valid)]
        scale = max(np.abs(right).max() for _, right in pairs)
        worst = max(worst, max(np.abs(left - right).max() for left, right in pairs) / scale)
    return worst


def describe_run(case, suffix, inputs, outputs):
    described = {
        "inputs": f"inputs{suffix}.safetensors",
        "expected": f"expected{suffix}.safetensors",
        "statistics": f"statistics{suffix}.safetensors",
        "input_shapes": {name: list(value.shape) for name, value in inputs.items()},
        "output_shapes": {name: list(value.shape) for name, value in outputs.items()},
    }
    for side in ("encoder_", "decoder_") if case.encoder_decoder else ("",):
        states = collect(outputs, side + "hidden_states")
        last = outputs["last_hidden_state" if side == "decoder_" else side + "last_hidden_state"]
        described[side + "last_entry_of_hidden_states_is_last_hidden_state"] = bool(np.array_equal(states[-1], last))
        if side + "final_norm_input" in outputs:
            described[side + "last_entry_of_hidden_states_is_final_norm_input"] = bool(
                np.array_equal(states[-1], outputs[side + "final_norm_input"])
            )
    return described


def make(case, root):
    folder = root / case.name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    model = build(case, folder)
    runs, noise = {}, {}
    for name, inputs in case.runs(model).items():
        suffix = "" if name == "batch" else "-" + name
        if case.alone and "attention_mask" in inputs:
            outputs = run_alone(case, folder, inputs)
            wide = run_alone(case, folder, inputs, double=True)
        else:
            outputs = run(model, case, inputs)
            wide = run(load(case, folder).double(), case, inputs, double=True)
        one, two = statistics(case, inputs, outputs)
        save_file({k: v.numpy() for k, v in inputs.items()}, folder / f"inputs{suffix}.safetensors")
        save_file({k: np.ascontiguousarray(v) for k, v in outputs.items()}, folder / f"expected{suffix}.safetensors")
        save_file(one, folder / f"statistics{suffix}.safetensors")
        save_file(two, folder / f"statistics2{suffix}.safetensors")
        runs[name] = describe_run(case, suffix, inputs, outputs)
        noise[name] = float(f"{deviation(case, inputs, outputs, wide):.3g}")
    rename(case, folder)
    if case.final_config:
        (folder / "config.json").write_text(json.dumps(case.final_config, indent=2, sort_keys=True) + "\n")
    batch = load_file(folder / "expected.safetensors")
    side = "encoder_" if case.encoder_decoder else ""
    layers = len(collect(batch, side + "attentions"))
    described = {
        "name": case.name,
        "model_class": type(model).__name__,
        "model_type": case.description.get("model_type") or model.config.model_type,
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "attn_implementation": "eager",
        "storage_dtype": "float32",
        "compute_dtype": "float32",
        "weights": ["model.safetensors"],
        "features": case.features,
        "encoder_decoder": case.encoder_decoder,
        "hidden_size": batch[side + "hidden_states.0"].shape[-1],
        "heads": batch[side + "attentions.0"].shape[1],
        "layers": layers,
        "padding": "right; compare only positions whose mask is 1",
        "runs": runs,
        "noise_floor": {"what": "largest difference from float64 over hidden states, relative to the largest", **noise},
    }
    if not case.encoder_decoder:
        masks = case.masks(layers)
        described["visible"] = [{"layer": i, "causal": c, "window": w} for i, (c, w) in enumerate(masks)]
        described["visible_rule"] = VISIBLE_RULE
    (folder / "case.json").write_text(json.dumps(described, indent=1) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)
    print(f"{case.name}: {noise}")


def main():
    root = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:]
    unknown = set(wanted) - {case.name for case in CASES}
    if unknown:
        sys.exit(f"unknown cases: {sorted(unknown)}")
    transformers.utils.logging.disable_progress_bar()
    for case in CASES:
        if not wanted or case.name in wanted:
            make(case, root)


if __name__ == "__main__":
    main()
