package dev.headlight.jobs;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Uses every native library once; {@link JobJarIT} runs it with the job jar and Spark's jars. */
final class NativeLibrariesProgram {
  private static final String TOKENIZER =
      """
      {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
       "model": {"type": "WordLevel", "vocab": {"head": 0, "light": 1}, "unk_token": "head"}}
      """;

  private NativeLibrariesProgram() {}

  public static void main(String[] args) throws Exception {
    System.setProperty("ai.djl.offline", "true");

    INDArray product = Nd4j.ones(4, 4).mmul(Nd4j.ones(4, 4));
    INDArray rows = Nd4j.nn().softmax(product, 1).sum(1);
    System.out.println("ND4J " + product.getFloat(0, 0) * rows.getFloat(0));

    try (engine cpu = new engine(dnnl.dnnl_cpu, 0)) {
      String version = dnnl.dnnl_version().major() + "." + dnnl.dnnl_version().minor();
      System.out.println("oneDNN " + (cpu.isNull() ? "has no engine" : version));
    }

    byte[] json = TOKENIZER.getBytes(StandardCharsets.UTF_8);
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json), Map.of("modelMaxLength", "8", "maxLength", "8"))) {
      System.out.println("tokenizers " + Arrays.toString(tokenizer.encode("light head").getIds()));
    }
  }
}
