package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;

/**
 * Projections on oneDNN with operands of 8 bits: weights with a scale for each output, inputs with
 * a scale for each row, found when the row is there (Dettmers 2022, without its outliers). Sums are
 * exact integers, so a row has the same bits in any company. Attention works in bfloat16.
 */
final class Int8Products implements MatrixProducts {
  /** Results of a chunk are to stay in the second-level cache: this many floats, 512 KiB. */
  private static final int CHUNK_FLOATS = 128 * 1024;

  private static final int LARGEST_CHUNK = 1024;

  /** With fewer rows, instructions that multiply tiles of a matrix are not filled. */
  private static final int SMALLEST_CHUNK = 64;

  private static final int CHUNK_STEP = 32;

  /** Narrower projections are few, cost little, and lose most: they are left in bfloat16. */
  private static final int SMALLEST_WIDTH = 32;

  private final MatrixProducts rounded;
  private final OneDnn oneDnn;
  private final OneDnnPacking packing;

  Int8Products(OneDnn oneDnn) {
    this.oneDnn = oneDnn;
    this.rounded = OneDnnProducts.bfloat16(oneDnn);
    this.packing = new OneDnnPacking(oneDnn, OneDnn.Type.INT8, LARGEST_CHUNK);
  }

  @Override
  public String name() {
    return rounded.name();
  }

  @Override
  public PackedLinear pack(Matrix weight, float[] bias, NativeArena arena) {
    int outputs = weight.rows();
    int inputs = weight.columns();
    if (Math.min(inputs, outputs) < SMALLEST_WIDTH) {
      return rounded.pack(weight, bias, arena);
    }
    float[] scales = new float[outputs];
    try (NativeArena temporary = new NativeArena()) {
      BytePointer bytes = temporary.bytes(Math.multiplyExact((long) outputs, inputs));
      Int8.quantize(new Operand.Floats(weight), bytes.asByteBuffer(), scales);
      OneDnnPacking.Stored stored =
          new OneDnnPacking.Stored(bytes, OneDnn.Type.INT8, outputs, inputs, inputs);
      OneDnnWeights packed = packing.pack(stored, arena);
      return new Int8Weights(packed, scales, bias == null ? new float[outputs] : bias.clone());
    }
  }

  @Override
  public Operand operand(Matrix values, Workspace workspace) {
    return rounded.operand(values, workspace);
  }

  @Override
  public Operand newOperand(int rows, int columns, Workspace workspace) {
    return rounded.newOperand(rows, columns, workspace);
  }

  @Override
  public void linear(
      Operand input,
      PackedLinear weights,
      Activation activation,
      Operand output,
      Workspace workspace) {
    if (weights instanceof Int8Weights packed) {
      forEachChunk(
          input,
          packed,
          workspace,
          (first, products) ->
              finish(products, packed, activation, output.rows(first, products.rows())));
    } else {
      rounded.linear(input, weights, activation, output, workspace);
    }
  }

  private static void finish(
      Products products, Int8Weights weights, Activation activation, Operand target) {
    Matrix exact = target instanceof Operand.Floats floats ? floats.matrix() : products.sums();
    products.dequantize(weights, exact);
    Rows.BEST.activate(exact, activation);
    if (target instanceof Operand.BFloats narrow) {
      BFloat16.round(exact, narrow);
    }
  }

  @Override
  public void linearAdd(Operand input, PackedLinear weights, Matrix output, Workspace workspace) {
    if (weights instanceof Int8Weights packed) {
      forEachChunk(
          input,
          packed,
          workspace,
          (first, products) -> {
            products.dequantize(packed, products.sums());
            Rows.BEST.add(products.sums(), output.rows(first, products.rows()));
          });
    } else {
      rounded.linearAdd(input, weights, output, workspace);
    }
  }

  /**
   * Products of some rows.
   *
   * @param sums {@code [rows, outputs]} of integers, exact up to their rounding to float32
   * @param scales {@code [rows]} of the inputs
   */
  private record Products(Matrix sums, float[] scales) {
    int rows() {
      return sums.rows();
    }

    void dequantize(Int8Weights weights, Matrix target) {
      Rows.BEST.dequantize(sums, scales, weights.scales(), weights.bias(), target);
    }
  }

  private interface ChunkReader {
    void read(int firstRow, Products products);
  }

  private void forEachChunk(
      Operand input, Int8Weights weights, Workspace workspace, ChunkReader reader) {
    int chunk = chunkRows(weights.outputs());
    float[] scales = new float[chunk];
    try (Workspace.Scope scope = workspace.scope()) {
      Operand.BFloats values = (Operand.BFloats) input;
      BytePointer quantized = workspace.bytes((long) chunk * weights.inputs());
      Matrix sums = workspace.matrix(chunk, weights.outputs());
      ByteBuffer bytes = quantized.asByteBuffer();
      for (int first = 0; first < input.rows(); first += chunk) {
        int rows = Math.min(chunk, input.rows() - first);
        int filled = (rows + CHUNK_STEP - 1) / CHUNK_STEP * CHUNK_STEP;
        Rows.BEST.quantize((Operand.BFloats) values.rows(first, rows), bytes, scales);
        bytes.put(rows * weights.inputs(), new byte[(filled - rows) * weights.inputs()]);
        multiply(quantized.address(), weights.packed(), sums.rows(0, filled), workspace);
        reader.read(first, new Products(sums.rows(0, rows), scales));
      }
    }
  }

  private static int chunkRows(int outputs) {
    int fitting = CHUNK_FLOATS / outputs / CHUNK_STEP * CHUNK_STEP;
    return Math.max(SMALLEST_CHUNK, Math.min(LARGEST_CHUNK, fitting));
  }

  private void multiply(long input, OneDnnWeights weights, Matrix sums, Workspace workspace) {
    OneDnnPrimitives.Projection key =
        new OneDnnPrimitives.Projection(
            sums.rows(),
            weights.inputs(),
            weights.outputs(),
            weights.inputs(),
            sums.stride(),
            OneDnn.Type.FP32,
            false,
            new Epilogue(Activation.NONE, false));
    workspace
        .attached(this, () -> OneDnnProducts.primitivesOfThisThread(oneDnn, OneDnn.Type.INT8))
        .get(key, weights.layout())
        .run(input, weights, sums.address());
  }

  @Override
  public Operand weights(Matrix scores, Workspace workspace) {
    return rounded.weights(scores, workspace);
  }

  @Override
  public void scores(
      Operand query,
      Operand key,
      HeadGroup group,
      float scale,
      Matrix scores,
      Workspace workspace) {
    rounded.scores(query, key, group, scale, scores, workspace);
  }

  @Override
  public void values(
      Operand weights, Operand value, HeadGroup group, Operand context, Workspace workspace) {
    rounded.values(weights, value, group, context, workspace);
  }

  /**
   * Whether sums are exact here: without instructions for products of bytes, oneDNN adds pairs of
   * them up in 16 bits, where large ones are cut off.
   */
  boolean exact() {
    int width = 64;
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      Matrix ones = arena.matrix(width, width);
      float[] row = new float[width];
      Arrays.fill(row, 1f);
      for (int i = 0; i < width; i++) {
        ones.writeRow(i, row, 0);
      }
      Matrix product = arena.matrix(width, width);
      linear(ones, pack(ones, null, arena), Activation.NONE, product, workspace);
      return Math.abs(product.get(width - 1, width - 1) - width) < 0.01f;
    }
  }
}
