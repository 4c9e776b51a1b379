package dev.headlight.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RopeParametersTest {
  private static final RopeScaling DEFAULT = new RopeScaling.Default();
  private static final RopeScaling.YarnAttention NO_ATTENTION =
      new RopeScaling.YarnAttention(
          OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());

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
        parse("{'global_rope_theta':160000,'local_rope_theta':20000,%s}".formatted(scaling));
    ConfigJson gemma3 =
        parse("{'rope_theta':1000000,'rope_local_base_freq':20000,%s}".formatted(scaling));
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
        parse(
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
        parse(
            """
            {'rope_parameters':{'full_attention':{'rope_type':'default','rope_theta':500.0},
              'sliding_attention':{'rope_type':'default','rope_theta':500.0}}}""");

    assertThat(RopeParameters.read(config)).isEqualTo(new RopeParameters(500, 1, DEFAULT));
    assertThat(config.problems()).isEmpty();
  }

  @Test
  void layerTypesWithOtherParametersCannotBeReadAsOne() {
    ConfigJson config =
        parse(
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
    ConfigJson config = parse("{'rope_parameters':{'rope_type':'default','rope_theta':500.0}}");

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
    ConfigJson config = parse(text);

    assertThat(RopeParameters.read(config)).isEqualTo(new RopeParameters(theta, part, DEFAULT));
    assertThat(config.problems()).isEmpty();
  }

  @Test
  void familiesHaveTheirOwnDefaults() {
    RopeParameters.Defaults defaults = new RopeParameters.Defaults(1_000_000, 0.25);

    assertThat(RopeParameters.read(parse("{}"), defaults))
        .isEqualTo(new RopeParameters(1_000_000, 0.25, DEFAULT));
    assertThat(RopeParameters.read(parse("{}"), "sliding_attention", defaults))
        .isEqualTo(new RopeParameters(1_000_000, 0.25, DEFAULT));
    assertThat(RopeParameters.read(parse("{'rope_theta':5,'rotary_pct':1}"), defaults))
        .isEqualTo(new RopeParameters(5, 1, DEFAULT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'rope_type':'linear'", "'type':'linear'", "'rope_type':'linear','type':'yarn'"})
  void typeHasTwoNames(String type) {
    assertThat(scaling("{%s,'factor':4.0}".formatted(type))).isEqualTo(new RopeScaling.Linear(4));
  }

  @Test
  void dynamicScalingComparesWithTheLengthOfTheModel() {
    assertThat(scaling("{'rope_type':'dynamic','factor':2}"))
        .isEqualTo(new RopeScaling.Dynamic(2, 4096));
  }

  @Test
  void yarnHasItsDefaults() {
    assertThat(scaling("{'rope_type':'yarn','factor':4,'original_max_position_embeddings':1024}"))
        .isEqualTo(new RopeScaling.Yarn(4, 1024, 32, 1, true, NO_ATTENTION));
    assertThat(scaling("{'rope_type':'yarn','factor':4.0}"))
        .isEqualTo(new RopeScaling.Yarn(4, 4096, 32, 1, true, NO_ATTENTION));
    assertThat(
            scaling(
                "{'rope_type':'yarn','factor':null,'original_max_position_embeddings':1024,'beta_fast':0,'mscale':0,'attention_factor':null}"))
        .isEqualTo(new RopeScaling.Yarn(4, 1024, 32, 1, true, NO_ATTENTION));
  }

  @Test
  void yarnReadsAllItsValues() {
    assertThat(
            scaling(
                """
                {'type':'yarn','factor':40,'original_max_position_embeddings':1024,'beta_fast':16,'beta_slow':2,
                 'mscale':1.0,'mscale_all_dim':0.707,'attention_factor':1.25,'truncate':false}"""))
        .isEqualTo(
            new RopeScaling.Yarn(
                40,
                1024,
                16,
                2,
                false,
                new RopeScaling.YarnAttention(
                    OptionalDouble.of(1.25), OptionalDouble.of(1), OptionalDouble.of(0.707))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"longrope", "su", "yarn"})
  void longRopeOfPhi3IsReadWithItsOriginalLengthOutside(String type) {
    ConfigJson config =
        parse(
            """
            {'max_position_embeddings':4096,'original_max_position_embeddings':1024,
             'rope_scaling':{'type':'%s','short_factor':[1,1.5],'long_factor':[2.0,3.5]}}"""
                .formatted(type));

    assertThat(RopeParameters.read(config).scaling())
        .isEqualTo(
            new RopeScaling.LongRope(
                4, 1024, List.of(1.0, 1.5), List.of(2.0, 3.5), OptionalDouble.empty()));
    assertThat(config.problems()).isEmpty();
  }

  @Test
  void longRopeOfTheNewFormIsRead() {
    assertThat(
            scaling(
                """
                {'rope_type':'longrope','short_factor':[1],'long_factor':[2],'factor':32.0,
                 'original_max_position_embeddings':512,'attention_factor':1.19}"""))
        .isEqualTo(
            new RopeScaling.LongRope(32, 512, List.of(1.0), List.of(2.0), OptionalDouble.of(1.19)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'rope_type':'mrope'}|rope_type is 'mrope': expected one of default, linear, dynamic, yarn, longrope, llama3",
        "{'type':'ntk','factor':2}|type is 'ntk': expected one of default, linear, dynamic, yarn, longrope, llama3",
        "{'rope_type':7}|rope_type: expected a string, found 7",
        "{'rope_type':'linear'}|factor: expected a number, found nothing",
        "{'rope_type':'linear','factor':0}|factor is 0: expected a number above 0",
        "{'rope_type':'linear','factor':'2'}|factor: expected a number, found '2'",
        "{'rope_type':'linear','factor':1e999}|factor: expected a number, found Infinity",
        "{'rope_type':'yarn','factor':2,'beta_fast':1,'beta_slow':2}|beta_fast is 1: expected at least beta_slow, which is 2.0",
        "{'rope_type':'yarn','factor':2,'truncate':'no'}|truncate: expected true or false, found 'no'",
        "{'rope_type':'yarn','factor':2,'attention_factor':-1}|attention_factor is -1: expected a number above 0",
        "{'rope_type':'longrope','short_factor':[1]}|long_factor is nothing: expected one number above 0 for each rotated pair",
        "{'rope_type':'longrope','short_factor':[1],'long_factor':[0]}|long_factor is an array: expected one number above 0 for each rotated pair",
        "{'rope_type':'longrope','short_factor':[1],'long_factor':['2']}|long_factor: expected a number, found '2'",
        "{'rope_type':'llama3','factor':2,'low_freq_factor':4,'high_freq_factor':4}|high_freq_factor is 4: expected more than low_freq_factor, which is 4.0",
        "{'rope_type':'llama3','factor':2,'low_freq_factor':1}|high_freq_factor: expected a number, found nothing",
        "{'rope_type':'llama3','factor':2,'low_freq_factor':1,'high_freq_factor':4,'original_max_position_embeddings':0}|original_max_position_embeddings: expected a whole number from 1 to 16777216, found 0",
        "{'rope_theta':0}|rope_theta is 0: expected a number above 0",
        "{'rope_theta':-5}|rope_theta is -5: expected a number above 0",
        "{'partial_rotary_factor':1.5}|partial_rotary_factor is 1.5: expected a part of the head, above 0 and at most 1",
        "{'partial_rotary_factor':0}|partial_rotary_factor is 0: expected a number above 0"
      })
  void wrongValuesAreProblems(String parameters, String problem) {
    ConfigJson config = withParameters(parameters);

    RopeParameters.read(config);

    assertThat(config.problems()).contains("rope_parameters." + problem);
  }

  @Test
  void lengthsThatAreMissingAreProblems() {
    ConfigJson config = parse("{'rope_scaling':{'type':'dynamic','factor':2}}");

    RopeParameters.read(config);

    assertThat(config.problems())
        .containsExactly("max_position_embeddings: expected a whole number, found nothing");
  }

  private static RopeScaling scaling(String parameters) {
    ConfigJson config = withParameters(parameters);
    RopeScaling scaling = RopeParameters.read(config).scaling();
    assertThat(config.problems()).isEmpty();
    return scaling;
  }

  private static ConfigJson withParameters(String parameters) {
    return parse("{'max_position_embeddings':4096,'rope_parameters':" + parameters + "}");
  }

  private static ConfigJson parse(String text) {
    return ConfigJson.parse("m/config.json", text.replace('\'', '"'));
  }
}
