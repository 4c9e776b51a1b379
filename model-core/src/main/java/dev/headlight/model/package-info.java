/**
 * Runs transformer checkpoints on packed sequences, as a plain Java library.
 *
 * <pre>{@code
 * Checkpoint checkpoint = Checkpoint.open(Path.of("bert-base-uncased"));
 * try (TransformerModel model = checkpoint.load(Kernels.named("auto"));
 *     ForwardPass pass = model.newForwardPass()) {
 *   List<Example> batch =
 *       List.of(
 *           Example.of(Sequence.Tokens.of(2, 17, 5, 3)),
 *           Example.of(Sequence.Tokens.of(2, 64, 3)));
 *   ForwardRequest request =
 *       ForwardRequest.ofLastHiddenState()
 *           .withStatistics(StatisticsRequest.ofGroups(Set.of("shape", "position")));
 *   for (ForwardOutput output : pass.run(batch, request)) {
 *     float[] lastHiddenState = output.output().lastHiddenState(); // [T * d], row-major
 *     List<SequenceStatistics.HeadStatistics> heads = output.statistics().heads();
 *   }
 * }
 * }</pre>
 *
 * <p>A {@link dev.headlight.model.TransformerModel} is immutable and shared; each thread runs its
 * own {@link dev.headlight.model.ForwardPass}. Results are plain arrays. The bits of a sequence's
 * results do not depend on what it is batched with.
 */
package dev.headlight.model;
