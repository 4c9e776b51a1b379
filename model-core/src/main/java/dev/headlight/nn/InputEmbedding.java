package dev.headlight.nn;

/** Turns inputs into the first hidden states. */
public sealed interface InputEmbedding permits TokenEmbedding, PatchEmbedding {}
