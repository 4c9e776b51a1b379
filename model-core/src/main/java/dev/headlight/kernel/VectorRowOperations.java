package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.FLOATS;
import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMath.ORDER;
import static dev.headlight.kernel.VectorMemory.load;
import static dev.headlight.kernel.VectorMemory.store;
import static dev.headlight.kernel.VectorMemory.wholeVectors;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/**
 * Row operations on the JDK's Vector API, straight on native memory. Elements beyond the last whole
 * vector of a row are computed one by one with the same formulas.
 */
final class VectorRowOperations implements RowOperations {
  @Override
  public String name() {
    return "vector";
  }

  @Override
  public void softmax(Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights) {
    if (scores.columns() % LANES == 0) {
      VectorSoftmax.apply(scores, rows, block, weights);
    } else {
      ScalarRowOperations.INSTANCE.softmax(scores, rows, block, weights);
    }
  }

  @Override
  public void softCap(Matrix scores, float cap) {
    for (int i = 0; i < scores.rows(); i++) {
      int start = scores.index(i);
      int whole = wholeVectors(scores.columns());
      for (int j = 0; j < whole; j += LANES) {
        FloatVector capped = VectorMath.tanh(load(scores.bytes(), start + j).div(cap)).mul(cap);
        store(capped, scores.bytes(), start + j);
      }
      for (int j = whole; j < scores.columns(); j++) {
        scores.set(i, j, cap * ScalarMath.tanh(scores.get(i, j) / cap));
      }
    }
  }

  @Override
  public void layerNorm(Matrix input, float[] weight, float[] bias, float epsilon, Matrix output) {
    VectorNorms.layerNorm(input, weight, bias, epsilon, output);
  }

  @Override
  public void rmsNorm(Matrix input, float[] weight, float epsilon, Matrix output) {
    VectorNorms.rmsNorm(input, weight, epsilon, output);
  }

  @Override
  public void activate(Matrix values, Activation activation) {
    if (activation == Activation.NONE) {
      return;
    }
    VectorActivations loop = VectorActivations.of(activation);
    for (int i = 0; i < values.rows(); i++) {
      activateRow(values, i, activation, loop);
    }
  }

  private static void activateRow(
      Matrix values, int row, Activation activation, VectorActivations loop) {
    int start = values.index(row);
    int whole = wholeVectors(values.columns());
    loop.apply(values.bytes(), start, start + whole);
    for (int j = whole; j < values.columns(); j++) {
      values.set(row, j, ScalarMath.apply(activation, values.get(row, j)));
    }
  }

  @Override
  public void gate(Matrix gate, Matrix up, Activation activation) {
    VectorActivations loop = VectorActivations.of(activation);
    int whole = wholeVectors(gate.columns());
    for (int i = 0; i < gate.rows(); i++) {
      activateRow(gate, i, activation, loop);
      int gateStart = gate.index(i);
      int upStart = up.index(i);
      for (int j = 0; j < whole; j += LANES) {
        FloatVector product = load(gate.bytes(), gateStart + j).mul(load(up.bytes(), upStart + j));
        store(product, gate.bytes(), gateStart + j);
      }
      for (int j = whole; j < gate.columns(); j++) {
        gate.set(i, j, gate.get(i, j) * up.get(i, j));
      }
    }
  }

  @Override
  public void rotate(Matrix heads, int headDim, int pairs, float[] cosine, float[] sine) {
    int whole = wholeVectors(pairs);
    for (int t = 0; t < heads.rows(); t++) {
      for (int head = 0; head < heads.columns(); head += headDim) {
        int first = heads.index(t) + head;
        for (int j = 0; j < whole; j += LANES) {
          FloatVector x = load(heads.bytes(), first + j);
          FloatVector y = load(heads.bytes(), first + pairs + j);
          FloatVector c = FloatVector.fromArray(FLOATS, cosine, t * pairs + j);
          FloatVector s = FloatVector.fromArray(FLOATS, sine, t * pairs + j);
          store(x.fma(c, y.mul(s).neg()), heads.bytes(), first + j);
          store(y.fma(c, x.mul(s)), heads.bytes(), first + pairs + j);
        }
        for (int j = whole; j < pairs; j++) {
          rotatePair(
              heads, first + j, first + pairs + j, cosine[t * pairs + j], sine[t * pairs + j]);
        }
      }
    }
  }

  private static void rotatePair(Matrix heads, int first, int second, float c, float s) {
    float x = heads.floats().get(first);
    float y = heads.floats().get(second);
    heads.floats().put(first, Math.fma(x, c, -(y * s)));
    heads.floats().put(second, Math.fma(y, c, x * s));
  }

  @Override
  public void addToRow(Matrix target, int row, float[] addend, int from) {
    int start = target.index(row);
    int whole = wholeVectors(target.columns());
    for (int j = 0; j < whole; j += LANES) {
      FloatVector sum =
          load(target.bytes(), start + j).add(FloatVector.fromArray(FLOATS, addend, from + j));
      store(sum, target.bytes(), start + j);
    }
    for (int j = whole; j < target.columns(); j++) {
      target.set(row, j, target.get(row, j) + addend[from + j]);
    }
  }

  @Override
  public void round(Matrix source, Operand.BFloats target) {
    int whole = wholeVectors(source.columns());
    ByteBuffer bytes = target.bytes();
    for (int i = 0; i < source.rows(); i++) {
      int from = source.index(i);
      int to = target.index(i);
      for (int j = 0; j < whole; j += LANES) {
        VectorMath.round(load(source.bytes(), from + j))
            .intoByteBuffer(bytes, (to + j) * Short.BYTES, ORDER);
      }
      for (int j = whole; j < source.columns(); j++) {
        BFloat16.set(target, i, j, source.get(i, j));
      }
    }
  }

  @Override
  public void widen(Operand.BFloats source, Matrix target) {
    int whole = wholeVectors(source.columns());
    for (int i = 0; i < source.rows(); i++) {
      int from = source.index(i);
      int to = target.index(i);
      for (int j = 0; j < whole; j += LANES) {
        FloatVector wide = VectorMath.widen(source.bytes(), from + j).reinterpretAsFloats();
        store(wide, target.bytes(), to + j);
      }
      for (int j = whole; j < source.columns(); j++) {
        target.set(i, j, BFloat16.get(source, i, j));
      }
    }
  }

  @Override
  public void quantize(Operand.BFloats source, ByteBuffer target, float[] scales) {
    VectorInt8.quantize(source, target, scales);
  }

  @Override
  public void dequantize(
      Matrix sums, float[] rowScales, float[] columnScales, float[] bias, Matrix target) {
    VectorInt8.dequantize(sums, rowScales, columnScales, bias, target);
  }

  @Override
  public void add(Matrix source, Matrix target) {
    int whole = wholeVectors(target.columns());
    for (int i = 0; i < target.rows(); i++) {
      int sourceStart = source.index(i);
      int start = target.index(i);
      for (int j = 0; j < whole; j += LANES) {
        store(
            load(target.bytes(), start + j).add(load(source.bytes(), sourceStart + j)),
            target.bytes(),
            start + j);
      }
      for (int j = whole; j < target.columns(); j++) {
        target.set(i, j, target.get(i, j) + source.get(i, j));
      }
    }
  }

  @Override
  public void addProducts(Matrix input, Matrix weight, Matrix output) {
    VectorDotProducts.add(input, weight, output);
  }
}
