package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.MemoryFolder;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WeightScopeTest {
  private WeightScope scope;

  @BeforeEach
  void openCheckpoint() throws IOException {
    String header =
        """
        {"encoder.layer.0.attention.self.query.weight":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},
         "encoder.layer.0.attention.self.query.bias":{"dtype":"F16","shape":[2],"data_offsets":[12,16]},
         "encoder.layer.0.attention.self.key.weight":{"dtype":"F16","shape":[2,3],"data_offsets":[16,28]},
         "encoder.layer.1.attention.self.query.weight":{"dtype":"F16","shape":[2,3],"data_offsets":[28,40]},
         "pooler.weight":{"dtype":"I8","shape":[4],"data_offsets":[40,44]},
         "scale":{"dtype":"F32","shape":[],"data_offsets":[44,48]}}""";
    scope =
        new WeightScope(
            SafetensorsCheckpoint.open(
                new MemoryFolder().withSafetensors("model.safetensors", header, 48)));
  }

  @Test
  void weightIsFoundByNameAndShape() {
    Weight weight = scope.get("encoder.layer.0.attention.self.query.weight", 2, 3);

    assertThat(weight.elements()).isEqualTo(6);
    assertThat(weight.info().dtype()).isEqualTo(DType.F16);
    assertThat(scope.get("scale").elements()).isEqualTo(1);
  }

  @Test
  void weightsThatWereAskedForAreConsumed() {
    assertThat(scope.has("scale")).isTrue();
    assertThat(scope.has("bias")).isFalse();
    assertThat(scope.consumed()).isEmpty();

    scope.get("scale");
    scope.get("scale");

    assertThat(scope.consumed()).containsExactly("scale");
    assertThat(scope.unconsumed())
        .containsExactly(
            "encoder.layer.0.attention.self.key.weight",
            "encoder.layer.0.attention.self.query.bias",
            "encoder.layer.0.attention.self.query.weight",
            "encoder.layer.1.attention.self.query.weight",
            "pooler.weight");
  }

  @Test
  void missingWeightNamesTheNearest() {
    assertThatThrownBy(() -> scope.get("encoder.layer.2.attention.self.query.weight", 2, 3))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Expected a tensor 'encoder.layer.2.attention.self.query.weight' of shape [2, 3], found none; the nearest names are encoder.layer.0.attention.self.query.weight, encoder.layer.1.attention.self.query.weight, encoder.layer.0.attention.self.key.weight. Check that config.json is of the same checkpoint as the weights.");
    assertThat(scope.consumed()).isEmpty();
  }

  @Test
  void missingWeightWithoutALikeNameSaysSo() {
    assertThatThrownBy(() -> scope.get("lm_head", 7))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Expected a tensor 'lm_head' of shape [7], found no name like it among 6 tensors. Check that config.json is of the same checkpoint as the weights.");
  }

  @Test
  void otherShapeIsRefused() {
    assertThatThrownBy(() -> scope.get("encoder.layer.0.attention.self.query.weight", 3, 2))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Tensor 'encoder.layer.0.attention.self.query.weight' in model.safetensors: expected shape [3, 2], found [2, 3]. The weights do not fit config.json: check that both are of the same checkpoint.");
    assertThat(scope.consumed()).isEmpty();
  }

  @Test
  void wholeNumbersAreRefused() {
    assertThatThrownBy(() -> scope.get("pooler.weight", 4))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Tensor 'pooler.weight' in model.safetensors: expected a floating-point dtype, found I8. Quantized checkpoints are not read: use one with floating-point weights.");
    assertThat(scope.consumed()).isEmpty();
  }
}
