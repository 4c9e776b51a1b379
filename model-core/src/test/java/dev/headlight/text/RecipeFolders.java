package dev.headlight.text;

import dev.headlight.families.Checkpoint;
import dev.headlight.testing.MemoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Folders of a BERT of width 32, and the recipes in them. */
final class RecipeFolders {
  private RecipeFolders() {}

  /** A folder with the files of a case. */
  static MemoryFolder folder(String name) throws IOException {
    MemoryFolder folder = new MemoryFolder();
    Path root = SentenceTransformerCase.named(name).golden().folder();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        folder.with(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return folder;
  }

  static EmbeddingRecipe read(MemoryFolder folder, EmbeddingOptions options) throws IOException {
    Path bert = SentenceTransformerCase.named("bert-cls").golden().folder();
    return EmbeddingRecipe.read(folder, Checkpoint.open(bert).config(), options);
  }
}
