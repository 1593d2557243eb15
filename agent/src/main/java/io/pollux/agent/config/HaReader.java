package io.pollux.agent.config;

import io.pollux.agent.config.HaConfig.JumpSetting;
import io.pollux.agent.config.HaConfig.LinkConfig;
import io.pollux.agent.config.HaConfig.LinkPath;
import io.pollux.agent.config.HaConfig.RekeySetting;
import io.pollux.agent.config.HaConfig.RoleHook;
import io.pollux.agent.config.HaConfig.Vrrp;
import io.pollux.ha.link.NodeIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The section {@code ha}. */
final class HaReader {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final Pattern FINGERPRINT = Pattern.compile("sha256:[0-9a-f]{64}");

  private final Path directory;
  private final boolean unsafe;

  HaReader(Path directory, boolean unsafe) {
    this.directory = directory;
    this.unsafe = unsafe;
  }

  HaConfig read(Section s) {
    LinkConfig link = link(s.section("link"));
    JumpSetting jump =
        s.parsed("jump", s.string("jump", "auto"), this::jump).orElse(new JumpSetting.Auto());
    Section counters = s.section("counters");
    long poll = counters.durationNs("poll", 100 * MS, 10 * MS, 60 * SECOND);
    counters.done();
    long barrier = s.durationNs("barrier", 50 * MS, MS, 10 * SECOND);
    long lease = s.durationNs("guard-lease", 0, 0, 60 * SECOND);
    String inbound = s.string("inbound-window", "lenient");
    if (!inbound.equals("lenient") && !inbound.equals("strict")) {
      s.problem("inbound-window", "is \"" + inbound + "\"; expected lenient or strict");
    }
    RekeySetting rekey =
        s.parsed(
                "rekey-after-takeover",
                s.string("rekey-after-takeover", "spread"),
                HaReader::rekeyAfterTakeover)
            .orElse(RekeySetting.SPREAD);
    boolean external = s.bool("external", false);
    Vrrp vrrp =
        external
            ? VrrpReader.external(s.named("addresses"), s)
            : VrrpReader.vrrp(s.section("vrrp"));
    Optional<RoleHook> hook = hook(s.section("hooks"), "role", 2 * SECOND);
    Optional<HaConfig.Witnesses> witnesses = WitnessReader.read(s, external);
    s.done();
    return new HaConfig(
        link,
        jump,
        poll,
        barrier,
        lease,
        inbound.equals("strict"),
        rekey,
        vrrp,
        external,
        hook,
        witnesses);
  }

  private static RekeySetting rekeyAfterTakeover(String text) {
    return switch (text) {
      case "spread" -> RekeySetting.SPREAD;
      case "now" -> RekeySetting.NOW;
      case "off" -> RekeySetting.OFF;
      default -> throw new IllegalArgumentException("expected spread, now or off");
    };
  }

  static Optional<RoleHook> hook(Section s, String key, long timeoutNs) {
    String program = s.string(key, "");
    long timeout = s.durationNs("timeout", timeoutNs, 100 * MS, 60 * SECOND);
    if (!program.isEmpty() && !program.startsWith("/")) {
      s.problem(key, "is \"" + program + "\"; expected the absolute path of a program");
    }
    s.done();
    return program.isEmpty() ? Optional.empty() : Optional.of(new RoleHook(program, timeout));
  }

  private JumpSetting jump(String text) {
    String[] words = text.trim().split("\\s+");
    return switch (words[0]) {
      case "auto" -> new JumpSetting.Auto();
      case "rate" -> new JumpSetting.Rate();
      case "rekey" -> new JumpSetting.Rekey();
      case "fixed" -> fixed(words);
      default -> throw new IllegalArgumentException("expected auto, rate, rekey or \"fixed N\"");
    };
  }

  private JumpSetting fixed(String[] words) {
    long packets;
    try {
      packets = words.length == 2 ? Long.parseLong(words[1]) : -1;
    } catch (NumberFormatException _) {
      packets = -1;
    }
    if (packets < 0 || packets > 0xffff_ffffL - 4096) {
      throw new IllegalArgumentException("expected \"fixed N\" with N from 1 to 4294963199");
    }
    if (packets == 0 && !unsafe) {
      throw new IllegalArgumentException(
          "a jump of 0 loses traffic and reuses sequence numbers at a takeover; expected N of 1 or more"
              + " (lab.unsafe = true allows it for experiments)");
    }
    return new JumpSetting.Fixed(packets);
  }

  /** An identity that cannot be read is told of when the daemon needs it. */
  private static boolean isOwn(Path identity, String fingerprint) {
    try {
      return NodeIdentity.read(identity).fingerprint().toString().equalsIgnoreCase(fingerprint);
    } catch (IOException unreadable) {
      return false;
    }
  }

  private LinkConfig link(Section s) {
    List<LinkPath> paths = new ArrayList<>();
    path(s, "").ifPresent(paths::add);
    if (s.has("local-2") || s.has("peer-2")) {
      path(s, "-2").ifPresent(paths::add);
    }
    int port = s.integer("port", 4510, 1, 65535);
    String identity = s.required("identity", "a file made by: polluxctl pki node-identity");
    String refused =
        identity.isEmpty() ? "" : SecretFiles.refusal(directory.resolve(identity), s.rights());
    if (!refused.isEmpty()) {
      s.problem("identity", directory.resolve(identity) + " " + refused);
    }
    String expected = "the peer's fingerprint, sha256: and 64 hex digits";
    String fingerprint = s.required("peer-fingerprint", expected);
    if (!fingerprint.isEmpty() && !FINGERPRINT.matcher(fingerprint).matches()) {
      s.problem("peer-fingerprint", "is \"" + fingerprint + "\"; expected " + expected);
    } else if (!identity.isEmpty() && isOwn(directory.resolve(identity), fingerprint)) {
      s.problem("peer-fingerprint", "is this node's own; expected the other node's");
    }
    long heartbeat = s.durationNs("heartbeat", 100 * MS, 5 * MS, 10 * SECOND);
    long timeout = s.durationNs("timeout", 10 * heartbeat, 2 * heartbeat, 60 * SECOND);
    s.done();
    return new LinkConfig(
        paths, port, directory.resolve(identity), fingerprint, heartbeat, timeout);
  }

  private static Optional<LinkPath> path(Section s, String suffix) {
    Optional<InetAddress> local =
        s.requiredParsed("local" + suffix, "an address of this node", Prefix::parseAddress);
    Optional<InetAddress> peer =
        s.requiredParsed("peer" + suffix, "an address of the other node", Prefix::parseAddress);
    return local.flatMap(l -> peer.map(p -> new LinkPath(l, p)));
  }
}
