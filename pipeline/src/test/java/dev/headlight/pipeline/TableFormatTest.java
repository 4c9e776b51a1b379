package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableFormatTest {
  @ParameterizedTest
  @ValueSource(strings = {"parquet", "ORC", "org.apache.spark.sql.parquet"})
  void formatsWithNestedColumnsAreTaken(String format) {
    assertThatCode(() -> TableFormat.require(format)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "JSON", "text", "xml"})
  void formatsOfTextAreRefused(String format) {
    assertThatThrownBy(() -> TableFormat.require(format))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("format: expected one that keeps nested columns and their types")
        .hasMessageContaining("found '" + format + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"parkuet", "", "avro"})
  void unknownFormatsAreRefused(String format) {
    assertThatThrownBy(() -> TableFormat.require(format))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("format: expected the name of a Spark data source")
        .hasMessageContaining("found '" + format + "'");
  }
}
