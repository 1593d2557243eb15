package io.pollux.ha.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.History;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.local.Adoption.Found;
import io.pollux.ha.local.Adoption.Install;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.Volume;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a new daemon does with the SAs of the last one. */
class AdoptionTest {
  private static final JumpPolicy JUMP = new JumpPolicy.Fixed(1000);
  private final List<IkeSaSnapshot> sas = sas();
  private final ChildSaSnapshot child = active();

  private static List<IkeSaSnapshot> sas() {
    Shadow shadow = new Shadow();
    shadow.reign(2);
    long index = 0;
    for (IkeEvent event : new History(11).events(120)) {
      shadow.apply(new HaFrame(2, ++index, event), 0);
    }
    return shadow.snapshot(0).sas();
  }

  private ChildSaSnapshot active() {
    return sas.stream()
        .flatMap(sa -> sa.children().stream())
        .filter(ChildSaSnapshot::outboundActive)
        .findFirst()
        .orElseThrow();
  }

  private List<Found> kernel() {
    List<Found> all = new ArrayList<>();
    for (IkeSaSnapshot sa : sas) {
      for (ChildSaSnapshot c : sa.children()) {
        all.add(new Found(c.inbound(), new ReplayState(0, c.replay().seq() + 7), true));
        if (c.outboundActive()) {
          all.add(new Found(c.outbound(), new ReplayState(c.replay().oseq() + 5, 0), true));
        }
      }
    }
    return all;
  }

  private long children() {
    return sas.stream().mapToLong(sa -> sa.children().size()).sum();
  }

  @Test
  void whatTheJournalKnowsGoesOnWithTheKernelsCounters() {
    Adoption plan = Adoption.plan(sas, kernel(), JUMP, 0);
    assertThat(plan.installs()).isEmpty();
    assertThat(plan.deletes()).isEmpty();
    assertThat(plan.shut()).isEmpty();
    assertThat(plan.kept()).hasSize((int) children());
    ReplayState kept = plan.kept().get(child.inboundSpi());
    assertThat(kept.oseq()).isEqualTo(child.replay().oseq() + 5);
    assertThat(kept.seq()).isEqualTo(child.replay().seq() + 7);
    assertThat(kept.jumps()).isEqualTo(child.replay().jumps());
    assertThat(plan.counters()).isEqualTo(plan.kept());
  }

  @Test
  void strangersGo() {
    List<Found> kernel = kernel();
    SaId stranger = new SaId(new EspSpi(0x7777_7777), child.inbound().destination());
    kernel.add(new Found(stranger, ReplayState.NEW, true));
    assertThat(Adoption.plan(sas, kernel, JUMP, 0).deletes()).containsExactly(stranger);
    assertThat(Adoption.plan(List.of(), kernel(), JUMP, 0).deletes()).hasSize(kernel().size());
  }

  @Test
  void aMissingOutboundSaComesBackAheadOfWhatWasSent() {
    List<Found> kernel = kernel();
    kernel.removeIf(f -> f.id().equals(child.outbound()));
    Adoption plan = Adoption.plan(sas, kernel, JUMP, 0);
    ReplayState from =
        new ReplayState(
            child.replay().oseq() + 1000,
            child.replay().seq() + 7,
            new Jumps(
                child.replay().jumps().takeovers() + 1, child.replay().jumps().packets() + 1000),
            child.replay().volume());
    assertThat(plan.installs()).containsExactly(new Install(child, false, true, from));
    assertThat(plan.kept()).hasSize((int) children() - 1).doesNotContainKey(child.inboundSpi());
    assertThat(plan.counters()).containsEntry(child.inboundSpi(), from);
  }

  @Test
  void aMissingInboundSaComesBackWithoutAJump() {
    List<Found> kernel = kernel();
    kernel.removeIf(f -> f.id().equals(child.inbound()));
    Install install = Adoption.plan(sas, kernel, JUMP, 0).installs().getFirst();
    assertThat(install.inbound()).isTrue();
    assertThat(install.outbound()).isFalse();
    assertThat(install.from().seq()).isEqualTo(child.replay().seq());
    assertThat(install.from().jumps()).isEqualTo(child.replay().jumps());
  }

  @Test
  void anSaThatDoesNotFitIsMadeAnewAheadOfItsOwnCounter() {
    List<Found> kernel = kernel();
    kernel.removeIf(f -> f.id().equals(child.outbound()));
    kernel.add(new Found(child.outbound(), new ReplayState(50_000, 0), false));
    Adoption plan = Adoption.plan(sas, kernel, JUMP, 0);
    assertThat(plan.deletes()).containsExactly(child.outbound());
    assertThat(plan.installs().getFirst().from().oseq()).isEqualTo(51_000);
  }

  @Test
  void whereNoNumbersAreLeftTheOutboundSaStaysOutUntilItIsRekeyed() {
    ReplayState spent = new ReplayState(-3L, 5, new Jumps(1, Arming.ESN_LIMIT - 10), Volume.NONE);
    List<Found> kernel = kernel();
    kernel.removeIf(f -> f.id().equals(child.outbound()));
    List<IkeSaSnapshot> last = new ArrayList<>();
    Shadow shadow = new Shadow();
    shadow.replace(new HaSnapshot(3, Segment.DEFAULT, 0, sas), 0);
    shadow.know(child.inboundSpi(), spent);
    last.addAll(shadow.snapshot(0).sas());
    Adoption plan = Adoption.plan(last, kernel, JUMP, 0);
    assertThat(plan.shut()).hasSize(1);
    Install install = plan.installs().getFirst();
    assertThat(install.outbound()).isFalse();
    assertThat(install.from().jumps().packets()).isEqualTo(Arming.SPENT);
    assertThat(plan.plan(5, last).rekeys())
        .singleElement()
        .satisfies(r -> assertThat(r.shut()).isTrue())
        .satisfies(r -> assertThat(r.connection()).isEqualTo(child.connection()));
  }

  @Test
  void theOldOutboundSaOfARekeyThatTheKernelHasNotSeenIsAStranger() {
    ChildSaSnapshot passive = child.withOutboundActive(false);
    IkeSaSnapshot owner =
        sas.stream().filter(s -> s.children().contains(child)).findFirst().orElseThrow();
    List<Found> kernel =
        List.of(
            new Found(child.inbound(), ReplayState.NEW, true),
            new Found(child.outbound(), ReplayState.NEW, true));
    IkeSaSnapshot now = owner.withChildren(List.of(passive));
    Adoption plan = Adoption.plan(List.of(now), kernel, JUMP, 0);
    assertThat(plan.kept()).containsOnlyKeys(child.inboundSpi());
    assertThat(plan.deletes()).containsExactly(child.outbound());
  }
}
