package dev.headlight.kernel;

import dev.headlight.config.Activation;

/**
 * What happens to the result of a projection before it is stored.
 *
 * @param activation applied to {@code x W^T + b}
 * @param residual whether the result is added to what the output holds
 */
record Epilogue(Activation activation, boolean residual) {}
