package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.pipeline.report.Chromium;
import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The report of a model of 32 layers with 32 heads over rows whose every text is hostile, in a
 * browser. Runs where there is one on the PATH.
 */
@EnabledIf("dev.headlight.pipeline.report.Chromium#isThere")
class ReportInBrowserTest {
  private static final String SCRIPT = "</script><script>window.hacked=1</script>";
  private static final String IMAGE = "<img src=x onerror=window.hacked=2>";

  /** Colours of the pixels of each chart. */
  private static final String COLOURS =
      """
      [...document.querySelectorAll('.chart')].map(box => {
        const canvas = box.querySelector('canvas');
        if (!canvas) return box.id + ' has no canvas';
        const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        return new Set(pixels).size > 8 ? 'drawn' : box.id + ' is empty';
      })""";

  /** What ids of kilobytes end in. */
  private static final String LONG = IMAGE + "x".repeat(5000);

  /** Counts of 48 whole numbers that follow each other, in 32 bins. */
  private static final String WHOLE_NUMBERS = "2 1 ".repeat(8) + "1 2 ".repeat(8).strip();

  @TempDir static Path folder;
  private static Chromium browser;

  @BeforeAll
  static void makeAReport() throws IOException, InterruptedException {
    SparkSession spark = TestSpark.session();
    Dataset<Row> sequences = sequences(spark);
    sequences.write().parquet(folder.resolve("sequences").toString());
    Findings findings =
        new Findings(spark, new org.apache.hadoop.fs.Path(folder.toString()), "parquet");
    findings.write(findings.read("sequences"), Optional.of("label"), 256);
    examples(spark).write().parquet(folder.resolve("examples").toString());
    Files.writeString(
        folder.resolve("run.json"),
        """
        {"status": "succeeded", "model": {"location": "/models/%1$s", "family": "%2$s"},
         "configuration": {"summary-by": "label", "input": "%2$s"}, "counts": {"sequences": 48}}
        """
            .formatted("&lt;b&gt;" + IMAGE, SCRIPT));
    Report.write(spark, findings.folder(), "parquet");
    browser = Chromium.start(folder.resolve("profile"));
  }

  @AfterAll
  static void stop() {
    browser.close();
  }

  private static Dataset<Row> sequences(SparkSession spark) {
    return spark
        .range(48)
        .select(
            expr("concat(id, if(id = 46, '%s', '%s'))".formatted(LONG, IMAGE)).as("id"),
            expr("array('%s', 'plain')[cast(id %% 2 AS int)]".formatted(SCRIPT)).as("label"),
            expr("cast(10 + id AS int)").as("n_tokens"),
            expr("transform(sequence(0, 15), i -> cast(sin(id * i) AS float))").as("embedding"),
            expr("transform(sequence(0, 1023), i -> named_struct('attention', 'self',"
                    + " 'layer', cast(i div 32 AS int), 'head', cast(i % 32 AS int),"
                    + " 'previous_mass', cast(pmod(hash(i), 997) / 997.0 AS float),"
                    + " 'mean_distance', cast(id + i % 32 AS float)))")
                .as("attention_statistics"),
            expr("transform(sequence(0, 32), i -> named_struct('attention', 'self',"
                    + " 'layer', cast(i AS int), 'residual_norm', cast(i * i + id AS float)))")
                .as("layer_statistics"),
            expr("array(named_struct('attention', 'self', 'layer', 3, 'divergence',"
                    + " transform(sequence(0, 31), i -> transform(sequence(0, 31),"
                    + " j -> cast(abs(i - j) / 64.0 AS float)))))")
                .as("head_divergence"));
  }

  private static Dataset<Row> examples(SparkSession spark) {
    return spark
        .range(2)
        .select(
            expr("if(id = 0, '7%s', '46%s')".formatted(IMAGE, LONG)).as("id"),
            lit(SCRIPT).as("label"),
            expr("cast(3 + id AS int)").as("n_tokens"),
            lit(false).as("truncated"),
            expr("array(named_struct('attention', 'self', 'layer', 1, 'head', 2, 'weights',"
                    + " array(array(1f, 0f, 0f), array(0.25f, 0.75f, 0f), array(0.1f, 0.8f, 0.1f))))")
                .as("attentions"),
            expr("array('%s', '%s', 'plain')".formatted(SCRIPT, IMAGE)).as("tokens"));
  }

  private static void open(int width, boolean dark) {
    browser.open(folder.resolve("report.html"), width, 900, dark);
    assertThat(browser.evaluate("document.documentElement.dataset.ready").asText())
        .as(browser.errors().toString())
        .isEqualTo("true");
  }

  @ParameterizedTest
  @CsvSource({"1200, false", "1200, true", "360, false"})
  void everyChartIsDrawnAndNothingFails(int width, boolean dark) {
    open(width, dark);

    assertThat(browser.evaluate(COLOURS))
        .hasSizeGreaterThanOrEqualTo(9)
        .allMatch(chart -> chart.asText().equals("drawn"));
    assertThat(browser.errors()).isEmpty();
    assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth").asBoolean())
        .as("nothing is wider than the window")
        .isTrue();
  }

  @Test
  void hostileTextStaysText() {
    open(1200, false);

    assertThat(browser.evaluate("window.hacked === undefined").asBoolean()).isTrue();
    assertThat(browser.evaluate("document.querySelectorAll('img, iframe, object').length").asInt())
        .isZero();
    assertThat(browser.evaluate("document.scripts.length").asInt()).isEqualTo(3);
    assertThat(
            browser
                .evaluate(
                    "[...document.querySelectorAll('#pattern-tokens text')].map(t => t.textContent)")
                .get(1)
                .asText())
        .isEqualTo(IMAGE);
    assertThat(browser.evaluate("document.getElementById('title').textContent").asText())
        .contains("&lt;b&gt;<img");
  }

