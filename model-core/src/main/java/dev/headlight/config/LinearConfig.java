package dev.headlight.config;

import java.util.List;
import java.util.Optional;

/**
 * Where the weights of a linear projection {@code y = x W^T + b} stand in a checkpoint.
 *
 * @param name the projection's name: {@code q_proj}, {@code k_proj}, {@code v_proj}, {@code
 *     qkv_proj}, {@code o_proj}, {@code gate_proj}, {@code up_proj}, {@code down_proj}, ...
 * @param weight full name of the weight tensor
 * @param bias full name of the bias tensor, if there is one
 * @param transposed the tensor is {@code [inputs, outputs]} (GPT-2's Conv1D) instead of {@code
 *     [outputs, inputs]}
 * @param firstOutput first output inside a tensor that holds several projections, such as Phi-3's
 *     {@code gate_up_proj}
 * @param storedOutputs outputs of the whole tensor; equals {@code outputs} for a tensor of one
 *     projection
 * @param inputShape shape of the inputs in the stored tensor: {@code [inputs]}, or a convolution
 *     kernel's {@code [channels, height, width]}
 * @param outputScale full name of a per-output factor that multiplies y (LayerScale of DINOv2), if
 *     there is one
 */
public record LinearConfig(
    String name,
    String weight,
    Optional<String> bias,
    int inputs,
    int outputs,
    boolean transposed,
    int firstOutput,
    int storedOutputs,
    List<Integer> inputShape,
    Optional<String> outputScale) {

  public LinearConfig {
    inputShape = List.copyOf(inputShape);
  }

  /**
   * A projection stored as PyTorch's {@code nn.Linear} stores it, {@code prefix.weight} and, if
   * asked for, {@code prefix.bias}.
   */
  public static LinearConfig of(String name, String prefix, int inputs, int outputs, Bias bias) {
    return new LinearConfig(
        name,
        prefix + ".weight",
        bias == Bias.PRESENT ? Optional.of(prefix + ".bias") : Optional.empty(),
        inputs,
        outputs,
        false,
        0,
        outputs,
        List.of(inputs),
        Optional.empty());
  }

  /** The same, stored as GPT-2's Conv1D stores it: {@code [inputs, outputs]}. */
  public LinearConfig asTransposed() {
    return new LinearConfig(
        name,
        weight,
        bias,
        inputs,
        outputs,
        true,
        firstOutput,
        storedOutputs,
        inputShape,
        outputScale);
  }

  /**
   * The same, stored as the kernel {@code [outputs, channels, height, width]} of a convolution
   * without overlap.
   */
  public LinearConfig asConvolution(int channels, int height, int width) {
    return new LinearConfig(
        name,
        weight,
        bias,
        inputs,
        outputs,
        transposed,
        firstOutput,
        storedOutputs,
        List.of(channels, height, width),
        outputScale);
  }

  /** The shape of the stored weight tensor. */
  public long[] storedShape() {
    if (transposed) {
      return new long[] {inputs, storedOutputs};
    }
    long[] shape = new long[inputShape.size() + 1];
    shape[0] = storedOutputs;
    for (int i = 0; i < inputShape.size(); i++) {
      shape[i + 1] = inputShape.get(i);
    }
    return shape;
  }

  /** A part of this projection's outputs, as a projection of its own. */
  public LinearConfig slice(String sliceName, int first, int count) {
    return new LinearConfig(
        sliceName,
        weight,
        bias,
        inputs,
        count,
        transposed,
        firstOutput + first,
        storedOutputs,
        inputShape,
        outputScale);
  }

  public LinearConfig withOutputScale(String tensor) {
    return new LinearConfig(
        name,
        weight,
        bias,
        inputs,
        outputs,
        transposed,
        firstOutput,
        storedOutputs,
        inputShape,
        Optional.of(tensor));
  }

  /** Whether a projection has a bias. */
  public enum Bias {
    PRESENT,
    ABSENT;

    public static Bias of(boolean present) {
      return present ? PRESENT : ABSENT;
    }
  }
}
