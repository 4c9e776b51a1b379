package dev.headlight.config;

/**
 * Rotary position embedding of an attention layer.
 *
 * @param parameters base and scaling
 * @param rotaryDim leading columns of each head that are rotated, even; k for full rotation
 */
public record RotaryConfig(RopeParameters parameters, int rotaryDim) {}
