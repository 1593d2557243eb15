package io.pollux.it.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The pair under test: a polluxd in each gateway's namespace. */
final class PolluxHub implements Hub {
  private static final long READY_SECONDS = 300;
  private static final long POLL_MILLIS = 300;

  private final Map<Gateway, PolluxNode> nodes = new LinkedHashMap<>();
  private final Map<Gateway, Keepalived> managers = new LinkedHashMap<>();
  private final PolluxConfig config;
  private Gateway dark; // without power, and meant to be
  private long reignAlone; // the epoch of the node that was found alone

  private final UnaryOperator<String> adjust;

  PolluxHub(Path dir, Tools tools, Site site, PolluxConfig config) {
    this(dir, tools, site, config, UnaryOperator.identity());
  }

  /**
   * @param adjust changes the text of a gateway's configuration
   */
  PolluxHub(Path dir, Tools tools, Site site, PolluxConfig config, UnaryOperator<String> adjust) {
    this.config = config;
    this.adjust = adjust;
    for (Gateway gw : List.of(Gateway.A, Gateway.B)) {
      nodes.put(gw, new PolluxNode(gw.name(), dir.resolve(gw.name()), tools, site.on(gw.name())));
      if (config.variant() == Variant.KEEPALIVED) {
        Path files = dir.resolve(gw.name() + "-keepalived");
        managers.put(gw, new Keepalived(files, site.on(gw.name()), tools));
      }
    }
  }

  @Override
  public void start() {
    nodes.values().forEach(PolluxNode::wipe);
    String a = nodes.get(Gateway.A).makeIdentity();
    String b = nodes.get(Gateway.B).makeIdentity();
    nodes.forEach(
        (gw, n) ->
            n.configure(
                adjust.apply(config.gateway(gw, n.dir(), gw == Gateway.A ? b : a)),
                config.hubSecrets()));
    // One after the other, so that it is known who is active and nothing has to be settled first.
    nodes.get(Gateway.A).start();
    letDecide(Gateway.A);
    await("active gw-a", () -> role(nodes.get(Gateway.A)).equals("active"));
    nodes.get(Gateway.B).start();
    letDecide(Gateway.B);
    await("standby gw-b", () -> role(nodes.get(Gateway.B)).equals("standby"));
  }

  /** Starts the other manager beside a node, where there is one. */
  private void letDecide(Gateway gw) {
    Keepalived keepalived = managers.get(gw);
    if (keepalived != null) {
      await("standby " + gw.name(), () -> role(nodes.get(gw)).equals("standby"));
      keepalived.start(gw, nodes.get(gw), config.advertMillis());
    }
  }

  /** The state of a node's role: paired, alone, in-sync, stale ... */
  String state(Gateway gw) {
    return Json.get(nodes.get(gw).ask("ha", "status", "--json"), "state") instanceof String s
        ? s
        : "none";
  }

  boolean isActive(Gateway gw) {
    return role(nodes.get(gw)).equals("active");
  }

  PolluxNode node(Gateway gw) {
    return nodes.get(gw);
  }

  private static String role(PolluxNode n) {
    return Json.get(n.ask("ha", "status", "--json"), "role") instanceof String s ? s : "none";
  }

  @Override
  public Gateway active() {
    for (Map.Entry<Gateway, PolluxNode> e : nodes.entrySet()) {
      if (role(e.getValue()).equals("active")) {
        return e.getKey();
      }
    }
    throw new DemoFailure("neither gateway is active\n" + tails());
  }

  @Override
  public void awaitReady() {
    await("pair that is ready for failover", this::ready);
  }

  /**
   * One active, one standby, and both say that a failover would cost nothing. With a jump of 0 they
   * never do: then it is enough that the standby follows.
   */
  private boolean ready() {
    int active = 0;
    int standby = 0;
    for (PolluxNode n : nodes.values()) {
      Object status = n.ask("ha", "status", "--json");
      active += "active".equals(Json.get(status, "role")) ? 1 : 0;
      standby += "standby".equals(Json.get(status, "role")) ? 1 : 0;
      Object state = Json.get(status, "state"); // null while it does not answer
      boolean follows = "paired".equals(state) || "in-sync".equals(state);
      boolean safe = Boolean.TRUE.equals(Json.get(status, "readyForFailover"));
      if (!(config.unsafe() ? follows : safe)) {
        return false;
      }
    }
    return active == 1 && standby == 1;
  }

