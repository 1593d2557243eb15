package io.pollux.agent.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.engine.ChildDown;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One test for each branch. */
class FailureTreeTest {
  private static final long SECOND = 1_000_000_000L;
  private boolean alone = true;
  private Optional<String> among = Optional.empty();
  private boolean active = true;
  private boolean gateOpen = true;
  private Optional<ChildDown> down = Optional.empty();
  private Optional<Flow> flow = Optional.empty();
  private Map<String, Long> xfrm = Map.of();
  private OptionalLong sinceTakeover = OptionalLong.empty();

  private Diagnosis judge() {
    return FailureTree.judge(
        new Evidence(
            "site",
            "net",
            among,
            alone,
            active,
            gateOpen,
            Optional.of("192.0.2.2"),
            down.isPresent() ? 0 : 1,
            down,
            flow,
            xfrm,
            sinceTakeover,
            2 * SECOND));
  }

  private void down(ChildDown.State state, String failure) {
    down =
        Optional.of(
            new ChildDown(
                "site",
                "net",
                state,
                Optional.of(failure).filter(f -> !f.isEmpty()),
                0,
                failure.isEmpty() ? 0 : 3,
                OptionalLong.empty()));
  }

  private void flow(long in, long out, long window, long replay, long icv, boolean esn) {
    flow = Optional.of(new Flow(in, out, window, replay, icv, esn, false, true));
  }

  @Test
  void aNodeThatMayNotSendIsAskedAboutItself() {
    gateOpen = false;
    assertThat(judge().verdict()).isEqualTo(Verdict.LOCAL);
    assertThat(judge().evidence()).anyMatch(e -> e.contains("gate is closed"));
    active = false;
    assertThat(judge().finding()).isEqualTo("this node is not active");
  }

  @ParameterizedTest
  @CsvSource({
    "peer refused IKE_AUTH: AUTHENTICATION_FAILED,REJECTION,the peer does not accept who we say",
    "AUTHENTICATION_FAILED: the pre-shared key is wrong,REJECTION,identities are not proven",
    "peer refused IKE_SA_INIT: NO_PROPOSAL_CHOSEN,REJECTION,the peer refuses the algorithms",
    "child net: TS_UNACCEPTABLE,REJECTION,no agreement on the networks",
    "no answer from 192.0.2.2:500,CONTROL_PLANE_LOSS,the peer does not answer IKE",
    "malformed response,UNKNOWN,malformed response"
  })
  void whatFailedLastLeadsOn(String failure, Verdict verdict, String finding) {
    down(ChildDown.State.WAITING, failure);
    Diagnosis d = judge();
    assertThat(d.verdict()).isEqualTo(verdict);
    assertThat(d.finding()).startsWith(finding);
    assertThat(d.evidence()).contains("the last failure: " + failure, "3 failures in a row");
    assertThat(d.next()).isNotEmpty();
  }

  @Test
  void anOperatorsDownIsNoFailure() {
    down(ChildDown.State.HELD, "deleted");
    assertThat(judge().next()).isEqualTo("polluxctl up site net");
  }

  @Test
  void whatIsUnderWayPasses() {
    down(ChildDown.State.NEGOTIATING, "");
    assertThat(judge().verdict()).isEqualTo(Verdict.TRANSIENT);
    down(ChildDown.State.WAITING, "");
    sinceTakeover = OptionalLong.of(5 * SECOND);
    assertThat(judge().verdict()).isEqualTo(Verdict.TRANSIENT);
    sinceTakeover = OptionalLong.of(500 * SECOND);
    assertThat(judge().verdict()).isEqualTo(Verdict.LOCAL);
    down(ChildDown.State.PASSIVE, "");
    assertThat(judge().finding()).isEqualTo("nobody started it");
  }

  @Test
  void oldNumbersAloneAreStateDrift() {
    flow(0, 10, 40, 0, 0, false);
    assertThat(judge().finding()).isEqualTo("the peer has lost count of its sequence numbers");
    flow(0, 10, 0, 0, 40, true); // with ESN they show as a wrong ICV
    assertThat(judge().finding()).isEqualTo("the peer has lost count of its sequence numbers");
    assertThat(judge().next()).startsWith("polluxctl rekey site net");
    flow(0, 10, 0, 0, 40, false);
    assertThat(judge().finding()).isEqualTo("the peer sends under another key");
  }

