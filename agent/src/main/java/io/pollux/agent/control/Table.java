package io.pollux.agent.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under headings. Columns are as wide as their widest cell; where the terminal is narrower,
 * the widest columns of text give way first and their cells end in an ellipsis. Numbers are never
 * cut. Control characters in a cell are replaced: an identity sent by a peer must not move the
 * operator's cursor.
 */
public final class Table {
  private static final String GAP = "  ";
  private static final int LEAST = 4;

  /** A cell with a style. */
  public record Cell(String text, Style style) {}

  private record Column(String heading, boolean number) {}

  private final List<Column> columns = new ArrayList<>();
  private final List<Cell[]> rows = new ArrayList<>();

  /** Adds a column of text, aligned to the left. */
  public Table text(String heading) {
    columns.add(new Column(heading, false));
    return this;
  }

  /** Adds a column of numbers, aligned to the right. */
  public Table number(String heading) {
    columns.add(new Column(heading, true));
    return this;
  }

  /** A cell with a style, for {@link #row}. */
  public static Cell styled(Style style, Object value) {
    return new Cell(String.valueOf(value), style);
  }

  /**
   * Adds a row: {@link Cell}s, or anything else, shown by its toString; null is shown as "-".
   *
   * @throws IllegalArgumentException not as many cells as columns
   */
  public Table row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(cells.length + " cells in " + columns.size() + " columns");
    }
    rows.add(Arrays.stream(cells).map(Table::cell).toArray(Cell[]::new));
    return this;
  }

  private static Cell cell(Object value) {
    Cell cell =
        switch (value) {
          case null -> new Cell("-", Style.PLAIN);
          case Cell c -> c;
          default -> new Cell(value.toString(), Style.PLAIN);
        };
    return new Cell(clean(cell.text()), cell.style());
  }

  /** How many rows it has. */
  public int size() {
    return rows.size();
  }

  /** The table as lines, headings first. */
  public String render(Terminal terminal) {
    int[] width = widths(terminal.columns());
    StringBuilder out = new StringBuilder();
    Cell[] headings =
        columns.stream().map(c -> new Cell(c.heading(), Style.BOLD)).toArray(Cell[]::new);
    line(out, headings, width, terminal.color());
    for (Cell[] row : rows) {
      line(out, row, width, terminal.color());
    }
    return out.toString();
  }

  private int[] widths(int limit) {
    int[] width = new int[columns.size()];
    for (int i = 0; i < width.length; i++) {
      width[i] = length(columns.get(i).heading());
      for (Cell[] row : rows) {
        width[i] = Math.max(width[i], length(row[i].text()));
      }
    }
    int over = Arrays.stream(width).sum() + GAP.length() * (width.length - 1) - limit;
    while (limit > 0 && over > 0) {
      int widest = widestText(width);
      if (widest < 0) {
        break; // what is left cannot be cut: the terminal wraps
      }
      width[widest]--;
      over--;
    }
    return width;
  }

  private int widestText(int[] width) {
    int widest = -1;
    for (int i = 0; i < width.length; i++) {
      if (!columns.get(i).number()
          && width[i] > LEAST
          && (widest < 0 || width[i] > width[widest])) {
        widest = i;
      }
    }
    return widest;
  }

  private void line(StringBuilder out, Cell[] cells, int[] width, boolean color) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      String text = fit(cells[i].text(), width[i], columns.get(i).number());
      String pad = " ".repeat(Math.max(0, width[i] - length(text)));
      String shown = color ? cells[i].style().apply(text) : text;
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).number() ? pad + shown : shown + pad);
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }

  private static String fit(String text, int width, boolean number) {
    if (number || length(text) <= width) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** The text without what a terminal would obey. */
  static String clean(String text) {
    if (text.codePoints().noneMatch(Table::obeyed)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> out.appendCodePoint(obeyed(c) ? '\ufffd' : c));
    return out.toString();
  }

  private static boolean obeyed(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
  }
}
