package dev.headlight.kernel;

import dev.headlight.config.Activation;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.global.dnnl;

/** What oneDNN does to the result of a product before it is stored. */
final class OneDnnEpilogues {
  private OneDnnEpilogues() {}

  static dnnl_primitive_attr of(Epilogue epilogue) {
    dnnl_post_ops operations = operations();
    if (epilogue.residual()) {
      OneDnn.check(
          dnnl.dnnl_post_ops_append_sum(operations, 1f, 0, dnnl.dnnl_data_type_undef),
          "add a residual");
    }
    int fused = fused(epilogue.activation());
    if (fused != 0) {
      append(operations, fused, alpha(epilogue.activation()));
    }
    return attributes(operations);
  }

  /** Multiplication by a number. */
  static dnnl_primitive_attr factor(float factor) {
    dnnl_post_ops operations = operations();
    if (factor != 1f) {
      append(operations, dnnl.dnnl_eltwise_linear, factor);
    }
    return attributes(operations);
  }

  private static dnnl_post_ops operations() {
    dnnl_post_ops operations = new dnnl_post_ops();
    OneDnn.check(dnnl.dnnl_post_ops_create(operations), "make an epilogue");
    return operations;
  }

  private static void append(dnnl_post_ops operations, int algorithm, float alpha) {
    OneDnn.check(
        dnnl.dnnl_post_ops_append_eltwise(operations, algorithm, alpha, 0f), "add to an epilogue");
  }

  private static dnnl_primitive_attr attributes(dnnl_post_ops operations) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "make attributes");
    OneDnn.check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, operations), "set an epilogue");
    dnnl.dnnl_post_ops_destroy(operations);
    return attributes;
  }

  /** oneDNN's number of an activation, or 0 if it has none. */
  static int fused(Activation activation) {
    return switch (activation) {
      case GELU -> dnnl.dnnl_eltwise_gelu_erf;
      case GELU_TANH -> dnnl.dnnl_eltwise_gelu_tanh;
      case SILU, QUICK_GELU -> dnnl.dnnl_eltwise_swish;
      case RELU -> dnnl.dnnl_eltwise_relu;
      case TANH -> dnnl.dnnl_eltwise_tanh;
      case SIGMOID -> dnnl.dnnl_eltwise_logistic;
      case NONE, RELU_SQUARED -> 0;
    };
  }

  private static float alpha(Activation activation) {
    return switch (activation) {
      case SILU -> 1f;
      case QUICK_GELU -> 1.702f;
      default -> 0f;
    };
  }
}
