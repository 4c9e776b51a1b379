package dev.headlight.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.headlight.config.MaskConfig;
import dev.headlight.nn.Attention;
import dev.headlight.nn.BlockInput;
import dev.headlight.nn.ForwardContext;
import dev.headlight.nn.Packing;
import dev.headlight.nn.PartClock;
import dev.headlight.nn.QkvProjection;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many primitives attention makes, whatever the lengths of the sequences. */
class OneDnnPrimitivesTest {
  private static final int WIDTH = 64;
  private static final int HEADS = 4;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sequencesOfAllLengthsShareFewPrimitives(boolean causal) {
    assumeThat(OneDnn.available()).isTrue();
    OneDnnProducts products = new OneDnnProducts(new OneDnn(), OneDnn.Type.FP32);
    Kernels kernels = new Kernels(products, Rows.BEST, "fp32");
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      Attention attention = attention(products, new MaskConfig(causal, 0), arena);
      ForwardContext context = ForwardContext.on(kernels, workspace, PartClock.off());
      // so that the projections have the same numbers of rows in every batch
      int batch = 640;
      for (int length = 1; length <= 600; length++) {
        Packing packing = Packing.ofLengths(batch - length, length);
        attend(attention, packing, context, arena.matrix(batch, WIDTH));
      }
      int afterAll = products.primitives(workspace).made();
      assertThat(afterAll).isBetween(64, 128);
      int[] all = IntStream.rangeClosed(1, 639).toArray();
      for (int length : all) {
        Packing packing = Packing.ofLengths(batch - length, length);
        attend(attention, packing, context, arena.matrix(batch, WIDTH));
      }
      assertThat(products.primitives(workspace).made() - afterAll).isLessThanOrEqualTo(8);
    }
  }

  @Test
  void primitivesThatEachTaskMakesAnewLeaveNoMemoryBehind() {
    assumeThat(OneDnn.available()).isTrue();
    OneDnn oneDnn = new OneDnn();
    makeAndClose(oneDnn, 1_000);
    long before = Pointer.physicalBytes();
    makeAndClose(oneDnn, 60_000);
    // three descriptions of tensors each would be 187 MB, some of it where other tests have freed
    assertThat(Pointer.physicalBytes() - before).isLessThan(32L << 20);
  }

  private static void makeAndClose(OneDnn oneDnn, int times) {
    OneDnnPrimitives.Strides strides = new OneDnnPrimitives.Strides(256, 16, 1);
    OneDnnPrimitives.HeadProduct key =
        new OneDnnPrimitives.HeadProduct(
            2, false, 16, 16, 16, strides, strides, strides, OneDnn.Type.FP32, 1f);
    for (int i = 0; i < times; i++) {
      try (OneDnnPrimitives primitives =
          OneDnnProducts.primitivesOfThisThread(oneDnn, OneDnn.Type.FP32)) {
        assertThat(primitives.get(key)).isNotNull();
      }
    }
  }

  private static Attention attention(OneDnnProducts products, MaskConfig mask, NativeArena arena) {
    PackedLinear qkv = products.pack(ones(arena, 3 * WIDTH), null, arena);
    PackedLinear output = products.pack(ones(arena, WIDTH), null, arena);
    return new Attention(
        new Attention.Shape(HEADS, HEADS, WIDTH / HEADS, 0.25f, 0),
        new QkvProjection.SelfAttention(qkv),
        output,
        new Attention.Positions(null, null, null, null),
        mask);
  }

  private static Matrix ones(NativeArena arena, int rows) {
    Matrix matrix = arena.matrix(rows, WIDTH);
    for (int i = 0; i < rows; i++) {
      matrix.set(i, i % WIDTH, 1f);
    }
    return matrix;
  }

  private static void attend(
      Attention attention, Packing packing, ForwardContext context, Matrix hidden) {
    attention.addTo(hidden, BlockInput.of(packing), context, hidden);
  }
}
