package dev.headlight.pipeline;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Columns computed by a static Java method on Spark's own data, which Spark compiles into its
 * generated code. Arrays thus cross the public {@code mapPartitions} as bytes: a {@code Row} would
 * box every number of them.
 */
public final class Bridge {
  private Bridge() {}

  /**
   * A column computed by a public static method of a public class; null if an argument is.
   *
   * @param type the type of the column, of which the method returns Spark's internal form
   */
  public static Column call(Class<?> owner, String method, DataType type, Column... arguments) {
    List<Expression> expressions =
        Arrays.stream(arguments).map(ExpressionUtils::expression).toList();
    StaticInvoke invoke =
        new StaticInvoke(
            owner,
            type,
            method,
            CollectionConverters.asScala(expressions).toSeq(),
            CollectionConverters.<AbstractDataType>asScala(List.<AbstractDataType>of()).toSeq(),
            true,
            true,
            true,
            Option.empty());
    return ExpressionUtils.column(invoke);
  }
}
