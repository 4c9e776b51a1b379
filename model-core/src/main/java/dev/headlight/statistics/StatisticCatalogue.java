package dev.headlight.statistics;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Names of all statistics, by group. */
public final class StatisticCatalogue {
  /** Group of the per-layer statistics of hidden states. */
  public static final String LAYERS = "layers";

  /** Group that compares attention to a context with that to what followed it. */
  public static final String LOOKBACK = "lookback";

  /** Group of the attention that each key receives, a column of its own. */
  public static final String TOKEN_STATISTICS = "token_statistics";

  /** Group of the divergence between heads, a column of its own. */
  public static final String HEAD_DIVERGENCE = "head_divergence";

  /** Group of attention rollout, a column of its own. */
  public static final String ROLLOUT = "rollout";

  /** Longest sequence that attention rollout is computed for. */
  public static final int ROLLOUT_MAX_TOKENS = RolloutRows.MAX_TOKENS;

  /** Per-head groups, in the order of their columns. */
  private static final List<StatisticGroup> HEAD_GROUPS =
      List.of(
          ShapeStatistics.GROUP,
          PositionStatistics.GROUP,
          CopyingStatistics.GROUP,
          SpecialTokenStatistics.GROUP,
          LookbackStatistics.GROUP,
          PixelStatistics.GROUP,
          NormStatistics.GROUP);

  /** Per-layer groups, in the order of their columns. */
  private static final List<String> LAYER_GROUPS = List.of(LAYERS, UpdateStatistics.NAME);

  private static final List<String> OTHER_GROUPS =
      List.of(LAYERS, UpdateStatistics.NAME, TOKEN_STATISTICS, HEAD_DIVERGENCE, ROLLOUT);

  private static final List<String> DEFAULT =
      List.of("shape", "position", "copying", "special", LAYERS);

  private StatisticCatalogue() {}

  /** Names of all groups, in the order of their columns. */
  public static List<String> groups() {
    return Stream.concat(HEAD_GROUPS.stream().map(StatisticGroup::name), OTHER_GROUPS.stream())
        .toList();
  }

  /**
   * Groups that an option names: {@code all}, {@code none}, or a list of groups separated by
   * commas, in which {@code default} stands for the groups that cost little.
   *
   * @return names of groups in the order of their columns
   * @throws IllegalArgumentException if a name is unknown
   */
  public static Set<String> parse(String option) {
    Set<String> named = new LinkedHashSet<>();
    List<String> names = Stream.of(option.split(",", -1)).map(String::strip).toList();
    for (String name : names) {
      switch (name) {
        case "all" -> named.addAll(groups());
        case "default" -> named.addAll(DEFAULT);
        case "none" -> requireAlone(names);
        default -> named.add(requireGroup(name));
      }
    }
    Set<String> ordered = new LinkedHashSet<>(groups());
    ordered.retainAll(named);
    return ordered;
  }

  private static void requireAlone(List<String> names) {
    if (names.size() > 1) {
      throw new IllegalArgumentException(
          "statistics: expected 'none' alone, found it among '" + String.join(",", names) + "'");
    }
  }

  private static String requireGroup(String name) {
    if (groups().contains(name)) {
      return name;
    }
    Optional<String> holder = groupOf(name);
    List<String> valid =
        Stream.concat(Stream.of("default", "all", "none"), groups().stream()).toList();
    String hint =
        holder
            .map(group -> " is in group '" + group + "'")
            .orElseGet(() -> " is unknown; nearest is '" + nearest(name, valid) + "'");
    throw new IllegalArgumentException(
        "statistics: '%s'%s; expected names of groups out of %s, separated by commas"
            .formatted(name, hint, String.join(", ", valid)));
  }

  private static Optional<String> groupOf(String statistic) {
    return groups().stream()
        .filter(
            group -> statistics(group).stream().anyMatch(known -> known.name().equals(statistic)))
        .findFirst();
  }

  private static String nearest(String name, List<String> valid) {
    return valid.stream()
        .min(Comparator.comparingInt(candidate -> EditDistance.between(name, candidate)))
        .orElseThrow();
  }

  static void requireGroups(Collection<String> names) {
    names.forEach(StatisticCatalogue::requireGroup);
  }

  /** Whether a group's statistics are columns of {@code attention_statistics}. */
  public static boolean isHeadGroup(String name) {
    return HEAD_GROUPS.stream().anyMatch(group -> group.name().equals(name));
  }

  /** Whether a group's statistics are columns of {@code layer_statistics}. */
  public static boolean isLayerGroup(String name) {
    return LAYER_GROUPS.contains(name);
  }

  static List<String> layerGroupsInOrder(Collection<String> names) {
    for (String name : names) {
      if (!isLayerGroup(name)) {
        requireGroup(name);
        throw new IllegalArgumentException("'" + name + "' is not a group of per-layer statistics");
      }
    }
    return LAYER_GROUPS.stream().filter(names::contains).toList();
  }

  static List<String> headGroupsInOrder(Collection<String> names) {
    for (String name : names) {
      if (!isHeadGroup(name)) {
        requireGroup(name);
        throw new IllegalArgumentException("'" + name + "' is not a group of per-head statistics");
      }
    }
    return HEAD_GROUPS.stream().map(StatisticGroup::name).filter(names::contains).toList();
  }

  static List<StatisticGroup> headGroups(StatisticsRequest request) {
    return HEAD_GROUPS.stream()
        .filter(group -> request.headGroups().contains(group.name()))
        .toList();
  }

  /** Statistics of a group; none if it is not one of named columns. */
  public static List<Statistic> statistics(String group) {
    if (group.equals(LAYERS)) {
      return ResidualStatistics.STATISTICS;
    }
    if (group.equals(UpdateStatistics.NAME)) {
      return UpdateStatistics.STATISTICS;
    }
    return HEAD_GROUPS.stream()
        .filter(known -> known.name().equals(group))
        .findFirst()
        .map(StatisticGroup::statistics)
        .orElse(List.of());
  }

  /** Columns of the per-head statistics of a request, in table order. */
  public static List<String> headColumns(StatisticsRequest request) {
    return headGroups(request).stream()
        .flatMap(group -> group.statistics().stream())
        .map(Statistic::name)
        .toList();
  }

  /** Columns of the per-layer statistics of a request, in table order. */
  public static List<String> layerColumns(StatisticsRequest request) {
    return request.layerGroups().stream()
        .flatMap(group -> statistics(group).stream())
        .map(Statistic::name)
        .toList();
  }
}
