package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.DecisionTable.Action;
import io.pollux.ha.role.DecisionTable.Facts;
import io.pollux.ha.role.DecisionTable.Link;
import io.pollux.ha.role.DecisionTable.Peer;
import io.pollux.ha.role.DecisionTable.Row;
import io.pollux.ha.role.DecisionTable.Witnesses;
import io.pollux.ha.vrrp.VrrpGroup.Hearing;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The decision table of a standby, row by row, and what holds for all cases. */
class DecisionTableTest {
  private static Row decide(Hearing hearing, Link link, Peer peer, boolean inSync) {
    return DecisionTable.decide(new Facts(hearing, link, peer, inSync, true));
  }

  @Test
  void vrrpHeardStays() {
    for (Link link : Link.values()) {
      for (Peer peer : Peer.values()) {
        assertThat(decide(Hearing.HEARD, link, peer, true)).isEqualTo(Row.HEARD);
      }
    }
    assertThat(Row.HEARD.action()).isEqualTo(Action.STAY);
  }

  @Test
  void vrrpSilentLinkUpActiveHealthyIsNoTakeoverButAnAlarm() {
    Row row = decide(Hearing.SILENT, Link.UP, Peer.ACTIVE_HEALTHY, true);
    assertThat(row).isEqualTo(Row.SILENT_ACTIVE_HEALTHY);
    assertThat(row.action()).isEqualTo(Action.ALARM);
  }

  @Test
  void vrrpSilentLinkUpActiveInFaultIsAHandshake() {
    Row row = decide(Hearing.SILENT, Link.UP, Peer.ACTIVE_FAULT, true);
    assertThat(row).isEqualTo(Row.SILENT_ACTIVE_FAULT);
    assertThat(row.action()).isEqualTo(Action.HANDSHAKE);
  }

  @Test
  void vrrpSilentLinkDownTakesOver() {
    for (Link link : new Link[] {Link.CLOSED, Link.LOST}) {
      Row row = decide(Hearing.SILENT, link, Peer.MUTE, true);
      assertThat(row).isEqualTo(Row.SILENT_LINK_DOWN);
      assertThat(row.action()).isEqualTo(Action.TAKE_OVER);
    }
  }

  @Test
  void linkClosedAndOneAdvertisementMissedTakesOverAtOnce() {
    Row row = decide(Hearing.MISSED_ONE, Link.CLOSED, Peer.MUTE, true);
    assertThat(row).isEqualTo(Row.LINK_CLOSED);
    assertThat(row.action()).isEqualTo(Action.TAKE_OVER);
    assertThat(decide(Hearing.MISSED_ONE, Link.LOST, Peer.MUTE, true)).isEqualTo(Row.MISSED_ONE);
  }

  @Test
  void goodbyeWithTheLinkDownTakesOverAtOnce() {
    Row row = decide(Hearing.GOODBYE, Link.CLOSED, Peer.MUTE, true);
    assertThat(row).isEqualTo(Row.GOODBYE_LINK_DOWN);
    assertThat(row.action()).isEqualTo(Action.TAKE_OVER);
  }

  @Test
  void goodbyeWithTheLinkUpIsAHandshake() {
    Row row = decide(Hearing.GOODBYE, Link.UP, Peer.ACTIVE_HEALTHY, true);
    assertThat(row).isEqualTo(Row.GOODBYE_LINK_UP);
    assertThat(row.action()).isEqualTo(Action.HANDSHAKE);
  }

  @Test
  void vrrpSilentLinkUpPeerMuteIsAHandshake() {
    assertThat(decide(Hearing.SILENT, Link.UP, Peer.MUTE, true)).isEqualTo(Row.SILENT_PEER_MUTE);
    assertThat(decide(Hearing.MISSED_ONE, Link.UP, Peer.MUTE, true))
        .isEqualTo(Row.MISSED_PEER_MUTE);
    assertThat(decide(Hearing.MISSED_ONE, Link.UP, Peer.MUTE, false)).isEqualTo(Row.MISSED_ONE);
  }

  @Test
  void nobodyActiveIsAnElection() {
    Facts wins = new Facts(Hearing.SILENT, Link.UP, Peer.NOT_ACTIVE, false, true);
    Facts loses = new Facts(Hearing.SILENT, Link.UP, Peer.NOT_ACTIVE, false, false);
    assertThat(DecisionTable.decide(wins)).isEqualTo(Row.SILENT_WE_ARE_NEXT);
    assertThat(DecisionTable.decide(loses)).isEqualTo(Row.SILENT_PEER_IS_NEXT);
  }

