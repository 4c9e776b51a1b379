package dev.headlight.nn;

import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.EmbeddingConfig.Size;
import java.util.ArrayList;
import java.util.List;

/**
 * Positions of image tokens: of the leading tokens, and of a grid of patches that is resized for
 * images of another size. Safe for use by several threads.
 */
public final class PatchPositions {
  private static final int KEPT_GRIDS = 4;

  private final List<float[]> leading;
  private final List<float[]> patches;
  private final Size grid;
  private final Resizing resizing;
  // resized tables that were used last; an immutable list is replaced, never changed
  private volatile List<Resized> resized = List.of();

  private record Resized(Size grid, List<float[]> patches) {}

  /**
   * Takes the rows of a position table.
   *
   * @param leading one row {@code [d]} per leading token; zeros for tokens without a position
   * @param patches one row {@code [d]} per patch, row by row of the grid
   * @param grid rows and columns of patches
   */
  public PatchPositions(
      List<float[]> leading, List<float[]> patches, Size grid, Resizing resizing) {
    this.leading = List.copyOf(leading);
    this.patches = List.copyOf(patches);
    this.grid = grid;
    this.resizing = resizing;
  }

  List<float[]> leading() {
    return leading;
  }

  /** Rows of the patches of an image with this grid. */
  List<float[]> patches(Size wanted) {
    if (wanted.equals(grid)) {
      return patches;
    }
    if (resizing == Resizing.NONE) {
      throw new IllegalArgumentException(
          "expected an image of %s patches, found %s".formatted(grid, wanted));
    }
    for (Resized kept : resized) {
      if (kept.grid().equals(wanted)) {
        return kept.patches();
      }
    }
    List<float[]> made =
        Bicubic.of(resizing == Resizing.BICUBIC_ANTIALIASED).resize(patches, grid, wanted);
    List<Resized> kept = new ArrayList<>(resized);
    if (kept.size() == KEPT_GRIDS) {
      kept.remove(0);
    }
    kept.add(new Resized(wanted, made));
    resized = List.copyOf(kept);
    return made;
  }
}
