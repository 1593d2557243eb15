package io.pollux.agent.commands;

import io.pollux.ha.takeover.TakeoverRecord;
import java.util.Locale;
import java.util.stream.Collectors;

/** A takeover as a line of the log. */
public final class TakeoverLine {
  private TakeoverLine() {}

  public static String of(TakeoverRecord takeover) {
    String steps =
        takeover.steps().stream()
            .map(
                s ->
                    s.step().name().toLowerCase(Locale.ROOT)
                        + " +"
                        + (s.endedNs() - takeover.decidedNs()) / 1000
                        + "us"
                        + (s.ok() ? "" : " FAILED: " + s.detail()))
            .collect(Collectors.joining(", "));
    return "epoch="
        + takeover.epoch()
        + " takeover "
        + (takeover.complete() ? "done" : "given up")
        + ": "
        + takeover.cause()
        + "; "
        + steps;
  }
}
