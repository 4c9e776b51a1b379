package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.MemoryFolder;
import dev.headlight.testing.Mutations;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged files must be refused in words, and must not take more memory than their size explains.
 */
class HostileFilesTest {
  private static final int FILES = 5_000;
  private static final long MOST_BYTES_TAKEN = 4 << 20;

  private static final String HEADER =
      """
      {"__metadata__":{"format":"pt"},
      "wte.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
      "h.0.bias":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},
      "scalar":{"dtype":"F64","shape":[],"data_offsets":[32,40]}}""";

  private static final String INDEX =
      """
      {"metadata":{"total_size":40},"weight_map":{"wte.weight":"a.safetensors",
      "h.0.bias":"a.safetensors","scalar":"a.safetensors"}}""";

  /** So that loading classes does not count as memory taken. */
  @BeforeAll
  static void loadClasses() throws IOException {
    assertThat(refusal(new MemoryFolder().withSafetensors("a.safetensors", HEADER, 40))).isEmpty();
    assertThat(refusal(new MemoryFolder().withSafetensors("a.safetensors", "{", 40))).isPresent();
    assertThat(refusal(new MemoryFolder().with("model.safetensors.index.json", "{"))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void damagedHeaderIsRefusedOrHarmless(long seed) throws IOException {
    byte[] file = MemoryFolder.safetensors(HEADER, new byte[40]);
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      refused += refuses("model.safetensors", Mutations.of(file, file.length, random)) ? 1 : 0;
    }
    assertThat(refused).isBetween(FILES / 2, FILES - 100);
  }

  /** The length of the header is kept right, so that the damage reaches the JSON reader. */
  @ParameterizedTest
  @ValueSource(longs = {3, 4})
  void damagedHeaderOfTheRightLengthIsRefusedOrHarmless(long seed) throws IOException {
    byte[] text = HEADER.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      byte[] damaged = Mutations.of(text, text.length, random);
      byte[] file =
          ByteBuffer.allocate(Long.BYTES + damaged.length + 40)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(damaged.length)
              .put(damaged)
              .array();
      refused += refuses("model.safetensors", file) ? 1 : 0;
    }
    assertThat(refused).isBetween(FILES / 2, FILES - 100);
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void damagedIndexIsRefusedOrHarmless(long seed) throws IOException {
    byte[] text = INDEX.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      byte[] damaged = Mutations.of(text, text.length, random);
      refused += refuses("model.safetensors.index.json", damaged) ? 1 : 0;
    }
    assertThat(refused).isBetween(FILES / 2, FILES - 100);
  }

  private static boolean refuses(String name, byte[] content) throws IOException {
    MemoryFolder folder =
        new MemoryFolder().withSafetensors("a.safetensors", HEADER, 40).with(name, content);
    long before = bytesTaken();
    Optional<String> refusal = refusal(folder);
    long taken = bytesTaken() - before;

    assertThat(taken).isLessThan(MOST_BYTES_TAKEN);
    refusal.ifPresent(
        message ->
            assertThat(message)
                .containsIgnoringCase("expected")
                .hasSizeLessThan(2000)
                .doesNotContain("\n"));
    return refusal.isPresent();
  }

  private static Optional<String> refusal(MemoryFolder folder) throws IOException {
    try {
      readEverything(SafetensorsCheckpoint.open(folder));
      return Optional.empty();
    } catch (CheckpointException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static void readEverything(SafetensorsCheckpoint checkpoint) throws IOException {
    for (TensorInfo tensor : checkpoint.tensors().values()) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.byteLength()));
      checkpoint.read(tensor, 0, bytes);
    }
  }

  private static long bytesTaken() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
