package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Faults that DiagnoseLabTest has not. */
@LabTest
@Tag("long")
@ExtendWith(Evidence.class)
class DiagnoseFaultsLabTest {
  private static final Tunnel ESN = small(1, "aes256gcm16-esn");
  private static final Tunnel SHORT = small(2, "aes256gcm16");
  private static final Tunnel KEY = small(3, "aes256gcm16");
  private static final Tunnel POLICY = small(5, "aes256gcm16");
  private static final Tunnel BLOCKED = small(6, "aes256gcm16");
  private static final Tunnel SPI = small(4, "aes256gcm16");
  private static final Tunnel IDENTITY = Tunnel.number(7).swanSays("stranger.example");
  private static final Tunnel IKE =
      Tunnel.number(8).ike("aes256gcm16-prfsha384-x25519", "aes128-sha256-ecp256");
  private static final Tunnel NETWORKS =
      Tunnel.number(9).swanChild("remote_ts", "10.50.0.0/24").swanChild("local_ts", "10.51.0.0/24");

  /** Nobody has this address: the request is repeated for longer than this test lasts. */
  private static final Tunnel UNDER_WAY =
      Tunnel.number(10).seenFrom("192.0.2.250").polluxChild("start", "start");

  private static final List<Tunnel> UP = List.of(ESN, SHORT, KEY, SPI, POLICY, BLOCKED);
  private static Lab lab;
  private static String underWay;

  private static Tunnel small(int number, String esp) {
    return Tunnel.number(number).esp(esp).polluxChild("replay-window", "32");
  }

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    Tunnel[] all = {ESN, SHORT, KEY, SPI, POLICY, BLOCKED, IDENTITY, IKE, NETWORKS, UNDER_WAY};
    // What nobody answers stays under way for a minute, and the second refusal counts.
    lab.startPollux("ike { retransmit { first = 30s, tries = 1 } }", all);
    Waits.until(
        () -> {
          underWay = diagnose(UNDER_WAY);
          return !underWay.contains("nobody started it") && !underWay.contains("it waits");
        },
        Duration.ofSeconds(60),
        "an attempt");
    lab.startSwan("", all);
    for (Tunnel tunnel : UP) {
      lab.pollux.ctl("up", tunnel.name()).orFail();
      PeerSa.send(lab, tunnel, 100);
    }
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** While somebody sends, diagnose says all of this. */
  private static void diagnosed(Tunnel tunnel, List<String> ping, String... says) {
    List<String> command = new ArrayList<>(List.of("timeout", "200", "ping", "-q", "-i", "0.1"));
    command.addAll(ping);
    Process sender =
        lab.ns.start(
            ping.getLast().startsWith("10.1.") ? "swan" : "pollux",
            lab.directory.resolve("ping-" + tunnel.name()),
            Map.of(),
            command.toArray(String[]::new)); // its end is ping's: timeout hands it on
    try {
      Waits.until(
          () -> {
            String out = lab.pollux.ctl("diagnose", tunnel.name(), "--seconds", "2").out();
            return List.of(says).stream().allMatch(out::contains);
          },
          Duration.ofSeconds(150),
          "%s: %s".formatted(tunnel.name(), List.of(says)));
    } finally {
      sender.destroy();
    }
  }

  /** The peer's policy for what it sends through the tunnel; one that exists keeps its priority. */
  private static void sends(String verb, Tunnel tunnel, String from, String to) {
    String ends = "src 10.2.%1$d.0/24 dst 10.1.%1$d.0/24".formatted(tunnel.number);
    Matcher out =
        Pattern.compile(
                Pattern.quote(ends) + "\\s+dir out (priority \\d+).*?reqid (\\d+)", Pattern.DOTALL)
            .matcher(lab.ns.run("swan", "ip", "xfrm", "policy").orFail());
    assertThat(out.find()).as(ends).isTrue();
    lab.ns.ip(
        "swan",
        "xfrm policy %s src %s dst %s dir out %s tmpl src %s dst %s proto esp reqid %s mode tunnel"
            .formatted(
                verb, from, to, out.group(1), tunnel.swanAddress(), Tunnel.POLLUX, out.group(2)));
  }

