package dev.headlight.pipeline;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple4;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * How far a run is, for display: rows and tokens of finished tasks, and of running ones as of their
 * last heartbeat. Rows that were computed twice show twice while the run lasts; the counts of the
 * result do not come from here.
 */
public final class RunProgress extends SparkListener {
  private final String jobGroup;
  private final OptionalLong totalRows;
  private final SparkContext context;
  private final LongAccumulator rows;
  private final LongAccumulator tokens;
  private Runnable whenModelIsEverywhere = () -> {};
  private final Map<Long, long[]> running = new HashMap<>();
  private final Set<String> executorsWithModel = new HashSet<>();
  private int stage = -1;
  private int tasks;
  private int tasksDone;

  /**
   * How far a run is.
   *
   * @param rows good and bad
   * @param tokens computed
   * @param totalRows rows of the table, where they are known
   * @param tasksDone tasks of the computation that have ended
   * @param tasks of the computation, 0 before it starts
   */
  public record Snapshot(long rows, long tokens, OptionalLong totalRows, int tasksDone, int tasks) {

    /** The part that is done, from 0 to 1, as far as it is known. */
    public double fraction() {
      if (totalRows.isPresent() && totalRows.getAsLong() > 0) {
        return Math.min(1.0, (double) rows / totalRows.getAsLong());
      }
      return tasks == 0 ? 0 : (double) tasksDone / tasks;
    }
  }

  RunProgress(SparkContext context, String jobGroup, OptionalLong totalRows) {
    this.jobGroup = jobGroup;
    this.totalRows = totalRows;
    this.context = context;
    this.rows = context.longAccumulator("headlight rows");
    this.tokens = context.longAccumulator("headlight tokens");
  }

  /** What tasks report rows to. */
  EncodingTask.Progress reporter() {
    return new Reporter(rows, tokens);
  }

  private record Reporter(LongAccumulator rowCount, LongAccumulator tokenCount)
      implements EncodingTask.Progress {
    @Override
    public void add(long moreRows, long moreTokens) {
      rowCount.add(moreRows);
      tokenCount.add(moreTokens);
    }
  }

  /** The present state. */
  public synchronized Snapshot snapshot() {
    long rowCount = rows.value();
    long tokenCount = tokens.value();
    for (long[] counts : running.values()) {
      rowCount += counts[0];
      tokenCount += counts[1];
    }
    return new Snapshot(rowCount, tokenCount, totalRows, tasksDone, tasks);
  }

  /** Calls back once, when every executor there is has ended a task and so has built the model. */
  synchronized void whenModelIsEverywhere(Runnable action) {
    whenModelIsEverywhere = action;
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart event) {
    boolean ours =
        Optional.ofNullable(event.properties())
            .map(properties -> properties.getProperty("spark.jobGroup.id"))
            .filter(jobGroup::equals)
            .isPresent();
    if (!ours) {
      return;
    }
    // The last stage of the last job computes; earlier ones, if any, only move rows.
    for (StageInfo info : CollectionConverters.asJava(event.stageInfos())) {
      if (info.stageId() > stage) {
        stage = info.stageId();
        tasks = info.numTasks();
        tasksDone = 0;
      }
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
    if (event.stageId() != stage) {
      return;
    }
    running.remove(event.taskInfo().taskId());
    if (event.taskInfo().successful()) {
      tasksDone = Math.min(tasks, tasksDone + 1);
      executorsWithModel.add(event.taskInfo().executorId());
      // The driver is counted among the executors; on a local master it is the only one.
      int executors = Math.max(1, context.getExecutorMemoryStatus().size() - 1);
      if (executorsWithModel.size() >= executors) {
        whenModelIsEverywhere.run();
        whenModelIsEverywhere = () -> {};
      }
    }
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate event) {
    for (Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task :
        CollectionConverters.asJava(event.accumUpdates())) {
      if ((Integer) task._2() == stage) {
        long[] counts = new long[2];
        for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
          if (info.id() == rows.id()) {
            counts[0] = (Long) info.update().get();
          } else if (info.id() == tokens.id()) {
            counts[1] = (Long) info.update().get();
          }
        }
        running.put((Long) task._1(), counts);
      }
    }
  }
}
