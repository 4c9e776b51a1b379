package dev.headlight.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A page of HTML in one file: style, charting library, scripts and data. It loads nothing, and its
 * content security policy forbids it to.
 */
final class ReportPage {
  private static final List<String> SHARED = List.of("base.js");
  private static final String CHARTS = "/META-INF/resources/webjars/echarts/%s/echarts.min.js";
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportPage() {}

  /**
   * A page.
   *
   * @param data what the scripts show; text in it stays text
   * @param scripts names of the resources that show it, in order
   */
  static String of(JsonNode data, List<String> scripts) {
    String script =
        java.util.stream.Stream.concat(SHARED.stream(), scripts.stream())
            .map(ReportPage::resource)
            .collect(Collectors.joining("\n"));
    String page = resource("report.html");
    page = insert(page, "style", resource("report.css"));
    page = insert(page, "charts", read(CHARTS.formatted(chartsVersion())));
    page = insert(page, "script", script);
    return insert(page, "data", inScript(data));
  }

  private static String insert(String page, String name, String content) {
    String place = "{{" + name + "}}";
    int at = page.indexOf(place);
    return page.substring(0, at) + content + page.substring(at + place.length());
  }

  /**
   * JSON that cannot end the script element it stands in: a script element's end, and the start of
   * a comment or of another script in it, all begin with a less-than sign.
   */
  static String inScript(JsonNode data) {
    try {
      return JSON.writeValueAsString(data)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String chartsVersion() {
    Properties versions = new Properties();
    try (InputStream stream = ReportPage.class.getResourceAsStream("version.properties")) {
      versions.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions.getProperty("echarts");
  }

  private static String resource(String name) {
    return read("/dev/headlight/pipeline/report/" + name);
  }

  private static String read(String path) {
    try (InputStream stream = ReportPage.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("expected the resource %s, found none".formatted(path));
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
