package io.pollux.agent.control;

import java.time.Duration;

/** Collects one answer of a watched command, so that it appears at once. */
final class Capture implements Output {
  private final Output behind;
  private final StringBuffer text = new StringBuffer();

  Capture(Output behind) {
    this.behind = behind;
  }

  String text() {
    return text.toString();
  }

  @Override
  public void out(String more) {
    text.append(more);
  }

  @Override
  public void err(String more) {
    behind.err(more);
  }

  @Override
  public void exit(int status) {
    behind.exit(status);
  }

  @Override
  public Consent ask(String question) {
    return behind.ask(question);
  }

  @Override
  public boolean closed() {
    return behind.closed();
  }

  @Override
  public boolean awaitClosed(Duration limit) throws InterruptedException {
    return behind.awaitClosed(limit);
  }

  @Override
  public Terminal terminal() {
    return behind.terminal();
  }
}
