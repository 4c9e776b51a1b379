package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Finds and reads the conf file of a command line, before the command line itself is parsed. */
final class ConfFiles {
  private static final String OPTION = "--conf";

  /** Far more than a file of options ever has. */
  private static final long MAX_BYTES = 1 << 20;

  private ConfFiles() {}

  /**
   * The file that {@code --conf FILE} or {@code --conf=FILE} names.
   *
   * @throws ConfigurationException if it cannot be read or has mistakes
   */
  static ConfFile namedIn(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith(OPTION + "=")) {
        return read(arguments[i].substring(OPTION.length() + 1));
      }
      if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
        return read(arguments[i + 1]);
      }
    }
    return ConfFile.NONE;
  }

  private static ConfFile read(String name) {
    try {
      Path path = Path.of(name);
      if (Files.size(path) > MAX_BYTES) {
        throw new ConfigurationException(
            "%s: expected a file of options, found %d bytes".formatted(name, Files.size(path)));
      }
      ConfFile file = ConfFile.parse(name, Files.readString(path, StandardCharsets.UTF_8));
      file.requireKnownKeys(HeadlightCommandLine.keys());
      return file;
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(
          "--conf: expected a file, found nothing at %s".formatted(name), e);
    } catch (MalformedInputException e) {
      throw new ConfigurationException("%s: expected text in UTF-8".formatted(name), e);
    } catch (IOException e) {
      throw new ConfigurationException(
          "--conf: %s cannot be read: %s".formatted(name, e.getMessage()), e);
    }
  }
}
