package dev.headlight.pipeline;

import java.io.IOException;
import java.io.Serializable;

/** Where a task gets its model from. Small: sent with every stage. */
interface ModelSource extends Serializable {
  /** Identifies the built model: content of the checkpoint, kernels and precision. */
  String key();

  /** Builds the model. */
  LoadedModel load() throws IOException;
}
