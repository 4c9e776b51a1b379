package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalCheckpointFolderTest {
  @TempDir private Path parent;
  private Path path;
  private LocalCheckpointFolder folder;

  @BeforeEach
  void makeFolder() throws IOException {
    path = Files.createDirectory(parent.resolve("model"));
    folder = new LocalCheckpointFolder(path);
  }

  @Test
  void filesAreReadFromAnyPosition() throws IOException {
    Files.writeString(path.resolve("a.txt"), "0123456789");
    ByteBuffer destination = ByteBuffer.allocateDirect(5).position(1).limit(4);

    folder.read("a.txt", 6, destination);

    assertThat(destination.hasRemaining()).isFalse();
    assertThat(destination.flip().position(1))
        .isEqualTo(ByteBuffer.wrap(new byte[] {'6', '7', '8'}));
    assertThat(folder.length("a.txt")).isEqualTo(10);
    assertThat(folder.readAll("a.txt", 10)).asString().isEqualTo("0123456789");
  }

  @Test
  void readingBeyondTheEndNamesFileAndPosition() throws IOException {
    Files.writeString(path.resolve("a.txt"), "0123456789");

    assertThatThrownBy(() -> folder.read("a.txt", 7, ByteBuffer.allocate(5)))
        .isInstanceOf(EOFException.class)
        .hasMessage(
            path + "/a.txt: expected 2 more bytes at position 10, found the end of the file");
  }

  @Test
  void filesLongerThanTheLimitAreRefused() throws IOException {
    Files.writeString(path.resolve("config.json"), "0123456789");

    assertThatThrownBy(() -> folder.readAll("config.json", 9))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            path
                + "/config.json: expected at most 9 bytes, found 10. A file of this kind is never so long: check that it is what its name says.");
  }

  @Test
  void listHasTheFilesOfTheFolderOnly() throws IOException {
    Files.writeString(path.resolve("b.json"), "");
    Files.writeString(path.resolve("a.json"), "");
    Files.createDirectory(path.resolve("1_Pooling"));
    Files.writeString(path.resolve("1_Pooling/config.json"), "{}");

    assertThat(folder.list()).containsExactly("a.json", "b.json");
    assertThat(folder.exists("1_Pooling/config.json")).isTrue();
    assertThat(folder.exists("1_Pooling")).isFalse();
    assertThat(new LocalCheckpointFolder(path.resolve("none")).list()).isEmpty();
  }

  @Test
  void missingFilesAreReported() {
    assertThat(folder.exists("a.txt")).isFalse();
    assertThatThrownBy(() -> folder.length("a.txt")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> folder.read("a.txt", 0, ByteBuffer.allocate(1)))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void linksOutOfTheFolderAreFollowedAsModelHubsMakeThem() throws IOException {
    Path blobs = Files.createDirectory(parent.resolve("blobs"));
    Files.writeString(blobs.resolve("0a1b"), "content");
    Files.createSymbolicLink(path.resolve("model.safetensors"), Path.of("../blobs/0a1b"));

    assertThat(folder.list()).containsExactly("model.safetensors");
    assertThat(folder.readAll("model.safetensors", 100)).asString().isEqualTo("content");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "../secret",
        "a/../../secret",
        "a/..",
        "./a",
        "a//b",
        "a/",
        "..\\secret",
        "C:secret",
        "file:secret",
        "~/secret",
        "a\u0000b",
        "a\nb"
      })
  void namesThatCouldLeaveTheFolderAreRefused(String name) throws IOException {
    Files.writeString(parent.resolve("secret"), "secret");

    assertThatThrownBy(() -> folder.exists(name))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Expected the name of a file inside the checkpoint folder, found '%s'. Names that are absolute, contain '..', '\\' or ':', or are empty are refused."
                .formatted(Excerpt.of(name)));
    assertThatThrownBy(() -> folder.length(name)).isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> folder.readAll(name, 10)).isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> folder.read(name, 0, ByteBuffer.allocate(1)))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void tooLongNamesAreRefused() {
    assertThatThrownBy(() -> folder.exists("a/".repeat(600) + "b"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a/a/a/")
        .hasMessageContaining("...");
  }
}
