package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** INVALID_IKE_SPI without protection: a hint, and no more (RFC 7296 sections 1.5, 2.4, 2.21.4). */
class HintTest {
  private static final long S = TwoEngines.SECOND;

  private final TwoEngines world;
  private final IkeSpis spis;

  HintTest() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.left = List.of(TwoEngines.connection(true).build());
    setup.right = List.of(TwoEngines.connection(false).build());
    world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    spis = world.left.only().spis();
  }

  private void hint() {
    hint(world.left.only().peer());
  }

  private void hint(Endpoint from) {
    IkeMessage message =
        IkeMessage.clear(
            spis,
            Exchange.INFORMATIONAL,
            Role.RESPONDER,
            Direction.RESPONSE,
            new MessageId(7),
            List.of(NotifyPayload.of(NotifyType.INVALID_IKE_SPI)));
    world.left.step(
        new Input.Datagram(world.left.only().local(), from, MessageCodec.encode(message)));
    world.settle();
  }

  private List<String> lines() {
    return world.left.reports.stream().filter(r -> r.contains("INVALID_IKE_SPI")).toList();
  }

  @Test
  void itIsToldAndThePeerIsAskedOnceAMinuteAndNothingElseChanges() {
    hint();
    assertThat(world.left.counter("liveness_checks")).isEqualTo(1);
    assertThat(lines())
        .singleElement()
        .asString()
        .startsWith("WARN ike=")
        .contains("conn=branch mid=7", "203.0.113.20", "asking whether it lives");
    for (int i = 0; i < 50; i++) {
      hint();
      world.elapse(S);
    }
    assertThat(world.left.counter("liveness_checks")).isEqualTo(1);
    assertThat(lines()).hasSize(1);
    world.elapse(10 * S);
    hint();
    assertThat(world.left.counter("liveness_checks")).isEqualTo(2);
    assertThat(world.left.only().spis()).isEqualTo(spis);
    world.requireTraffic("gcm");
  }

  @Test
  void whereARequestIsOutItIsTheCheckAndTheEndSaysWhatCame() {
    world.fate = _ -> TwoEngines.Fate.DROP; // the peer has lost its state
    world.left.step(new Input.Command(2, Input.Verb.REKEY_IKE, "branch", Optional.empty()));
    world.settle();
    hint();
    assertThat(world.left.counter("liveness_checks")).isZero();
    assertThat(lines()).singleElement().asString().contains("our request is out and will tell");
    assertThat(world.left.only().spis()).isEqualTo(spis);
    world.elapse(200 * S);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(lines())
        .last()
        .asString()
        .contains("no answer from ", "unprotected INVALID_IKE_SPI came");
  }

  @Test
  void fromElsewhereItIsNotEvenAHint() {
    int port = world.left.only().peer().port();
    hint(new Endpoint(InetAddress.ofLiteral("198.51.100.77"), port));
    assertThat(world.left.counter("liveness_checks")).isZero();
    assertThat(lines()).isEmpty();
  }
}
