package dev.headlight.pipeline.summary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Sums up the statistics of a partition's rows: one row for each cell. Where there are very many
 * cells, because a corpus is summed up by a column of many values, it gives what it has and starts
 * anew, so that memory is bounded.
 *
 * <p>Columns of its input: group, id (null where the sequence is no example), and statistics of
 * heads and of layers as {@link StatisticsBytes}.
 *
 * @param headStatistics names of the statistics of heads
 * @param layerStatistics names of the statistics of layers
 */
record PartialSummary(List<String> headStatistics, List<String> layerStatistics)
    implements MapPartitionsFunction<Row, Row> {
  private static final int MOST_CELLS = 40_000;

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Cells(rows);
  }

  private record Key(String attention, int layer, int head) {}

  private record Group(String name, boolean heads) {}

  private final class Cells implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Map<Group, Map<Key, Cell[]>> groups = new HashMap<>();
    private final Queue<Row> finished = new ArrayDeque<>();
    private final Set<String> subsets = new HashSet<>();
    private int cells;

    Cells(Iterator<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      while (finished.isEmpty() && rows.hasNext()) {
        add(rows.next());
        if ((cells > MOST_CELLS && subsets.size() > 1) || !rows.hasNext()) {
          finish();
        }
      }
      return !finished.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return finished.remove();
    }

    private void add(Row row) {
      String group = row.getString(0);
      subsets.add(group);
      String id = row.getString(1);
      if (!row.isNullAt(2)) {
        add((byte[]) row.get(2), new Group(group, true), id, headStatistics.size());
      }
      if (!row.isNullAt(3)) {
        add((byte[]) row.get(3), new Group(group, false), id, layerStatistics.size());
      }
    }

    private void add(byte[] bytes, Group group, String id, int statistics) {
      Map<Key, Cell[]> places = groups.computeIfAbsent(group, key -> new HashMap<>());
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      while (buffer.hasRemaining()) {
        byte[] name = new byte[buffer.getInt()];
        buffer.get(name);
        Key key =
            new Key(new String(name, StandardCharsets.UTF_8), buffer.getInt(), buffer.getInt());
        Cell[] found = places.computeIfAbsent(key, absent -> newCells(statistics));
        for (Cell cell : found) {
          cell.add(buffer.getFloat(), id);
        }
      }
    }

    private Cell[] newCells(int count) {
      cells += count;
      Cell[] made = new Cell[count];
      Arrays.setAll(made, i -> new Cell());
      return made;
    }

    private void finish() {
      groups.forEach(
          (group, places) ->
              places.forEach(
                  (key, made) ->
                      finish(group, key, group.heads() ? headStatistics : layerStatistics, made)));
      groups.clear();
      subsets.clear();
      cells = 0;
    }

    private void finish(Group group, Key key, List<String> statistics, Cell[] made) {
      for (int i = 0; i < made.length; i++) {
        List<Object> values = new ArrayList<>();
        values.add(key.attention());
        values.add(key.layer());
        values.add(key.head() < 0 ? null : (Integer) key.head());
        values.add(statistics.get(i));
        values.add(group.name());
        values.addAll(made[i].partial());
        finished.add(RowFactory.create(values.toArray()));
      }
    }
  }
}
