"""What a case of make_goldens.py is: one checkpoint, and what to run it on."""

from dataclasses import dataclass, field

import numpy as np
import torch

LENGTHS = (13, 6, 9, 1)


@dataclass
class Case:
    """A checkpoint and what to run it on.

    gain: of the random weights, smaller where scores are not scaled down. base: submodule that gives hidden states, where the model has a head. final_norms: modules whose input is recorded.
    config_json: keys put into config.json by hand. alone: results depend on the length, so sequences run one by one.
    module, description, vocabulary: a torch module instead of a model of transformers, and its headlight.json.
    final_config: replaces config.json after the outputs were computed.
    renames, leftovers: changes of tensor names (patterns), and tensors that the model does not use.
    """

    name: str
    config_class: str
    model_class: str
    config: dict
    features: list
    gain: float = 1.4
    base: str = ""
    final_norms: dict = field(default_factory=dict)
    lengths: tuple = LENGTHS
    decoder_lengths: tuple = (5, 8, 3, 1)
    image_sizes: dict = field(default_factory=dict)
    causal: bool = False
    windows: tuple = ()
    token_types: int = 0
    padding_id: int = 0
    padding_inside: bool = False
    embeds: bool = False
    encoder_decoder: bool = False
    alone: bool = False
    config_json: dict = field(default_factory=dict)
    removed_keys: tuple = ()
    module: object = None
    description: dict = field(default_factory=dict)
    vocabulary: int = 0
    final_config: dict = field(default_factory=dict)
    renames: tuple = ()
    leftovers: dict = field(default_factory=dict)

    def masks(self, layers):
        windows = self.windows or (None,) * layers
        return [(self.causal, windows[layer]) for layer in range(layers)]

    def runs(self, model):
        """Inputs by run: batch, single (one token, or one image), and where asked for embeds or other image sizes."""
        generator = torch.Generator().manual_seed(7 + len(self.name))
        if self.image_sizes:
            return {
                run: {"pixel_values": torch.randn(shape, generator=generator)} for run, shape in self.image_sizes.items()
            }
        runs = {
            "batch": self._tokens(model, self.lengths, self.decoder_lengths, generator),
            "single": self._single(model, generator),
        }
        if self.embeds:
            runs["embeds"] = self._embeds(model, runs["batch"], generator)
        return runs

    def _vocabulary(self, model):
        return self.vocabulary or getattr(model.config, "vocab_size", None) or model.config.text_config.vocab_size

    def _ids(self, model, lengths, generator):
        ids = torch.full((len(lengths), max(lengths)), self.padding_id)
        mask = torch.zeros_like(ids)
        for b, n in enumerate(lengths):
            # small range, so that tokens repeat
            ids[b, :n] = 3 + torch.randint(0, min(12, self._vocabulary(model) - 3), (n,), generator=generator)
            mask[b, :n] = 1
        if self.padding_inside:
            ids[0, 2] = ids[0, 3] = self.padding_id
        return ids, mask

    def _tokens(self, model, lengths, decoder_lengths, generator):
        ids, mask = self._ids(model, lengths, generator)
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self.token_types:
            inputs["token_type_ids"] = torch.randint(0, self.token_types, ids.shape, generator=generator) * mask
        if self.encoder_decoder:
            inputs["decoder_input_ids"], inputs["decoder_attention_mask"] = self._ids(model, decoder_lengths, generator)
        return inputs

    def _single(self, model, generator):
        inputs = self._tokens(model, (1,), (1,), generator) if not self.padding_inside else {
            "input_ids": torch.tensor([[5]])
        }
        return {name: value for name, value in inputs.items() if not name.endswith("mask")}

    def _embeds(self, model, batch, generator):
        width = model.get_input_embeddings().weight.shape[1]
        shape = (*batch["input_ids"].shape, width)
        inputs = {"inputs_embeds": torch.randn(shape, generator=generator), "attention_mask": batch["attention_mask"]}
        inputs.update({name: value for name, value in batch.items() if name.startswith("decoder_")})
        return inputs


def images(channels, height, width, **others):
    """The runs of an image model: a batch, one image, and images of other sizes."""
    runs = {"batch": (3, channels, height, width), "single": (1, channels, height, width)}
    runs.update({run: (2, channels, *size) for run, size in others.items()})
    return runs


def causal_mask(size):
    """The mask that old GPT checkpoints store."""
    return np.tril(np.ones((1, 1, size, size), dtype=np.float32))


NORM = {"final_norm_input": "norm"}
SMALL = dict(vocab_size=61, max_position_embeddings=48, bos_token_id=1, eos_token_id=2)


def encoder(name, kind, config, features, **others):
    return Case(name, kind + "Config", others.pop("model", kind + "Model"), {**SMALL, **config}, features, **others)


def decoder(name, kind, config, features, **others):
    """A decoder of Llama's line with its head, so that tensors carry the prefix."""
    head = others.pop("model", kind + "ForCausalLM")
    merged = {**SMALL, **config}
    others.setdefault("causal", True)
    return Case(
        name,
        others.pop("config_class", kind + "Config"),
        head,
        merged,
        features,
        base="model" if head.endswith("LM") else "",
        final_norms=NORM,
        **others,
    )
