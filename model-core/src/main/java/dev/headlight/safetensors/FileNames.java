package dev.headlight.safetensors;

import java.util.regex.Pattern;

/** The names by which files of a checkpoint folder may be asked for. */
final class FileNames {
  private static final int MAX_LENGTH = 1024;

  /** Characters with which a path, a drive or a URI of some system could leave the folder. */
  private static final Pattern FORBIDDEN = Pattern.compile("[\\\\:\\p{Cntrl}]");

  private FileNames() {}

  static String requireValid(String name) {
    if (!valid(name)) {
      throw new CheckpointException(
          "Expected the name of a file inside the checkpoint folder, found '%s'. Names that are absolute, contain '..', '\\' or ':', or are empty are refused."
              .formatted(Excerpt.of(name)));
    }
    return name;
  }

  private static boolean valid(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH || FORBIDDEN.matcher(name).find()) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || part.startsWith("~")) {
        return false;
      }
    }
    return true;
  }
}
