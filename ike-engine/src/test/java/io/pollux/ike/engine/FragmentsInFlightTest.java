package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A message of several fragments (RFC 7383) is on its way, one or all but one of them have arrived,
 * and the node that has sent them loses its power, or the one that has them. Certificates, ML-KEM
 * and a PPK make the messages long; the other node of the pair knows all the same octets.
 */
class FragmentsInFlightTest {
  private static final long REST = 400 * TwoEngines.SECOND;
  private static final int SKF = 53;
  private static final TestPki.Entity CA = TestPki.ca("CN=Root", "rsa2048");
  private static final TestPki.Entity LEFT = TestPki.gateway("left.example", "rsa2048", CA);
  private static final TestPki.Entity RIGHT = TestPki.gateway("right.example", "rsa2048", CA);

  /** One fragment of one message. */
  private record Part(String message, int number, int total) {}

  /** What of a message arrives before somebody dies. */
  private enum Arrives {
    THE_FIRST_ALONE,
    ALL_BUT_THE_FIRST,
    ALL_BUT_THE_LAST;

    boolean has(Part part) {
      return switch (this) {
        case THE_FIRST_ALONE -> part.number == 1;
        case ALL_BUT_THE_FIRST -> part.number != 1;
        case ALL_BUT_THE_LAST -> part.number != part.total;
      };
    }
  }

  static TwoEngines world() {
    CertificateWorld certificates = CertificateWorld.bare();
    certificates.left(LEFT, List.of(), CA);
    certificates.right(RIGHT, List.of(), CA);
    for (boolean left : List.of(true, false)) {
      TwoEngines.Connection c = left ? certificates.left : certificates.right;
      TwoEngines.Connection life = Life.connection(left, "aes256gcm16-x25519-ke1_mlkem512-esn");
      c.livenessNs = life.livenessNs;
      c.children = life.children;
      c.proposals = "aes256gcm16-prfsha384-x25519-ke1_mlkem768";
      c.auth = new AuthPolicy(c.auth.local(), c.auth.remote(), blue());
    }
    certificates.setup.leftPsk = new Blue();
    certificates.setup.rightPsk = new Blue();
    return certificates.world();
  }

  static Optional<PpkPolicy> blue() {
    return Optional.of(
        new PpkPolicy(Octets.owning("\2blue".getBytes(StandardCharsets.US_ASCII)), true));
  }

  /** A PPK for everybody. */
  static final class Blue implements PskLookup {
    @Override
    public Optional<Secret> find(String connection, Identity local, Identity peer) {
      return Optional.empty();
    }

    @Override
    public Optional<Secret> findPpk(String connection, Octets id) {
      return Optional.of(Secret.owning("a long blue secret".getBytes(StandardCharsets.US_ASCII)));
    }
  }

  @TestFactory
  List<DynamicTest> oneOfTheTwoDiesMeanwhile() {
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, Integer> messages = messagesOfALife();
    assertThat(messages.keySet())
        .anyMatch(m -> m.contains(" 35 REQUEST")) // IKE_AUTH
        .anyMatch(m -> m.contains(" 35 RESPONSE"))
        .anyMatch(m -> m.contains(" 43 REQUEST")) // IKE_INTERMEDIATE
        .anyMatch(m -> m.contains(" 44 REQUEST")); // IKE_FOLLOWUP_KE
    List<String> names = List.copyOf(messages.keySet());
    for (int i = 0; i < names.size(); i++) {
      int index = i;
      for (Arrives arrives : Arrives.values()) {
        for (boolean sender : List.of(true, false)) {
          String name = names.get(i) + ", " + arrives + ", its " + (sender ? "sender" : "receiver");
          tests.add(DynamicTest.dynamicTest(name, () -> new Cut(index, arrives, sender).run(name)));
        }
      }
    }
    return tests;
  }

  private static Map<String, Integer> messagesOfALife() {
    TwoEngines world = world();
    Map<String, Integer> totals = new LinkedHashMap<>();
    world.fate =
        arrow -> {
          part(arrow).ifPresent(p -> totals.put(p.message, p.total));
          return TwoEngines.Fate.PASS;
        };
    Life.live(world, 60 * TwoEngines.SECOND);
    return totals;
  }

