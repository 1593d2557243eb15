package io.pollux.it.demo;

import io.pollux.it.verdict.Timeline;
import java.util.List;
import java.util.Locale;

/**
 * Draws a scenario: packets per 10 ms upwards (hub to branch) and downwards (back), and what
 * happened when.
 */
final class Svg {
  private static final int WIDTH = 1100;
  private static final int LEFT = 46;
  private static final int RIGHT = 10;
  private static final int HALF = 80;
  private static final int TOP = 70;
  private static final int HEIGHT = TOP + 2 * HALF + 30;
  private static final int MARK_LINE = 12;

  private final Timeline timeline;
  private final int bins;
  private final int peak;

  Svg(Timeline timeline) {
    this.timeline = timeline;
    this.bins = timeline.hubToBranch().length;
    int max = 1;
    for (int i = 0; i < bins; i++) {
      max = Math.max(max, Math.max(timeline.hubToBranch()[i], timeline.branchToHub()[i]));
    }
    this.peak = max;
  }

  /**
   * @param takeover steps of the pair's own record, milliseconds from the blow
   */
  String draw(List<Timeline.Mark> takeover) {
    StringBuilder s = new StringBuilder();
    s.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"packets per 10 ms\">\n"
            .formatted(WIDTH, HEIGHT));
    grid(s);
    s.append("<path class=\"out\" d=\"").append(area(timeline.hubToBranch(), -1)).append("\"/>\n");
    s.append("<path class=\"in\" d=\"").append(area(timeline.branchToHub(), 1)).append("\"/>\n");
    line(s, 0, "blow", "blow", 0);
    int row = 1;
    for (Timeline.Mark m : timeline.marks()) {
      if (inside(m.millis())) {
        line(s, m.millis(), "vrrp", m.text(), row++ % 4 + 1);
      }
    }
    for (Timeline.Mark m : takeover) {
      if (inside(m.millis())) {
        s.append(
            "<circle class=\"step\" cx=\"%s\" cy=\"%d\" r=\"3\"><title>%s</title></circle>\n"
                .formatted(number(x(m.millis())), TOP + HALF, Html.escape(m.text())));
      }
    }
    return s.append("</svg>\n").toString();
  }

  private boolean inside(double millis) {
    return millis >= timeline.fromMillis()
        && millis <= timeline.fromMillis() + bins * Timeline.BIN_MILLIS;
  }

  private double x(double millis) {
    return LEFT
        + (millis - timeline.fromMillis())
            / (bins * (double) Timeline.BIN_MILLIS)
            * (WIDTH - LEFT - RIGHT);
  }

  private void grid(StringBuilder s) {
    int to = timeline.fromMillis() + bins * Timeline.BIN_MILLIS;
    int step = bins > 300 ? 500 : 100;
    for (int t = timeline.fromMillis(); t <= to; t += step) {
      s.append(
          "<line class=\"grid\" x1=\"%1$s\" x2=\"%1$s\" y1=\"%2$d\" y2=\"%3$d\"/>"
              .formatted(number(x(t)), TOP, TOP + 2 * HALF));
      s.append(
          "<text class=\"axis\" x=\"%s\" y=\"%d\">%d ms</text>\n"
              .formatted(number(x(t)), TOP + 2 * HALF + 14, t));
    }
    s.append(
        "<text class=\"axis\" x=\"%d\" y=\"%d\">%d</text>".formatted(LEFT - 18, TOP + 8, peak));
    s.append(
        "<text class=\"axis\" x=\"%d\" y=\"%d\">0</text>".formatted(LEFT - 18, TOP + HALF + 4));
    s.append(
        "<text class=\"axis\" x=\"%d\" y=\"%d\">%d</text>\n"
            .formatted(LEFT - 18, TOP + 2 * HALF, peak));
  }

  private String area(int[] counts, int direction) {
    StringBuilder d =
        new StringBuilder("M%s %d".formatted(number(x(timeline.fromMillis())), TOP + HALF));
    for (int i = 0; i < counts.length; i++) {
      double from = x(timeline.fromMillis() + i * (double) Timeline.BIN_MILLIS);
      double to = x(timeline.fromMillis() + (i + 1.0) * Timeline.BIN_MILLIS);
      String y = number(TOP + HALF + direction * (double) HALF * counts[i] / peak);
      d.append("L%s %sL%s %s".formatted(number(from), y, number(to), y));
    }
    return d.append("V%dZ".formatted(TOP + HALF)).toString();
  }

  private void line(StringBuilder s, double millis, String kind, String text, int row) {
    String x = number(x(millis));
    int y = 10 + row * MARK_LINE;
    s.append(
        "<line class=\"%1$s\" x1=\"%2$s\" x2=\"%2$s\" y1=\"%3$d\" y2=\"%4$d\"/>"
            .formatted(kind, x, y, TOP + 2 * HALF));
    s.append(
        "<text class=\"%s\" x=\"%s\" y=\"%d\">%s (%s ms)</text>\n"
            .formatted(kind, number(x(millis) + 3), y + 2, Html.escape(text), Math.round(millis)));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
