package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.Endpoint;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** IKE SAs without a Child SA, RFC 6023. */
class Rfc6023Test {
  /** The only child that the left side has cannot be had through this NAT. */
  private static TwoEngines world(boolean childless) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    if (!childless) {
      return new TwoEngines(setup);
    }
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    ChildPolicy c = TwoEngines.child(true, "gcm", "10.1.0.1", "10.2.0.1", "aes256gcm16-esn");
    left.children =
        List.of(
            new ChildPolicy(
                c.name(),
                c.localTs(),
                c.remoteTs(),
                c.proposals(),
                c.rekey(),
                ChildPolicy.StartAction.NONE,
                1024,
                true,
                false));
    right.remote = Optional.empty();
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    Endpoint outside = new Endpoint(InetAddress.ofLiteral("198.51.100.7"), 40_000);
    world.nat =
        a ->
            a.from() == world.left
                ? new TwoEngines.Arrow(a.number(), a.from(), outside, a.destination(), a.octets())
                : new TwoEngines.Arrow(
                    a.number(),
                    a.from(),
                    a.source(),
                    new Endpoint(TwoEngines.LEFT, a.source().port()),
                    a.octets());
    return world;
  }

  private static List<IkeMessage> auth(Forger forger) {
    return forger.readAll().stream().filter(m -> m.exchange() == Exchange.IKE_AUTH).toList();
  }

  @Test
  @Rfc({"6023-3-1", "6023-4-1", "6023-4-2", "6023-4-3"})
  void rfc6023_3_theResponderSaysThatItSupportsIt() {
    TwoEngines world = world(false);
    world.command(world.left, 1, Input.Verb.UP, "");
    // Payload Length 8, Protocol ID 1, SPI Size 0, type 16418
    assertThat(world.sent.get(1).octets().toHex()).contains("000801004022");
    assertThat(world.sent.get(0).octets().toHex()).doesNotContain("4022");
  }

  @Test
  @Rfc({"6023-3-3"})
  void rfc6023_3_aRequestWithoutChildIsAnsweredWithoutOne() {
    TwoEngines world = world(true);
    Forger forger = new Forger(world);
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.left.only().spis()).isEqualTo(world.right.only().spis());
    assertThat(world.right.only().children()).isEmpty();
    assertThat(auth(forger))
        .hasSize(2)
        .allMatch(m -> m.all(SaPayload.class).isEmpty() && m.all(TsPayload.class).isEmpty())
        .allMatch(m -> m.error().isEmpty());
  }

  @Test
  @Rfc({"6023-3-2"})
  void rfc6023_3_noSuchRequestToWhoDoesNotSupportIt() {
    TwoEngines world = world(true);
    Forger forger = new Forger(world);
    forger.changeNext(
        world.right,
        Exchange.IKE_SA_INIT,
        payloads -> {
          payloads.removeIf(
              p ->
                  p instanceof NotifyPayload n
                      && n.type().equals(NotifyType.CHILDLESS_IKEV2_SUPPORTED));
          return payloads;
        });
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.sent).as("no IKE_AUTH").hasSize(2);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.reports).anyMatch(r -> r.contains("makes no IKE SA without a child"));
  }

  @Test
  @Rfc({"6023-3-4"})
  void rfc6023_3_whoAsksForAChildGetsAnAnswerAboutIt() {
    for (boolean fits : List.of(true, false)) {
      TwoEngines.Setup setup = new TwoEngines.Setup();
      TwoEngines.Connection right = TwoEngines.connection(false);
      right.children =
          List.of(
              TwoEngines.child(
                  false,
                  "gcm",
                  "10.1.0.0/16",
                  "10.2.0.0/16",
                  fits ? "aes256gcm16-esn" : "aes128-sha256-noesn"));
      setup.right = List.of(right.build());
      TwoEngines world = new TwoEngines(setup);
      Forger forger = new Forger(world);
      world.command(world.left, 1, Input.Verb.UP, "");
      IkeMessage answer = auth(forger).getLast();
      assertThat(answer.first(SaPayload.class).isPresent()).isEqualTo(fits);
      assertThat(answer.has(NotifyType.NO_PROPOSAL_CHOSEN)).isEqualTo(!fits);
    }
  }
}
