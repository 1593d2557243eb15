package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The power goes after each single effect of a whole life, on either side: between an event and the
 * message that reveals it, between two events of one step, between an installation and its answer.
 * The other node of the pair goes on with the exchange, with the octets that were already known,
 * and without a new IKE SA.
 */
class CutTest {
  private static final long REST = 400 * TwoEngines.SECOND;
  private static final int INIT = Exchange.IKE_SA_INIT.number();

  @TestFactory
  List<DynamicTest> withASecret() {
    return each(() -> new TwoEngines(Life.setup()));
  }

  /** IKE_INTERMEDIATE and IKE_FOLLOWUP_KE, whose messages come in fragments. */
  @TestFactory
  List<DynamicTest> withSeveralKeyExchanges() {
    return each(
        () -> {
          TwoEngines.Setup setup = new TwoEngines.Setup();
          for (boolean left : List.of(true, false)) {
            TwoEngines.Connection c = Life.connection(left, "aes256gcm16-x25519-ke1_mlkem512-esn");
            c.proposals = "aes256gcm16-prfsha384-x25519-ke1_mlkem768";
            if (left) {
              setup.left = List.of(c.build());
            } else {
              setup.right = List.of(c.build());
            }
          }
          return new TwoEngines(setup);
        });
  }

  @TestFactory
  List<DynamicTest> withCertificates() {
    TestPki.Entity ca = TestPki.ca("CN=Root", "p256");
    TestPki.Entity leftOwn = TestPki.gateway("left.example", "p256", ca);
    TestPki.Entity rightOwn = TestPki.gateway("right.example", "p256", ca);
    return each(
        () -> {
          CertificateWorld certificates = CertificateWorld.bare();
          certificates.left(leftOwn, List.of(), ca);
          certificates.right(rightOwn, List.of(), ca);
          for (boolean left : List.of(true, false)) {
            TwoEngines.Connection c = left ? certificates.left : certificates.right;
            TwoEngines.Connection life = Life.connection(left, "aes256gcm16-x25519-esn");
            c.livenessNs = life.livenessNs;
            c.children = life.children;
          }
          return certificates.world();
        });
  }

  /** Certificates, ML-KEM and a PPK together, in fragments. */
  @TestFactory
  List<DynamicTest> withAPpkBesides() {
    return each(FragmentsInFlightTest::world);
  }

  private static List<DynamicTest> each(Supplier<TwoEngines> worlds) {
    List<DynamicTest> tests = new ArrayList<>();
    for (boolean left : List.of(true, false)) {
      List<Effect> effects = effectsOfALife(worlds.get(), left);
      assertThat(effects).hasSizeGreaterThan(50);
      for (int i = 0; i < effects.size(); i++) {
        int number = i;
        String name =
            (left ? "left" : "right") + " after effect " + i + ", " + what(effects.get(i));
        tests.add(
            DynamicTest.dynamicTest(
                name,
                () -> {
                  try {
                    new Cut(worlds.get(), left, number).run();
                  } catch (AssertionError e) {
                    throw new AssertionError(name + ": " + e.getMessage(), e);
                  }
                }));
      }
    }
    return tests;
  }

  private static String what(Effect effect) {
    return effect instanceof Effect.Replicate(var event)
        ? event.getClass().getSimpleName()
        : effect.getClass().getSimpleName();
  }

  private static List<Effect> effectsOfALife(TwoEngines world, boolean left) {
    List<Effect> seen = new ArrayList<>();
    (left ? world.left : world.right).powerLoss =
        effect -> {
          seen.add(effect);
          return false;
        };
    Life.live(world, 60 * TwoEngines.SECOND);
    return seen;
  }

  /** One power loss, and what the survivors have to say for themselves. */
  private static final class Cut {
    private final TwoEngines world;
    private final Node victim;
    private final Node peer;
    private List<Octets> outstanding = List.of();
    private Set<IkeSpi> begun = Set.of();
    private boolean known;
    private int sentBefore;
    private int effects;

    Cut(TwoEngines world, boolean left, int number) {
      this.world = world;
      this.victim = left ? world.left : world.right;
      this.peer = left ? world.right : world.left;
      victim.powerLoss =
          _ -> {
            boolean now = effects++ == number;
            if (now) {
              remember();
            }
            return now;
          };
    }

    private void remember() {
      List<IkeSaSnapshot> held = victim.shadow.snapshots(world.now);
      known = !held.isEmpty();
      sentBefore = world.sent.size();
      begun = initiations();
      outstanding =
          held.stream()
              .flatMap(sa -> sa.window().outstanding().stream())
              .flatMap(o -> o.datagrams().stream())
              .toList();
    }

    void run() {
      Life.live(world, 60 * TwoEngines.SECOND);
      world.elapse(REST);
      assertThat(victim.epoch).as("the takeover happened").isEqualTo(3);
      assertThat(world.sent.subList(sentBefore, world.sent.size()).stream().map(a -> a.octets()))
          .as("what was outstanding goes out again, octet for octet")
          .containsAll(outstanding);
      if (known) {
        assertThat(initiations()).as("nobody began anew").isEqualTo(begun);
      }
      // An order that died with its node is given again, as its operator would.
      world.command(world.left, 1000, Input.Verb.UP, "");
      world.elapse(REST);
      requireSound();
      world.command(victim, 1001, Input.Verb.REKEY_CHILD, "");
      world.command(peer, 1001, Input.Verb.REKEY_IKE, "");
      world.elapse(REST);
      requireSound();
      world.command(peer, 1002, Input.Verb.DOWN, "");
      for (Node node : List.of(victim, peer)) {
        assertThat(node.engine.snapshot(world.now)).isEmpty();
        assertThat(node.kernel.inbound).isEmpty();
        assertThat(node.kernel.outbound).isEmpty();
        assertThat(node.kernel.policies).isEmpty();
        assertThat(node.shadow.snapshots(world.now)).isEmpty();
      }
    }

    /** Who has ever asked for an IKE SA, by its SPI; cookies and other groups do not count. */
    private Set<IkeSpi> initiations() {
      Set<IkeSpi> all = new LinkedHashSet<>();
      for (TwoEngines.Arrow arrow : world.sent) {
        try {
          if (arrow.octets().length() > 1) {
            IkeHeader header = IkeHeader.read(arrow.octets());
            if (header.exchangeType() == INIT && header.direction() == Direction.REQUEST) {
              all.add(header.spis().initiator());
            }
          }
        } catch (Malformed e) {
          throw new AssertionError(e);
        }
      }
      return all;
    }

    private void requireSound() {
      world.requireOnly("gcm", "cbc", "pfs");
      for (Node node : List.of(victim, peer)) {
        assertThat(node.kernel.outbound).hasSize(3);
        assertThat(node.kernel.policies).hasSize(3);
      }
    }
  }
}
