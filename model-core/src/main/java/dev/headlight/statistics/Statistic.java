package dev.headlight.statistics;

/**
 * One statistic, as tables and reports name it.
 *
 * @param name name of its column
 * @param unit unit of its values, such as nats, tokens, or share
 * @param meaning what it says, in one line
 */
public record Statistic(String name, String unit, String meaning) {}
