package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoleMessageTest {
  private static List<RoleMessage> all() {
    Claim four = new Claim(150, Octets.ofHex("c0000201"), 0);
    Claim six = new Claim(1, Octets.ofHex("fe800000000000000000000000000001"), 1);
    Claim none = new Claim(254, Octets.EMPTY, 1);
    List<RoleMessage> all = new ArrayList<>();
    for (RoleState.Role role : RoleState.Role.values()) {
      for (RoleState.Sync sync : RoleState.Sync.values()) {
        all.add(
            new RoleMessage.Health(
                role, sync, true, 7, four, true, new RoleMessage.Standing(6, 1_000_000_007, 5, 6)));
        all.add(new RoleMessage.Health(role, sync, false, Long.MAX_VALUE, six, false));
      }
    }
    for (Reason reason : Reason.values()) {
      all.add(new RoleMessage.YieldRequest(-1, reason, none));
    }
    for (RoleMessage.Refusal why : RoleMessage.Refusal.values()) {
      all.add(new RoleMessage.Refused(3, why));
    }
    all.add(new RoleMessage.Yielded(4));
    all.add(new RoleMessage.Go(0, 12));
    return all;
  }

  @Test
  void everyMessageSurvivesARoundTripAndNoTruncationIsUnderstood() {
    for (RoleMessage message : all()) {
      Octets octets = message.write();
      assertThat(RoleMessage.read(octets)).contains(message);
      int shortest = octets.length();
      if (message instanceof RoleMessage.Health h) {
        int whole = shortest;
        shortest -= RoleMessage.Standing.OCTETS; // older versions do not say these
        for (int length = shortest; length < whole; length++) {
          assertThat(RoleMessage.read(octets.slice(0, length)))
              .contains(
                  new RoleMessage.Health(
                      h.role(), h.sync(), h.fault(), h.epoch(), h.claim(), h.provisional()));
        }
        shortest--; // and still older ones not this
        assertThat(RoleMessage.read(octets.slice(0, shortest)))
            .contains(
                new RoleMessage.Health(h.role(), h.sync(), h.fault(), h.epoch(), h.claim(), false));
      }
      for (int length = 0; length < shortest; length++) {
        assertThat(RoleMessage.read(octets.slice(0, length))).isEmpty();
      }
      assertThat(RoleMessage.read(Octets.concat(octets, Octets.ofHex("00c0ffee"))))
          .as("fields of a newer version")
          .contains(message);
    }
  }

  @Test
  void aCauseThatOnlyANewerVersionKnowsIsAnEvent() {
    byte[] request =
        new RoleMessage.YieldRequest(5, Reason.COMMAND_PROMOTE, new Claim(9, Octets.EMPTY, 1))
            .write()
            .toArray();
    request[10] = 100;
    assertThat(RoleMessage.read(Octets.of(request)))
        .contains(
            new RoleMessage.YieldRequest(
                5, Reason.VRRP_SILENT_PEER_MUTE, new Claim(9, Octets.EMPTY, 1)));
    byte[] refusal = new RoleMessage.Refused(5, RoleMessage.Refusal.COLLISION).write().toArray();
    refusal[10] = 100;
    assertThat(RoleMessage.read(Octets.of(refusal)))
        .contains(new RoleMessage.Refused(5, RoleMessage.Refusal.ACTIVE_AND_HEALTHY));
  }

  /** What two versions of a pair say to each other must not move. */
  @Test
  void numbersOfCausesStayWhatTheyAre() {
    assertThat(Reason.VRRP_SILENT_LINK_DOWN.ordinal()).isEqualTo(1);
    assertThat(Reason.PREEMPT.ordinal()).isEqualTo(7);
    assertThat(Reason.COMMAND_SWITCHOVER.ordinal()).isEqualTo(11);
    assertThat(Reason.RESUMED.ordinal()).isEqualTo(28);
  }

  @Test
  void randomOctetsAreAMessageOrNothing() {
    Random random = new Random(1);
    for (int i = 0; i < 50_000; i++) {
      byte[] octets = new byte[random.nextInt(70)];
      random.nextBytes(octets);
      if (octets.length > 1) {
        octets[0] = 1;
        octets[1] = (byte) random.nextInt(7);
      }
      RoleMessage.read(Octets.of(octets))
          .ifPresent(message -> assertThat(RoleMessage.read(message.write())).contains(message));
    }
  }

  @Test
  void claimsHaveExactlyOneWinnerOnBothSides() {
    List<Claim> claims = new ArrayList<>();
    for (int node = 0; node < 2; node++) {
      for (int priority : new int[] {1, 127, 128, 254}) {
        for (String address : new String[] {"", "0a000001", "0a0000ff", "c0000201", "ff000001"}) {
          claims.add(new Claim(priority, Octets.ofHex(address), node));
        }
      }
    }
    for (Claim a : claims) {
      for (Claim b : claims) {
        if (a.node() != b.node()) {
          assertThat(a.wins(b)).as(a + " " + b).isNotEqualTo(b.wins(a));
        }
        for (Claim c : claims) {
          assertThat(a.wins(b) && b.wins(c) && !a.wins(c)).isFalse();
        }
      }
    }
  }

  @Test
  void epochsOfTwoNodesAreNeverEqualAndAlwaysGrow() {
    for (long highest = 0; highest < 50; highest++) {
      long zero = Epochs.next(highest, 0);
      long one = Epochs.next(highest, 1);
      assertThat(zero).isGreaterThan(highest).isLessThanOrEqualTo(highest + 2).isNotEqualTo(one);
      assertThat(one).isGreaterThan(highest).isLessThanOrEqualTo(highest + 2);
      assertThat(Epochs.node(zero)).isZero();
      assertThat(Epochs.node(one)).isEqualTo(1);
    }
  }

  @Test
  void theLeaseIsHalfOfThePeersPatience() {
    assertThat(Lease.defaultNs(100_000_000L, 100)).isEqualTo(180_468_750L);
  }
}
