package io.pollux.agent.drill;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.pollux.agent.control.Json;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that a drill has seen: the evidence that its report is made of, and can be made of again.
 *
 * @param ports the pair's interfaces on this node
 * @param stopped why it ended early; empty = it did not
 * @param restored whether this node was active again at the end, the pair ready
 * @param configBefore digest of what both nodes must have alike
 */
public record DrillRecord(
    String node,
    String version,
    String kernel,
    String began,
    String ended,
    Limits limits,
    DrillPlan plan,
    List<String> ports,
    Window baseline,
    List<Passage> passages,
    Optional<String> stopped,
    boolean restored,
    String configBefore,
    String configAfter) {
  public DrillRecord {
    ports = List.copyOf(ports);
    passages = List.copyOf(passages);
  }

  /**
   * What counts as good.
   *
   * @param mttrMillis the longest silence that is no failure
   * @param toleranceMillis by how much the two directions of a handover may differ
   * @param outside probes that may be lost outside the widest hole, of each target
   * @param intervalMillis between two probes
   */
  public record Limits(long mttrMillis, long toleranceMillis, long outside, long intervalMillis) {}

  /** The passage of this scenario in this direction, if it came to that. */
  Optional<Passage> passage(Scenario scenario, boolean back) {
    return passages.stream().filter(p -> p.scenario() == scenario && p.back() == back).findFirst();
  }

  /** As JSON; {@link #parse} reads it. */
  public String toJson() {
    return Json.pretty(this::write);
  }

  private void write(Json j) {
    j.field("node", node)
        .field("version", version)
        .field("kernel", kernel)
        .field("began", began)
        .field("ended", ended)
        .object(
            "limits",
            o ->
                o.field("mttrMillis", limits.mttrMillis())
                    .field("toleranceMillis", limits.toleranceMillis())
                    .field("outside", limits.outside())
                    .field("intervalMillis", limits.intervalMillis()))
        .object("plan", o -> write(plan, o))
        .strings("ports", ports)
        .object("baseline", baseline::write)
        .objects("passages", passages, (o, p) -> p.write(o))
        .field("stopped", stopped)
        .field("restored", restored)
        .field("configBefore", configBefore)
        .field("configAfter", configAfter);
  }

  /** The plan's fields, into an object that is open. */
  public static void write(DrillPlan plan, Json j) {
    j.field("packetsPerSecond", plan.packetsPerSecond())
        .field("lag", plan.lag())
        .field("windowLost", plan.windowLost())
        .objects(
            "predictions",
            plan.predictions(),
            (o, p) ->
                o.field("scenario", p.scenario().id())
                    .field("expectedMillis", p.expectedMillis())
                    .field("atMostMillis", p.atMostMillis())
                    .field("packetsLost", p.packetsLost())
                    .field("probesLost", p.probesLost())
                    .field("how", p.how()));
  }

  /**
   * Reads {@link #toJson}.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static DrillRecord parse(String text) {
    try {
      return read(json(text));
    } catch (ConfigException | ClassCastException e) {
      throw new IllegalArgumentException("not the evidence of a drill: " + e.getMessage(), e);
    }
  }

  /** Any JSON object. */
  static Config json(String text) {
    return ConfigFactory.parseString(
        text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
  }

  private static DrillRecord read(Config c) {
    Config limits = c.getConfig("limits");
    return new DrillRecord(
        c.getString("node"),
        c.getString("version"),
        c.getString("kernel"),
        c.getString("began"),
        c.getString("ended"),
        new Limits(
            limits.getLong("mttrMillis"),
            limits.getLong("toleranceMillis"),
            limits.getLong("outside"),
            limits.getLong("intervalMillis")),
        plan(c.getConfig("plan")),
        c.getStringList("ports"),
        Window.read(c.getConfig("baseline")),
        c.getConfigList("passages").stream().map(p -> Passage.read(p)).toList(),
        c.getIsNull("stopped") ? Optional.empty() : Optional.of(c.getString("stopped")),
        c.getBoolean("restored"),
        c.getString("configBefore"),
        c.getString("configAfter"));
  }

  private static DrillPlan plan(Config c) {
    return new DrillPlan(
        c.getConfigList("predictions").stream()
            .map(
                p ->
                    new DrillPlan.Prediction(
                        Scenario.of(p.getString("scenario")),
                        p.getLong("expectedMillis"),
                        p.getLong("atMostMillis"),
                        p.getLong("packetsLost"),
                        p.getLong("probesLost"),
                        p.getString("how")))
            .toList(),
        c.getLong("packetsPerSecond"),
        c.getLong("lag"),
        c.getIsNull("windowLost")
            ? OptionalLong.empty()
            : OptionalLong.of(c.getLong("windowLost")));
  }
}
