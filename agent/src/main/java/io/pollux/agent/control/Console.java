package io.pollux.agent.control;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** Output of the offline tool: this process's own stdout and stderr. */
public final class Console implements Output {
  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;
  private volatile int status;

  public Console(PrintStream out, PrintStream err, Terminal terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** The console of this process. Its width comes from $COLUMNS: a JVM cannot ask a terminal. */
  public static Console system() {
    boolean tty = System.console() != null && System.console().isTerminal();
    boolean color = tty && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
    Path cwd = Path.of("").toAbsolutePath();
    return new Console(System.out, System.err, new Terminal(columns(tty), tty, color, cwd));
  }

  private static int columns(boolean tty) {
    try {
      return Integer.parseInt(System.getenv().getOrDefault("COLUMNS", tty ? "80" : "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  @Override
  public void out(String text) {
    out.print(text);
    out.flush();
  }

  @Override
  public void err(String text) {
    err.print(text);
    err.flush();
  }

  @Override
  public void exit(int status) {
    this.status = status;
  }

  /** What the process should exit with. */
  public int status() {
    return status;
  }

  @Override
  public Consent ask(String question) {
    java.io.Console asked = System.console();
    if (asked == null || !asked.isTerminal()) {
      return Consent.NOBODY;
    }
    String answer = asked.readLine("%s", question + "\n" + Consent.PROMPT);
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y(es)?")
        ? Consent.YES
        : Consent.NO;
  }

  @Override
  public boolean closed() {
    return out.checkError();
  }

  @Override
  public boolean awaitClosed(Duration limit) throws InterruptedException {
    Thread.sleep(limit);
    return closed();
  }

  @Override
  public Terminal terminal() {
    return terminal;
  }
}