  @Test
  void aCopyThatIsNotInSyncGoesOnlyWhenNobodyElseCan() {
    for (Hearing hearing : Hearing.values()) {
      for (Link link : Link.values()) {
        for (Peer peer : Peer.values()) {
          Action action = decide(hearing, link, peer, false).action();
          if (hearing != Hearing.SILENT) {
            assertThat(action).isEqualTo(Action.STAY);
          }
        }
      }
    }
  }

  private static Row decide(Hearing hearing, Link link, boolean inSync, Witnesses said) {
    return DecisionTable.decide(new Facts(hearing, link, Peer.MUTE, inSync, true, said));
  }

  @Test
  void silenceNeedsTheWordOfAWitness() {
    for (Link link : new Link[] {Link.CLOSED, Link.LOST}) {
      for (boolean inSync : new boolean[] {true, false}) {
        assertThat(decide(Hearing.SILENT, link, inSync, Witnesses.UNASKED))
            .isEqualTo(Row.SILENT_ASK);
        assertThat(decide(Hearing.SILENT, link, inSync, Witnesses.REACHED))
            .isEqualTo(Row.SILENT_LINK_DOWN);
        assertThat(decide(Hearing.SILENT, link, inSync, Witnesses.UNREACHED))
            .isEqualTo(Row.SILENT_ISOLATED);
      }
    }
    assertThat(Row.SILENT_ASK.action()).isEqualTo(Action.ASK_WITNESSES);
    assertThat(Row.SILENT_ISOLATED.action()).isEqualTo(Action.ALARM);
  }

  @Test
  void soDoesALinkThatWasClosed() {
    assertThat(decide(Hearing.MISSED_ONE, Link.CLOSED, true, Witnesses.UNASKED))
        .isEqualTo(Row.CLOSED_ASK);
    assertThat(decide(Hearing.MISSED_ONE, Link.CLOSED, true, Witnesses.REACHED))
        .isEqualTo(Row.LINK_CLOSED);
    assertThat(decide(Hearing.MISSED_ONE, Link.CLOSED, true, Witnesses.UNREACHED))
        .isEqualTo(Row.MISSED_ONE);
    assertThat(decide(Hearing.MISSED_ONE, Link.CLOSED, false, Witnesses.UNASKED))
        .isEqualTo(Row.MISSED_ONE);
    assertThat(Row.CLOSED_ASK.action()).isEqualTo(Action.ASK_WITNESSES);
  }

  @Test
  void whoeverIsHeardOrSaysGoodbyeNeedsNoWitness() {
    for (Witnesses said : Witnesses.values()) {
      for (Link link : Link.values()) {
        assertThat(decide(Hearing.HEARD, link, true, said)).isEqualTo(Row.HEARD);
        assertThat(decide(Hearing.GOODBYE, link, true, said))
            .isEqualTo(link == Link.UP ? Row.GOODBYE_LINK_UP : Row.GOODBYE_LINK_DOWN);
      }
      assertThat(decide(Hearing.SILENT, Link.UP, true, said)).isEqualTo(Row.SILENT_PEER_MUTE);
    }
  }

  @Test
  void noTakeoverOnSilenceWhileNoWitnessAnswers() {
    for (Hearing hearing : Hearing.values()) {
      for (Link link : Link.values()) {
        for (Witnesses said : new Witnesses[] {Witnesses.UNASKED, Witnesses.UNREACHED}) {
          if (hearing != Hearing.GOODBYE) {
            assertThat(decide(hearing, link, true, said).action()).isNotEqualTo(Action.TAKE_OVER);
          }
        }
      }
    }
  }

  @Test
  void whileTheLinkIsUpNothingIsTakenWithoutAHandshakeAndEveryRowOccurs() {
    Set<Row> seen = EnumSet.noneOf(Row.class);
    for (Hearing hearing : Hearing.values()) {
      for (Link link : Link.values()) {
        for (Peer peer : Peer.values()) {
          for (boolean inSync : new boolean[] {true, false}) {
            for (boolean wins : new boolean[] {true, false}) {
              for (Witnesses said : Witnesses.values()) {
                seen.add(DecisionTable.decide(new Facts(hearing, link, peer, inSync, wins, said)));
              }
              Row row = DecisionTable.decide(new Facts(hearing, link, peer, inSync, wins));
              if (link == Link.UP) {
                assertThat(row.action()).isNotEqualTo(Action.TAKE_OVER);
              }
              if (link == Link.UP && peer == Peer.ACTIVE_HEALTHY && hearing != Hearing.GOODBYE) {
                assertThat(row.action()).isNotEqualTo(Action.HANDSHAKE);
              }
            }
          }
        }
      }
    }
    assertThat(seen).containsExactlyInAnyOrder(Row.values());
  }
}
