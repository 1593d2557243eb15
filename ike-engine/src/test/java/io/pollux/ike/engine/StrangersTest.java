package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever arrives: limits hold, nothing throws, nothing is amplified, nothing secret is told. */
class StrangersTest {
  private static final Endpoint LOCAL = new Endpoint(TwoEngines.RIGHT, 500);

  private final TwoEngines.Setup setup = new TwoEngines.Setup();

  static EngineConfig limits(int cookiesAbove, int max, int perAddress) {
    EngineConfig c = EngineConfig.defaults(0);
    return new EngineConfig(
        0,
        c.ports(),
        c.retransmission(),
        new EngineConfig.HalfOpenLimits(cookiesAbove, max, perAddress, 30 * TwoEngines.SECOND),
        c.restart(),
        c.natKeepaliveNs(),
        c.busyRetryNs(),
        c.closeNs(),
        c.maxChildren());
  }

  /** The first message of a fresh initiator, from whatever address. */
  private Octets firstMessage() {
    TwoEngines other = new TwoEngines(new TwoEngines.Setup());
    other.fate = _ -> TwoEngines.Fate.DROP;
    other.command(other.left, 1, Input.Verb.UP, "");
    return other.sent.getFirst().octets();
  }

  static Octets withSpi(Octets message, int n) {
    byte[] octets = message.toArray();
    octets[0] = (byte) n;
    octets[1] = (byte) (n >>> 8);
    return Octets.owning(octets);
  }

