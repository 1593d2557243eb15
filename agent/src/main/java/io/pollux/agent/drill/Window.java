package io.pollux.agent.drill;

import com.typesafe.config.Config;
import io.pollux.agent.control.Json;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A time in which nothing was done, to see which way the probes take.
 *
 * @param active whether this node was the active one
 * @param answers probes answered in it, by tunnel
 * @param sent probes that were due in it, of all targets
 * @param octets of the IP packets of these probes, one way; 0 where that is not known
 */
public record Window(
    boolean active,
    long millis,
    SortedMap<String, Long> answers,
    long sent,
    long octets,
    Snapshot from,
    Snapshot to) {
  public Window {
    answers = Collections.unmodifiableSortedMap(new TreeMap<>(answers));
  }

  void write(Json j) {
    j.field("active", active)
        .field("millis", millis)
        .field("sent", sent)
        .field("octets", octets)
        .objects(
            "answers",
            answers.entrySet(),
            (o, a) -> o.field("tunnel", a.getKey()).field("count", a.getValue()))
        .object("from", from::write)
        .object("to", to::write);
  }

  static Window read(Config c) {
    Map<String, Long> answers = new TreeMap<>();
    c.getConfigList("answers").forEach(a -> answers.put(a.getString("tunnel"), a.getLong("count")));
    return new Window(
        c.getBoolean("active"),
        c.getLong("millis"),
        new TreeMap<>(answers),
        c.getLong("sent"),
        c.getLong("octets"),
        Snapshot.read(c.getConfig("from")),
        Snapshot.read(c.getConfig("to")));
  }
}
