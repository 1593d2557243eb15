package io.pollux.agent.drill;

import com.typesafe.config.Config;
import io.pollux.agent.control.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What stood at one moment, as this node sees it.
 *
 * @param role this node's, in words
 * @param xfrm the kernel's error counts
 * @param interfaces traffic of each, by name, as in /proc/net/dev
 */
public record Snapshot(
    String role,
    String peer,
    List<Sa> sas,
    SortedMap<String, Long> xfrm,
    SortedMap<String, Traffic> interfaces) {
  public Snapshot {
    sas = List.copyOf(sas);
    xfrm = Collections.unmodifiableSortedMap(new TreeMap<>(xfrm));
    interfaces = Collections.unmodifiableSortedMap(new TreeMap<>(interfaces));
  }

  /**
   * The SAs of one child.
   *
   * @param tunnel {@code CONNECTION/CHILD}
   * @param ike both SPIs of the IKE SA
   * @param packetsIn -1 where this node does not count them
   */
  public record Sa(
      String tunnel, String ike, String spiIn, String spiOut, long packetsIn, long packetsOut) {
    boolean sameAs(Sa other) {
      return ike.equals(other.ike) && sameEsp(other);
    }

    boolean sameEsp(Sa other) {
      return spiIn.equals(other.spiIn) && spiOut.equals(other.spiOut);
    }
  }

  /** What an interface has carried. */
  public record Traffic(long inPackets, long inOctets, long outPackets, long outOctets) {
    Traffic since(Traffic before) {
      return new Traffic(
          inPackets - before.inPackets,
          inOctets - before.inOctets,
          outPackets - before.outPackets,
          outOctets - before.outOctets);
    }
  }

  /** The SAs of this child. */
  List<Sa> of(String tunnel) {
    return sas.stream().filter(s -> s.tunnel().equals(tunnel)).toList();
  }

  /** Reads what stands in /proc/net/dev; loopback is left out. */
  static SortedMap<String, Traffic> interfaces(List<String> lines) {
    SortedMap<String, Traffic> all = new TreeMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      String name = line.substring(0, Math.max(0, colon)).strip();
      String[] f = line.substring(colon + 1).strip().split("\\s+");
      if (colon > 0 && !name.equals("lo") && f.length >= 10) {
        all.put(
            name,
            new Traffic(
                Long.parseLong(f[1]),
                Long.parseLong(f[0]),
                Long.parseLong(f[9]),
                Long.parseLong(f[8])));
      }
    }
    return all;
  }

  void write(Json j) {
    j.field("role", role)
        .field("peer", peer)
        .objects(
            "sas",
            sas,
            (o, s) ->
                o.field("tunnel", s.tunnel())
                    .field("ike", s.ike())
                    .field("spiIn", s.spiIn())
                    .field("spiOut", s.spiOut())
                    .field("packetsIn", s.packetsIn())
                    .field("packetsOut", s.packetsOut()))
        .object("xfrm", o -> xfrm.forEach(o::field))
        .objects(
            "interfaces",
            interfaces.entrySet(),
            (o, i) ->
                o.field("name", i.getKey())
                    .field("inPackets", i.getValue().inPackets())
                    .field("inOctets", i.getValue().inOctets())
                    .field("outPackets", i.getValue().outPackets())
                    .field("outOctets", i.getValue().outOctets()));
  }

  static Snapshot read(Config c) {
    SortedMap<String, Long> xfrm = new TreeMap<>();
    for (Map.Entry<String, Object> e : c.getObject("xfrm").unwrapped().entrySet()) {
      xfrm.put(e.getKey(), ((Number) e.getValue()).longValue());
    }
    SortedMap<String, Traffic> interfaces = new TreeMap<>();
    for (Config i : c.getConfigList("interfaces")) {
      interfaces.put(
          i.getString("name"),
          new Traffic(
              i.getLong("inPackets"),
              i.getLong("inOctets"),
              i.getLong("outPackets"),
              i.getLong("outOctets")));
    }
    return new Snapshot(
        c.getString("role"),
        c.getString("peer"),
        c.getConfigList("sas").stream()
            .map(
                s ->
                    new Sa(
                        s.getString("tunnel"),
                        s.getString("ike"),
                        s.getString("spiIn"),
                        s.getString("spiOut"),
                        s.getLong("packetsIn"),
                        s.getLong("packetsOut")))
            .toList(),
        xfrm,
        interfaces);
  }
}
