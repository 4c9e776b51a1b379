package dev.headlight.pipeline;

import dev.headlight.safetensors.TensorInfo;
import dev.headlight.safetensors.TensorSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A model whose weights reach executors through Spark: in their stored dtype, in chunks, of which
 * an executor holds one more than the built model at a time if its memory is short. What is
 * broadcast are plain arrays: Spark closes values that can be closed when it evicts them, while
 * tasks may still use them.
 */
record BroadcastModel(String key, Broadcast<byte[]> payload, List<Broadcast<byte[]>> chunks)
    implements ModelSource {

  /** Reads the tensors of a payload and hands them to Spark. */
  static BroadcastModel send(
      JavaSparkContext context, String key, ModelPayload payload, TensorSource source)
      throws IOException {
    List<TensorInfo> tensors = payload.tensors();
    List<Broadcast<byte[]>> chunks = new ArrayList<>();
    for (int i = 0; i < ChunkedTensors.count(tensors, ChunkedTensors.CHUNK_BYTES); i++) {
      byte[] chunk = ChunkedTensors.readChunk(source, tensors, ChunkedTensors.CHUNK_BYTES, i);
      chunks.add(context.broadcast(chunk));
    }
    return new BroadcastModel(key, context.broadcast(payload.toBytes()), chunks);
  }

  @Override
  public LoadedModel load() throws IOException {
    ModelPayload content = ModelPayload.of(payload.value());
    return content.build(
        new ChunkedTensors(
            content.tensors(),
            ChunkedTensors.CHUNK_BYTES,
            new RecentChunks(index -> chunks.get(index).value())));
  }

  /** Frees the copies of executors; one that needs them again fetches them from the driver. */
  void unpersist() {
    chunks.forEach(chunk -> chunk.unpersist(false));
  }
}
