package dev.headlight.text;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The activation of a Dense module, named as PyTorch's class. Evaluated with StrictMath, so that
 * its bits are the same everywhere.
 */
public enum DenseActivation {
  IDENTITY("Identity") {
    @Override
    double apply(double x) {
      return x;
    }
  },
  TANH("Tanh") {
    @Override
    double apply(double x) {
      return StrictMath.tanh(x);
    }
  },
  SIGMOID("Sigmoid") {
    @Override
    double apply(double x) {
      return 1 / (1 + StrictMath.exp(-x));
    }
  },
  RELU("ReLU") {
    @Override
    double apply(double x) {
      return Math.max(x, 0);
    }
  },
  SILU("SiLU") {
    @Override
    double apply(double x) {
      return x / (1 + StrictMath.exp(-x));
    }
  };

  private final String className;

  DenseActivation(String className) {
    this.className = className;
  }

  abstract double apply(double x);

  String className() {
    return className;
  }

  /** The activation of a class name, with or without its package. */
  static Optional<DenseActivation> named(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return Arrays.stream(values())
        .filter(activation -> activation.className.equals(last))
        .findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values()).map(DenseActivation::className).toList();
  }
}
