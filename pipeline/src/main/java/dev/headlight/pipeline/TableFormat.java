package dev.headlight.pipeline;

import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.internal.SQLConf;

/** Formats that results are written in. */
final class TableFormat {
  /**
   * Written as text: without arrays, or read again with other types and another order of fields.
   */
  private static final Set<String> TEXTS = Set.of("csv", "json", "text", "xml");

  private TableFormat() {}

  /**
   * Refuses what is no format of tables with nested columns.
   *
   * @param format name of a Spark data source
   * @throws ConfigurationException if Spark does not know it, or it does not keep types
   */
  static void require(String format) {
    if (TEXTS.contains(format.toLowerCase(Locale.ROOT))) {
      throw new ConfigurationException(
          "format: expected one that keeps nested columns and their types, such as parquet or orc, found '%s'. Read the results with Spark to write them as %s."
              .formatted(format, format));
    }
    try {
      DataSource.lookupDataSource(format, SQLConf.get());
    } catch (Exception e) {
      throw new ConfigurationException(
          "format: expected the name of a Spark data source, such as parquet, found '%s': %s"
              .formatted(format, e.getMessage()),
          e);
    }
  }
}
