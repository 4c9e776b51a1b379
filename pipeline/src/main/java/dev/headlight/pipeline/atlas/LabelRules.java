package dev.headlight.pipeline.atlas;

import java.util.List;

/**
 * The labels there are, in the order in which they are shown; docs/atlas.md tells where they come
 * from. A new one is one line here and one there.
 */
final class LabelRules {
  private static final double POSITIONAL = 0.4;
  private static final double COPYING = 0.3;

  /** A head that copies finds its token this many times as often as one of the other kind. */
  private static final double CLEARLY = 2;

  static final List<LabelRule> ALL =
      List.of(
          atLeast(
              "previous token",
              "previous_mass",
              POSITIONAL,
              "looks at the token before; induction heads build on it"),
          atLeast("next token", "next_mass", POSITIONAL, "looks at the token after"),
          atLeast("diagonal", "diagonal_mass", POSITIONAL, "looks at the token itself"),
          atLeast(
              "first-token sink",
              "sink",
              0.5,
              "rests on the first token: in at least half of the sequences it gets more than 0.3 of"
                  + " the attention on average"),
          atLeast(
              "special tokens",
              "special_token_mass",
              0.5,
              "rests on tokens that stand for no text, such as [CLS] and [SEP]"),
          new LabelRule(
              "induction",
              "induction_mass",
              COPYING,
              true,
              head ->
                  head.mean("induction_mass", 0) >= CLEARLY * head.mean("duplicate_token_mass", 0),
              "looks at what came after the same token before, at least twice as much as at the same"
                  + " token"),
          new LabelRule(
              "duplicate token",
              "duplicate_token_mass",
              COPYING,
              true,
              head ->
                  head.mean("duplicate_token_mass", 0) >= CLEARLY * head.mean("induction_mass", 0),
              "looks at the same token before, at least twice as much as at what came after it"),
          new LabelRule(
              "local",
              "mean_distance",
              5,
              false,
              head -> !isPositional(head),
              "looks at a neighbourhood, without being one of the positional heads above"),
          atLeast(
              "broad",
              "normalized_entropy",
              0.9,
              "spreads its attention nearly evenly over all tokens it can see"),
          new LabelRule(
              "dead",
              OutputNorms.RELATIVE,
              0.01,
              false,
              head -> true,
              "adds next to nothing to the residual stream: at most a hundredth of what the layer's"
                  + " strongest head adds; known where the statistics norms were asked for"));

  private LabelRules() {}

  private static LabelRule atLeast(
      String label, String statistic, double threshold, String meaning) {
    return new LabelRule(label, statistic, threshold, true, head -> true, meaning);
  }

  private static boolean isPositional(HeadProfile head) {
    return head.mean("previous_mass", 0) >= POSITIONAL
        || head.mean("next_mass", 0) >= POSITIONAL
        || head.mean("diagonal_mass", 0) >= POSITIONAL;
  }
}
