package io.pollux.agent.control;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Where a command's answer goes. Thread-safe; text arrives in the order of the calls. Writing to a
 * client that has gone does nothing; a client that reads slowly makes the writer wait.
 */
public interface Output {

  /** Text for stdout, as it is. */
  void out(String text);

  /** Text for stderr, as it is. */
  void err(String text);

  /**
   * The status that the answer ends with once the command returns; the last call counts. Without
   * one: 0.
   */
  void exit(int status);

  /** True once nobody reads any more. */
  boolean closed();

  /**
   * Waits until nobody reads any more, at most this long: the pause of a command that streams.
   *
   * @return {@link #closed()}
   */
  boolean awaitClosed(Duration limit) throws InterruptedException;

  /** What the answer will be shown on. */
  Terminal terminal();

  /** Asks the operator about this; see {@link Consent#given}. */
  Consent ask(String question);

  /** One line for stdout. */
  default void line(String text) {
    out(text + "\n");
  }

  /** One line for stdout; {@link String#format} without locale. */
  default void line(String format, Object... arguments) {
    line(String.format(Locale.ROOT, format, arguments));
  }

  /** One line for stderr. */
  default void errorLine(String text) {
    err(text + "\n");
  }

  /** A table for stdout, as wide as the terminal. */
  default void table(Table table) {
    out(table.render(terminal()));
  }

  /** One JSON object for stdout, indented. */
  default void json(Consumer<Json> content) {
    out(Json.pretty(content) + "\n");
  }

  /** One JSON object on one line for stdout: for streams. */
  default void jsonLine(Consumer<Json> content) {
    out(Json.compact(content) + "\n");
  }
}
