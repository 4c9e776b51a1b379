package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a table that a model reads.
 *
 * @param decoder of encoder-decoder models, where the table has a column for it
 */
record InputSelection(Side input, Optional<Side> decoder) {

  /** A column with the kind of input it holds. */
  record Candidate(InputSource source, String column, DataType type) {}

  /**
   * Columns that make one sequence.
   *
   * @param pair column of the second text, for models that read pairs of texts
   * @param tokenTypeIds column of token types
   * @param attentionMask column of ones for tokens and zeros for the padding after them
   * @param segments column of a number for each token, 0 for context
   */
  record Side(
      Candidate main,
      Optional<Candidate> pair,
      Optional<Candidate> tokenTypeIds,
      Optional<Candidate> attentionMask,
      Optional<Candidate> segments) {

    /** All columns. */
    List<Candidate> candidates() {
      return Stream.of(Optional.of(main), pair, tokenTypeIds, attentionMask, segments)
          .flatMap(Optional::stream)
          .toList();
    }
  }

  /** What was chosen for the encoder, or the only stack, and for the decoder. */
  List<Side> sides() {
    return decoder.map(side -> List.of(input, side)).orElse(List.of(input));
  }

  /** Whether something of this kind is read. */
  boolean reads(Class<? extends InputSource> source) {
    return sides().stream().anyMatch(side -> source.isInstance(side.main().source()));
  }

  /**
   * The same with the column {@code segment}, if there is one of numbers and the input has a token
   * for each: it may as well be a column of something else.
   */
  InputSelection withSegments(StructType schema) {
    TokensSource numbers = new TokensSource();
    boolean perToken =
        input.main().source() instanceof TokensSource
            || input.main().source() instanceof EmbeddingsSource;
    Optional<Candidate> segments =
        find(schema, RowReader.SEGMENT)
            .filter(field -> perToken && numbers.accepts(field.dataType()))
            .map(field -> candidate(numbers, field));
    Side side =
        new Side(input.main(), input.pair(), input.tokenTypeIds(), input.attentionMask(), segments);
    return new InputSelection(side, decoder);
  }

  /** Whether texts are read in pairs. */
  boolean readsPairs() {
    return input.pair().isPresent();
  }

  /**
   * Chooses columns, by name and type or by the user's wish.
   *
   * @throws ConfigurationException if there is none, more than one, or one of a wrong type; says
   *     which columns there are
   */
  static InputSelection of(
      StructType schema, InputOptions options, ModelConfig config, boolean hasTokenizer) {
    Candidate main = main(schema, options, config.stack());
    requireFits(main, config.stack(), config.family());
    requireTokenizer(main, hasTokenizer);
    Side input = side(schema, main, pair(schema, options, main), config.stack(), "");
    if (config.decoder().isEmpty()) {
      return new InputSelection(input, Optional.empty());
    }
    Optional<Candidate> decoder = decoder(schema);
    decoder.ifPresent(found -> requireTokenizer(found, hasTokenizer));
    StackConfig stack = config.decoder().get();
    return new InputSelection(
        input, decoder.map(found -> side(schema, found, Optional.empty(), stack, "decoder_")));
  }

  private static Candidate main(StructType schema, InputOptions options, StackConfig stack) {
    List<InputSource> named = sources(options.type());
    List<InputSource> fitting = named.stream().filter(source -> source.fits(stack)).toList();
    // What the model cannot read is looked at only to say so.
    List<InputSource> sources = recognizes(schema, options, fitting) ? fitting : named;
    if (options.column().isPresent()) {
      StructField field = field(schema, options.column().get());
      return sources.stream()
          .filter(source -> source.accepts(field.dataType()))
          .filter(source -> byNameOrOnly(source, field, sources))
          .findFirst()
          .map(source -> new Candidate(source, field.name(), field.dataType()))
          .orElseThrow(() -> wrongType(field, sources));
    }
    List<Candidate> found = new ArrayList<>();
    for (InputSource source : sources) {
      for (String name : source.columnNames()) {
        find(schema, name).ifPresent(field -> found.add(candidate(source, field)));
      }
    }
    return onlyOne(found, schema, sources, "input-column");
  }

  private static boolean recognizes(
      StructType schema, InputOptions options, List<InputSource> sources) {
    if (options.column().isPresent()) {
      DataType type = field(schema, options.column().get()).dataType();
      return sources.stream().anyMatch(source -> source.accepts(type));
    }
    return sources.stream()
        .flatMap(source -> source.columnNames().stream())
        .anyMatch(name -> find(schema, name).isPresent());
  }

  /** The second text: the column that the user names, else one that is recognised by its name. */
  private static Optional<Candidate> pair(StructType schema, InputOptions options, Candidate main) {
    boolean texts = main.source() instanceof TextSource;
    if (options.pairColumn().isPresent()) {
      if (!texts) {
        throw new ConfigurationException(
            "pair-column: expected a first column of text, found '%s', which holds %s"
                .formatted(main.column(), main.source().name()));
      }
      return Optional.of(candidate(main.source(), field(schema, options.pairColumn().get())));
    }
    return texts
        ? find(schema, TextSource.PAIR).map(field -> candidate(main.source(), field))
        : Optional.empty();
  }

