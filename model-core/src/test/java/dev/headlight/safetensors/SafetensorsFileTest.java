package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.MemoryFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  private static final String DAMAGED =
      " The file is damaged or was not fetched whole: fetch it again.";

  @Test
  void tensorsComeInTheOrderOfTheirData() throws IOException {
    String header =
        """
        {"__metadata__":{"format":"pt"},
         "b":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]},
         "scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
         "empty":{"dtype":"F64","shape":[0,7],"data_offsets":[16,16]},
         "ids":{"shape":[1],"data_offsets":[16,24],"dtype":"I64","note":{"ignored":[1]}}}   \
        """;
    long dataStart = 8L + header.length();

    assertThat(tensors(header, 24))
        .containsExactly(
            new TensorInfo("scalar", DType.F32, List.of(), "f", dataStart, 4),
            new TensorInfo("b", DType.BF16, List.of(2L, 3L), "f", dataStart + 4, 12),
            new TensorInfo("empty", DType.F64, List.of(0L, 7L), "f", dataStart + 16, 0),
            new TensorInfo("ids", DType.I64, List.of(1L), "f", dataStart + 16, 8));
  }

  @Test
  void fileWithoutTensorsIsWellFormed() throws IOException {
    assertThat(tensors("{}", 0)).isEmpty();
  }

  @Test
  void typesNarrowerThanAByteAreMeasuredInBits() throws IOException {
    String header = "{'w':{'dtype':'F4','shape':[3,2],'data_offsets':[0,3]}}".replace('\'', '"');

    assertThat(tensors(header, 3)).extracting(TensorInfo::dtype).containsExactly(DType.F4);
    assertRefused(
        "{'w':{'dtype':'F4','shape':[3],'data_offsets':[0,1]}}",
        1,
        "memory/f, tensor 'w': expected 12 bits of data for shape [3] of F4, found 1 bytes."
            + DAMAGED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7})
  void fileShorterThanTheLengthOfItsHeaderIsRefused(int length) {
    assertThatThrownBy(() -> read(new byte[length]))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("memory/f: expected at least 8 bytes, found " + length + "." + DAMAGED);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "100000001,100000001", "-1,18446744073709551615"})
  void lengthOfTheHeaderIsBounded(long length, String shown) {
    byte[] file = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/f: expected a header of 2 to 100000000 bytes, found a length of %s. The file is not in the safetensors format (a Git LFS pointer or a web page, perhaps), or damaged: fetch it again."
                .formatted(shown));
  }

  @Test
  void headerBeyondTheEndOfTheFileIsRefused() {
    byte[] file = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(13).array();

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/f: expected a header of 13 bytes, found 12 bytes after its length." + DAMAGED);
  }

  @Test
  void gitLfsPointerIsRefused() {
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> read(pointer))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a Git LFS pointer");
  }

  @ParameterizedTest
  @ValueSource(strings = {" {}", "[]", "\u0000{}", "\ufeff{}", "nonsense"})
  void headerThatDoesNotBeginWithABraceIsRefused(String header) {
    assertThatThrownBy(() -> tensors(header, 0))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("memory/f: expected a header that begins with '{', found '");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'w'}",
        "{'w':",
        "{'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}",
        "{'w':NaN}",
        "{'w':{'dtype':'F32','shape':[01],'data_offsets':[0,4]}}",
        "{'w':{'dtype':'F32','shape':[1,],'data_offsets':[0,4]}}",
        "{//comment\n}"
      })
  void headerThatIsNotJsonIsRefused(String header) {
    assertThatThrownBy(() -> tensors(header.replace('\'', '"'), 4))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "memory/f, header: expected JSON, found text that cannot be read as such (");
  }

  @Test
  void headerThatIsNotUtf8IsRefused() {
    byte[] file = MemoryFolder.safetensors("{\"?\":{}}", new byte[0]);
    file[Long.BYTES + 2] = (byte) 0xff;

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("memory/f, header: expected JSON, found text");
  }

  @Test
  void headerInUtf16IsRefused() {
    byte[] text = "{ }".getBytes(StandardCharsets.UTF_16LE);
    byte[] file =
        ByteBuffer.allocate(8 + text.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text)
            .array();

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("memory/f, header: expected JSON, found text");
  }

  @Test
  void depthOfTheHeaderIsBounded() {
    String nested = "[".repeat(50_000) + "]".repeat(50_000);

    assertThatThrownBy(() -> tensors("{\"w\":{\"other\":" + nested + "}}", 0))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("memory/f, header: expected JSON, found text")
        .hasMessageContaining("nesting depth");
  }

  @Test
  void lengthOfNamesIsBounded() {
    assertThatThrownBy(() -> tensors("{\"" + "n".repeat(50_000) + "\":{}}", 0))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("memory/f, header: expected JSON, found text")
        .hasMessageContaining("Name length");
  }

  @Test
  void numberOfDimensionsIsBounded() {
    String ones = IntStream.range(0, 65).mapToObj(i -> "1").collect(Collectors.joining(","));

    assertRefused(
        "{'w':{'dtype':'F32','shape':[" + ones + "],'data_offsets':[0,4]}}",
        4,
        "memory/f, tensor 'w', shape: expected at most 64 numbers, found more.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}{}|0|memory/f, header: expected one JSON object, found more text after its end. The file is damaged: fetch it again.",
        "{'w':W,'w':W}|4|memory/f: expected each key of the header once, found 'w' twice. The file is damaged: fetch it again.",
        "{'__metadata__':{},'__metadata__':{}}|0|memory/f: expected each key of the header once, found '__metadata__' twice. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','dtype':'F32','shape':[1],'data_offsets':[0,4]}}|4|memory/f, tensor 'w': expected each key of the header once, found 'dtype' twice. The file is damaged: fetch it again.",
        "{'__metadata__':{'format':1}}|0|memory/f, __metadata__ 'format': expected a string, found '1'. The file is damaged: fetch it again.",
        "{'__metadata__':{'format':{}}}|0|memory/f, __metadata__ 'format': expected a string, found an object. The file is damaged: fetch it again.",
        "{'__metadata__':[]}|0|memory/f, __metadata__: expected a JSON object, found an array. The file is damaged: fetch it again.",
        "{'w':[]}|0|memory/f, tensor 'w': expected a JSON object, found an array. The file is damaged: fetch it again.",
        "{'w':null}|0|memory/f, tensor 'w': expected a JSON object, found 'null'. The file is damaged: fetch it again.",
        "{'w':{}}|0|memory/f, tensor 'w': expected the fields dtype, shape and data_offsets, found no data_offsets. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','data_offsets':[0,4]}}|4|memory/f, tensor 'w': expected the fields dtype, shape and data_offsets, found no shape. The file is damaged: fetch it again.",
        "{'w':{'shape':[1],'data_offsets':[0,4]}}|4|memory/f, tensor 'w': expected the fields dtype, shape and data_offsets, found no dtype. The file is damaged: fetch it again.",
        "{'w':{'dtype':'Q4','shape':[1],'data_offsets':[0,4]}}|4|memory/f, tensor 'w': expected a dtype of the safetensors format [BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64], found 'Q4'.",
        "{'w':{'dtype':32,'shape':[1],'data_offsets':[0,4]}}|4|memory/f, tensor 'w', dtype: expected a string, found '32'. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|4|memory/f, tensor 'w', shape: expected a whole number from 0 to 2^63 - 1, found '-1'. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}|4|memory/f, tensor 'w', shape: expected a whole number from 0 to 2^63 - 1, found '1.0'. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}}|4|memory/f, tensor 'w', shape: expected a whole number from 0 to 2^63 - 1, found '1'. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,4]}}|4|memory/f, tensor 'w', shape: expected a whole number from 0 to 2^63 - 1, found '9223372036854775808'. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':1,'data_offsets':[0,4]}}|4|memory/f, tensor 'w', shape: expected an array of whole numbers, found '1'. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':[[1]],'data_offsets':[0,4]}}|4|memory/f, tensor 'w', shape: expected a whole number from 0 to 2^63 - 1, found an array. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':[1],'data_offsets':[4]}}|4|memory/f, tensor 'w': expected data_offsets [begin, end], found [4]. The file is damaged: fetch it again.",
        "{'w':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}}|4|memory/f, tensor 'w', data_offsets: expected a whole number from 0 to 2^63 - 1, found '-4'. The file is damaged: fetch it again."
      })
  void malformedEntryIsRefused(String header, int dataBytes, String message) {
    assertRefused(
        header.replace("W", "{'dtype':'F32','shape':[1],'data_offsets':[0,4]}"),
        dataBytes,
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[4294967296,4294967296]|expected a shape whose size can be counted, found [4294967296, 4294967296].",
        "[2305843009213693952]|expected a shape whose size can be counted, found [2305843009213693952].",
        "[2]|expected 64 bits of data for shape [2] of F32, found 4 bytes.",
        "[0]|expected 0 bits of data for shape [0] of F32, found 4 bytes.",
        "[0,9223372036854775807,9223372036854775807]|expected 0 bits of data for shape [0, 9223372036854775807, 9223372036854775807] of F32, found 4 bytes."
      })
  void shapeThatDoesNotFitTheDataIsRefused(String shape, String message) {
    assertRefused(
        "{'w':{'dtype':'F32','shape':%s,'data_offsets':[0,4]}}".formatted(shape),
        4,
        "memory/f, tensor 'w': " + message + DAMAGED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0,4|4,0|8|tensor 'b': expected data_offsets [begin, end] with begin <= end, found [4, 0].",
        "0,4|2,6|6|tensor 'b': expected data from byte 4 on, where the tensor before it ends, found 2: the two overlap.",
        "0,4|0,4|4|tensor 'b': expected data from byte 4 on, where the tensor before it ends, found 0: the two overlap.",
        "0,4|5,9|9|tensor 'b': expected data from byte 4 on, where the tensor before it ends, found 5: the format allows no hole.",
        "1,5|5,9|9|tensor 'a': expected data from byte 0 on, where the tensor before it ends, found 1: the format allows no hole.",
        "0,4|4,8|7|tensor 'b': expected data up to byte 8, found 7 bytes of data in the file.",
        "0,4|9223372036854775803,9223372036854775807|8|tensor 'b': expected data from byte 4 on, where the tensor before it ends, found 9223372036854775803: the format allows no hole."
      })
  void offsetsThatDoNotFillTheFileAreRefused(String a, String b, int dataBytes, String message) {
    assertRefused(
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[%s]},'b':{'dtype':'F32','shape':[1],'data_offsets':[%s]}}"
            .formatted(a, b),
        dataBytes,
        "memory/f, " + message + DAMAGED);
  }

  @Test
  void bytesBehindTheLastTensorAreRefused() {
    assertRefused(
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
        5,
        "memory/f: expected 4 bytes of data, which the tensors fill, found 5." + DAMAGED);
  }

  @Test
  void namesInMessagesCannotForgeLines() {
    assertRefused(
        "{'a\\nERROR\\u202e':{}}",
        0,
        "memory/f, tensor 'a\\u000aERROR\\u202e': expected the fields dtype, shape and data_offsets, found no data_offsets. The file is damaged: fetch it again.");
  }

  private static void assertRefused(String header, int dataBytes, String message) {
    assertThatThrownBy(() -> tensors(header.replace('\'', '"'), dataBytes))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(message);
  }

  private static List<TensorInfo> tensors(String header, int dataBytes) throws IOException {
    return SafetensorsFile.read(new MemoryFolder().withSafetensors("f", header, dataBytes), "f");
  }

  private static List<TensorInfo> read(byte[] file) throws IOException {
    return SafetensorsFile.read(new MemoryFolder().with("f", file), "f");
  }
}
