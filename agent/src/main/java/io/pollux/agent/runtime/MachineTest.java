package io.pollux.agent.runtime;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.io.IkeSockets;
import io.pollux.ha.link.Fingerprint;
import io.pollux.ha.link.HaLink;
import io.pollux.ha.link.LinkChannel;
import io.pollux.ha.link.LinkConfig;
import io.pollux.ha.link.LinkDown;
import io.pollux.ha.link.LinkListener;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.LinkPath;
import io.pollux.ha.link.LinkTimes;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ike.wire.Octets;
import io.pollux.linux.PacketSocket;
import io.pollux.linux.RawIpSocket;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.route.DumpAddresses;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.xfrm.DumpPolicies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a daemon needs beyond the engine, tried on this machine without changing it: configuration,
 * netlink, raw sockets, UDP, and the link's TLS on the loopback. What is not permitted to the
 * caller is said, not failed. Packages are built with it too: it loads what a daemon loads.
 */
final class MachineTest {
  private static final String CONFIGURATION =
      """
      node { name = test }
      log { level = info }
      secrets = []
      connections { test {
        local { address = 127.0.0.1, id = a.example }
        remote { address = 127.0.0.2, id = b.example }
        proposals = [aes256gcm16-prfsha384-x25519]
        children { net { local-ts = ["192.0.2.0/25"], remote-ts = ["192.0.2.128/25"], esp-proposals = [aes256gcm16-esn] } }
      } }
      """;
  private static final int LINK_SECONDS = 10;

  private MachineTest() {}

  /** One part of the test. */
  private interface Part {
    String run() throws Exception;
  }

  /** Runs all parts; returns a line for each, or throws what cannot be lived with. */
  static List<String> run() throws Exception {
    List<String> done = new ArrayList<>();
    done.add("configuration: " + configuration());
    done.add("netlink: " + permitted(MachineTest::addresses));
    done.add("XFRM: " + permitted(MachineTest::policies));
    done.add("raw sockets: " + permitted(MachineTest::rawSockets));
    done.add("UDP with XFRM bypass: " + permitted(MachineTest::datagrams));
    done.add("link: " + link());
    return done;
  }

  private static String permitted(Part part) {
    try {
      return part.run();
    } catch (Exception refused) {
      return "not here: " + refused.getMessage();
    }
  }

  private static String configuration() throws IOException {
    Path file = Files.createTempFile("pollux", ".conf");
    try {
      Files.writeString(file, CONFIGURATION);
      return ConfigLoader.load(file).connections().size() + " connection read";
    } catch (ConfigException wrong) {
      return wrong.problems().size() + " problems named"; // the key is missing on purpose
    } finally {
      Files.delete(file);
    }
  }

  private static String addresses() {
    try (NetlinkConnection route = NetlinkConnection.route()) {
      int count = route.dump(new DumpAddresses(NlConst.AF_UNSPEC)).orThrow().size();
      return count + " addresses";
    }
  }

  private static String policies() {
    try (NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
      return xfrm.dump(new DumpPolicies()).orThrow().size() + " policies";
    }
  }

  private static String rawSockets() {
    try (RawIpSocket _ = RawIpSocket.open(RawIpSocket.Options.vrrp(false, "lo"));
        PacketSocket _ = PacketSocket.open()) {
      return "permitted";
    }
  }

  private static String datagrams() throws IOException {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    int port = freePort();
    try (IkeSockets sockets = new IkeSockets(group, port, (_, _, _) -> {})) {
      sockets.open(Set.of(InetAddress.getLoopbackAddress()), port);
      return "bound";
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  /** Two ends with fresh identities shake hands. */
  private static String link() throws IOException {
    NodeIdentity a = NodeIdentity.generate("a", new SecureRandom());
    NodeIdentity b = NodeIdentity.generate("b", new SecureRandom());
    int port = freePort();
    InetSocketAddress atA = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
    InetSocketAddress atB = new InetSocketAddress(InetAddress.getByName("127.0.0.2"), port);
    Ear ear = new Ear();
    try (HaLink one = new HaLink(end(a, b.fingerprint(), atA, atB), ear);
        HaLink two = new HaLink(end(b, a.fingerprint(), atB, atA), new Ear())) {
      one.start();
      two.start();
      ear.up.get(LINK_SECONDS, TimeUnit.SECONDS);
      return "TLS handshake done";
    } catch (ExecutionException | TimeoutException late) {
      throw new IOException("no handshake on the loopback", late);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static LinkConfig end(
      NodeIdentity own, Fingerprint peer, InetSocketAddress local, InetSocketAddress remote) {
    return new LinkConfig(
        own,
        peer,
        List.of(new LinkPath("loopback", local, remote)),
        LinkTimes.DEFAULT,
        LinkConfig.DEFAULT_QUEUED_OCTETS,
        _ -> 0);
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0)) {
      return probe.getLocalPort();
    }
  }

  /** Waits for the link, says hello, hears nothing more. */
  private static final class Ear implements LinkListener {
    private final CompletableFuture<Boolean> up = new CompletableFuture<>();

    @Override
    public void up(LinkChannel channel) {
      channel.send(new LinkMessage.Hello(1, 1, "test", 0, 0, Octets.EMPTY));
      up.complete(true);
    }

    @Override
    public void down(LinkPath path, LinkDown why, boolean otherPath) {}

    @Override
    public void message(LinkMessage message) {}

    @Override
    public void writable() {}

    @Override
    public void connected(LinkPath path) {}

    @Override
    public void disconnected(LinkPath path, LinkDown why) {}
  }
}