  @Test
  void darkIsDark() {
    open(1200, false);
    String light = background();
    open(1200, true);

    assertThat(background()).isNotEqualTo(light).isEqualTo("rgb(20, 23, 27)");
  }

  private static String background() {
    return browser.evaluate("getComputedStyle(document.body).backgroundColor").asText();
  }

  @Test
  void cellsAreChosenWithTheKeyboard() {
    open(1200, false);
    String details = "document.querySelector('#head-details h3').textContent";
    browser.evaluate("window.chooseHead('self', 4, 9, 'previous_mass')");
    browser.evaluate("document.getElementById('heads-map').focus()");
    browser.press("ArrowRight", 39);
    browser.press("ArrowDown", 40);

    assertThat(browser.evaluate(details).asText()).isEqualTo("self layer 5 head 10");
  }

  private static String table(String id) {
    return browser
        .evaluate(
            "[...document.querySelectorAll('#%s-table tbody tr')].map(row => row.children[2].textContent).join(' ')"
                .formatted(id))
        .asText();
  }

  @Test
  void histogramIsThatOfTheChosenCell() {
    open(1200, false);
    browser.evaluate("window.chooseHead('self', 4, 9, 'mean_distance')");
    assertThat(table("heads-histogram")).isEqualTo(WHOLE_NUMBERS);
    String told = "document.getElementById('heads-histogram').getAttribute('aria-label')";
    assertThat(browser.evaluate(told).asText())
        .startsWith(
            "Histogram of mean_distance, self layer 4 head 9 over 48 sequences. From 9 to 56,"
                + " mean 32.5, median 32, 5 % quantile 11, 95 % quantile 54.");

    browser.evaluate("document.getElementById('heads-map').focus()");
    browser.press("ArrowRight", 39);

    assertThat(browser.evaluate(told).asText()).contains("layer 4 head 10 over 48", "10 to 57");
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void histogramFollowsThePointer() {
    open(1200, false);
    browser.evaluate("window.chooseHead('self', 4, 9, 'mean_distance')");
    JsonNode at =
        browser.evaluate(
            """
            (map => {
              map.scrollIntoView();
              const box = map.getBoundingClientRect();
              const [x, y] = echarts.getInstanceByDom(map).convertToPixel({ seriesIndex: 0 }, [20, 7]);
              return [box.x + x, box.y + y];
            })(document.getElementById('heads-map'))""");
    browser.click(at.get(0).asDouble(), at.get(1).asDouble());

    assertThat(
            browser
                .evaluate("document.getElementById('heads-histogram').getAttribute('aria-label')")
                .asText())
        .contains("layer 7 head 20 over 48 sequences. From 20 to 67,");
  }

  @Test
  void histogramOfALayerIsThatOfTheChosenLayer() {
    open(1200, false);
    browser.evaluate(
        "(list => { list.value = '3'; list.dispatchEvent(new Event('change')); })"
            + "(document.getElementById('layer-values-layer'))");

    assertThat(
            browser
                .evaluate("document.getElementById('layers-histogram').getAttribute('aria-label')")
                .asText())
        .startsWith("Histogram of self residual_norm, layer 3 over 48 sequences. From 9 to 56,");
    assertThat(table("layers-histogram")).isEqualTo(WHOLE_NUMBERS);
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void valuesThatAreAllTheSameAreOneBar() {
    open(1200, false);
    browser.evaluate("window.chooseHead('self', 4, 9, 'previous_mass')");

    assertThat(table("heads-histogram")).isEqualTo("48");
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void subsetsAreDrawnBesideAllSequences() {
    open(1200, false);
    String series =
        "echarts.getInstanceByDom(document.getElementById('heads-histogram')).getOption().series"
            + ".filter(line => line.type === 'line').map(line => line.name)";
    assertThat(browser.evaluate(series)).extracting(name -> name.asText()).contains(SCRIPT);

    browser.evaluate("document.getElementById('heads-histogram-beside').click()");

    assertThat(browser.evaluate(series)).isEmpty();
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void aCellLeadsToTheExampleWithTheHighestValue() {
    open(1200, false);
    browser.evaluate("window.chooseHead('self', 1, 2, 'mean_distance')");
    assertThat(browser.evaluate("document.querySelector('#head-details ul').textContent").asText())
        .startsWith("47<img");
    browser.evaluate("window.showExample('7%s', 'self', 1, 2)".formatted(IMAGE));

    assertThat(browser.evaluate("document.getElementById('pattern-told').textContent").asText())
        .contains("self layer 1 head 2, token 2 plain looks at 1 " + IMAGE + " (0.799");
  }

  @Test
  void longIdsAreShortenedAndLeadToTheirExamples() throws IOException {
    open(360, false);
    browser.evaluate("window.chooseHead('self', 1, 2, 'mean_distance')");
    String second = "document.querySelectorAll('#head-details li')[1]";
    assertThat(browser.evaluate(second + ".textContent").asText())
        .startsWith("46<img")
        .contains("xxx…xxx", "xxx (SHA-256 ")
        .hasSizeLessThan(150);
    browser.evaluate(second + ".querySelector('button').click()");

    assertThat(browser.evaluate("pattern.example.n_tokens").asInt()).isEqualTo(4);
    assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth").asBoolean())
        .isTrue();
    assertThat(Files.readString(folder.resolve("report.html"))).doesNotContain("x".repeat(81));
    assertThat(browser.errors()).isEmpty();
  }
}
