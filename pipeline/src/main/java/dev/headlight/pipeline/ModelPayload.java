package dev.headlight.pipeline;

import dev.headlight.config.ConfigJson;
import dev.headlight.families.Families;
import dev.headlight.image.ImageProcessor;
import dev.headlight.kernel.Kernels;
import dev.headlight.model.TransformerModel;
import dev.headlight.safetensors.TensorInfo;
import dev.headlight.safetensors.TensorSource;
import dev.headlight.text.Tokenizer;
import dev.headlight.text.TokenizerDefinition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All of a checkpoint that executors need besides the numbers of its tensors.
 *
 * @param location of the checkpoint, for messages
 * @param configJson content of {@code config.json}
 * @param tensorNames names of all tensors of the checkpoint
 * @param tensors the tensors that the model uses, with their places in the chunks; empty where
 *     executors read the checkpoint themselves
 * @param tokenizer null where text is not read
 * @param images how images become pixel values; null where none are read
 * @param kernels name of the kernels: those of the driver, so that no executor chooses others
 * @param precision they compute in
 */
record ModelPayload(
    String location,
    byte[] configJson,
    List<String> tensorNames,
    List<TensorInfo> tensors,
    TokenizerDefinition tokenizer,
    ImageProcessor images,
    String kernels,
    String precision)
    implements Serializable {

  /**
   * The payload as bytes, which every serializer that Spark may be set to can carry: Kryo cannot
   * make records.
   */
  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Tells payloads apart, in hexadecimal. */
  String digest() {
    return Sha256.of(toBytes());
  }

  static ModelPayload of(byte[] bytes) throws IOException {
    try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return (ModelPayload) stream.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  LoadedModel build(TensorSource source) throws IOException {
    ConfigJson config = ConfigJson.parse(location + "/config.json", configJson);
    // First what may be refused, then what takes native memory.
    Optional<Tokenizer> opened = openTokenizer();
    TransformerModel model =
        TransformerModel.build(
            Families.describe(config, Set.copyOf(tensorNames)),
            source,
            Kernels.named(kernels, precision));
    return new LoadedModel(model, opened, Optional.ofNullable(images));
  }

  private Optional<Tokenizer> openTokenizer() {
    return Optional.ofNullable(tokenizer).map(TokenizerDefinition::open);
  }
}