  @Test
  void replaysAmongGoodTrafficAreNoOutage() {
    flow(100, 100, 500, 20, 7, true);
    assertThat(judge().verdict()).isEqualTo(Verdict.HEALTHY);
    assertThat(judge().finding()).contains("forged, repeated or late");
    flow(100, 100, 0, 0, 0, true);
    assertThat(judge().finding()).isEqualTo("traffic flows both ways");
  }

  @Test
  void anUnknownSpiIsStateDrift() {
    flow(0, 10, 0, 0, 0, true);
    xfrm = Map.of("XfrmInNoStates", 12L);
    assertThat(judge().finding()).contains("an SPI that this kernel does not know");
    assertThat(judge().evidence()).contains("XfrmInNoStates of this machine: +12");
  }

  @Test
  void packetsThatFitNoPolicyAreNamed() {
    flow(0, 10, 0, 0, 0, true);
    xfrm = Map.of("XfrmInTmplMismatch", 3L);
    assertThat(judge().finding()).contains("fit no policy");
    flow(3, 10, 0, 0, 0, true); // the SA has counted them before
    assertThat(judge().finding()).contains("fit no policy");
    flow(400, 10, 0, 0, 0, true); // somebody else's, most likely
    assertThat(judge().verdict()).isEqualTo(Verdict.HEALTHY);
  }

  @Test
  void silenceBehindANatIsItsBinding() {
    flow(0, 10, 0, 0, 0, true);
    assertThat(judge().finding()).isEqualTo("we send and nothing comes back");
    flow = Optional.of(new Flow(0, 10, 0, 0, 0, true, true, true));
    assertThat(judge().finding()).contains("NAT");
    assertThat(judge().next()).contains("UDP 4500");
  }

  @Test
  void whatIsDroppedHereIsLocal() {
    flow(5, 0, 0, 0, 0, true);
    xfrm = Map.of("XfrmOutNoStates", 3L);
    assertThat(judge().verdict()).isEqualTo(Verdict.LOCAL);
  }

  @Test
  void withoutTrafficNothingIsKnown() {
    flow(0, 0, 0, 0, 0, true);
    assertThat(judge().verdict()).isEqualTo(Verdict.IDLE);
    assertThat(judge().verdict().needsAttention()).isFalse();
  }

  /** The counts are of the whole machine: one peer's mistake is not every child's. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "XfrmInNoStates",
        "XfrmInPolBlock",
        "XfrmInNoPols",
        "XfrmOutPolBlock",
        "XfrmOutNoStates"
      })
  void amongSeveralTheMachinesCountsAreEvidenceAlone(String count) {
    alone = false;
    xfrm = Map.of(count, 500L);
    flow(0, 0, 0, 0, 0, true);
    assertThat(judge().verdict()).isEqualTo(Verdict.IDLE);
    assertThat(judge().evidence()).contains(count + " of this machine: +500");
    flow(5, 0, 0, 0, 0, true);
    assertThat(judge().finding()).isEqualTo("traffic comes in");
    flow(5, 5, 0, 0, 0, true);
    assertThat(judge().finding()).isEqualTo("traffic flows both ways");
    flow(0, 5, 0, 0, 0, true);
    assertThat(judge().finding()).isEqualTo("we send and nothing comes back");
    flow(0, 5, 0, 30, 0, true); // its own SA has counted these
    assertThat(judge().finding()).isEqualTo("the peer has lost count of its sequence numbers");
  }

  @Test
  void oneOfSeveralPeersIsNamedAndItsOrdersAreForAll() {
    among = Optional.of("198.51.100.7:4500");
    flow(0, 0, 0, 0, 0, true);
    assertThat(judge().among()).contains("198.51.100.7:4500");
    assertThat(judge().evidence()).anyMatch(b -> b.contains("about all of them"));
  }

  @Test
  void sasThatAreNotInTheKernelAreStateDrift() {
    assertThat(judge().verdict()).isEqualTo(Verdict.STATE_DRIFT);
  }

  @Test
  void anOutboundSaThatWaitsIsSaid() {
    flow = Optional.of(new Flow(0, 0, 0, 0, 0, true, false, false));
    assertThat(judge().verdict()).isEqualTo(Verdict.TRANSIENT);
  }
}
