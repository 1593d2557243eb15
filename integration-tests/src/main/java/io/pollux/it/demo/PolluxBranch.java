package io.pollux.it.demo;

import io.pollux.it.lab.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The branch as a single polluxd, without a pair ({@code --peer pollux}). */
final class PolluxBranch implements Branch {
  private static final long START_SECONDS = 180;

  private final PolluxNode node;
  private final PolluxConfig config;

  PolluxBranch(Path dir, Tools tools, Machine machine, PolluxConfig config) {
    this.node = new PolluxNode(Topology.BRANCH, dir, tools, machine);
    this.config = config;
  }

  @Override
  public String description() {
    return "Pollux";
  }

  @Override
  public void start() {
    node.configure(config.branch(node.dir()), config.branchSecrets());
    node.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (node.ask("status", "--json") == null) {
      if (!node.alive() || System.nanoTime() > end) {
        throw new DemoFailure("the branch's polluxd did not start\n" + node.tail());
      }
      Shell.pause(200);
    }
  }

  @Override
  public void connect() {
    for (int i = 0; i < config.tunnels(); i++) {
      for (String child : List.of("gcm", "cbc")) {
        node.command("up", "hub" + i, child);
      }
    }
  }

  @Override
  public void rekey() {
    node.command("rekey", "hub0", "gcm");
  }

  @Override
  public void saveSas(Path file) {
    try {
      Files.writeString(file, node.command("sas", "--json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path log() {
    return node.log();
  }

  @Override
  public void stop() {
    node.stop();
  }
}
