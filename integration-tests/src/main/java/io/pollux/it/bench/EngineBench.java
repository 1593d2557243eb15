package io.pollux.it.bench;

import io.pollux.agent.io.SystemEntropy;
import io.pollux.ike.crypto.pki.ChainJudge;
import io.pollux.ike.engine.Entropy;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Handshakes (IKE_SA_INIT, IKE_INTERMEDIATE where agreed on, IKE_AUTH with a Child SA) between two
 * engines in one thread: CPU time and allocation of each role by itself, and the heap of idle
 * tunnels. Time, entropy and the accepting kernel are within what is measured; sockets, XFRM and
 * the standby are not. Signatures and the validation of chains, which a daemon does on other
 * threads, are in the figures of the side that does them, and in no other.
 *
 * <p>What is warm: the compiler, and at the responder its own keys and trust anchors, read once.
 * "new peers" have certificates that it has never seen; "same peers again" come with chains that it
 * has validated before ({@link ChainJudge}). Each initiator is a machine of its own that sees the
 * responder's chain for the first time.
 *
 * <pre>
 *   EngineBench [HANDSHAKES [TUNNELS [ROWS]]]      2000, 10000, and those whose line has this in it
 * </pre>
 */
public final class EngineBench {
  private static final int BATCH = 250;
  private static final int WARM = 3000; // handshakes until the compiler has done its work
  private static final InetAddress HUB = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress BRANCH = InetAddress.ofLiteral("203.0.113.20");
  private static final RekeyPolicy NEVER = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
  private static final Entropy ENTROPY = new SystemEntropy();
  private static final List<String> PROPOSALS =
      List.of(
          "aes256gcm16-prfsha256-x25519",
          "aes256gcm16-prfsha256-x25519-ke1_mlkem768",
          "aes256gcm16-prfsha256-x25519-ke1_mlkem1024",
          "aes256gcm16-prfsha256-ecp256",
          "aes256gcm16-prfsha256-modp2048");

  static final BenchPki PKI = new BenchPki();

  /** The policies of the peers that come again. */
  private static final Map<String, AuthPolicy> KNOWN = new HashMap<>();

  private static final int MOST_KNOWN = ChainJudge.MAX_PATHS / BATCH * BATCH;

  /** With a shared key, or with certificates of ECDSA P-256 at both ends. */
  private enum Auth {
    PSK("PSK"),
    NEW_PEERS("ECDSA P-256, new peers"),
    SAME_PEERS("ECDSA P-256, same peers again");

    private final String title;

    Auth(String title) {
      this.title = title;
    }

    AuthPolicy of(String dns) {
      return switch (this) {
        case PSK -> AuthPolicy.PSK;
        case NEW_PEERS -> PKI.auth(dns);
        case SAME_PEERS -> KNOWN.computeIfAbsent(dns, PKI::auth);
      };
    }
  }

  /** What is measured. */
  private record Row(String proposal, Auth auth) {
    String title() {
      return "%-50s%-31s".formatted(proposal, auth.title);
    }

    AuthPolicy auth(String dns) {
      return auth.of(dns + ".example");
    }

    int peers(int handshakes) {
      return auth == Auth.SAME_PEERS ? Math.min(handshakes, MOST_KNOWN) : handshakes;
    }
  }

  private EngineBench() {}

  /** Runs and prints a table. */
  public static void main(String[] args) {
    int handshakes = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
    int tunnels = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
    System.out.println(
        "proposal                                          authentication"
            + "                 responder/core-s"
            + "  initiator/core-s  responder KiB/handshake");
    for (Auth auth : Auth.values()) {
      for (String proposal : auth == Auth.PSK ? PROPOSALS : PROPOSALS.subList(0, 2)) {
        Row row = new Row(proposal, auth);
        if (args.length < 3 || row.title().contains(args[2])) {
          rate(row, proposal.contains("modp") ? BATCH : handshakes);
        }
      }
    }
    if (tunnels > 0) {
      heap(tunnels);
    }
  }

