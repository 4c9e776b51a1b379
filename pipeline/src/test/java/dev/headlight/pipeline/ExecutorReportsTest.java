package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.pipeline.machine.MachineReport;
import dev.headlight.pipeline.machine.Machines;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class ExecutorReportsTest {
  @Test
  void everyExecutorReportsOnceHoweverManyTasksItRuns() {
    JavaSparkContext context = new JavaSparkContext(TestSpark.session().sparkContext());

    List<MachineReport> reports = Machines.executors(context, "auto");

    // On a local master the driver is the only executor.
    assertThat(reports).extracting(MachineReport::executor).containsExactly("driver");
    assertThat(reports.get(0).taskThreads()).isEqualTo(1);
    assertThat(reports.get(0).problems()).isEmpty();
  }
}