  /** Empty for what is whole. */
  private static Optional<Part> part(TwoEngines.Arrow arrow) {
    Octets octets = arrow.octets();
    if (octets.length() < 36 || octets.at(16) != SKF) {
      return Optional.empty();
    }
    IkeHeader header = header(octets);
    String message =
        arrow.from().name
            + " "
            + header.exchangeType()
            + " "
            + header.direction()
            + " "
            + header.spis().initiator()
            + " "
            + header.messageId();
    return Optional.of(
        new Part(
            message,
            octets.at(32) << 8 | octets.at(33) & 0xff,
            octets.at(34) << 8 | octets.at(35) & 0xff));
  }

  private static IkeHeader header(Octets octets) {
    try {
      return IkeHeader.read(octets);
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  /** One power loss with one message half delivered. */
  private static final class Cut {
    private final TwoEngines world = world();
    private final int index;
    private final Arrives arrives;
    private final boolean senderDies;
    private final List<String> seen = new ArrayList<>();
    private final List<TwoEngines.Arrow> parts = new ArrayList<>();
    private Node victim;
    private boolean due;
    private int sentBefore;
    private boolean known;

    Cut(int index, Arrives arrives, boolean senderDies) {
      this.index = index;
      this.arrives = arrives;
      this.senderDies = senderDies;
      world.fate = this::fate;
      world.afterStep = this::afterStep;
    }

    private TwoEngines.Fate fate(TwoEngines.Arrow arrow) {
      Optional<Part> part = part(arrow);
      if (victim != null && !due || part.isEmpty()) {
        return TwoEngines.Fate.PASS;
      }
      if (!seen.contains(part.get().message)) {
        seen.add(part.get().message);
      }
      if (seen.indexOf(part.get().message) != index) {
        return TwoEngines.Fate.PASS;
      }
      victim = senderDies ? arrow.from() : arrow.from() == world.left ? world.right : world.left;
      due = true;
      parts.add(arrow);
      return arrives.has(part.get()) ? TwoEngines.Fate.PASS : TwoEngines.Fate.DROP;
    }

    /** When all that was sent of it has arrived, and nothing else. */
    private void afterStep() {
      if (due && world.wire.isEmpty()) {
        due = false;
        known = !victim.shadow.snapshots(world.now).isEmpty();
        sentBefore = world.sent.size();
        victim.takeOver();
      }
    }

    void run(String name) {
      Life.live(world, 60 * TwoEngines.SECOND);
      world.elapse(REST);
      assertThat(victim).as(name).isNotNull();
      assertThat(victim.epoch).as("the takeover happened").isEqualTo(3);
      assertThat(parts).hasSizeGreaterThan(1);
      List<TwoEngines.Arrow> later = world.sent.subList(sentBefore, world.sent.size());
      // Private values of a key exchange never leave their node: that initiator begins anew.
      boolean anew = senderDies && seen.get(index).contains(" 43 REQUEST");
      assertThat(known).as("the standby knew the IKE SA").isEqualTo(!anew);
      if (!anew) {
        assertThat(later).as("nobody began anew").noneMatch(a -> isInitiation(a.octets()));
        assertThat(later.stream().map(TwoEngines.Arrow::octets))
            .as("every fragment comes again, octet for octet")
            .containsAll(parts.stream().map(TwoEngines.Arrow::octets).toList());
      }
      // An order that died with its node is given again, as its operator would.
      world.command(world.left, 1000, Input.Verb.UP, "");
      world.elapse(REST);
      requireSound();
      world.command(victim, 1001, Input.Verb.REKEY_CHILD, "");
      world.command(victim, 1002, Input.Verb.REKEY_IKE, "");
      world.elapse(REST);
      requireSound();
    }

    private static boolean isInitiation(Octets octets) {
      return octets.length() > 1
          && header(octets).exchangeType() == Exchange.IKE_SA_INIT.number()
          && header(octets).direction() == Direction.REQUEST;
    }

    private void requireSound() {
      world.requireOnly("gcm", "cbc", "pfs");
      for (Node node : List.of(world.left, world.right)) {
        assertThat(node.only().peerSupports()).contains("USE_PPK");
        assertThat(node.kernel.outbound).hasSize(3);
      }
    }
  }
}
