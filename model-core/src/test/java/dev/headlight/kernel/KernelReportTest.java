package dev.headlight.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelReportTest {
  @Test
  void everyNativeLibraryLoadsAndSaysWhatItIs() {
    KernelReport report = KernelReport.of("auto");

    assertThat(report.libraries())
        .extracting(KernelReport.NativeLibrary::name)
        .containsExactly("ND4J", "OpenBLAS", "oneDNN");
    assertThat(report.libraries())
        .allSatisfy(
            library -> {
              assertThat(library.problem()).isEmpty();
              assertThat(library.description()).isNotBlank();
            });
    assertThat(report.libraries().get(1).description()).startsWith("OpenBLAS ");
    assertThat(report.libraries().get(2).description()).matches("oneDNN \\d+\\.\\d+\\.\\d+, .+");
  }

  @Test
  void kernelsGiveARowTheSameBitsAmongAnyNumberOfRows() {
    KernelReport report = KernelReport.of("nd4j");

    assertThat(report.kernels()).isEqualTo("nd4j");
    assertThat(report.precisions()).containsExactly("fp32");
    assertThat(report.unstableRows()).isEmpty();
  }

  @Test
  void kernelsWhoseRowsDependOnTheirNumberAreFoundOut() {
    Kernels sound = Kernels.named("auto");
    Kernels unsound =
        new Kernels(new RowCounting(sound.products()), sound.rowOperations(), sound.precision());

    assertThat(RowStability.violation(unsound.products()))
        .contains("1 rows of a 5 x 7 projection differ from the same rows among 257");
    assertThat(RowStability.violation(sound.products())).isEqualTo(Optional.empty());
  }

  /** Products that add the number of rows to one value, as a kernel that rounds otherwise does. */
  private record RowCounting(MatrixProducts sound) implements MatrixProducts {
    @Override
    public String name() {
      return "row-counting";
    }

    @Override
    public PackedLinear pack(Matrix weight, float[] bias, NativeArena arena) {
      return sound.pack(weight, bias, arena);
    }

    @Override
    public Operand operand(Matrix values, Workspace workspace) {
      return sound.operand(values, workspace);
    }

    @Override
    public Operand newOperand(int rows, int columns, Workspace workspace) {
      return sound.newOperand(rows, columns, workspace);
    }

    @Override
    public void linear(
        Operand input,
        PackedLinear weights,
        Activation activation,
        Matrix output,
        Workspace workspace) {
      sound.linear(input, weights, activation, output, workspace);
      int last = output.rows() - 1;
      output.set(last, 0, output.get(last, 0) + output.rows());
    }

    @Override
    public void linear(
        Operand input,
        PackedLinear weights,
        Activation activation,
        Operand output,
        Workspace workspace) {
      sound.linear(input, weights, activation, output, workspace);
    }

    @Override
    public void linearAdd(Operand input, PackedLinear weights, Matrix output, Workspace workspace) {
      sound.linearAdd(input, weights, output, workspace);
    }

    @Override
    public void scores(
        Operand query,
        Operand key,
        HeadGroup group,
        float scale,
        Matrix scores,
        Workspace workspace) {
      sound.scores(query, key, group, scale, scores, workspace);
    }

    @Override
    public Operand weights(Matrix scores, Workspace workspace) {
      return sound.weights(scores, workspace);
    }

    @Override
    public void values(
        Operand weights, Operand value, HeadGroup group, Operand context, Workspace workspace) {
      sound.values(weights, value, group, context, workspace);
    }
  }
}
