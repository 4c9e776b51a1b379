package dev.headlight.jobs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.families.CheckpointInspection;
import dev.headlight.model.Inventory;
import dev.headlight.model.TensorUse;
import java.util.Map;

/** What is known of a checkpoint, for programs. */
final class InspectionJson {
  private InspectionJson() {}

  static ObjectNode of(String model, CheckpointInspection inspection, InputDescription inputs) {
    ObjectNode root = Json.object();
    root.put("model", model);
    root.put("supported", inspection.problems().isEmpty());
    root.set("problems", Json.tree(inspection.problems()));
    inspection
        .config()
        .ifPresent(
            config -> {
              ObjectNode architecture = root.putObject("architecture");
              for (Map.Entry<String, String> line : ModelDescription.of(config).entrySet()) {
                architecture.put(line.getKey().replaceAll("[ -]", "_"), line.getValue());
              }
            });
    inputs.lines().forEach(root::put);
    inspection.inventory().ifPresent(inventory -> add(inventory, root));
    return root;
  }

  private static void add(Inventory inventory, ObjectNode root) {
    root.put("parameters", inventory.parameters());
    new ExecutorMemory(inventory.nativeBytes()).addTo(root);
    ArrayNode tensors = root.putArray("tensors");
    for (Inventory.Entry entry : inventory.entries()) {
      TensorUse use = entry.use();
      ObjectNode tensor = tensors.addObject();
      tensor.put("stack", use.stack());
      use.layer().ifPresent(layer -> tensor.put("layer", layer));
      tensor.put("role", use.role());
      tensor.put("tensor", use.tensor());
      tensor.set("shape", Json.tree(use.shape()));
      use.linear()
          .ifPresent(
              linear -> {
                tensor.put("outputs", linear.outputs()).put("inputs", linear.inputs());
                tensor.put("first_output", linear.firstOutput());
                tensor.put("transposed", linear.transposed());
              });
      entry
          .stored()
          .ifPresent(
              stored -> {
                tensor.put("dtype", stored.dtype().name());
                tensor.put("file", stored.file());
                tensor.put("offset", stored.offset()).put("bytes", stored.byteLength());
              });
    }
  }
}
