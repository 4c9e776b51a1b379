package dev.headlight.pipeline;

import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;

/** The columns that tasks see, in order, and where in them a row's sequences are. */
final class TravellingColumns {
  private final List<Column> columns = new ArrayList<>();

  /** Columns that are taken over, which come first. */
  TravellingColumns(List<Column> first) {
    columns.addAll(first);
  }

  /** Adds the columns of the sequences that a model reads. */
  RowReader add(InputSelection input, ModelConfig config, TextReading text, boolean truncates) {
    RowReader.Side main = add(input.input(), config.stack(), text);
    RowReader.Side decoder =
        input.decoder().isPresent()
            ? add(input.decoder().get(), config.decoder().orElseThrow(), text.withoutPrompt())
            : null;
    return new RowReader(main, decoder, truncates);
  }

  Column[] columns() {
    return columns.toArray(Column[]::new);
  }

  private RowReader.Side add(InputSelection.Side side, StackConfig stack, TextReading text) {
    InputSelection.Candidate main = side.main();
    int payload = add(main);
    int pair = side.pair().map(this::add).orElse(RowReader.ABSENT);
    int types = side.tokenTypeIds().map(this::add).orElse(RowReader.ABSENT);
    int mask = side.attentionMask().map(this::add).orElse(RowReader.ABSENT);
    int segments = side.segments().map(this::add).orElse(RowReader.ABSENT);
    boolean readsText = main.source() instanceof TextSource;
    return new RowReader.Side(
        main.source().reader(main.column(), main.type()),
        main.column(),
        payload,
        pair,
        types,
        mask,
        segments,
        readsText ? text.prompt() : "",
        text.maxTokens(stack, readsText),
        readsText ? text.windowOverlap(stack) : RowReader.ABSENT);
  }

  private int add(InputSelection.Candidate candidate) {
    Column column = EncodingPlan.column(candidate.column());
    Column payload = candidate.source().payload(column, candidate.type());
    columns.add(payload.as(EncodingPlan.INTERNAL + columns.size()));
    return columns.size() - 1;
  }
}
