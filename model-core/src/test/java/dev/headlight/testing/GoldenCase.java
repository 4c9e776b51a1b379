package dev.headlight.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.safetensors.LocalCheckpointFolder;
import dev.headlight.safetensors.SafetensorsCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One checkpoint with the outputs that Hugging Face's own code computes from it. A case of the sets
 * {@code goldens} and {@code goldens5} has runs: {@code batch}, {@code single} (one token, or one
 * image) and for some {@code embeds}.
 *
 * @param set the folder of {@code test-data} it is in
 */
public record GoldenCase(String set, String name, Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public LocalCheckpointFolder checkpointFolder() {
    return new LocalCheckpointFolder(folder);
  }

  /** What {@code case.json} says of the case. */
  public JsonNode description() {
    return json("case.json");
  }

  public JsonNode json(String file) {
    try {
      return JSON.readTree(Files.readAllBytes(folder.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of the runs; none for a case of the set {@code sentence-transformers}. */
  public List<String> runs() {
    List<String> runs = new ArrayList<>();
    description().path("runs").fieldNames().forEachRemaining(runs::add);
    return List.copyOf(runs);
  }

  public boolean hasRun(String run) {
    return runs().contains(run);
  }

  /** The inputs of a run, such as {@code input_ids} and {@code attention_mask} [B, T]. */
  public Tensors inputs(String run) {
    return runFile("inputs", run);
  }

  /**
   * The outputs of a run, such as {@code last_hidden_state} [B, T, d] and {@code attentions.0} [B,
   * h, T, T].
   */
  public Tensors expected(String run) {
    return runFile("expected", run);
  }

  /** The attention statistics of a run, [B, L, h], in float64. */
  public Tensors statistics(String run) {
    return runFile("statistics", run);
  }

  /** The further statistics of a run, in float64. */
  public Tensors statistics2(String run) {
    return runFile("statistics2", run);
  }

  /** The tensors of any safetensors file of the case. */
  public Tensors tensors(String file) {
    try {
      return new Tensors(SafetensorsCheckpoint.openFile(checkpointFolder(), file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Tensors runFile(String kind, String run) {
    String suffix = run.equals("batch") ? "" : "-" + run;
    return tensors(kind + suffix + ".safetensors");
  }

  @Override
  public String toString() {
    return set + "/" + name;
  }
}
