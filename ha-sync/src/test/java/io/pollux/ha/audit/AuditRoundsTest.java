package io.pollux.ha.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two nodes with lists as their kernels and a method call as their link. */
class AuditRoundsTest {
  private static final long SECOND = 1_000_000_000L;
  private final List<AuditItem> active = new ArrayList<>();
  private final List<AuditItem> standby = new ArrayList<>();
  private final AuditRounds leader = new AuditRounds();
  private final AuditRounds follower = new AuditRounds();
  private List<AuditDifference> behind = List.of();
  private Predicate<AuditDifference> deliberate = _ -> false;
  private long now;

  private static AuditItem item(String name, int content) {
    byte[] digest =
        Arrays.copyOf((content + name).getBytes(StandardCharsets.US_ASCII), AuditItem.OCTETS);
    return new AuditItem(name, digest);
  }

  private void start(int items) {
    IntStream.range(0, items).mapToObj(i -> item("sa " + i, 1)).forEach(active::add);
    standby.addAll(active);
    leader.linkUp(new byte[] {1, 2, 3}, now);
    follower.linkUp(new byte[] {4, 5, 6}, now);
  }

  private static AuditMessage wire(AuditMessage message) {
    return AuditMessage.decode(message.encode()).orElseThrow();
  }

  /** One round; what the standby has to repair. */
  private List<AuditDifference> round() {
    now += 10 * SECOND;
    assertThat(leader.wake(true, now)).isTrue();
    follower.offered((AuditMessage.Offer) wire(leader.offer(active)));
    assertThat(follower.key()).containsExactly(1, 2, 3);
    var ask = follower.compared(standby, behind);
    assertThat(ask.isEmpty()).isEqualTo(follower.complete());
    ask.ifPresent(
        a ->
            leader
                .ask((AuditMessage.Ask) wire(a))
                .forEach(items -> follower.items((AuditMessage.Items) wire(items))));
    List<AuditDifference> confirmed = follower.confirm(deliberate);
    leader.result((AuditMessage.Result) wire(follower.result(now)), now);
    return confirmed;
  }

  @Test
  void theFirstRoundIsDueWhenTheNodesAreAPair() {
    leader.paired(now);
    assertThat(leader.nextWakeNs()).isEqualTo(Long.MAX_VALUE); // no link
    start(3);
    now += 2 * SECOND;
    assertThat(leader.wake(false, now)).isFalse(); // no role yet: the next turn is far
    leader.paired(now + 5);
    assertThat(leader.nextWakeNs()).isEqualTo(now + 5);
    round();
    long next = leader.nextWakeNs();
    leader.paired(now + 7); // a first round was: they follow their time
    assertThat(leader.nextWakeNs()).isEqualTo(next);
  }

  /** An SA that must not send before it is rekeyed is not in the standby's kernel. */
  @Test
  void whatIsLeftOutOnPurposeIsNoDifference() {
    start(1000);
    AuditItem left = standby.remove(17);
    deliberate = d -> d.name().equals(left.name());
    assertThat(round()).isEmpty();
    assertThat(round()).isEmpty();
    assertThat(leader.status().equal()).isTrue();
    deliberate = _ -> false; // rekeyed, armed: now it has to be there
    assertThat(round()).isEmpty();
    assertThat(round()).hasSize(1);
    assertThat(leader.status().equal()).isFalse();
  }

  @Test
  void equalKernelsAreEqual() {
    start(1000);
    assertThat(round()).isEmpty();
    assertThat(leader.status().equal()).isTrue();
    assertThat(follower.status().items()).isEqualTo(1000);
  }

  @Test
  void whatIsOnItsWayIsNoDifference() {
    start(10);
    active.add(item("sa new", 1));
    assertThat(round()).isEmpty();
    assertThat(leader.status().equal()).isFalse();
    assertThat(leader.status().standing()).isEmpty();
    standby.add(item("sa new", 1));
    assertThat(round()).isEmpty();
    assertThat(leader.status().equal()).isTrue();
    assertThat(leader.status().found()).isZero();
  }

  @Test
  void differencesAreNamedConfirmedAndCountedWhenRepaired() {
    start(600);
    standby.remove(17);
    standby.set(30, item(standby.get(30).name(), 2));
    standby.add(item("policy foreign", 1));
    behind = List.of(new AuditDifference(AuditDifference.Kind.BEHIND, "sa 5"));
    assertThat(round()).isEmpty();
    assertThat(leader.nextWakeNs() - now).isLessThanOrEqualTo(AuditRounds.CONFIRM_NS);
    assertThat(round())
        .extracting(AuditDifference::toString)
        .containsExactlyInAnyOrder(
            "missing: sa 17", "different: sa 31", "extra: policy foreign", "counter behind: sa 5");
    assertThat(leader.status().standing()).hasSize(4);
    standby.clear();
    standby.addAll(active);
    behind = List.of();
    assertThat(round()).isEmpty();
    assertThat(leader.status().equal()).isTrue();
    assertThat(leader.status().found()).isEqualTo(4);
    assertThat(leader.status().repaired()).isEqualTo(4);
  }

  /** More than one message of items. */
  @Test
  void everythingDiffers() {
    start(1000);
    standby.clear();
    round();
    assertThat(round()).hasSize(1000);
  }

  @Test
  void followerBeginsNoRound() {
    start(1);
    now += 20 * SECOND;
    assertThat(follower.wake(false, now)).isFalse();
    follower.linkDown();
    assertThat(follower.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void foreignOctetsAreNoMessage() {
    for (String text :
        List.of(
            "report\nstate=x", "audit\n", "audit\noffer=1\nsums=00", "audit\nask=1\nbuckets=x")) {
      assertThat(
              AuditMessage.decode(
                  io.pollux.ike.wire.Octets.owning(text.getBytes(StandardCharsets.UTF_8))))
          .isEmpty();
    }
  }
}
