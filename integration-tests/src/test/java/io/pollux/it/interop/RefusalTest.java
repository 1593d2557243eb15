package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Ran;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What does not fit is refused with the right notify, and each side's operator is told what was
 * wrong. Everybody is asked for a cookie first.
 */
@LabTest
@ExtendWith(Evidence.class)
class RefusalTest {
  private static final Tunnel FITS = Tunnel.number(1);
  private static final Tunnel SECRET = Tunnel.number(2).swanKnows("another secret altogether");
  private static final Tunnel STRANGER = Tunnel.number(3).swanSays("stranger.example");
  private static final Tunnel IKE =
      Tunnel.number(4).ike("aes256gcm16-prfsha384-x25519", "aes128-sha256-ecp256");
  private static final Tunnel ESP = Tunnel.number(5).esp("aes256gcm16-esn", "aes128-sha256");
  private static final Tunnel SELECTORS =
      Tunnel.number(6).swanChild("remote_ts", "10.50.0.0/24").swanChild("local_ts", "10.51.0.0/24");
  private static final Tunnel ONE_OF_TWO =
      Tunnel.number(7)
          .child("other")
          .swanChild("remote_ts", "10.50.1.0/24")
          .swanChild("local_ts", "10.51.1.0/24");

  /** strongSwan takes its SPIs from a range of two, which are in Pollux's kernel already. */
  private static final Tunnel KERNEL = Tunnel.number(8);

  private static final Tunnel[] ALL = {
    FITS, SECRET, STRANGER, IKE, ESP, SELECTORS, ONE_OF_TWO, KERNEL
  };
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.startPollux("ike { limits { cookie-threshold = 0 } }", ALL);
    lab.startSwan(
        "cookie_threshold = 1\nblock_threshold = 10\nspi_min = 0x10000000\nspi_max = 0x10000004",
        ALL);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @AfterEach
  void nothingIsLeft() {
    for (Tunnel tunnel : ALL) {
      lab.pollux.ctl("down", tunnel.name(), "--yes").orFail();
      String log = lab.pollux.log();
      assertThat(lab.both(tunnel))
          .as(() -> log.substring(Math.max(0, log.length() - 6000)))
          .isEmpty();
    }
  }

  @Test
  void polluxAsksForACookie() {
    lab.swan.initiate(FITS.swanChild("net")).orFail();

    lab.ping(FITS, 0);
    assertThat(Sas.counter(lab.pollux, "cookies_sent")).isPositive();
  }

  @Test
  void strongSwanAsksForACookie() {
    int from = lab.swan.log().length();
    // It does so as soon as one IKE SA is half open.
    lab.ns
        .run(
            "pollux", "python3", NoiseTest.script(), "half-open", Tunnel.POLLUX, FITS.swanAddress())
        .orFail();
    Lab.until(() -> lab.swan.log().substring(from).contains("is initiating"), "a half-open IKE SA");

    lab.pollux.ctl("up", FITS.name()).orFail();

    lab.ping(FITS, 0);
    assertThat(lab.swan.log().substring(from)).contains("N(COOKIE)");
  }

  @Test
  void wrongSecretOfAnInitiator() {
    refusedByPollux(SECRET, "AUTH_FAILED", "t2.example could not prove its identity");
  }

  @Test
  void wrongSecretOfAResponder() {
    refusedByStrongSwan(SECRET, "AUTHENTICATION_FAILED");
  }

  @Test
  void unknownIdentity() {
    refusedByPollux(STRANGER, "AUTH_FAILED", "no connection for stranger.example");
  }

  @Test
  void aResponderWithAnotherIdentity() {
    refusedByStrongSwan(STRANGER, "AUTHENTICATION_FAILED");
  }

  @Test
  void noCommonIkeProposal() {
    refusedByPollux(IKE, "NO_PROPOSAL_CHOSEN", "refused " + IKE.swanAddress());
  }

  @Test
  void noCommonIkeProposalOfOurs() {
    refusedByStrongSwan(IKE, "NO_PROPOSAL_CHOSEN");
  }

  @Test
  void noCommonEspProposal() {
    refusedByPollux(ESP, "NO_PROPOSAL_CHOSEN", "child refused with NO_PROPOSAL_CHOSEN");
  }

  @Test
  void noCommonEspProposalOfOurs() {
    refusedByStrongSwan(ESP, "NO_PROPOSAL_CHOSEN");
  }

  @Test
  void selectorsWithoutAnythingInCommon() {
    refusedByPollux(SELECTORS, "TS_UNACCEPTABLE", "10.50.0.0");
  }

  @Test
  void selectorsWithoutAnythingInCommonOfOurs() {
    refusedByStrongSwan(SELECTORS, "TS_UNACCEPTABLE");
  }

