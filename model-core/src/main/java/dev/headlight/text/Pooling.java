package dev.headlight.text;

import dev.headlight.safetensors.Excerpt;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reduces the hidden states of a sequence to one vector.
 *
 * @param modes one or more; the vectors of several are put one after the other
 * @param includePrompt whether the tokens of a prompt count like those of the text behind it
 */
public record Pooling(List<PoolingMode> modes, boolean includePrompt) implements Serializable {

  public Pooling {
    modes = List.copyOf(modes);
    if (modes.isEmpty()) {
      throw new IllegalArgumentException("pooling: expected one mode or more, found none");
    }
  }

  /** Pooling with modes by their names, prompts included. */
  public static Pooling of(PoolingMode... modes) {
    return new Pooling(List.of(modes), true);
  }

  /**
   * Pooling by name: one of {@link PoolingMode#labels()}, or several with commas between them.
   *
   * @throws IllegalArgumentException for any other name; the message lists all
   */
  public static Pooling named(String names) {
    return new Pooling(Arrays.stream(names.split(",", -1)).map(Pooling::mode).toList(), true);
  }

  private static PoolingMode mode(String name) {
    return PoolingMode.named(name.strip())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "pooling: expected one of %s, or several with commas between them, found '%s'"
                        .formatted(String.join(", ", PoolingMode.labels()), Excerpt.of(name))));
  }

  /** The same, with or without the tokens of a prompt. */
  public Pooling withPrompt(boolean included) {
    return new Pooling(modes, included);
  }

  /** The names of the modes with commas between them. */
  public String name() {
    return modes.stream().map(PoolingMode::label).collect(Collectors.joining(","));
  }

  /**
   * The length of the vectors.
   *
   * @param width d
   */
  public int width(int width) {
    return Math.multiplyExact(modes.size(), width);
  }

  /** Pools a sequence without a prompt. */
  public float[] pool(float[] hiddenStates, int tokens, int width) {
    return pool(hiddenStates, tokens, width, 0);
  }

  /**
   * Pools one sequence. Where only the prompt is left of a text and prompts do not count, the
   * vector is all zeros.
   *
   * @param hiddenStates {@code [T * d]}, row-major; not changed
   * @param tokens T, at least 1
   * @param width d
   * @param promptTokens how many of the first tokens are special ones and the prompt
   * @return {@code [modes * d]}
   */
  public float[] pool(float[] hiddenStates, int tokens, int width, int promptTokens) {
    float[] pooled = new float[width(width)];
    int first = includePrompt ? 0 : promptTokens;
    if (first < tokens) {
      PoolingMode.Tokens counted = new PoolingMode.Tokens(hiddenStates, first, tokens, width);
      for (int mode = 0; mode < modes.size(); mode++) {
        modes.get(mode).pool(counted, pooled, mode * width);
      }
    }
    return pooled;
  }
}
