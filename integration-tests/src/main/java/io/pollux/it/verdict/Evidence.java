package io.pollux.it.verdict;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What a scenario left in its folder.
 *
 * <p>{@code scenario.properties} says what was done and when; the keys are the constants of this
 * class. Beside it: {@code hub.pcap}, {@code wan.pcap}, {@code branch.pcap} with what tcpdump said
 * about each, {@code peer-xfrm-before.txt}, {@code peer-sas-before.txt}, {@code
 * peer-stat-before.txt} and the same {@code -after}, {@code NODE-xfrm-*.txt} of the gateways, and
 * the traffic tool's {@code flows-hub.txt} and {@code flows-branch.txt}.
 */
public final class Evidence {
  /** The scenario's name. */
  public static final String NAME = "name";

  /**
   * What is expected: {@code failover}, {@code quiet} (nothing may move), {@code split} (two active
   * nodes, of which one remains) or {@code drops} (control).
   */
  public static final String EXPECT = "expect";

  /** When the blow began, CLOCK_REALTIME, ns. */
  public static final String EVENT_NS = "event.realNs";

  /**
   * The node that was active before, and the one that must be after (the same when nothing may
   * move).
   */
  public static final String OLD_NODE = "node.old";

  /** See {@link #OLD_NODE}. */
  public static final String NEW_NODE = "node.new";

  /**
   * MAC addresses by name: {@code mac.hub-host}, {@code mac.branch-lan}, {@code mac.gw-a.wan} ...
   */
  public static final String MAC = "mac.";

  /** Protected prefixes, separated by commas. */
  public static final String INNER = "inner";

  /**
   * The hub's address on the WAN, by which the gateway's own inbound SAs are told from the peer's.
   */
  public static final String OUTSIDE_VIP = "vip.outside";

  /** The hub's address in its LAN. */
  public static final String INSIDE_VIP = "vip.inside";

  /** When something was cut before the blow, CLOCK_REALTIME, ns; absent where nothing was. */
  public static final String CUT_NS = "cut.realNs";

  /** Files with the counters of the filters that cut, separated by commas. */
  public static final String FILTERS = "cut.filters";

  /** The node that must have been resynced before the blow; absent where none had to be. */
  public static final String RESYNCED = "resynced";

  /** {@code true} where the winner of a split has met its rival, and replaces what both used. */
  public static final String MET = "met";

  /** Flow numbers by direction, separated by commas. */
  public static final String HUB_TO_BRANCH = "flows.hubToBranch";

  /** See {@link #HUB_TO_BRANCH}. */
  public static final String BRANCH_TO_HUB = "flows.branchToHub";

  /** {@code bait.gw-a}: the number of the flow that is sent to that node whatever its role. */
  public static final String BAIT = "bait.";

  /**
   * {@code true} where earlier takeovers have used up number space: the pair then rekeys Child SAs
   * before the next one, so that two takeovers are always possible.
   */
  public static final String REKEYS = "rekeys";

  /** What was wrong with the machine meanwhile, in words; absent when nothing was. */
  public static final String DISTURBED = "disturbed";

  /** {@code false} where no VRRP can be seen (manually keyed stand-in). */
  public static final String VRRP = "vrrp";

  private final Path dir;
  private final Properties facts;
  private final Map<String, List<Packet>> captures = new LinkedHashMap<>();

  private Evidence(Path dir, Properties facts) {
    this.dir = dir;
    this.facts = facts;
  }

  /** Reads a folder's facts; captures are read when they are asked for. */
  public static Evidence read(Path dir) {
    Properties p = new Properties();
    try (Reader in = Files.newBufferedReader(dir.resolve("scenario.properties"))) {
      p.load(in);
    } catch (IOException e) {
      throw new EvidenceException("no scenario in " + dir, e);
    }
    return new Evidence(dir, p);
  }

  boolean has(String key) {
    return facts.containsKey(key);
  }

  String fact(String key) {
    String v = facts.getProperty(key);
    if (v == null) {
      throw new EvidenceException(dir + ": scenario.properties lacks " + key);
    }
    return v;
  }

  String fact(String key, String otherwise) {
    return facts.getProperty(key, otherwise);
  }

  long eventNs() {
    return Long.parseLong(fact(EVENT_NS));
  }

  long mac(String name) {
    return Packet.mac(fact(MAC + name));
  }

  List<String> list(String key) {
    return split(fact(key));
  }

  List<String> list(String key, String otherwise) {
    return split(fact(key, otherwise));
  }

  private static List<String> split(String text) {
    return Arrays.stream(text.split(",")).filter(s -> !s.isBlank()).toList();
  }

  Path file(String name) {
    return dir.resolve(name);
  }

  List<Integer> flows(String key) {
    return list(key).stream().map(Integer::valueOf).toList();
  }

  /** The IP packets of {@code hub}, {@code wan} or {@code branch}. */
  List<Packet> capture(String name) {
    return captures.computeIfAbsent(name, n -> Pcap.read(dir.resolve(n + ".pcap")));
  }

  /** A text file of the folder; empty when it is not there. */
  String text(String file) {
    try {
      Path p = dir.resolve(file);
      return Files.exists(p) ? Files.readString(p) : "";
    } catch (IOException e) {
      throw new EvidenceException(file + " can't be read", e);
    }
  }

  /**
   * The SAs in a kernel: of {@code peer}, {@code gw-a} or {@code gw-b}, {@code before} or {@code
   * after}.
   */
  Map<Integer, XfrmState> xfrm(String whose, String when) {
    return XfrmState.parse(text(whose + "-xfrm-" + when + ".txt"));
  }

  /**
   * Lines {@code WORD key=value ...} that the traffic tool wrote, those that begin with {@code
   * word}.
   */
  List<Map<String, String>> reported(String word) {
    List<Map<String, String>> out = new ArrayList<>();
    for (String file : List.of("flows-hub.txt", "flows-branch.txt")) {
      try (Stream<String> lines = text(file).lines()) {
        lines.filter(l -> l.startsWith(word + " ")).map(Evidence::fields).forEach(out::add);
      }
    }
    return out;
  }

  private static Map<String, String> fields(String line) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String part : line.split(" ")) {
      int eq = part.indexOf('=');
      if (eq > 0) {
        out.put(part.substring(0, eq), part.substring(eq + 1));
      }
    }
    return out;
  }
}
