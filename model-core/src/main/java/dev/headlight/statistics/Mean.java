package dev.headlight.statistics;

/** Running mean in double precision; NaN while it is empty. */
final class Mean {
  private double sum;
  private int count;

  void clear() {
    sum = 0;
    count = 0;
  }

  void add(double value) {
    sum += value;
    count++;
  }

  double value() {
    return sum / count;
  }
}
