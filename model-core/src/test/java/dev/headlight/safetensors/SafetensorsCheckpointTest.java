package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.MemoryFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsCheckpointTest {
  private static final String INDEX = "model.safetensors.index.json";

  static Stream<GoldenCase> goldenCases() {
    return Stream.concat(
        Goldens.asHuggingFaceWritesThem().stream(),
        Goldens.cases(Goldens.SENTENCE_TRANSFORMERS).stream());
  }

  @ParameterizedTest
  @MethodSource("goldenCases")
  void checkpointsOfHuggingFaceAreRead(GoldenCase golden) throws IOException {
    SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(golden.checkpointFolder());

    WeightScope scope = new WeightScope(checkpoint);
    long bytes = 0;
    for (TensorInfo tensor : checkpoint.tensors().values()) {
      long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
      Weight weight = scope.get(tensor.name(), shape);
      float[] values = new float[(int) weight.elements()];
      weight.readFloats(0, FloatBuffer.wrap(values));
      assertThat(values).isNotEmpty().doesNotContain(Float.NaN);
      bytes += tensor.byteLength();
    }
    assertThat(checkpoint.tensors()).hasSizeGreaterThan(10);
    assertThat(scope.unconsumed()).isEmpty();
    assertThat(scope.consumed()).isEqualTo(checkpoint.tensors().keySet());
    assertThat(bytes).isEqualTo(dataBytes(checkpoint));
  }

  /** The bytes of the weight files without their headers. */
  private static long dataBytes(SafetensorsCheckpoint checkpoint) throws IOException {
    long bytes = 0;
    for (String file : checkpoint.files()) {
      long dataStart =
          checkpoint.tensors().values().stream()
              .filter(tensor -> tensor.file().equals(file))
              .mapToLong(TensorInfo::offset)
              .min()
              .orElseThrow();
      bytes += checkpoint.folder().length(file) - dataStart;
    }
    return bytes;
  }

  @Test
  void shardsAreOneCheckpoint() throws IOException {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, "llama-sharded");

    SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(golden.checkpointFolder());

    assertThat(checkpoint.files())
        .containsExactly("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
    golden
        .json(INDEX)
        .path("weight_map")
        .properties()
        .forEach(
            entry ->
                assertThat(checkpoint.tensors().get(entry.getKey()).file())
                    .isEqualTo(entry.getValue().asText()));
    assertThat(checkpoint.tensors().values().stream().mapToLong(TensorInfo::byteLength).sum())
        .isEqualTo(golden.json(INDEX).path("metadata").path("total_size").asLong());
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, ab02c89684796ac1b0053cacd27771c89e67d7f006fc3bf52b6fd63f499bfbeb",
    "llama-sharded, cc47d3157ac234b59844fbe2e484414211e05c2368a97809597ba3e476ed2169"
  })
  void digestIsThatOfTheLinesOfSha256sum(String name, String digest) throws IOException {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, name);

    assertThat(SafetensorsCheckpoint.open(golden.checkpointFolder()).sha256()).isEqualTo(digest);
  }

  @Test
  void digestChangesWithEveryByteOfConfigurationAndWeights() throws IOException {
    String one = SafetensorsCheckpoint.open(folder("model.safetensors", "w")).sha256();
    MemoryFolder configured = folder("model.safetensors", "w").with("config.json", "{}");
    String two = SafetensorsCheckpoint.open(configured).sha256();
    String three = SafetensorsCheckpoint.open(configured.with("config.json", "{ }")).sha256();
    String again = SafetensorsCheckpoint.open(configured.with("README.md", "#")).sha256();

    assertThat(List.of(one, two, three)).doesNotHaveDuplicates();
    assertThat(again).isEqualTo(three);
  }

  @Test
  void oneFileComesBeforeAnIndex() throws IOException {
    MemoryFolder folder = folder("model.safetensors", "w").with(INDEX, "{}");

    assertThat(SafetensorsCheckpoint.open(folder).files()).containsExactly("model.safetensors");
  }

  @Test
  void onlyOtherFileIsTaken() throws IOException {
    SafetensorsCheckpoint checkpoint =
        SafetensorsCheckpoint.open(folder("weights.safetensors", "w"));

    assertThat(checkpoint.files()).containsExactly("weights.safetensors");
    assertThat(checkpoint.tensors()).containsOnlyKeys("w");
  }

  @Test
  void onlyOtherIndexIsTaken() throws IOException {
    MemoryFolder folder =
        folder("model.fp16-1.safetensors", "v")
            .with("model.fp16-2.safetensors", file("w"))
            .with("model.safetensors.index.fp16.json", "{}")
            .with(
                "model.fp16.safetensors.index.json",
                "{\"weight_map\":{\"v\":\"model.fp16-1.safetensors\",\"w\":\"model.fp16-2.safetensors\"}}");

    assertThat(SafetensorsCheckpoint.open(folder).tensors()).containsOnlyKeys("v", "w");
  }

  @Test
  void tensorsThatTheIndexDoesNotNameAreTakenAsHuggingFaceDoes() throws IOException {
    MemoryFolder folder =
        folder("a.safetensors", "v", "w").with(INDEX, "{\"weight_map\":{\"v\":\"a.safetensors\"}}");

    assertThat(SafetensorsCheckpoint.open(folder).tensors()).containsOnlyKeys("v", "w");
  }

  @Test
  void moduleInAFolderBelowIsOpened() throws IOException {
    MemoryFolder folder =
        new MemoryFolder().with("2_Dense/model.safetensors", file("linear.weight"));

    assertThat(SafetensorsCheckpoint.openFile(folder, "2_Dense/model.safetensors").tensors())
        .containsOnlyKeys("linear.weight");
    assertThatThrownBy(() -> SafetensorsCheckpoint.openFile(folder, "3_Dense/model.safetensors"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("memory/3_Dense/model.safetensors: expected a safetensors file, found none.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|no files. Check that the path names a checkpoint folder and that it was fetched whole.",
        "config.json|config.json. Check that the path names a checkpoint folder and that it was fetched whole.",
        "pytorch_model.bin|pytorch_model.bin. Only safetensors files are read, since other formats can carry code: convert the checkpoint with transformers, AutoModel.from_pretrained(folder).save_pretrained(other_folder, safe_serialization=True).",
        "tf_model.h5|tf_model.h5. Only safetensors files are read, since other formats can carry code: convert the checkpoint with transformers, AutoModel.from_pretrained(folder).save_pretrained(other_folder, safe_serialization=True).",
        "a.safetensors,b.safetensors|a.safetensors, b.safetensors. Which of several files to read cannot be told without an index: leave one in the folder, or add the index.",
        "adapter_model.safetensors|adapter_model.safetensors. An adapter is not a whole model: merge it into its base model (merge_and_unload of the peft library) and save that with save_pretrained.",
        "a,b,c,d,e,f,g,h,i,j,k,l,m,n|a, b, c, d, e, f, g, h, i, j, k, l and 2 more. Check that the path names a checkpoint folder and that it was fetched whole."
      })
  void folderWithoutWeightsSaysWhatToDo(String files, String message) {
    MemoryFolder folder = new MemoryFolder();
    for (String name : files == null ? new String[0] : files.split(",")) {
      folder.with(name, file("w"));
    }

    assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("memory: expected model.safetensors or " + INDEX + ", found " + message);
  }

  @Test
  void missingShardIsRefused() {
    MemoryFolder folder =
        folder("a.safetensors", "v")
            .with(INDEX, "{\"weight_map\":{\"v\":\"a.safetensors\",\"w\":\"b.safetensors\"}}");

    assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/b.safetensors: expected this file, which model.safetensors.index.json names, found none. The checkpoint was not fetched whole: fetch the missing file.");
  }

  @ParameterizedTest
  @CsvSource({"w,nowhere", "v,in a.safetensors"})
  void indexThatNamesTheWrongShardIsRefused(String tensor, String found) {
    MemoryFolder folder =
        folder("a.safetensors", "u", "v")
            .with("b.safetensors", file("x"))
            .with(
                INDEX,
                "{\"weight_map\":{\"u\":\"a.safetensors\",\"%s\":\"b.safetensors\"}}"
                    .formatted(tensor));

    assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/model.safetensors.index.json: expected tensor '%s' in b.safetensors, found it %s. The index is of another checkpoint than the files: fetch them again."
                .formatted(tensor, found));
  }

  @Test
  void tensorInTwoShardsIsRefused() {
    MemoryFolder folder =
        folder("a.safetensors", "v")
            .with("b.safetensors", file("v", "w"))
            .with(INDEX, "{\"weight_map\":{\"v\":\"a.safetensors\",\"w\":\"b.safetensors\"}}");

    assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory: expected each tensor in one file, found 'v' in a.safetensors and in b.safetensors. The files are of different checkpoints: fetch them again.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a.safetensors", "/a.safetensors", "b/../../a.safetensors", "..\\\\a"})
  void shardOutsideTheFolderIsRefused(String shard) {
    MemoryFolder folder =
        folder("a.safetensors", "v").with(INDEX, "{\"weight_map\":{\"v\":\"" + shard + "\"}}");

    assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "memory/model.safetensors.index.json, weight_map 'v': Expected the name of a file inside the checkpoint folder, found '");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|: expected a JSON object, found an array. The file is damaged: fetch it again.",
        "{}|: expected a weight_map that names the file of each tensor, found none or an empty one. The file is damaged: fetch it again.",
        "{'weight_map':{}}|: expected a weight_map that names the file of each tensor, found none or an empty one. The file is damaged: fetch it again.",
        "{'weight_map':[]}|, weight_map: expected a JSON object, found an array. The file is damaged: fetch it again.",
        "{'weight_map':{'v':1}}|, weight_map 'v': expected a string, found '1'. The file is damaged: fetch it again.",
        "{'weight_map':{'v':'a','v':'a'}}|: expected each key once, found 'v' twice. The file is damaged: fetch it again.",
        "{'weight_map':{'v':'a'},'weight_map':{}}|: expected each key once, found 'weight_map' twice. The file is damaged: fetch it again."
      })
  void malformedIndexIsRefused(String index, String message) {
    MemoryFolder folder = new MemoryFolder().with(INDEX, index.replace('\'', '"'));

    assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("memory/model.safetensors.index.json" + message);
  }

  @Test
  void bytesOutsideATensorAreNotRead() throws IOException {
    SafetensorsCheckpoint checkpoint =
        SafetensorsCheckpoint.open(folder("model.safetensors", "v", "w"));
    TensorInfo v = checkpoint.tensors().get("v");

    checkpoint.read(v, 3, ByteBuffer.allocate(1));
    assertThatThrownBy(() -> checkpoint.read(v, 3, ByteBuffer.allocate(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Tensor v: 2 bytes from byte 3 on asked for, it has 4");
    assertThatThrownBy(() -> checkpoint.read(v, -1, ByteBuffer.allocate(2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tensorsCannotBeChanged() throws IOException {
    SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(folder("model.safetensors", "v"));

    assertThatThrownBy(() -> checkpoint.tensors().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  private static MemoryFolder folder(String name, String... tensors) {
    return new MemoryFolder().with(name, file(tensors));
  }

  /** A file with scalars of these names, in their order. */
  private static byte[] file(String... tensors) {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < tensors.length; i++) {
      header
          .append(i == 0 ? "" : ",")
          .append(
              "\"%s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[%d,%d]}"
                  .formatted(tensors[i], 4 * i, 4 * i + 4));
    }
    return MemoryFolder.safetensors(header.append("}").toString(), new byte[4 * tensors.length]);
  }
}
