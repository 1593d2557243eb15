package io.pollux.it.bench;

import io.pollux.ike.engine.Entropy;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Handshakes (IKE_SA_INIT, IKE_INTERMEDIATE where agreed on, IKE_AUTH with a Child SA) between two
 * engines in one thread: CPU time and allocation of each role by itself, and the heap of idle
 * tunnels. Time, entropy and the accepting kernel are within what is measured; sockets, XFRM and
 * the standby are not.
 *
 * <pre>
 *   EngineBench [HANDSHAKES [TUNNELS]]      2000 and 10000
 * </pre>
 */
public final class EngineBench {
  private static final int BATCH = 250;
  private static final int WARM = 3000; // handshakes until the compiler has done its work
  private static final InetAddress HUB = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress BRANCH = InetAddress.ofLiteral("203.0.113.20");
  private static final RekeyPolicy NEVER = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
  private static final Entropy ENTROPY = new FastEntropy();

  private EngineBench() {}

  /** Runs and prints a table. */
  public static void main(String[] args) {
    int handshakes = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
    int tunnels = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
    System.out.println(
        "proposal                                          responder/core-s  initiator/core-s"
            + "  responder KiB/handshake");
    for (String proposal :
        List.of(
            "aes256gcm16-prfsha256-x25519",
            "aes256gcm16-prfsha256-ecp256",
            "aes256gcm16-prfsha256-modp2048",
            "aes256gcm16-prfsha256-x25519-ke1_mlkem768",
            "aes256gcm16-prfsha256-x25519-ke1_mlkem1024")) {
      boolean slow = proposal.contains("modp");
      rate(proposal, slow ? BATCH : handshakes);
    }
    heap(tunnels);
  }

  /** Handshakes per second of CPU as the responder. */
  static double responderRate(String proposal, int handshakes) {
    run(new Gateway(0, List.of(hub(proposal)), ENTROPY), proposal, 0, WARM);
    Gateway hub = new Gateway(0, List.of(hub(proposal)), ENTROPY);
    hub.reset();
    run(hub, proposal, 0, handshakes);
    return handshakes * 1e9 / hub.cpuNs();
  }

  /** A gateway with these connections. */
  static Gateway gateway(List<ConnectionPolicy> connections) {
    return new Gateway(1, connections, ENTROPY);
  }

  private static void rate(String proposal, int handshakes) {
    Gateway hub = new Gateway(0, List.of(hub(proposal)), ENTROPY);
    run(hub, proposal, 0, Math.min(handshakes, WARM));
    hub = new Gateway(0, List.of(hub(proposal)), ENTROPY);
    hub.reset();
    long initiatorNs = run(hub, proposal, 0, handshakes);
    System.out.printf(
        Locale.ROOT,
        "%-50s%14.0f%18.0f%20.1f%n",
        proposal,
        handshakes * 1e9 / hub.cpuNs(),
        handshakes * 1e9 / initiatorNs,
        hub.allocated() / 1024.0 / handshakes);
  }

  /** The CPU time of the initiators. */
  private static long run(Gateway hub, String proposal, int from, int count) {
    long initiatorNs = 0;
    for (int first = from; first < from + count; first += BATCH) {
      List<ConnectionPolicy> branches = new ArrayList<>();
      for (int i = first; i < Math.min(first + BATCH, from + count); i++) {
        branches.add(branch(i, proposal));
      }
      Gateway branch = new Gateway(1, branches, ENTROPY);
      branch.reset();
      for (ConnectionPolicy policy : branches) {
        branch.step(
            new Input.Command(
                first + branches.indexOf(policy), Input.Verb.UP, policy.name(), Optional.empty()));
        while (hub.take(branch) || branch.take(hub)) {
          continue;
        }
      }
      if (branch.commands() != branches.size()) {
        throw new IllegalStateException(branch.commands() + " of " + branches.size() + " came up");
      }
      initiatorNs += branch.cpuNs();
    }
    return initiatorNs;
  }

  private static void heap(int tunnels) {
    String proposal = "aes256gcm16-prfsha256-x25519";
    Gateway hub = new Gateway(0, List.of(hub(proposal)), ENTROPY);
    run(hub, proposal, 1_000_000, BATCH);
    long before = used();
    run(hub, proposal, 0, tunnels);
    long after = used();
    System.out.printf(
        Locale.ROOT,
        "%d tunnels up: %.2f KiB of heap for each, its last response included%n",
        hub.established(),
        (after - before) / 1024.0 / tunnels);
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static ConnectionPolicy hub(String proposal) {
    return connection(
        "hub",
        HUB,
        Optional.empty(),
        "hub",
        Optional.empty(),
        "10.0.0.0/24",
        "10.0.0.0/8",
        proposal);
  }

  private static ConnectionPolicy branch(int i, String proposal) {
    return branch(i, proposal, BRANCH, HUB);
  }

  /** The connection of the {@code i}-th branch. */
  static ConnectionPolicy branch(int i, String proposal, InetAddress local, InetAddress hub) {
    String net = "10." + (1 + (i >> 16)) + "." + (i >> 8 & 255) + "." + (i & 255) + "/32";
    return connection(
        "b" + i,
        local,
        Optional.of(hub),
        "b" + i,
        Optional.of("hub"),
        net,
        "10.0.0.0/24",
        proposal);
  }

  private static ConnectionPolicy connection(
      String name,
      InetAddress local,
      Optional<InetAddress> remote,
      String localId,
      Optional<String> remoteId,
      String localNet,
      String remoteNet,
      String proposal) {
    ChildPolicy child =
        new ChildPolicy(
            "net",
            List.of(Prefix.parse(localNet).selector()),
            List.of(Prefix.parse(remoteNet).selector()),
            List.of(
                ProposalKeywords.parseEsp("aes256gcm16-esn"),
                ProposalKeywords.parseEsp("aes256gcm16-noesn")), // user-space ESP has no ESN
            NEVER,
            ChildPolicy.StartAction.NONE,
            1024);
    return new ConnectionPolicy(
        name,
        local,
        remote,
        fqdn(localId),
        remoteId.map(EngineBench::fqdn),
        List.of(ProposalKeywords.parseIke(proposal)),
        NEVER,
        0,
        false,
        List.of(child));
  }

  private static Identity fqdn(String name) {
    return new Identity(2, Octets.of((name + ".example").getBytes(StandardCharsets.US_ASCII)));
  }

  /** The system's random source for everything. */
  private static final class FastEntropy implements Entropy {
    private final SecureRandom random = new SecureRandom();

    @Override
    public long ikeSpi() {
      return random.nextLong() | 1;
    }

    @Override
    public int espSpi() {
      return random.nextInt();
    }

    @Override
    public byte[] nonce(int length) {
      byte[] octets = new byte[length];
      random.nextBytes(octets);
      return octets;
    }

    @Override
    public long jitterNs(long boundNs) {
      return boundNs <= 0 ? 0 : random.nextLong(boundNs);
    }

    @Override
    public int reqid() {
      return random.nextInt() | 1;
    }

    @Override
    public byte[] cookieSecret() {
      return nonce(32);
    }

    @Override
    public SecureRandom keys() {
      return random;
    }
  }
}
