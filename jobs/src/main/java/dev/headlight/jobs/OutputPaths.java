package dev.headlight.jobs;

/** Paths as they are printed. */
final class OutputPaths {
  private OutputPaths() {}

  /** A file or table in a folder, whether or not the folder was written with a slash behind it. */
  static String in(String folder, String name) {
    return folder.replaceFirst("/+$", "") + "/" + name;
  }
}