  /** Of a column that several kinds accept, its name tells which is meant. */
  private static boolean byNameOrOnly(
      InputSource source, StructField field, List<InputSource> sources) {
    long accepting = sources.stream().filter(other -> other.accepts(field.dataType())).count();
    return accepting == 1 || source.columnNames().contains(field.name());
  }

  private static Optional<Candidate> decoder(StructType schema) {
    List<Candidate> found = new ArrayList<>();
    for (InputSource source : InputSources.ALL) {
      for (String name : source.decoderColumnNames()) {
        find(schema, name).ifPresent(field -> found.add(candidate(source, field)));
      }
    }
    if (found.size() > 1) {
      throw new ConfigurationException(
          "expected one column of decoder inputs, found %s. Leave one of them in the table."
              .formatted(names(found)));
    }
    return found.stream().findFirst();
  }

  private static Side side(
      StructType schema,
      Candidate main,
      Optional<Candidate> pair,
      StackConfig stack,
      String prefix) {
    boolean tokens = main.source() instanceof TokensSource;
    boolean hasTypes =
        stack.embedding() instanceof EmbeddingConfig.Tokens embedding
            && embedding.tokenTypes().isPresent();
    Optional<Candidate> types =
        tokens && hasTypes ? ids(schema, prefix + "token_type_ids") : Optional.empty();
    boolean padded = tokens || main.source() instanceof EmbeddingsSource;
    Optional<Candidate> mask = padded ? ids(schema, prefix + "attention_mask") : Optional.empty();
    return new Side(main, pair, types, mask, Optional.empty());
  }

  private static Optional<Candidate> ids(StructType schema, String name) {
    return find(schema, name).map(field -> candidate(new TokensSource(), field));
  }

  private static Candidate candidate(InputSource source, StructField field) {
    if (!source.accepts(field.dataType())) {
      throw wrongType(field, List.of(source));
    }
    return new Candidate(source, field.name(), field.dataType());
  }

  private static List<InputSource> sources(String type) {
    if (type.equals("auto")) {
      return InputSources.ALL;
    }
    List<InputSource> named =
        InputSources.ALL.stream().filter(source -> source.name().equals(type)).toList();
    if (named.isEmpty()) {
      throw new ConfigurationException(
          "input-type: expected auto, %s, found '%s'"
              .formatted(
                  InputSources.ALL.stream()
                      .map(InputSource::name)
                      .collect(Collectors.joining(", ")),
                  type));
    }
    return named;
  }

  private static Candidate onlyOne(
      List<Candidate> found, StructType schema, List<InputSource> sources, String option) {
    if (found.isEmpty()) {
      List<String> names =
          sources.stream().flatMap(source -> source.columnNames().stream()).toList();
      throw new ConfigurationException(
          "expected an input column named %s, found the columns %s. Name the column to read with %s."
              .formatted(String.join(" or ", names), columns(schema), option));
    }
    if (found.size() > 1) {
      throw new ConfigurationException(
          "expected one input column, found %s. Name the one to read with %s."
              .formatted(names(found), option));
    }
    return found.get(0);
  }

  private static void requireFits(Candidate main, StackConfig stack, String family) {
    if (!main.source().fits(stack)) {
      throw new ConfigurationException(
          "column '%s' holds %s, which a model of the family %s does not read"
              .formatted(main.column(), main.source().name(), family));
    }
  }

  private static void requireTokenizer(Candidate main, boolean hasTokenizer) {
    if (main.source() instanceof TextSource && !hasTokenizer) {
      throw new ConfigurationException(
          "column '%s' holds text, but the checkpoint folder has no tokenizer.json. Save the tokenizer into it with AutoTokenizer.from_pretrained(name).save_pretrained(folder), or give token ids."
              .formatted(main.column()));
    }
  }

  private static Optional<StructField> find(StructType schema, String name) {
    return Arrays.stream(schema.fields()).filter(field -> field.name().equals(name)).findFirst();
  }

  /**
   * A column by name.
   *
   * @throws ConfigurationException if it is not there
   */
  static StructField field(StructType schema, String name) {
    return find(schema, name)
        .orElseThrow(
            () ->
                new ConfigurationException(
                    "expected a column '%s', found the columns %s"
                        .formatted(name, columns(schema))));
  }

  private static String columns(StructType schema) {
    String names =
        Arrays.stream(schema.fieldNames())
            .filter(name -> !name.startsWith(EncodingPlan.INTERNAL))
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "(none)" : names;
  }

  private static String names(List<Candidate> candidates) {
    return candidates.stream().map(Candidate::column).collect(Collectors.joining(" and "));
  }

  private static ConfigurationException wrongType(StructField field, List<InputSource> sources) {
    return new ConfigurationException(
        "column '%s': expected %s, found %s"
            .formatted(
                field.name(),
                sources.stream()
                    .map(InputSource::acceptedTypes)
                    .collect(Collectors.joining(", or ")),
                field.dataType().sql().toLowerCase(java.util.Locale.ROOT)));
  }
}