  private interface Condition {
    boolean holds();
  }

  private void await(String what, Condition condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    while (!condition.holds()) {
      for (Map.Entry<Gateway, PolluxNode> e : nodes.entrySet()) {
        if (e.getValue().ended() && !e.getKey().equals(dark)) {
          throw new DemoFailure(e.getKey().name() + ": polluxd has ended\n" + e.getValue().tail());
        }
      }
      if (System.nanoTime() > end) {
        throw new DemoFailure("no " + what + " within " + READY_SECONDS + " s\n" + tails());
      }
      Shell.pause(POLL_MILLIS);
    }
  }

  private String tails() {
    StringBuilder s = new StringBuilder();
    nodes.forEach(
        (gw, n) -> {
          Object status = n.alive() ? n.ask("ha", "status", "--json") : null;
          s.append(gw.name()).append(": ").append(Json.get(status, "role"));
          s.append(", obstacles: ").append(Json.get(status, "obstacles"));
          s.append('\n').append(n.tail()).append('\n');
        });
    return s.toString();
  }

  @Override
  public void restart(Gateway gw) {
    dark = null;
    PolluxNode n = nodes.get(gw);
    if (!n.alive()) {
      n.start();
      await("standby " + gw.name(), () -> role(n).equals("standby"));
    }
  }

  @Override
  public void switchOver() {
    nodes.get(active()).command("ha", "switchover", "--yes");
  }

  @Override
  public void stop(Gateway gw) {
    nodes.get(gw).stop();
  }

  @Override
  public void awaitNextReign(Gateway gw) {
    PolluxNode n = nodes.get(gw);
    await(
        "next reign of " + gw.name(),
        () -> {
          Object status = n.ask("ha", "status", "--json");
          return "active".equals(Json.get(status, "role"))
              && Json.get(status, "epoch") instanceof Number epoch
              && epoch.longValue() > reignAlone;
        });
  }

  @Override
  public void awaitAlone() {
    dark = active().other();
    PolluxNode n = nodes.get(active());
    await(
        "active node alone",
        () -> "alone".equals(Json.get(n.ask("ha", "status", "--json"), "state")));
    reignAlone = ((Number) Json.get(n.ask("ha", "status", "--json"), "epoch")).longValue();
  }

  @Override
  public void afterStrike(Gateway victim) {
    // The pair finds out by itself: that is what is measured.
  }

  @Override
  public void freezeSync() {
    nodes.get(active()).command("lab", "freeze-sync");
  }

  @Override
  public Map<String, String> figures() {
    Map<String, String> out = new LinkedHashMap<>();
    nodes.forEach(
        (gw, n) -> {
          Object status = n.alive() ? n.ask("ha", "status", "--json") : null;
          put(out, "role." + gw.name(), Json.get(status, "role"));
          put(out, "state." + gw.name(), Json.get(status, "state"));
          put(out, "epoch." + gw.name(), Json.get(status, "epoch"));
          put(out, "jumpPackets", Json.get(status, "jumpPackets"));
          if ("standby".equals(Json.get(status, "role"))) {
            put(out, "smallestMarginPackets", Json.get(status, "smallestMargin", "packets"));
          }
        });
    return out;
  }

  private static void put(Map<String, String> out, String key, Object value) {
    if (value != null) {
      out.put(key, value.toString());
    }
  }

  @Override
  public void saveHistory(Path file) {
    try {
      Object history = nodes.get(active()).ask("ha", "history", "--json");
      if (history != null) {
        Files.writeString(file, Json.write(history));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, Path> logs() {
    Map<String, Path> out = new LinkedHashMap<>();
    nodes.forEach((gw, n) -> out.put(gw.name() + ".log", n.log()));
    managers.forEach((gw, k) -> out.put(gw.name() + "-keepalived.log", k.log()));
    return out;
  }

  @Override
  public void stop() {
    managers.values().forEach(Keepalived::stop);
    nodes.values().forEach(PolluxNode::stop);
  }
}
