package dev.headlight.pipeline;

import dev.headlight.statistics.StatisticCatalogue;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** All outputs. A new one is one file and one line here. */
final class Outputs {
  /** In the order of their columns in the table. */
  static final List<Output> ALL =
      List.of(
          new EmbeddingOutput(),
          new LastHiddenStateOutput(),
          new HiddenStatesOutput(),
          new AttentionStatisticsOutput(),
          new LayerStatisticsOutput(),
          new TokenStatisticsOutput(),
          new HeadDivergenceOutput(),
          new RolloutOutput(),
          new AttentionsOutput());

  /** Names of the outputs that are computed where none are named. */
  static final List<String> DEFAULTS =
      List.of("embedding", "attention_statistics", "layer_statistics");

  private Outputs() {}

  /**
   * The outputs that options ask for: those they name, and those that hold a group of statistics
   * they name. In the order of their columns.
   *
   * @throws ConfigurationException for a name that is not there
   */
  static List<Output> of(EncoderOptions options) {
    List<String> known = ALL.stream().map(Output::name).toList();
    for (String name : options.outputs()) {
      if (!known.contains(name)) {
        throw new ConfigurationException(
            "outputs: expected some of %s, found '%s'".formatted(String.join(", ", known), name));
      }
    }
    Set<String> wanted = new HashSet<>(options.outputs());
    wanted.addAll(statisticGroups(options));
    return ALL.stream().filter(output -> wanted.contains(output.name())).toList();
  }

  /**
   * The groups of statistics that options name.
   *
   * @throws ConfigurationException for a name that is not there
   */
  static Set<String> statisticGroups(EncoderOptions options) {
    try {
      return StatisticCatalogue.parse(String.join(",", options.statistics()));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage(), e);
    }
  }

  /** Those of them that are columns of {@code attention_statistics}. */
  static Set<String> headGroups(EncoderOptions options) {
    Set<String> groups = new TreeSet<>(statisticGroups(options));
    groups.removeIf(group -> !StatisticCatalogue.isHeadGroup(group));
    return groups;
  }
}
