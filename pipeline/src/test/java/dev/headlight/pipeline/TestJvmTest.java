package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;

/** The JVM the tests run in is set up as Spark sets up its own. */
class TestJvmTest {
  @Test
  void jvmHasEveryOptionSparkGivesToItsOwnJvms() {
    List<String> options = List.of(JavaModuleOptions.defaultModuleOptionArray());

    // --add-modules and the like come back from the JVM as given, so they compare as text.
    assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments()).containsAll(options);
  }
}