  /** Handshakes per second of CPU as the responder. */
  static double responderRate(String proposal, int handshakes) {
    Row row = new Row(proposal, Auth.PSK);
    run(new Gateway(0, List.of(hub(row)), ENTROPY), row, 0, WARM);
    Gateway hub = new Gateway(0, List.of(hub(row)), ENTROPY);
    hub.reset();
    run(hub, row, 0, handshakes);
    return handshakes * 1e9 / hub.cpuNs();
  }

  /** A gateway with these connections. */
  static Gateway gateway(List<ConnectionPolicy> connections) {
    return new Gateway(1, connections, ENTROPY);
  }

  private static void rate(Row row, int handshakes) {
    ChainJudge judge = new ChainJudge();
    Gateway hub = new Gateway(0, List.of(hub(row)), ENTROPY, Optional.of(judge));
    int peers = row.peers(handshakes);
    for (int warmed = 0; warmed < Math.min(handshakes, WARM); warmed += peers) {
      run(hub, row, 0, Math.min(peers, WARM));
      hub = new Gateway(0, List.of(hub(row)), ENTROPY, Optional.of(judge));
    }
    hub.reset();
    long initiatorNs = run(hub, row, 0, peers);
    System.out.printf(
        Locale.ROOT,
        "%s%17.0f%18.0f%20.1f%n",
        row.title(),
        peers * 1e9 / hub.cpuNs(),
        peers * 1e9 / initiatorNs,
        hub.allocated() / 1024.0 / peers);
  }

  /** The CPU time of the initiators. */
  private static long run(Gateway hub, Row row, int from, int count) {
    long initiatorNs = 0;
    for (int first = from; first < from + count; first += BATCH) {
      List<ConnectionPolicy> branches = new ArrayList<>();
      for (int i = first; i < Math.min(first + BATCH, from + count); i++) {
        branches.add(branch(i, row, BRANCH, HUB));
      }
      Gateway branch = new Gateway(1, branches, ENTROPY);
      branch.reset();
      long order = first;
      for (ConnectionPolicy policy : branches) {
        branch.step(new Input.Command(order++, Input.Verb.UP, policy.name(), Optional.empty()));
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
    Row row = new Row(PROPOSALS.getFirst(), Auth.PSK);
    Gateway hub = new Gateway(0, List.of(hub(row)), ENTROPY);
    run(hub, row, 1_000_000, BATCH);
    long before = used();
    run(hub, row, 0, tunnels);
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

  private static ConnectionPolicy hub(Row row) {
    return connection(
        "hub", HUB, Optional.empty(), "hub", Optional.empty(), "10.0.0.0/24", "10.0.0.0/8", row);
  }

  /** The connection of the {@code i}-th branch, with a shared key. */
  static ConnectionPolicy branch(int i, String proposal, InetAddress local, InetAddress hub) {
    return branch(i, new Row(proposal, Auth.PSK), local, hub);
  }

  private static ConnectionPolicy branch(int i, Row row, InetAddress local, InetAddress hub) {
    String net = "10." + (1 + (i >> 16)) + "." + (i >> 8 & 255) + "." + (i & 255) + "/32";
    return connection(
        "b" + i, local, Optional.of(hub), "b" + i, Optional.of("hub"), net, "10.0.0.0/24", row);
  }

  private static ConnectionPolicy connection(
      String name,
      InetAddress local,
      Optional<InetAddress> remote,
      String localId,
      Optional<String> remoteId,
      String localNet,
      String remoteNet,
      Row row) {
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
        List.of(ProposalKeywords.parseIke(row.proposal)),
        NEVER,
        0,
        false,
        List.of(child),
        row.auth(localId));
  }

  private static Identity fqdn(String name) {
    return new Identity(2, Octets.of((name + ".example").getBytes(StandardCharsets.US_ASCII)));
  }
}
