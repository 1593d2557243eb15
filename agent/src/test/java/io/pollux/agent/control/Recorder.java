package io.pollux.agent.control;

import java.time.Duration;

/** An output that keeps what is said. Closes itself after a number of pauses. */
final class Recorder implements Output {
  final StringBuilder out = new StringBuilder();
  final StringBuilder err = new StringBuilder();
  int status;
  int pauses;
  private final Terminal terminal;
  private final int pausesUntilClosed;

  Recorder() {
    this(Terminal.plain(), 0);
  }

  Recorder(Terminal terminal, int pausesUntilClosed) {
    this.terminal = terminal;
    this.pausesUntilClosed = pausesUntilClosed;
  }

  @Override
  public void out(String text) {
    out.append(text);
  }

  @Override
  public void err(String text) {
    err.append(text);
  }

  @Override
  public void exit(int status) {
    this.status = status;
  }

  @Override
  public Consent ask(String question) {
    return Consent.NOBODY;
  }

  @Override
  public boolean closed() {
    return pauses >= pausesUntilClosed;
  }

  @Override
  public boolean awaitClosed(Duration limit) {
    pauses++;
    return closed();
  }

  @Override
  public Terminal terminal() {
    return terminal;
  }
}
