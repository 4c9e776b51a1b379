package dev.headlight.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scalings of rotary positions, and what is wrong with values. */
class RopeScalingTest {
  private static final RopeScaling.YarnAttention NO_ATTENTION =
      new RopeScaling.YarnAttention(
          OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());

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
        Configs.quoted(
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
    ConfigJson config = Configs.quoted("{'rope_scaling':{'type':'dynamic','factor':2}}");

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
    return Configs.quoted("{'max_position_embeddings':4096,'rope_parameters':" + parameters + "}");
  }
}