  /** One child's failure is not the other's. */
  @Test
  void oneOfTwoChildren() {
    Ran up = lab.pollux.ctl("up", ONE_OF_TWO.name());

    assertThat(up.ok()).isFalse();
    assertThat(up.out() + up.err()).contains("other").contains("TS_UNACCEPTABLE");
    lab.ping(ONE_OF_TWO, 0);
    assertThat(lab.pollux.ctl("up", ONE_OF_TWO.name(), "net").ok()).isTrue();
  }

  @Test
  void aKernelThatRefusesLeavesNothingHalfDone() {
    occupied("add");
    int from = lab.pollux.log().length();

    Ran up = lab.pollux.ctl("up", KERNEL.name());

    assertThat(up.ok()).isFalse();
    assertThat(up.out() + up.err()).containsIgnoringCase("exist");
    lab.pollux.awaitLog(from, "conn=t8", "child net failed", "exist");
    Lab.until(() -> lab.swanChildren(KERNEL).isEmpty(), "that strongSwan hears of it");
    assertThat(lab.both(KERNEL)).allMatch(sa -> sa.spi().startsWith("1000000"));
    assertThat(Sas.of(lab.pollux, KERNEL)).allMatch(sa -> sa.children().isEmpty());

    // On the IKE SA that stands: other SPIs are tried once, and no more.
    int again = lab.pollux.log().length();
    assertThat(lab.pollux.ctl("up", KERNEL.name()).ok()).isFalse();
    assertThat(lab.pollux.log().substring(again).lines().filter(l -> l.contains("EEXIST")))
        .hasSize(2);
    Lab.until(() -> lab.swanChildren(KERNEL).isEmpty(), "that strongSwan hears of it");

    int later = lab.pollux.log().length();
    assertThat(lab.swan.initiate(KERNEL.swanChild("net")).ok()).isFalse();
    lab.pollux.awaitLog(later, "conn=t8", "child refused", "exist");
    assertThat(lab.both(KERNEL)).allMatch(sa -> sa.spi().startsWith("1000000"));

    occupied("delete");
    lab.pollux.ctl("up", KERNEL.name()).orFail();
    lab.ping(KERNEL, 0);
    // From its side: it would begin again for the child that was refused for the moment.
    lab.swan.swanctl("--terminate", "--ike", KERNEL.name()).orFail();
  }

  /** What the SPIs of strongSwan's range lead to. */
  private static void occupied(String verb) {
    String keys =
        " enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f auth hmac(sha1) 0x000102030405060708090a0b0c0d0e0f10111213 mode tunnel";
    lab.ns.ip(
        "pollux",
        IntStream.rangeClosed(0, 4)
            .mapToObj(
                i ->
                    "xfrm state %s src %s dst %s proto esp spi 0x1000000%d"
                            .formatted(verb, Tunnel.POLLUX, KERNEL.swanAddress(), i)
                        + (verb.equals("add") ? keys : ""))
            .toArray(String[]::new));
  }

  /** strongSwan initiates: NOTIFY reaches it, and a line of Pollux's log says STORY. */
  private static void refusedByPollux(Tunnel tunnel, String notify, String story) {
    int theirs = lab.swan.log().length();
    int ours = lab.pollux.log().length();

    assertThat(lab.swan.initiate(tunnel.swanChild("net")).ok()).isFalse();

    Lab.until(
        () ->
            lab.swan
                .log()
                .substring(theirs)
                .lines()
                .anyMatch(
                    line ->
                        (line.contains("parsed") || line.contains("received"))
                            && line.contains(
                                notify.equals("AUTH_FAILED") ? "AUTH" : shortened(notify))),
        notify + " in strongSwan's log");
    lab.pollux.awaitLog(ours, "WARN", story);
    assertThat(lab.both(tunnel)).isEmpty();
  }

  /** strongSwan's log shortens names of notifies in its lists of payloads. */
  private static String shortened(String notify) {
    return switch (notify) {
      case "NO_PROPOSAL_CHOSEN" -> "NO_PROP";
      case "TS_UNACCEPTABLE" -> "TS_UNACCEPT";
      default -> notify;
    };
  }

  /** Pollux initiates: the command and the log say NOTIFY. */
  private static void refusedByStrongSwan(Tunnel tunnel, String notify) {
    int ours = lab.pollux.log().length();

    Ran up = lab.pollux.ctl("up", tunnel.name());

    assertThat(up.ok()).isFalse();
    assertThat(up.out() + up.err()).contains(notify);
    lab.pollux.awaitLog(ours, "WARN", "conn=" + tunnel.name(), notify);
    assertThat(lab.both(tunnel)).isEmpty();
  }
}