  private static List<String> fromPeer(Tunnel tunnel) {
    return List.of("-I", tunnel.swanHost(), tunnel.polluxHost());
  }

  private static String diagnose(Tunnel tunnel) {
    return lab.pollux.ctl("diagnose", tunnel.name(), "--seconds", "1").out();
  }

  @Test
  void numbersFromTheBeginningWithEsn() {
    PeerSa.setBack(lab, ESN, true);
    diagnosed(
        ESN,
        fromPeer(ESN),
        "STATE DRIFT: the peer has lost count of its sequence numbers",
        "for their ICV",
        "next:    polluxctl rekey t1 net");
    lab.pollux.ctl("rekey", ESN.name(), "net").orFail();
    lab.ping(ESN, 0);
  }

  @Test
  void numbersFromTheBeginningWithout() {
    PeerSa.send(lab, SHORT, 2000); // more numbers than are sent while it is looked at
    PeerSa.setBack(lab, SHORT, false);
    diagnosed(
        SHORT,
        fromPeer(SHORT),
        "STATE DRIFT: the peer has lost count of its sequence numbers",
        "dropped left of the window");
    lab.pollux.ctl("rekey", SHORT.name(), "net").orFail();
    lab.ping(SHORT, 0);
  }

  @Test
  void anotherKey() {
    PeerSa.otherKey(lab, KEY);
    PeerSa.send(lab, KEY, 150);
    diagnosed(
        KEY,
        fromPeer(KEY),
        "STATE DRIFT: the peer sends under another key",
        "XfrmInStateProtoError of this machine: +",
        "next:    polluxctl down t3");
  }

  @Test
  void anSpiThatNobodyKnows() {
    PeerSa.otherSpi(lab, SPI);
    // strongSwan's policies name the SPI; this one takes any SA of the child.
    sends("update", SPI, "10.2.4.0/24", "10.1.4.0/24");
    diagnosed(
        SPI,
        fromPeer(SPI),
        "STATE DRIFT: somebody sends to an SPI that this kernel does not know",
        "XfrmInNoStates of this machine: +",
        "compare the SPIs with the peer's");
  }

  /** The peer sends from a network that nobody has agreed upon. */
  @Test
  void packetsThatFitNoPolicy() {
    lab.ns.ip("swan", "addr add 10.2.77.1/32 dev lo");
    sends("add", POLICY, "10.2.77.1/32", "10.1.5.0/24");
    diagnosed(
        POLICY,
        List.of("-I", "10.2.77.1", POLICY.polluxHost()),
        "STATE DRIFT: packets are decrypted and fit no policy",
        "compare the negotiated networks");
  }

  /** Somebody's policy stands before ours. */
  @Test
  void packetsThatAreDroppedHere() {
    lab.ns.ip(
        "pollux",
        "xfrm policy add src 10.1.6.0/25 dst 10.2.6.0/25 dir out action block priority 1");
    diagnosed(
        BLOCKED,
        List.of("-I", BLOCKED.polluxHost(), BLOCKED.swanHost()),
        "LOCAL: packets are dropped here before they are encrypted",
        "XfrmOutPolBlock of this machine: +");
  }

  @Test
  void anotherIdentity() {
    assertThat(lab.pollux.ctl("up", IDENTITY.name()).ok()).isFalse();
    assertThat(diagnose(IDENTITY))
        .contains("t7/net: REJECTION", "the last failure: ", "compare identities on both sides");
  }

  @Test
  void noCommonAlgorithms() {
    assertThat(lab.pollux.ctl("up", IKE.name()).ok()).isFalse();
    assertThat(diagnose(IKE))
        .contains("t8/net: REJECTION: the peer refuses the algorithms", "NO_PROPOSAL_CHOSEN")
        .contains("next:    compare proposals");
  }

  @Test
  void noCommonNetworks() {
    assertThat(lab.pollux.ctl("up", NETWORKS.name()).ok()).isFalse();
    assertThat(diagnose(NETWORKS))
        .contains("t9/net: REJECTION", "the networks", "TS_UNACCEPTABLE")
        .contains("next:    compare local-ts and remote-ts");
  }

  @Test
  void whatIsUnderWay() {
    assertThat(underWay).contains("t10/net: TRANSIENT: it is being negotiated");
  }
}
