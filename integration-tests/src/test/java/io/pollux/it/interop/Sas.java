package io.pollux.it.interop;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.pollux.it.peer.PolluxDaemon;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What {@code polluxctl sas --json} and {@code status --json} say. */
final class Sas {
  private static final Comparator<Child> BY_NAME = Comparator.comparing(Child::name);

  private Sas() {}

  /** One IKE SA by Pollux's report. */
  record Ike(
      String connection,
      String initiatorSpi,
      String responderSpi,
      boolean originalInitiator,
      String peer,
      String algorithms,
      List<Child> children) {
    Child child(String name) {
      return children.stream().filter(c -> c.name.equals(name)).findFirst().orElseThrow();
    }
  }

  /** One Child SA by Pollux's report. */
  record Child(
      String name,
      String spiIn,
      String spiOut,
      boolean sending,
      String algorithms,
      boolean udpEncap,
      String localTs,
      String remoteTs) {}

  static List<Ike> of(PolluxDaemon pollux, Tunnel tunnel) {
    return of(pollux, tunnel.name());
  }

  static List<Ike> of(PolluxDaemon pollux, String connection) {
    return parse(pollux.json("sas", connection)).getConfigList("ikeSas").stream()
        .map(Sas::ike)
        .toList();
  }

  static Optional<Ike> only(PolluxDaemon pollux, Tunnel tunnel) {
    List<Ike> all = of(pollux, tunnel);
    return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
  }

  /** A counter of the engine; 0 if it never counted. */
  static long counter(PolluxDaemon pollux, String name) {
    Config engine = parse(pollux.json("status")).getConfig("engine");
    String path = com.typesafe.config.ConfigUtil.joinPath(name);
    return engine.hasPath(path) ? engine.getLong(path) : 0;
  }

  static Config parse(String json) {
    return ConfigFactory.parseString(
        json, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
  }

  private static Ike ike(Config c) {
    return new Ike(
        c.getString("connection"),
        c.getString("initiatorSpi"),
        c.getString("responderSpi"),
        c.getBoolean("originalInitiator"),
        c.getString("peer"),
        c.getString("algorithms"),
        c.getConfigList("children").stream().map(Sas::child).sorted(BY_NAME).toList());
  }

  private static Child child(Config c) {
    return new Child(
        c.getString("name"),
        c.getString("spiIn"),
        c.getString("spiOut"),
        c.getBoolean("sending"),
        c.getString("algorithms"),
        c.getBoolean("udpEncap"),
        c.getString("localTs"),
        c.getString("remoteTs"));
  }
}
