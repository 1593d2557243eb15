package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.Proposal;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The octets of every SA payload that two engines send in a long life: RFC 7296 section 3.3. */
class RfcOfferTest {
  private static final String IKE =
      "aes128gcm16-aes256gcm16-prfsha256-prfsha384-x25519-ecp256,chacha20poly1305-prfsha256-x25519";
  private static final String ESP =
      "aes128gcm16-aes256gcm16-x25519-esn,chacha20poly1305-x25519-esn";
  private static final int SA = 33;
  private static final int SK = 46;
  private static final int CHACHA20 = 28;

  private final TwoEngines world = life();
  private final Forger forger = new Forger(world);

  RfcOfferTest() {
    Life.live(world);
    world.requireTraffic("pfs");
  }

  private static TwoEngines life() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = 9_100_000;
    TwoEngines.Connection left = Life.connection(true, ESP);
    TwoEngines.Connection right = Life.connection(false, ESP);
    left.proposals = IKE;
    right.proposals = IKE;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    return new TwoEngines(setup);
  }

  /** The bodies of all SA payloads, with the exchange that they were in. */
  private record Sent(int exchange, Octets body) {}

  private List<Sent> bodies() throws Malformed {
    List<Sent> bodies = new ArrayList<>();
    for (TwoEngines.Arrow arrow : world.sent) {
      for (Octets plain : forger.plain(arrow.octets())) {
        int at = IkeHeader.SIZE;
        for (int type = plain.at(16); type != 0 && at < plain.length(); ) {
          int length = number(plain, at + 2);
          if (type == SA) {
            bodies.add(new Sent(plain.at(18), plain.slice(at + 4, at + length)));
          }
          boolean sk = type == SK;
          type = plain.at(at);
          at += sk ? 4 : length; // what is sealed follows in the clear
        }
      }
    }
    return bodies;
  }

  private static int number(Octets octets, int at) {
    return octets.at(at) << 8 | octets.at(at + 1);
  }

  @Test
  @Rfc({"7296-3.3-6", "7296-3.3.5-2", "7296-3.3.5-4", "7296-3.3.1-4"})
  void rfc7296_3_3_oneAttributeAtMostAndOnlyWhereTheKeyMayDiffer() throws Malformed {
    int keyed = 0;
    int fixed = 0;
    for (Sent sent : bodies()) {
      Octets sa = sent.body;
      for (int p = 0; p < sa.length(); p += number(sa, p + 2)) {
        int protocol = sa.at(p + 5);
        int spi = sa.at(p + 6);
        assertThat(spi)
            .isEqualTo(sent.exchange == Exchange.IKE_SA_INIT.number() ? 0 : protocol == 1 ? 8 : 4);
        int t = p + 8 + spi;
        for (int left = sa.at(p + 7); left > 0; left--, t += number(sa, t + 2)) {
          int length = number(sa, t + 2);
          boolean encryption = sa.at(t + 4) == TransformType.ENCR.number();
          boolean variable = encryption && number(sa, t + 6) != CHACHA20;
          assertThat(length).isEqualTo(variable ? 12 : 8);
          if (variable) {
            assertThat(number(sa, t + 8)).as("Key Length as type and value").isEqualTo(0x800e);
            keyed++;
          } else if (encryption) {
            fixed++;
          }
        }
      }
    }
    assertThat(keyed).isGreaterThan(10);
    assertThat(fixed).isGreaterThan(3);
  }

  private static List<List<Transform>> transforms(SaPayload sa) {
    return sa.proposals().stream().map(Proposal::transforms).toList();
  }

  @Test
  @Rfc({"7296-3.3-1", "7296-3.3-7"})
  void rfc7296_3_3_asConfiguredInOrderWithATransformForEachKeySize() {
    SaPayload init = forger.readAll().getFirst().first(SaPayload.class).orElseThrow();
    assertThat(transforms(init))
        .isEqualTo(TwoEngines.ike(IKE).stream().map(p -> p.transforms()).toList());
    assertThat(init.proposals().getFirst().ofType(TransformType.ENCR))
        .containsExactly(new Transform(1, 20, 128), new Transform(1, 20, 256));
    SaPayload child =
        forger.readAll().stream()
            .filter(m -> !m.all(KePayload.class).isEmpty())
            .flatMap(m -> m.all(SaPayload.class).stream())
            .filter(s -> s.proposals().getFirst().protocolId() == 3 && s.proposals().size() == 2)
            .findFirst()
            .orElseThrow();
    assertThat(transforms(child))
        .isEqualTo(
            List.of(ESP.split(",")).stream()
                .map(w -> ProposalKeywords.parseEsp(w, true).transforms())
                .toList());
  }

  @Test
  @Rfc({"7296-3.3.6-4"})
  void rfc7296_3_3_6_whatIsChosenComesBackAsItWasOffered() {
    List<IkeMessage> all = forger.readAll();
    int answers = 0;
    for (int i = 1; i < all.size(); i++) {
      IkeMessage answer = all.get(i);
      if (answer.direction() == Direction.REQUEST || answer.all(SaPayload.class).isEmpty()) {
        continue;
      }
      SaPayload offer = all.get(i - 1).first(SaPayload.class).orElseThrow();
      Proposal chosen = answer.first(SaPayload.class).orElseThrow().proposals().getFirst();
      assertThat(offer.proposals().get(chosen.number() - 1).transforms())
          .containsAll(chosen.transforms());
      answers++;
    }
    assertThat(answers).isGreaterThan(5);
  }

  @Test
  @Rfc({"7296-1.3-1", "7296-1.3-2", "7296-3.4-2"})
  void rfc7296_1_3_theGroupOfKeIsInTheOfferBesideIt() {
    int seen = 0;
    for (IkeMessage message : forger.readAll()) {
      for (KePayload ke : message.all(KePayload.class)) {
        SaPayload sa = message.first(SaPayload.class).orElseThrow();
        assertThat(sa.proposals().getFirst().ofType(TransformType.KE))
            .anyMatch(t -> t.id() == ke.method());
        seen++;
      }
    }
    assertThat(seen).isGreaterThan(5);
  }

  @Test
  @Rfc({"7296-1.3-2"})
  void rfc7296_1_3_aRekeyBeginsWithTheGroupThatThePeerHasAccepted() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = 9_200_000;
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    left.proposals = "aes256gcm16-prfsha384-x25519-ecp256";
    right.proposals = "aes256gcm16-prfsha384-ecp256";
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines other = new TwoEngines(setup);
    Forger reader = new Forger(other);
    other.command(other.left, 1, Input.Verb.UP, "");
    int since = other.sent.size();
    assertThat(other.command(other.left, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    IkeMessage request = reader.read(other.sent.get(since).octets()).orElseThrow();
    assertThat(request.first(KePayload.class).orElseThrow().method()).isEqualTo(19);
  }
}
