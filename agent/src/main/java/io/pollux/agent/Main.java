package io.pollux.agent;

import io.pollux.agent.commands.Commands;
import io.pollux.agent.control.Console;
import io.pollux.agent.log.LogRing;
import io.pollux.agent.log.LogSetup;
import io.pollux.agent.runtime.Daemon;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The Java half of polluxd. {@code daemon --config FILE} is what the guard starts; {@code tool
 * ARGS...} runs a command that needs no daemon.
 */
public final class Main {
  private static final int EX_USAGE = 64; // sysexits.h
  private static final String DEFAULT_CONFIG = "/etc/pollux/pollux.conf";

  private Main() {}

  public static void main(String[] args) {
    LogSetup.begin();
    List<String> words = Arrays.asList(args);
    System.exit(run(words));
  }

  /** Runs it; returns the exit status. */
  static int run(List<String> words) {
    String mode = words.isEmpty() ? "" : words.getFirst();
    return switch (mode) {
      case "tool" ->
          Commands.offline().runOffline(words.subList(1, words.size()), Console.system());
      case "daemon" -> daemon(words.subList(1, words.size()));
      default -> {
        LogRing.refuse("usage: daemon [--config FILE] | tool ARGS...");
        yield EX_USAGE;
      }
    };
  }

  private static int daemon(List<String> words) {
    if (words.isEmpty()) {
      return Daemon.run(Path.of(DEFAULT_CONFIG));
    }
    if (words.size() == 2 && words.getFirst().equals("--config")) {
      return Daemon.run(Path.of(words.get(1)));
    }
    LogRing.refuse("usage: daemon [--config FILE]");
    return EX_USAGE;
  }
}
