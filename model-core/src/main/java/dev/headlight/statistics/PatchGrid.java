package dev.headlight.statistics;

/**
 * Where the tokens of an image stand: leading tokens first, then patches row by row.
 *
 * @param leadingTokens class and register tokens, which have no place in the image
 * @param rows of patches
 * @param columns of patches
 * @param patchHeight pixels
 * @param patchWidth pixels
 */
public record PatchGrid(
    int leadingTokens, int rows, int columns, int patchHeight, int patchWidth) {}
