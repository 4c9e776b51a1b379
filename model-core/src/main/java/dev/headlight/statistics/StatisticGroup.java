package dev.headlight.statistics;

import java.util.List;
import java.util.function.Function;

/**
 * A group of per-head statistics that are computed and asked for together.
 *
 * @param name as {@code --statistics} takes it
 * @param statistics its columns
 * @param accumulator makes the accumulator of one head
 */
record StatisticGroup(
    String name,
    List<Statistic> statistics,
    Function<SequenceTokens, HeadAccumulator> accumulator) {}
