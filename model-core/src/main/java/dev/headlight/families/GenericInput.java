package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.EmbeddingConfig.LeadingToken;
import dev.headlight.config.EmbeddingConfig.PatchOrder;
import dev.headlight.config.EmbeddingConfig.PositionEmbedding;
import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.EmbeddingConfig.Size;
import dev.headlight.config.LinearConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a description of a checkpoint of no family says of its input: tokens or images.
 *
 * @param input the object {@code input}
 * @param positions the object {@code positions}
 * @param names of tensors outside of blocks
 */
record GenericInput(
    ConfigJson input, Optional<ConfigJson> positions, GenericNames names, int hiddenSize) {
  private static final int MOST_TOKENS = 1 << 20;

  EmbeddingConfig describe() {
    input.require("type", Set.of("tokens", "image"));
    return input.text("type", "tokens").equals("image") ? patches() : tokens();
  }

  private EmbeddingConfig.Tokens tokens() {
    GenericNames.refuseOtherKeys(
        input,
        "type",
        "vocab_size",
        "embedding",
        "embedding_size",
        "scale",
        "token_types",
        "norm",
        "projection");
    int width = input.positiveInt("embedding_size", hiddenSize);
    Optional<LinearConfig> projection =
        names.linear(input, "projection", "embeddings_project", width, hiddenSize);
    if (width != hiddenSize && projection.isEmpty()) {
      input.unsupported("embedding_size", "embeddings narrower than hidden_size need a projection");
    }
    return new EmbeddingConfig.Tokens(
        names.requiredTensor(input, "embedding"),
        input.positiveInt("vocab_size"),
        width,
        input.decimal("scale", 1),
        tokenPositions(),
        input.object("token_types").map(this::tokenTypes),
        names.norm(input, "norm", width),
        projection);
  }

  private EmbeddingConfig.TokenTypes tokenTypes(ConfigJson types) {
    GenericNames.refuseOtherKeys(types, "embedding", "count");
    return new EmbeddingConfig.TokenTypes(
        names.requiredTensor(types, "embedding"), types.positiveInt("count"));
  }

  private PositionEmbedding tokenPositions() {
    if (positions.isEmpty()) {
      return new PositionEmbedding.None();
    }
    ConfigJson described = positions.get();
    String type = described.text("type", "");
    if (type.equals("learned")) {
      GenericNames.refuseOtherKeys(described, "type", "embedding", "count", "offset");
      int offset = described.intValue("offset", 0);
      int count = described.positiveInt("count");
      if (offset < 0 || offset >= count) {
        described.unsupported("offset", "expected a row of the table");
      }
      return new PositionEmbedding.Learned(
          names.requiredTensor(described, "embedding"), count, offset, -1);
    }
    if (type.startsWith("sinusoidal")) {
      GenericNames.refuseOtherKeys(described, "type", "count");
      int count = described.positiveInt("count");
      if (count > MOST_TOKENS) {
        described.unsupported("count", "expected at most " + MOST_TOKENS);
        count = 1;
      }
      return new PositionEmbedding.Sinusoidal(count, type.equals("sinusoidal_interleaved"));
    }
    return new PositionEmbedding.None();
  }

  private EmbeddingConfig.Patches patches() {
    GenericNames.refuseOtherKeys(
        input,
        "type",
        "image_size",
        "patch_size",
        "num_channels",
        "projection",
        "patch_order",
        "input_norm",
        "output_norm",
        "class_token",
        "register_tokens",
        "norm");
    Size image = VisionEncoder.size(input, "image_size");
    Size patch = VisionEncoder.size(input, "patch_size");
    Size grid = VisionEncoder.grid(input, image, patch);
    int channels = input.positiveInt("num_channels", 3);
    int values = channels * patch.height() * patch.width();
    LinearConfig projection =
        names.requiredLinear(input, "projection", "patch_proj", values, hiddenSize);
    input.require("patch_order", Set.of("convolution", "channels_first", "channels_last"));
    String order = input.text("patch_order", "convolution");
    if (order.equals("convolution")) {
      projection = projection.asConvolution(channels, patch.height(), patch.width());
    }
    List<LeadingToken> leading = leadingTokens();
    return new EmbeddingConfig.Patches(
        channels,
        image,
        patch,
        order.equals("channels_last") ? PatchOrder.CHANNELS_LAST : PatchOrder.CHANNELS_FIRST,
        names.norm(input, "input_norm", values),
        projection,
        names.norm(input, "output_norm", hiddenSize),
        leading,
        patchPositions(leading, grid),
        names.norm(input, "norm", hiddenSize));
  }

  private List<LeadingToken> leadingTokens() {
    List<LeadingToken> leading = new ArrayList<>();
    if (input.isObject("class_token")) {
      leading.add(leadingToken(input.object("class_token").orElseThrow(), 1));
    } else {
      names
          .tensor(input, "class_token")
          .ifPresent(name -> leading.add(new LeadingToken(name, 1, List.of(1, 1, hiddenSize))));
    }
    input
        .object("register_tokens")
        .ifPresent(tokens -> leading.add(leadingToken(tokens, tokens.positiveInt("count"))));
    return leading;
  }

  private LeadingToken leadingToken(ConfigJson token, int count) {
    GenericNames.refuseOtherKeys(token, "tensor", "count", "shape");
    return new LeadingToken(
        names.requiredTensor(token, "tensor"), count, shape(token, List.of(1, count, hiddenSize)));
  }

  /** The shape that the description gives, which must hold as many numbers as the usual one. */
  private static List<Integer> shape(ConfigJson object, List<Integer> usual) {
    List<Integer> given = object.decimals("shape").stream().map(Double::intValue).toList();
    if (given.isEmpty()) {
      return usual;
    }
    if (elements(given) != elements(usual)) {
      object.unsupported("shape", "expected as many numbers as " + usual + " holds");
      return usual;
    }
    return given;
  }

  private static long elements(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, (left, right) -> left * right);
  }

  private EmbeddingConfig.PatchPositions patchPositions(List<LeadingToken> leading, Size grid) {
    if (positions.isEmpty() || !positions.get().text("type", "").equals("learned")) {
      input.unsupported("type", "images need positions of type learned");
      return new EmbeddingConfig.PatchPositions("positions", List.of(1), 0, Resizing.NONE);
    }
    ConfigJson described = positions.get();
    GenericNames.refuseOtherKeys(described, "type", "embedding", "leading_tokens", "shape");
    int all = leading.stream().mapToInt(LeadingToken::count).sum();
    int positioned = described.intValue("leading_tokens", all);
    if (positioned < 0 || positioned > all) {
      described.unsupported("leading_tokens", "expected at most " + all);
      positioned = 0;
    }
    int rows = positioned + grid.height() * grid.width();
    return new EmbeddingConfig.PatchPositions(
        names.requiredTensor(described, "embedding"),
        shape(described, List.of(1, rows, hiddenSize)),
        positioned,
        Resizing.NONE);
  }
}
