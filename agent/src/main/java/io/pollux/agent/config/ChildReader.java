package io.pollux.agent.config;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.EspProposal;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.policy.SelectorText;
import io.pollux.ike.sad.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * One section of {@code children}.
 *
 * @param local the gateway's address
 * @param remote the peer's; empty = any
 * @param legacy whether weak algorithms are allowed
 */
record ChildReader(Optional<InetAddress> local, Optional<InetAddress> remote, boolean legacy) {
  private static final long HOUR = 3_600_000_000_000L;
  private static final long YEAR = 366 * 24 * HOUR;

  /** The child, with whatever could be read of it. */
  ChildPolicy read(String name, Section s) {
    String mode = s.string("mode", "tunnel");
    if (!mode.equals("tunnel") && !mode.equals("transport")) {
      s.problem("mode", "is \"" + mode + "\"; expected tunnel or transport");
    }
    boolean transport = mode.equals("transport");
    List<TrafficSelector> localTs = selectors(s, "local-ts", transport, local);
    List<TrafficSelector> remoteTs = selectors(s, "remote-ts", transport, remote);
    List<EspProposal> proposals =
        s.has("esp-proposals")
            ? s.parsedList(
                "esp-proposals",
                List.of(),
                "of proposals",
                text -> ProposalKeywords.parseEsp(text, legacy))
            : ProposalKeywords.defaultEsp();
    RekeyPolicy rekey = rekey(s);
    ChildPolicy.StartAction start = start(s);
    int window = s.integer("replay-window", 1024, 32, 4096);
    boolean singlePair = s.bool("single-pair", false);
    s.done();
    return new ChildPolicy(
        name, localTs, remoteTs, proposals, rekey, start, window, transport, singlePair);
  }

  private ChildPolicy.StartAction start(Section s) {
    String start = s.string("start", "none");
    return switch (start) {
      case "none" -> ChildPolicy.StartAction.NONE;
      case "start" -> ChildPolicy.StartAction.START;
      case "on-demand" -> {
        if (remote.isEmpty()) {
          s.problem("start", "is on-demand; expected remote.address, which a packet is to start");
        }
        yield ChildPolicy.StartAction.ON_DEMAND;
      }
      default -> {
        s.problem("start", "is \"" + start + "\"; expected none, start or on-demand");
        yield ChildPolicy.StartAction.NONE;
      }
    };
  }

  /**
   * Transport mode is between the gateways: their addresses, with a protocol or ports perhaps. Of a
   * peer with any address a protocol has to be named: the rest of this machine's traffic goes on.
   */
  private static List<TrafficSelector> selectors(
      Section s, String key, boolean transport, Optional<InetAddress> gateway) {
    if (!transport) {
      return selectors(s, key);
    }
    if (gateway.isEmpty()) {
      List<TrafficSelector> any = s.has(key) ? selectors(s, key) : List.of();
      if (any.isEmpty() || any.stream().anyMatch(ts -> ts.protocol() == 0)) {
        s.problem(
            key,
            "names no protocol, and mode = transport is for %any; expected one, for example"
                + " [\"0.0.0.0/0[udp]\"], because nothing else would pass unprotected any more");
      }
      return any;
    }
    if (!s.has(key)) {
      return List.of(selector(gateway.get().getHostAddress()));
    }
    List<TrafficSelector> all = selectors(s, key);
    for (TrafficSelector ts : all) {
      if (!ts.from().equals(gateway.get()) || !ts.to().equals(gateway.get())) {
        s.problem(
            key,
            "holds "
                + ts
                + "; with mode = transport expected "
                + gateway.get().getHostAddress()
                + " alone");
      }
    }
    return all;
  }

  /** The same by bytes and packets too, which are counted of Child SAs alone. */
  private static RekeyPolicy rekey(Section s) {
    RekeyPolicy times = rekey(s, HOUR);
    long softBytes = s.amount("rekey-bytes", 0);
    long softPackets = s.amount("rekey-packets", 0);
    return new RekeyPolicy(
        times.softNs(),
        times.hardNs(),
        times.jitterNs(),
        softBytes,
        softBytes + softBytes / 10,
        softPackets,
        softPackets + softPackets / 10);
  }

  /**
   * {@code rekey-time}, {@code life-time} and {@code rekey-jitter}; the end is 10 % after the rekey
   * where it is not given.
   */
  static RekeyPolicy rekey(Section s, long absentNs) {
    long soft = s.durationNs("rekey-time", absentNs, 0, YEAR);
    long hard = s.durationNs("life-time", soft + soft / 10, 0, YEAR);
    long jitter = s.durationNs("rekey-jitter", soft / 10, 0, YEAR);
    if (hard != 0 && hard <= soft) {
      s.problem("life-time", "is not after rekey-time; expected some time to rekey in");
    }
    return new RekeyPolicy(soft, hard, Math.min(jitter, soft), 0, 0, 0, 0);
  }

  private static List<TrafficSelector> selectors(Section s, String key) {
    if (!s.has(key)) {
      s.required(key, "a list of prefixes, for example [10.1.0.0/24]");
      return List.of();
    }
    return s.parsedList(key, List.of(), "of prefixes", ChildReader::selector);
  }

  private static TrafficSelector selector(String text) {
    int bracket = text.indexOf('[');
    if (bracket >= 0) {
      selector(text.substring(0, bracket)); // the same words about the network
      return SelectorText.parse(text);
    }
    Prefix prefix = Prefix.parse(text);
    byte[] octets = prefix.address().getAddress();
    BigInteger base = new BigInteger(1, octets);
    BigInteger hosts =
        BigInteger.ONE.shiftLeft(octets.length * 8 - prefix.length()).subtract(BigInteger.ONE);
    BigInteger first = base.andNot(hosts);
    if (!first.equals(base)) {
      throw new IllegalArgumentException(
          "expected a network, and this has host bits set: "
              + address(first, octets.length).getHostAddress()
              + "/"
              + prefix.length());
    }
    return new TrafficSelector(
        address(first, octets.length), address(first.or(hosts), octets.length), 0, 0, 65535);
  }

  private static InetAddress address(BigInteger value, int length) {
    byte[] octets = new byte[length];
    byte[] minimal = value.toByteArray();
    int copy = Math.min(length, minimal.length);
    System.arraycopy(minimal, minimal.length - copy, octets, length - copy, copy);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
