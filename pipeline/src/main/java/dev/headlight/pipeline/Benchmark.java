package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.families.Checkpoint;
import dev.headlight.kernel.Kernels;
import dev.headlight.model.Example;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.Sequence;
import dev.headlight.model.TransformerModel;
import dev.headlight.nn.PartClock;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.statistics.StatisticsRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;

/**
 * Measures how fast a checkpoint runs on this machine: forward passes over batches as a task makes
 * them, without Spark. Loading of the model and a warm-up are not timed.
 */
public final class Benchmark {
  private static final int MOST_WARM_UPS = 8;

  /** The compiler has little to do if it takes less than this part of the time. */
  private static final int COMPILING_SHARE = 20;

  private final BenchmarkOptions options;
  private final Checkpoint checkpoint;
  private final Kernels kernels;
  private final List<Example> examples;
  private final BatchBudget budget;

  private Benchmark(BenchmarkOptions options, Checkpoint checkpoint) {
    this.options = options;
    this.checkpoint = checkpoint;
    this.kernels = EncodingPlan.kernels(options.encoder());
    this.examples = BenchmarkInputs.of(options, checkpoint.config());
    this.budget = BatchBudget.of(options.encoder().batchTokens(), checkpoint.config(), Cost.NONE);
  }

  /**
   * Measures.
   *
   * @throws ConfigurationException if options do not fit the model or the machine
   * @throws CheckpointException if the checkpoint cannot be read
   */
  public static BenchmarkReport run(BenchmarkOptions options) {
    options.requireKnownNames();
    String location = options.model();
    try {
      Checkpoint checkpoint =
          Checkpoint.open(HadoopCheckpointFolder.of(location, new Configuration()));
      return new Benchmark(options, checkpoint).run();
    } catch (IOException | UncheckedIOException e) {
      throw new CheckpointException("%s cannot be read: %s".formatted(location, e.getMessage()), e);
    }
  }

  private BenchmarkReport run() {
    long start = System.nanoTime();
    try (TransformerModel model = checkpoint.load(kernels)) {
      double loadSeconds = (System.nanoTime() - start) / 1e9;
      List<BenchmarkThread> threads = new ArrayList<>();
      try {
        for (int i = 0; i < options.threads(); i++) {
          threads.add(new BenchmarkThread(model, batches(), request(), options.breakdown()));
        }
        return measure(threads, model.weightBytes(), loadSeconds);
      } finally {
        threads.forEach(BenchmarkThread::close);
      }
    }
  }

  private BenchmarkReport measure(
      List<BenchmarkThread> threads, long weightBytes, double loadSeconds) {
    warmUp(threads);
    List<Double> seconds = new ArrayList<>();
    List<Double> cpuSeconds = new ArrayList<>();
    Map<PartClock.Part, Double> parts = new EnumMap<>(PartClock.Part.class);
    for (int i = 0; i < options.repeat(); i++) {
      long start = System.nanoTime();
      long cpuNanos = runAll(threads);
      seconds.add((System.nanoTime() - start) / 1e9);
      cpuSeconds.add(cpuNanos / 1e9);
      for (BenchmarkThread thread : threads) {
        thread
            .nanos()
            .forEach(
                (part, nanos) -> parts.merge(part, nanos / 1e9 / options.repeat(), Double::sum));
      }
    }
    long workspaceBytes = threads.stream().mapToLong(BenchmarkThread::workspaceBytes).sum();
    return report(
        loadSeconds,
        seconds,
        cpuSeconds,
        new BenchmarkReport.Memory(
            weightBytes, workspaceBytes, peakBytes(Path.of("/proc/self/status"))),
        parts);
  }

  /**
   * Repetitions until the time for them is over and, for some times as long at most, until the
   * just-in-time compiler has little to do: on a busy machine it lags behind.
   */
  private void warmUp(List<BenchmarkThread> threads) {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    boolean measured = compiler != null && compiler.isCompilationTimeMonitoringSupported();
    long start = System.nanoTime();
    long least = TimeUnit.SECONDS.toNanos(options.warmUpSeconds());
    boolean warm = false;
    do {
      long compiled = measured ? compiler.getTotalCompilationTime() : 0;
      long began = System.nanoTime();
      runAll(threads);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      boolean quiet =
          !measured || compiler.getTotalCompilationTime() - compiled <= millis / COMPILING_SHARE;
      long passed = System.nanoTime() - start;
      warm = passed >= least && (quiet || passed >= MOST_WARM_UPS * least);
    } while (!warm);
  }

  private BenchmarkReport report(
      double loadSeconds,
      List<Double> seconds,
      List<Double> cpuSeconds,
      BenchmarkReport.Memory memory,
      Map<PartClock.Part, Double> parts) {
    ModelConfig config = checkpoint.config();
    Map<String, Double> breakdown = new LinkedHashMap<>();
    parts.forEach((part, time) -> breakdown.put(part.name().toLowerCase(Locale.ROOT), time));
    Map<Integer, Double> operations = new LinkedHashMap<>();
    double sum = 0;
    for (Example example : examples) {
      sum +=
          operations.computeIfAbsent(
              tokens(example), length -> ModelOperations.of(config.stack(), length));
    }
    return new BenchmarkReport(
        options.model(),
        config.family(),
        kernels.precision(),
        kernels.name(),
        String.join(",", options.encoder().statistics()),
        options.threads(),
        (long) examples.size() * options.threads(),
        examples.stream().mapToLong(this::tokens).sum() * options.threads(),
        budget.tokens(),
        sum * options.threads(),
        loadSeconds,
        seconds,
        cpuSeconds,
        memory,
        breakdown);
  }

  private List<List<Example>> batches() {
    SequenceBatcher<Example> batcher =
        new SequenceBatcher<>(examples.iterator(), this::tokens, budget);
    List<List<Example>> batches = new ArrayList<>();
    batcher.forEachRemaining(batches::add);
    return batches;
  }

  private int tokens(Example example) {
    if (example.input() instanceof Sequence.Tokens tokens) {
      return tokens.inputIds().length;
    }
    Sequence.Pixels pixels = (Sequence.Pixels) example.input();
    return ((EmbeddingConfig.Patches) checkpoint.config().stack().embedding())
        .tokens(pixels.height(), pixels.width());
  }

  private ForwardRequest request() {
    return ForwardRequest.ofLastHiddenState()
        .withStatistics(StatisticsRequest.ofGroups(Outputs.statisticGroups(options.encoder())));
  }

  /** One repetition; gives the processor time of all threads in nanoseconds. */
  private static long runAll(List<BenchmarkThread> threads) {
    List<Future<Long>> running = threads.stream().map(BenchmarkThread::start).toList();
    long cpuNanos = 0;
    try {
      for (Future<Long> future : running) {
        cpuNanos += future.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
    return cpuNanos;
  }

  /** The largest resident size of this process, where Linux tells it; else 0. */
  private static long peakBytes(Path status) {
    try {
      return Files.readAllLines(status, StandardCharsets.UTF_8).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
