package io.pollux.agent.drill;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a daemon says about itself to a drill: {@code drill facts --json}.
 *
 * @param pid the engine's
 * @param peer the other node's role in its own words
 * @param leaseMillis after which the guard fences a daemon that has stopped
 * @param missedMillis after which an advertisement counts as missed
 * @param takeoverMicros from decision to announcement, at this node's last takeover
 * @param margin the standby's smallest, in packets
 * @param config digest of what both nodes must have alike
 */
public record Facts(
    String node,
    long pid,
    boolean active,
    String state,
    String peer,
    boolean ready,
    List<String> obstacles,
    boolean external,
    boolean preempt,
    long advertMillis,
    long activeDownMillis,
    long leaseMillis,
    long missedMillis,
    OptionalLong takeoverMicros,
    OptionalLong margin,
    String config,
    List<Port> ports,
    List<Tunnel> tunnels) {
  public Facts {
    obstacles = List.copyOf(obstacles);
    ports = List.copyOf(ports);
    tunnels = List.copyOf(tunnels);
  }

  /** An interface with virtual addresses. */
  public record Port(String name, List<String> addresses) {
    public Port {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A Child SA that stands.
   *
   * @param local the address of ours that its packets come from
   * @param ike both SPIs of its IKE SA
   * @param lag packets that the standby does not know of; -1 on a standby
   * @param peak packets a second, outbound
   * @param packetsIn -1 on a standby, whose kernel is told what the active node has carried
   */
  public record Tunnel(
      String connection,
      String child,
      String local,
      List<String> localTs,
      List<String> remoteTs,
      String ike,
      String spiIn,
      String spiOut,
      long lag,
      double peak,
      long packetsIn,
      long packetsOut) {
    public Tunnel {
      localTs = List.copyOf(localTs);
      remoteTs = List.copyOf(remoteTs);
    }

    /** {@code CONNECTION/CHILD}. */
    public String name() {
      return connection + "/" + child;
    }

    boolean leadsTo(InetAddress address) {
      return remoteTs.stream().anyMatch(ts -> Range.parse(ts).contains(address));
    }
  }

  /** The interface that the tunnels' virtual address is on. */
  public Optional<String> outside() {
    return ports.stream()
        .filter(p -> tunnels.stream().anyMatch(t -> p.addresses().contains(t.local())))
        .map(Port::name)
        .findFirst();
  }

  /**
   * Asks the daemon behind this socket.
   *
   * @throws IOException none answers, or it is not half of a pair
   */
  public static Facts ask(Path socket) throws IOException {
    return new ControlClient(socket).facts();
  }

  static Facts of(Config json) {
    return new Facts(
        json.getString("node"),
        json.getLong("pid"),
        json.getBoolean("active"),
        json.getString("state"),
        json.getString("peer"),
        json.getBoolean("ready"),
        json.getStringList("obstacles"),
        json.getBoolean("external"),
        json.getBoolean("preempt"),
        json.getLong("advertMillis"),
        json.getLong("activeDownMillis"),
        json.getLong("leaseMillis"),
        json.getLong("missedMillis"),
        number(json, "takeoverMicros"),
        number(json, "marginPackets"),
        json.getString("config"),
        json.getConfigList("ports").stream()
            .map(p -> new Port(p.getString("name"), p.getStringList("addresses")))
            .toList(),
        json.getConfigList("tunnels").stream().map(Facts::tunnel).toList());
  }

  private static Tunnel tunnel(Config t) {
    return new Tunnel(
        t.getString("connection"),
        t.getString("child"),
        t.getString("local"),
        t.getStringList("localTs"),
        t.getStringList("remoteTs"),
        t.getString("ike"),
        t.getString("spiIn"),
        t.getString("spiOut"),
        t.getLong("lag"),
        t.getDouble("peakPerSecond"),
        t.getLong("packetsIn"),
        t.getLong("packetsOut"));
  }

  private static OptionalLong number(Config json, String key) {
    return json.getIsNull(key) ? OptionalLong.empty() : OptionalLong.of(json.getLong(key));
  }
}
