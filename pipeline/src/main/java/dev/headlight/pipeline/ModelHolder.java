package dev.headlight.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of this JVM: each is built once, whatever the number of tasks, and shared by all of
 * them. The only static mutable state there is.
 *
 * <p>A task holds a {@link Lease}. A model without leases stays, for the next task, until a model
 * of another content is built: then it is closed first, so that memory holds models in use and at
 * most one more.
 */
final class ModelHolder {
  private static final Logger LOG = LoggerFactory.getLogger(ModelHolder.class);
  private static final Map<String, Entry> ENTRIES = new HashMap<>();

  private ModelHolder() {}

  /** A task's hold on a model; closing it twice does nothing more. */
  static final class Lease implements AutoCloseable {
    private final Entry entry;
    private boolean closed;

    private Lease(Entry entry) {
      this.entry = entry;
    }

    LoadedModel model() {
      return entry.model;
    }

    @Override
    public void close() {
      synchronized (ENTRIES) {
        if (!closed) {
          closed = true;
          entry.leases--;
        }
      }
    }
  }

  /** A model and how many tasks hold it. Its lock is held while it is built. */
  private static final class Entry {
    private volatile LoadedModel model;
    private int leases;
  }

  /** Takes a lease of a model, which is built now if no task of this JVM has built it before. */
  static Lease acquire(ModelSource source) {
    Entry entry;
    synchronized (ENTRIES) {
      if (!ENTRIES.containsKey(source.key())) {
        closeIdle();
      }
      entry = ENTRIES.computeIfAbsent(source.key(), key -> new Entry());
      entry.leases++;
    }
    Lease lease = new Lease(entry);
    try {
      synchronized (entry) {
        if (entry.model == null) {
          entry.model = build(source);
        }
      }
      return lease;
    } catch (RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  private static LoadedModel build(ModelSource source) {
    long start = System.nanoTime();
    try {
      LoadedModel model = source.load();
      LOG.info(
          "Built model {}: {} bytes of weights in {} ms",
          source.key(),
          model.model().weightBytes(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException("the model cannot be read: " + e.getMessage(), e);
    }
  }

  /** Closes models that no task holds. */
  static void closeIdle() {
    synchronized (ENTRIES) {
      Iterator<Entry> entries = ENTRIES.values().iterator();
      while (entries.hasNext()) {
        Entry entry = entries.next();
        if (entry.leases == 0) {
          if (entry.model != null) {
            entry.model.close();
          }
          entries.remove();
        }
      }
    }
  }

  /** Native bytes of the weights in this JVM. */
  static long weightBytes() {
    synchronized (ENTRIES) {
      return ENTRIES.values().stream()
          .filter(entry -> entry.model != null)
          .mapToLong(entry -> entry.model.model().weightBytes())
          .sum();
    }
  }
}
