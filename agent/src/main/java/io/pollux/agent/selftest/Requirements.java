package io.pollux.agent.selftest;

import static io.pollux.netlink.xfrm.XfrmAlgorithm.AES_CBC;
import static io.pollux.netlink.xfrm.XfrmAlgorithm.AES_GCM_16;
import static io.pollux.netlink.xfrm.XfrmAlgorithm.HMAC_SHA2_256_128;

import io.pollux.agent.config.PolluxConfig;
import io.pollux.linux.Errno;
import io.pollux.linux.SystemCallException;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.SaBuilder;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a gateway needs of its process and of its kernel, looked at before anything is touched: a
 * container without a capability, or a host without ESP, is told so in one line. A configuration
 * without connections needs nothing.
 */
public final class Requirements {
  /** linux/capability.h. */
  private static final Map<Integer, String> CAPABILITIES =
      new TreeMap<>(Map.of(10, "NET_BIND_SERVICE", 12, "NET_ADMIN", 13, "NET_RAW"));

  private static final Spi SPI = new Spi(0x100); // the first that is not reserved, RFC 4303 s.2.1
  private static final int GCM_KEY_OCTETS = 20; // AES-128 and its salt
  private static final int AES_OCTETS = 16;
  private static final int HMAC_OCTETS = 32;
  private static final int WINDOW = 32;

  private Requirements() {}

  /** What is missing for this configuration, a line each; empty if nothing is. */
  public static List<String> missing(PolluxConfig config) {
    if (config.connections().isEmpty() && config.ha().isEmpty()) {
      return List.of();
    }
    List<String> missing = capabilities();
    if (!missing.isEmpty()) {
      return missing; // without them the kernel would not even answer
    }
    boolean six =
        config.connections().stream().anyMatch(c -> c.localAddress() instanceof Inet6Address);
    boolean four =
        config.connections().stream().anyMatch(c -> !(c.localAddress() instanceof Inet6Address));
    try (NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
      List<String> lines = new ArrayList<>();
      if (four) {
        esp(xfrm, "127.0.0.1", "esp4", "CONFIG_INET_ESP", lines);
      }
      if (six) {
        esp(xfrm, "::1", "esp6", "CONFIG_INET6_ESP", lines);
      }
      return lines;
    } catch (SystemCallException refused) {
      return List.of(
          "this kernel has no XFRM netlink (CONFIG_XFRM_USER, module xfrm_user): "
              + refused.getMessage()
              + inContainer());
    }
  }

  private static List<String> capabilities() {
    try {
      return missingCapabilities(Files.readAllLines(Path.of("/proc/self/status")));
    } catch (IOException _) {
      return List.of(); // no proc: what is missing shows when it is used
    }
  }

  /** The capabilities that {@code CapEff} in the lines of /proc/PID/status lacks. */
  static List<String> missingCapabilities(List<String> status) {
    List<String> missing = new ArrayList<>();
    for (String line : status) {
      if (line.startsWith("CapEff:")) {
        long effective = Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
        CAPABILITIES.forEach(
            (bit, name) -> {
              if ((effective >>> bit & 1) == 0) {
                missing.add(
                    "capability CAP_"
                        + name
                        + " is missing: start polluxd as root or by its unit, a container with --cap-add "
                        + name);
              }
            });
      }
    }
    return missing;
  }

  /**
   * An SA that nobody can use, added and deleted: whether the kernel has ESP is known when it makes
   * one, and not before (modules come on demand). Two suites, because a kernel without AES-GCM may
   * well have ESP.
   */
  private static void esp(
      NetlinkConnection xfrm, String address, String module, String option, List<String> lines) {
    InetAddress own = InetAddress.ofLiteral(address);
    NlResult result = tried(xfrm, sa(own).aead(AES_GCM_16, zeros(GCM_KEY_OCTETS)));
    if (lacking(result)) {
      result =
          tried(
              xfrm,
              sa(own)
                  .crypt(AES_CBC, zeros(AES_OCTETS))
                  .auth(HMAC_SHA2_256_128, zeros(HMAC_OCTETS)));
    }
    if (lacking(result)) {
      lines.add(
          "this kernel has no ESP ("
              + option
              + ", module "
              + module
              + ", and AES): "
              + result
              + inContainer());
    }
  }

  private static SaBuilder sa(InetAddress own) {
    return NewSa.builder(SPI, own, own).esn(XfrmReplayStateEsn.fresh(WINDOW));
  }

  private static XfrmKey zeros(int octets) {
    return XfrmKey.wrap(new byte[octets]);
  }

  private static NlResult tried(NetlinkConnection xfrm, SaBuilder builder) {
    NewSa sa = builder.build();
    NlResult result = xfrm.execute(sa);
    if (result instanceof NlResult.Ok) {
      xfrm.execute(new DelSa(sa.id()));
    }
    return result;
  }

  /** No such type, family or algorithm. Any other refusal is about this one SA. */
  private static boolean lacking(NlResult result) {
    return result instanceof NlResult.Refused refused
        && (refused.is(Errno.EPROTONOSUPPORT)
            || refused.is(Errno.EAFNOSUPPORT)
            || refused.is(Errno.ENOSYS));
  }

  private static String inContainer() {
    return "; a container has the kernel of its host: load it there";
  }
}