  @Test
  @Rfc({"7296-2.6-3"})
  void cookiesAreAskedForAboveTheThresholdAndBroughtBack() {
    setup.rightConfig = limits(0, 100, 100);
    TwoEngines world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    assertThat(world.right.counter("cookies_sent")).isEqualTo(1);
    assertThat(world.sent).hasSize(6);
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"7296-2.6.1-1"})
  void cookieAndOtherKeyExchangeTogether() {
    setup.rightConfig = limits(0, 100, 100);
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    left.proposals = "aes256gcm16-prfsha384-x25519-ecp256";
    right.proposals = "aes256gcm16-prfsha384-ecp256";
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  void halfOpenSasAreLimitedAndForgotten() {
    setup.rightConfig = limits(1000, 10, 5);
    TwoEngines world = new TwoEngines(setup);
    Octets first = firstMessage();
    // The addresses of the first message's connection; the ports make them different strangers.
    for (int i = 0; i < 50; i++) {
      Endpoint peer = new Endpoint(TwoEngines.LEFT, 1000 + i);
      world.right.receive(LOCAL, peer, withSpi(first, i));
    }
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(5);
    assertThat(world.right.counter("init_over_limit")).isEqualTo(45);
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.wire.clear();
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
    assertThat(world.right.engine.nextTimeoutNs()).isEmpty();
  }

  @Test
  @Rfc({"7296-2.1-2"})
  void repeatedFirstMessageGetsTheSameAnswer() {
    TwoEngines world = new TwoEngines(setup);
    world.fate = _ -> TwoEngines.Fate.HOLD;
    Endpoint peer = new Endpoint(TwoEngines.LEFT, 500);
    Octets first = firstMessage();
    world.right.receive(LOCAL, peer, first);
    world.right.receive(LOCAL, peer, first);
    assertThat(world.held).hasSize(2);
    assertThat(world.held.get(0).octets()).isEqualTo(world.held.get(1).octets());
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(1);
  }

  @Test
  @Rfc({"7296-2.4-5"})
  void unknownIkeSpiIsAnsweredWithinARate() {
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    Octets auth = world.sent.get(2).octets();
    byte[] other = auth.toArray();
    other[15] ^= 1; // another responder SPI
    int sent = world.sent.size();
    world.fate = _ -> TwoEngines.Fate.DROP;
    for (int i = 0; i < 100; i++) {
      world.right.receive(LOCAL, new Endpoint(TwoEngines.LEFT, 500), Octets.of(other));
    }
    assertThat(world.sent.size() - sent).isBetween(1, 10);
    Octets answer = world.sent.getLast().octets();
    assertThat(answer.length()).isLessThan(auth.length());
    byte[] response = auth.toArray();
    response[15] ^= 1;
    response[19] |= 0x20; // a response is never answered
    world.now += TwoEngines.SECOND * 5;
    int before = world.sent.size();
    world.right.receive(LOCAL, new Endpoint(TwoEngines.LEFT, 500), Octets.of(response));
    assertThat(world.sent).hasSize(before);
  }

  @Test
  void ikeVersion1IsRefusedWithALineAndNoAnswer() {
    TwoEngines world = new TwoEngines(setup);
    byte[] v1 = new byte[IkeHeader.SIZE];
    v1[0] = 1;
    v1[17] = 0x10;
    v1[18] = 2;
    v1[27] = IkeHeader.SIZE;
    for (int i = 0; i < 100; i++) {
      world.right.receive(LOCAL, new Endpoint(TwoEngines.LEFT, 500), Octets.of(v1));
    }
    assertThat(world.sent).isEmpty();
    assertThat(world.right.reports).hasSizeBetween(1, 10);
    assertThat(world.right.reports.getFirst()).contains("IKEv1", "RFC 9395");
  }

  @Test
  void garbageNeverThrowsAndNeverHarms() {
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    List<TwoEngines.Arrow> seen = new ArrayList<>(world.sent);
    Random random = new Random(7);
    world.fate = _ -> TwoEngines.Fate.DROP;
    for (int i = 0; i < 6000; i++) {
      TwoEngines.Arrow arrow = seen.get(random.nextInt(seen.size()));
      byte[] octets = arrow.octets().toArray();
      int changes = 1 + random.nextInt(4);
      for (int c = 0; c < changes; c++) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt();
      }
      Octets mutated =
          random.nextInt(10) == 0
              ? Octets.of(octets, 0, random.nextInt(octets.length))
              : Octets.of(octets);
      Node to = arrow.from() == world.left ? world.right : world.left;
      to.receive(arrow.destination(), arrow.source(), mutated);
      to.drain();
    }
    for (int i = 0; i < 2000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      world.right.receive(
          LOCAL, new Endpoint(InetAddress.ofLiteral("198.51.100.9"), 77), Octets.of(noise));
    }
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(60 * TwoEngines.SECOND);
    world.requireTraffic("gcm");
    assertThat(world.command(world.left, 3, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
    assertThat(world.command(world.right, 3, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  void noSecretIsEverInALine() {
    TwoEngines world = new TwoEngines(Life.setup());
    Life life = new Life();
    List<String> secrets = new ArrayList<>();
    for (Life.Act act : Life.Act.values()) {
      life.act(world, act);
      world
          .left
          .engine
          .snapshot(world.now)
          .forEach(
              sa -> {
                IkeKeys k = sa.keys();
                for (Secret s :
                    List.of(k.skD(), k.skAi(), k.skAr(), k.skEi(), k.skEr(), k.skPi(), k.skPr())) {
                  s.use(o -> secrets.add(HexFormat.of().formatHex(o)));
                }
                sa.children()
                    .forEach(
                        c ->
                            c.keys()
                                .inboundEncryption()
                                .use(o -> secrets.add(HexFormat.of().formatHex(o))));
              });
    }
    secrets.removeIf(String::isEmpty);
    assertThat(secrets).hasSizeGreaterThan(30);
    List<String> told = new ArrayList<>(world.left.reports);
    told.addAll(world.right.reports);
    world.left.effects.forEach(e -> told.add(e.toString()));
    for (String line : told) {
      assertThat(secrets).noneMatch(s -> line.contains(s.substring(0, 16)));
      assertThat(line).doesNotContain("a shared secret");
    }
  }
}
