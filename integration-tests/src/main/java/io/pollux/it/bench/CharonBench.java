package io.pollux.it.bench;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * strongSwan's charon as the responder to the same initiator that the engine is measured with, over
 * a pair of devices, with user-space ESP ({@code kernel-libipsec}) in place of a kernel's. What
 * counts is the CPU time of its process, so sockets and Child SAs are in its figure, and not in the
 * engine's.
 *
 * <pre>
 *   CharonBench HANDSHAKES DIRECTORY PID     DIRECTORY holds strongswan.conf; 192.0.2.2 is here,
 *                                            192.0.2.1 in the network namespace of PID
 * </pre>
 */
public final class CharonBench {
  static final InetAddress CHARON = InetAddress.ofLiteral("192.0.2.1");
  static final InetAddress US = InetAddress.ofLiteral("192.0.2.2");

  private static final String PROPOSAL = "aes256gcm16-prfsha256-x25519";
  private static final int PORT = 500;
  private static final int TICKS_PER_SECOND = 100; // USER_HZ, linux/asm-generic/param.h
  private static final int PATIENCE_MS = 20_000;

  private static Endpoint local = new Endpoint(US, PORT);

  private CharonBench() {}

  /** Runs and prints charon's rate, the engine's and their ratio. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int handshakes = Integer.parseInt(args[0]);
    Path directory = Path.of(args[1]);
    ProcessBuilder builder =
        new ProcessBuilder("nsenter", "-t", args[2], "-n", "/usr/sbin/charon-systemd");
    builder.environment().put("STRONGSWAN_CONF", directory.resolve("strongswan.conf").toString());
    builder.environment().put("SWANCTL_DIR", directory.resolve("swanctl").toString());
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("charon.out").toFile());
    Process charon = builder.start();
    try {
      load(directory, builder);
      handshakes(0, 100); // libraries and tables
      double before = cpuSeconds(charon);
      handshakes(100, handshakes);
      double theirs = handshakes / (cpuSeconds(charon) - before);
      double ours = EngineBench.responderRate(PROPOSAL, handshakes);
      System.out.printf(
          Locale.ROOT,
          "%s, PSK, responder per core-second: charon %.0f, Pollux's engine %.0f, ratio %.2f%n",
          PROPOSAL,
          theirs,
          ours,
          ours / theirs);
    } finally {
      charon.destroy();
      charon.waitFor();
    }
  }

  private static void load(Path directory, ProcessBuilder like)
      throws IOException, InterruptedException {
    for (int i = 0; i < 300; i++) {
      ProcessBuilder swanctl =
          new ProcessBuilder(
              "swanctl",
              "--load-all",
              "--noprompt",
              "--uri",
              "unix://" + directory.resolve("vici"));
      swanctl.environment().putAll(like.environment());
      swanctl.redirectErrorStream(true).redirectOutput(directory.resolve("load.out").toFile());
      if (Files.exists(directory.resolve("vici")) && swanctl.start().waitFor() == 0) {
        return;
      }
      Thread.sleep(200);
    }
    throw new IllegalStateException(
        "charon does not start: " + Files.readString(directory.resolve("charon.out")));
  }

  /**
   * Of the process, all its threads and the kernel's work for it: /proc/PID/stat, fields 14, 15.
   */
  private static double cpuSeconds(Process process) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / (double) TICKS_PER_SECOND;
  }

  private static void handshakes(int from, int count) throws IOException {
    List<ConnectionPolicy> branches = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      branches.add(EngineBench.branch(i, PROPOSAL, US, CHARON));
    }
    Gateway branch = EngineBench.gateway(branches);
    try (DatagramSocket socket = new DatagramSocket(null)) {
      socket.bind(new InetSocketAddress(US, PORT));
      socket.setSoTimeout(PATIENCE_MS);
      for (int i = 0; i < count; i++) {
        branch.step(new Input.Command(i, Input.Verb.UP, branches.get(i).name(), Optional.empty()));
        while (branch.commands() <= i) {
          exchange(branch, socket);
        }
        branch.sent.clear();
      }
    } catch (SocketTimeoutException e) {
      throw new IllegalStateException(
          branch.commands() + " of " + count + " came up, then charon was silent", e);
    }
  }

  /**
   * User-space ESP is always in UDP, so charon pretends a NAT and both go to port 4500; our socket
   * stays on port 500, and with that charon neither sends nor expects a non-ESP marker.
   */
  private static void exchange(Gateway branch, DatagramSocket socket) throws IOException {
    for (Effect.Transmit next = branch.sent.poll(); next != null; next = branch.sent.poll()) {
      local = next.local();
      byte[] octets = next.octets().toArray();
      socket.send(
          new DatagramPacket(
              octets,
              octets.length,
              new InetSocketAddress(next.peer().address(), next.peer().port())));
    }
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    socket.receive(packet);
    branch.step(
        new Input.Datagram(
            local,
            new Endpoint(packet.getAddress(), packet.getPort()),
            Octets.of(packet.getData(), 0, packet.getLength())));
  }
}
