package dev.headlight.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this library. */
public final class HeadlightVersion {
  private static final String RESOURCE = "version.properties";

  private HeadlightVersion() {}

  public static String get() {
    Properties properties = new Properties();
    try (InputStream stream = HeadlightVersion.class.getResourceAsStream(RESOURCE)) {
      properties.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
