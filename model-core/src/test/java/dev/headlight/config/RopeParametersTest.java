package dev.headlight.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RopeParametersTest {
  private static final RopeScaling DEFAULT = new RopeScaling.Default();

  static Stream<GoldenCase> goldenCases() {
    return Stream.concat(
        Goldens.asHuggingFaceWritesThem().stream(),
        Goldens.cases(Goldens.SENTENCE_TRANSFORMERS).stream());
  }

  @ParameterizedTest
  @MethodSource("goldenCases")
  void filesOfHuggingFaceHaveNoProblems(GoldenCase golden) throws IOException {
    ConfigJson config = ConfigJson.read(golden.checkpointFolder());

    RopeParameters.read(config);
    RopeParameters.read(config, "full_attention");
    RopeParameters.read(config, "sliding_attention");

    assertThat(config.problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "goldens, llama-base, 500, 1",
    "goldens, qwen2, 1000000, 1",
    "goldens, gpt_neox, 10000, 0.25",
    "goldens, gpt_neox-serial, 10000, 1",
    "goldens5, qwen3, 1000000, 1",
    "sentence-transformers, llama-weightedmean, 10000, 1"
  })
  void unscaledFormsOfBothReleases(String set, String name, double theta, double part)
      throws IOException {
    ConfigJson config = ConfigJson.read(Goldens.get(set, name).checkpointFolder());

    assertThat(RopeParameters.read(config)).isEqualTo(new RopeParameters(theta, part, DEFAULT));
  }

  @ParameterizedTest
  @CsvSource({"goldens, llama3-rope", "goldens5, llama"})
  void llama3IsTheSameInBothReleases(String set, String name) throws IOException {
    ConfigJson config = ConfigJson.read(Goldens.get(set, name).checkpointFolder());

    assertThat(RopeParameters.read(config))
        .isEqualTo(new RopeParameters(10_000, 1, new RopeScaling.Llama3(8, 1, 4, 128)));
  }

  @Test
  void basesOfModernBertDifferByLayerType() throws IOException {
    ConfigJson config =
        ConfigJson.read(Goldens.get(Goldens.GOLDENS, "modernbert").checkpointFolder());

    assertThat(RopeParameters.read(config, "full_attention").theta()).isEqualTo(160_000);
    assertThat(RopeParameters.read(config, "sliding_attention").theta()).isEqualTo(10_000);
  }

  @Test
  void modernBertScalesAllLayersAndGemma3OnlyThoseOfFullAttention() {
    String scaling = "\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":8}";
    ConfigJson modernBert =
        Configs.quoted(
            "{'global_rope_theta':160000,'local_rope_theta':20000,%s}".formatted(scaling));
    ConfigJson gemma3 =
        Configs.quoted("{'rope_theta':1000000,'rope_local_base_freq':20000,%s}".formatted(scaling));
    RopeScaling linear = new RopeScaling.Linear(8);

    assertThat(RopeParameters.read(modernBert, "full_attention"))
        .isEqualTo(new RopeParameters(160_000, 1, linear));
    assertThat(RopeParameters.read(modernBert, "sliding_attention"))
        .isEqualTo(new RopeParameters(20_000, 1, linear));
    assertThat(RopeParameters.read(gemma3, "full_attention"))
        .isEqualTo(new RopeParameters(1_000_000, 1, linear));
    assertThat(RopeParameters.read(gemma3, "sliding_attention"))
        .isEqualTo(new RopeParameters(20_000, 1, DEFAULT));
  }

  @Test
  void layerTypesOfTheNewFormHaveTheirOwnParameters() {
    ConfigJson config =
        Configs.quoted(
            """
            {'rope_parameters':{
              'full_attention':{'rope_type':'linear','factor':8.0,'rope_theta':1000000.0},
              'sliding_attention':{'rope_type':'default','rope_theta':20000.0,'partial_rotary_factor':0.5},
              'chunked_attention':null}}""");

    assertThat(RopeParameters.read(config, "full_attention"))
        .isEqualTo(new RopeParameters(1_000_000, 1, new RopeScaling.Linear(8)));
    assertThat(RopeParameters.read(config, "sliding_attention"))
        .isEqualTo(new RopeParameters(20_000, 0.5, DEFAULT));
    assertThat(
            RopeParameters.read(config, "chunked_attention", new RopeParameters.Defaults(7, 0.25)))
        .isEqualTo(new RopeParameters(7, 0.25, DEFAULT));
    assertThat(config.problems()).isEmpty();
  }

  @Test
  void layerTypesWithTheSameParametersAreReadAsOne() {
    ConfigJson config =
        Configs.quoted(
            """
            {'rope_parameters':{'full_attention':{'rope_type':'default','rope_theta':500.0},
              'sliding_attention':{'rope_type':'default','rope_theta':500.0}}}""");

    assertThat(RopeParameters.read(config)).isEqualTo(new RopeParameters(500, 1, DEFAULT));
    assertThat(config.problems()).isEmpty();
  }

  @Test
  void layerTypesWithOtherParametersCannotBeReadAsOne() {
    ConfigJson config =
        Configs.quoted(
            """
            {'rope_parameters':{'full_attention':{'rope_theta':500.0},
              'sliding_attention':{'rope_theta':600.0}}}""");

    RopeParameters.read(config);

    assertThat(config.problems())
        .containsExactly(
            "rope_parameters is an object: layer types [full_attention, sliding_attention] with different parameters are not implemented for this kind of model");
  }

  @Test
  void oneSetOfTheNewFormIsThatOfEveryLayerType() {
    ConfigJson config =
        Configs.quoted("{'rope_parameters':{'rope_type':'default','rope_theta':500.0}}");

    assertThat(RopeParameters.read(config, "sliding_attention"))
        .isEqualTo(RopeParameters.read(config));
    assertThat(RopeParameters.read(config).theta()).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|10000|1",
        "{'rope_theta':null,'rope_scaling':null,'rope_parameters':null}|10000|1",
        "{'rotary_emb_base':500,'rotary_pct':0.25}|500|0.25",
        "{'rope_theta':600,'rotary_emb_base':500,'partial_rotary_factor':0.5,'rotary_pct':0.25}|600|0.5",
        "{'rotary_emb_base':1000,'rotary_emb_fraction':0.75}|1000|0.75",
        "{'rope_theta':600,'rope_parameters':{'rope_theta':700}}|700|1",
        "{'rope_theta':600,'partial_rotary_factor':0.5,'rope_parameters':{'rope_type':'default'}}|600|0.5",
        "{'partial_rotary_factor':0.5,'rope_parameters':{'partial_rotary_factor':0.4}}|10000|0.4",
        "{'rope_scaling':{'type':'default','rope_theta':900}}|900|1"
      })
  void baseAndRotatedPartOfAllSpellings(String text, double theta, double part) {
    ConfigJson config = Configs.quoted(text);

    assertThat(RopeParameters.read(config)).isEqualTo(new RopeParameters(theta, part, DEFAULT));
    assertThat(config.problems()).isEmpty();
  }

  @Test
  void familiesHaveTheirOwnDefaults() {
    RopeParameters.Defaults defaults = new RopeParameters.Defaults(1_000_000, 0.25);

    assertThat(RopeParameters.read(Configs.quoted("{}"), defaults))
        .isEqualTo(new RopeParameters(1_000_000, 0.25, DEFAULT));
    assertThat(RopeParameters.read(Configs.quoted("{}"), "sliding_attention", defaults))
        .isEqualTo(new RopeParameters(1_000_000, 0.25, DEFAULT));
    assertThat(RopeParameters.read(Configs.quoted("{'rope_theta':5,'rotary_pct':1}"), defaults))
        .isEqualTo(new RopeParameters(5, 1, DEFAULT));
  }
}
