package dev.headlight.pipeline;

import dev.headlight.safetensors.SafetensorsCheckpoint;
import java.io.IOException;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** A model that every executor reads from the checkpoint folder itself. */
record FileModel(
    String key, Broadcast<byte[]> payload, Broadcast<SerializableConfiguration> configuration)
    implements ModelSource {

  @Override
  public LoadedModel load() throws IOException {
    ModelPayload content = ModelPayload.of(payload.value());
    return content.build(
        SafetensorsCheckpoint.open(
            HadoopCheckpointFolder.of(content.location(), configuration.value().value())));
  }
}
