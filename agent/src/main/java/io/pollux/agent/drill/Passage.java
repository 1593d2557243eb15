package io.pollux.agent.drill;

import com.typesafe.config.Config;
import io.pollux.agent.control.Json;
import java.util.List;
import java.util.Optional;

/**
 * The role went from one node to the other, or should have.
 *
 * @param back whether it came back to the node that the drill was started on
 * @param done what was done for it
 * @param at when, ISO 8601
 * @param movedMillis from the blow until this node saw that the role had moved; -1 = not at all
 * @param readyMillis from the blow until the pair was ready for the next failover; -1 = not at all
 * @param steady the quiet time afterwards; empty where it did not come to that
 */
public record Passage(
    Scenario scenario,
    boolean back,
    String done,
    String at,
    long movedMillis,
    long readyMillis,
    List<Probes> probes,
    Snapshot before,
    Snapshot after,
    Optional<Window> steady) {
  public Passage {
    probes = List.copyOf(probes);
  }

  /**
   * What became of the probes to one target.
   *
   * @param tunnel the child that leads there
   * @param outside lost in other holes than the widest
   * @param gapMillis the longest silence
   * @param backMillis from the blow to the end of the widest hole; -1 = it did not end
   */
  public record Probes(
      String target,
      String tunnel,
      long sent,
      long lost,
      long outside,
      long gapMillis,
      long backMillis) {}

  /** The longest silence of all targets. */
  long gapMillis() {
    return probes.stream().mapToLong(Probes::gapMillis).max().orElse(0);
  }

  long lost() {
    return probes.stream().mapToLong(Probes::lost).sum();
  }

  /** Whether every target answers again. */
  boolean trafficCameBack() {
    return !probes.isEmpty() && probes.stream().allMatch(p -> p.backMillis() >= 0);
  }

  void write(Json j) {
    j.field("scenario", scenario.id())
        .field("back", back)
        .field("done", done)
        .field("at", at)
        .field("movedMillis", movedMillis)
        .field("readyMillis", readyMillis)
        .objects(
            "probes",
            probes,
            (o, p) ->
                o.field("target", p.target())
                    .field("tunnel", p.tunnel())
                    .field("sent", p.sent())
                    .field("lost", p.lost())
                    .field("outside", p.outside())
                    .field("gapMillis", p.gapMillis())
                    .field("backMillis", p.backMillis()))
        .object("before", before::write)
        .object("after", after::write);
    if (steady.isPresent()) {
      j.object("steady", steady.get()::write);
    } else {
      j.nothing("steady");
    }
  }

  static Passage read(Config c) {
    return new Passage(
        Scenario.of(c.getString("scenario")),
        c.getBoolean("back"),
        c.getString("done"),
        c.getString("at"),
        c.getLong("movedMillis"),
        c.getLong("readyMillis"),
        c.getConfigList("probes").stream()
            .map(
                p ->
                    new Probes(
                        p.getString("target"),
                        p.getString("tunnel"),
                        p.getLong("sent"),
                        p.getLong("lost"),
                        p.getLong("outside"),
                        p.getLong("gapMillis"),
                        p.getLong("backMillis")))
            .toList(),
        Snapshot.read(c.getConfig("before")),
        Snapshot.read(c.getConfig("after")),
        c.getIsNull("steady") ? Optional.empty() : Optional.of(Window.read(c.getConfig("steady"))));
  }
}
