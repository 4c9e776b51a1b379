package dev.headlight.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Damages the bytes of a file at random, in ways that get past a parser's first checks as often as
 * not.
 */
public final class Mutations {
  private static final List<String> FRAGMENTS =
      List.of(
          "-1",
          "0",
          "1",
          "1e999",
          "0.5",
          "9223372036854775807",
          "99999999999999999999",
          "null",
          "true",
          "NaN",
          "[",
          "]",
          "{",
          "}",
          "\"",
          ":",
          ",",
          "[[",
          "{\"a\":",
          "\"w\"",
          "\\u0000",
          "\\",
          " ",
          "\n");

  private Mutations() {}

  /** A copy with one to four changes within its first {@code reach} bytes. */
  public static byte[] of(byte[] original, int reach, Random random) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && bytes.length > 0; i++) {
      bytes = change(bytes, random.nextInt(Math.min(reach, bytes.length)), random);
    }
    return bytes;
  }

  private static byte[] change(byte[] bytes, int at, Random random) {
    int to = Math.min(bytes.length, at + 1 + random.nextInt(20));
    return switch (random.nextInt(7)) {
      case 0 -> replace(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
      case 1 ->
          replace(bytes, at, at + 1, new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))});
      case 2 -> replace(bytes, at, to, new byte[0]);
      case 3 -> replace(bytes, at, at, Arrays.copyOfRange(bytes, at, to));
      case 4 -> Arrays.copyOf(bytes, at);
      case 5 -> replace(bytes, at, at, fragment(random));
      default -> replace(bytes, at, at + 1, fragment(random));
    };
  }

  private static byte[] fragment(Random random) {
    return FRAGMENTS.get(random.nextInt(FRAGMENTS.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] replace(byte[] bytes, int from, int to, byte[] replacement) {
    byte[] changed = new byte[bytes.length - (to - from) + replacement.length];
    System.arraycopy(bytes, 0, changed, 0, from);
    System.arraycopy(replacement, 0, changed, from, replacement.length);
    System.arraycopy(bytes, to, changed, from + replacement.length, bytes.length - to);
    return changed;
  }
}
