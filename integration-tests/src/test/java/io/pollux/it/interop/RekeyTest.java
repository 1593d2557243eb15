package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.peer.RawReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rekeys by either side under a running ping: nothing is lost, nothing old is left. */
@LabTest
@ExtendWith(Evidence.class)
class RekeyTest {
  private static final Tunnel PLAIN = Tunnel.number(1);
  private static final Tunnel PFS = Tunnel.number(2).esp("aes256gcm16-x25519-esn");
  private static final Tunnel SWAN_PLAIN = Tunnel.number(3);
  private static final Tunnel SWAN_PFS =
      Tunnel.number(4).esp("aes256-sha256-ecp256-noesn", "aes256-sha256-ecp256");
  private static final Tunnel IKE = Tunnel.number(5).child("other");
  private static final Tunnel SWAN_IKE = Tunnel.number(6);
  private static final Tunnel SHORT =
      Tunnel.number(7)
          .polluxChild("rekey-time", "2s")
          .polluxChild("rekey-jitter", "0s")
          .polluxChild("life-time", "60s");
  private static final Tunnel SWAN_SHORT =
      Tunnel.number(8)
          .swanChild("rekey_time", "2s")
          .swanChild("rand_time", "0s")
          .swanChild("life_time", "60s");
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    Tunnel[] all = {PLAIN, PFS, SWAN_PLAIN, SWAN_PFS, IKE, SWAN_IKE, SHORT, SWAN_SHORT};
    lab.startPollux("", all);
    lab.startSwan("", all);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void polluxRekeysAChild() {
    rekeyChild(PLAIN, true);
  }

  @Test
  void polluxRekeysAChildWithPfs() {
    rekeyChild(PFS, true);
  }

  @Test
  void strongSwanRekeysAChild() {
    rekeyChild(SWAN_PLAIN, false);
  }

  @Test
  void strongSwanRekeysAChildWithPfs() {
    rekeyChild(SWAN_PFS, false);
  }

  private static void rekeyChild(Tunnel tunnel, boolean byPollux) {
    lab.pollux.ctl("up", tunnel.name()).orFail();
    Sas.Child before = child(tunnel);
    try (PingStream ping = ping(tunnel)) {
      for (int round = 1; round <= 2; round++) {
        String old = child(tunnel).spiIn();
        if (byPollux) {
          lab.pollux.ctl("rekey", tunnel.name(), "net").orFail();
        } else {
          lab.swan.swanctl("--rekey", "--child", tunnel.swanChild("net")).orFail();
        }
        Lab.until(
            () -> onlyOne(tunnel) && !child(tunnel).spiIn().equals(old),
            "one pair of new SAs of " + tunnel.name());
        ping.awaitReplies(10);
      }
      assertThat(ping.stopAndCountLost()).as("pings without a reply").isEmpty();
    }
    Sas.Child after = child(tunnel);
    assertThat(after.spiOut()).isNotEqualTo(before.spiOut());
    assertThat(after.sending()).isTrue();
    assertSame(tunnel, after);
  }

  /** By time, not by command. */
  @Test
  void softLifetimesEndInRekeys() {
    lifetimes(SHORT);
  }

  @Test
  void softLifetimesOfStrongSwanEndInRekeys() {
    lifetimes(SWAN_SHORT);
  }

  private static void lifetimes(Tunnel tunnel) {
    lab.pollux.ctl("up", tunnel.name()).orFail();
    try (PingStream ping = ping(tunnel)) {
      for (int generation = 1; generation <= 2; generation++) {
        String old = child(tunnel).spiIn();
        Lab.until(() -> !child(tunnel).spiIn().equals(old), "the next generation");
      }
      assertThat(ping.stopAndCountLost()).as("pings without a reply").isEmpty();
    }
    lab.pollux.ctl("down", tunnel.name(), "--yes").orFail();
    assertThat(lab.both(tunnel)).isEmpty();
  }

  @Test
  void polluxRekeysTheIkeSa() {
    rekeyIke(IKE, true);
  }

  @Test
  void strongSwanRekeysTheIkeSa() {
    rekeyIke(SWAN_IKE, false);
  }

  private static void rekeyIke(Tunnel tunnel, boolean byPollux) {
    lab.swan.initiate(tunnel.swanChild("net")).orFail();
    Sas.Ike before = Sas.only(lab.pollux, tunnel).orElseThrow();
    try (PingStream ping = ping(tunnel)) {
      for (int round = 1; round <= 2; round++) {
        String old = Sas.of(lab.pollux, tunnel).getLast().initiatorSpi();
        if (byPollux) {
          lab.pollux.ctl("rekey", tunnel.name(), "--ike").orFail();
        } else {
          lab.swan.swanctl("--rekey", "--ike", tunnel.name()).orFail();
        }
        Lab.until(
            () ->
                Sas.only(lab.pollux, tunnel).filter(s -> !s.initiatorSpi().equals(old)).isPresent()
                    && lab.swanSas(tunnel).size() == 1,
            "one new IKE SA of " + tunnel.name());
        ping.awaitReplies(5);
      }
      assertThat(ping.stopAndCountLost()).as("pings without a reply").isEmpty();
    }
    Sas.Ike after = Sas.only(lab.pollux, tunnel).orElseThrow();
    RawReport theirs = lab.swanSas(tunnel).getFirst();
    assertThat(after.initiatorSpi()).isNotEqualTo(before.initiatorSpi());
    assertThat(after.originalInitiator()).isEqualTo(byPollux);
    assertThat(theirs.value("initiator-spi")).contains(after.initiatorSpi());
    assertThat(theirs.value("responder-spi")).contains(after.responderSpi());
    assertThat(after.children()).isEqualTo(before.children());
    // What was moved is still alive: another exchange on it, from both sides.
    lab.pollux.ctl("rekey", tunnel.name(), "net").orFail();
    String old = child(tunnel).spiIn();
    lab.swan.swanctl("--rekey", "--child", tunnel.swanChild("net")).orFail();
    Lab.until(
        () -> onlyOne(tunnel) && !child(tunnel).spiIn().equals(old), "a rekey on the new IKE SA");
    lab.ping(tunnel, 0);
  }

  /** One pair in Pollux's kernel, one Child SA in both lists. */
  private static boolean onlyOne(Tunnel tunnel) {
    return lab.both(tunnel).size() == 2
        && lab.swanChildren(tunnel).size() == 1
        && Sas.only(lab.pollux, tunnel).filter(s -> s.children().size() == 1).isPresent();
  }

  private static void assertSame(Tunnel tunnel, Sas.Child ours) {
    RawReport theirs = lab.swanChildren(tunnel).getFirst();
    assertThat(theirs.value("spi-in")).contains(ours.spiOut());
    assertThat(theirs.value("spi-out")).contains(ours.spiIn());
    List<KernelSa> kernel = lab.both(tunnel);
    assertThat(kernel)
        .extracting(KernelSa::spi)
        .containsExactlyInAnyOrder(ours.spiIn(), ours.spiOut());
    assertThat(kernel).allSatisfy(sa -> assertThat(sa.drops()).isZero());
  }

  private static Sas.Child child(Tunnel tunnel) {
    return Sas.of(lab.pollux, tunnel).getLast().children().getLast();
  }

  private static PingStream ping(Tunnel tunnel) {
    return PingStream.start(
        lab.ns,
        "swan",
        tunnel.swanHost(),
        tunnel.polluxHost(),
        lab.directory.resolve(tunnel.name() + ".ping"));
  }
}
