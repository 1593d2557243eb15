package io.pollux.agent.config;

import io.pollux.agent.config.HaConfig.Check;
import io.pollux.agent.config.HaConfig.Instance;
import io.pollux.agent.config.HaConfig.Tracking;
import io.pollux.agent.config.HaConfig.Vrrp;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The sections {@code ha.vrrp} and, where another manager decides, {@code ha.addresses}. */
final class VrrpReader {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final int MOST_WEIGHT = 253;

  private VrrpReader() {}

  static Vrrp vrrp(Section s) {
    long advert = s.durationNs("advert-interval", SECOND, 10 * MS, 40_950 * MS);
    if (advert % (10 * MS) != 0) {
      s.problem("advert-interval", "is not a multiple of 10ms, the unit of RFC 9568 section 5.2.7");
      advert = SECOND;
    }
    int priority = s.integer("priority", 100, 1, 254);
    boolean preempt = s.bool("preempt", false);
    long delay = s.durationNs("preempt-delay", 0, 0, 3600 * SECOND);
    long hold = s.durationNs("start-hold", 0, 0, 3600 * SECOND);
    List<Instance> instances = new ArrayList<>();
    Map<Integer, String> ids = new TreeMap<>();
    for (Map.Entry<String, Section> entry : s.named("instances").entrySet()) {
      Instance instance = instance(entry.getKey(), entry.getValue());
      // A VRID may be used once for each family on an interface: RFC 9568 section 5.2.3.
      boolean v6 = instance.addresses().stream().anyMatch(a -> a.address().getAddress().length > 4);
      String other = ids.put(instance.vrid() * 2 + (v6 ? 1 : 0), entry.getKey());
      if (other != null) {
        entry
            .getValue()
            .problem(
                "vrid",
                "is " + instance.vrid() + " as that of " + other + "; expected one of its own");
      }
      instances.add(instance);
    }
    if (instances.isEmpty()) {
      s.problem("instances", "has none; expected at least one with interface, vrid and addresses");
    }
    for (Instance instance : instances) {
      if (instances.size() > 1 && instance.peer().isEmpty()) {
        s.problem(
            "instances",
            instance.name()
                + " has no peer; with several instances expected the other node's address on "
                + instance.interfaceName()
                + ", which breaks ties of priority the same way on both nodes");
      }
    }
    Tracking tracking = tracking(s);
    s.done();
    return new Vrrp(priority, advert, preempt, delay, hold, tracking, instances);
  }

  /** No VRRP: groups of addresses that move together. */
  static Vrrp external(Map<String, Section> groups, Section ha) {
    if (ha.has("vrrp")) {
      ha.problem(
          "vrrp",
          "stands beside external = true; expected only one who decides: remove one of them");
    }
    if (groups.isEmpty()) {
      ha.problem(
          "addresses",
          "has none; with external = true expected NAME { interface, addresses } at least once");
    }
    List<Instance> instances = new ArrayList<>();
    groups.forEach(
        (name, s) -> {
          String device = s.required("interface", "the name of a network interface");
          List<Prefix> addresses = addresses(s);
          s.done();
          instances.add(
              new Instance(
                  name,
                  device,
                  0,
                  addresses,
                  Optional.empty(),
                  Optional.empty(),
                  false,
                  List.of()));
        });
    return new Vrrp(100, SECOND, false, 0, 0, Tracking.NONE, instances);
  }

  private static Tracking tracking(Section s) {
    Map<String, Integer> interfaces = new LinkedHashMap<>();
    Section named = s.section("track-interfaces");
    named.strings().keySet().forEach(name -> interfaces.put(name, weight(named, name, 0)));
    List<Check> checks = new ArrayList<>();
    s.named("checks").forEach((name, section) -> checks.add(check(name, section)));
    int link = weight(s, "track-link", 0);
    OptionalInt engine =
        s.has("track-engine") ? OptionalInt.of(weight(s, "track-engine", 0)) : OptionalInt.empty();
    return new Tracking(
        interfaces, checks, link == 0 ? OptionalInt.empty() : OptionalInt.of(link), engine);
  }

  private static int weight(Section s, String key, int absent) {
    return s.integer(key, absent, -MOST_WEIGHT, MOST_WEIGHT);
  }

  private static Check check(String name, Section s) {
    List<String> command = s.list("command", List.of(), "the program and its arguments");
    if (command.isEmpty() || !command.getFirst().startsWith("/")) {
      s.problem(
          "command",
          "names no program; expected a list such as [\"/usr/bin/ping\", \"-c1\", \"192.0.2.1\"]"
              + " with its absolute path first");
    }
    long interval = s.durationNs("interval", SECOND, 100 * MS, 3600 * SECOND);
    long timeout = s.durationNs("timeout", interval, 10 * MS, 3600 * SECOND);
    int weight = weight(s, "weight", 0);
    int rise = s.integer("rise", 1, 1, 1000);
    int fall = s.integer("fall", 1, 1, 1000);
    s.done();
    return new Check(name, command, interval, timeout, weight, rise, fall);
  }

  private static List<Prefix> addresses(Section s) {
    List<Prefix> addresses =
        s.parsedList("addresses", List.of(), "of virtual addresses", Prefix::parse);
    if (addresses.isEmpty()) {
      s.problem(
          "addresses",
          "has none; expected at least one virtual address, for example [203.0.113.1/32]");
    }
    for (Prefix address : addresses) {
      if (!address.isHost()) {
        s.problem(
            "addresses",
            address
                + " is not a host; expected /32 or /128 (the interface's own address has the network)");
      }
    }
    return addresses;
  }

  private static Instance instance(String name, Section s) {
    String device = s.required("interface", "the name of a network interface");
    int vrid = s.integer("vrid", 0, 1, 255);
    if (!s.has("vrid")) {
      s.required("vrid", "a number from 1 to 255");
    }
    List<Prefix> addresses = addresses(s);
    if (addresses.stream().map(a -> a.address().getAddress().length).distinct().count() > 1) {
      s.problem(
          "addresses",
          "has both families; expected an instance for each (RFC 9568 section 5.2.9), they move"
              + " together");
    }
    Optional<InetAddress> source = s.parsed("source", s.string("source", ""), Prefix::parseAddress);
    Optional<InetAddress> peer = s.parsed("peer", s.string("peer", ""), Prefix::parseAddress);
    for (Optional<InetAddress> own : List.of(source, peer)) {
      if (own.isPresent()
          && !addresses.isEmpty()
          && own.get().getAddress().length != addresses.getFirst().address().getAddress().length) {
        s.problem(
            own == source ? "source" : "peer",
            own.get().getHostAddress() + " is not of the family of addresses");
      }
    }
    boolean unicast = s.bool("unicast", false);
    if (unicast && peer.isEmpty()) {
      s.problem("unicast", "is true without peer; expected the other node's address on " + device);
    }
    List<String> track = s.list("track", List.of(), "of interface names");
    s.done();
    return new Instance(name, device, vrid, addresses, source, peer, unicast, track);
  }
}
