package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A standby that hears nothing at all asks a third party whether it is the one that is cut off. */
class WitnessTest extends RoleBench {
  private static final long LIMIT = 200 * MS;
  private static final long SECOND = 1000 * MS;

  @BeforeEach
  void withWitnesses() {
    machine = new RoleMachine(config(100 * MS, false, List.of(tracked())).withWitnesses(LIMIT));
  }

  private List<Long> questions() {
    return all.stream()
        .filter(RoleEffect.AskWitnesses.class::isInstance)
        .map(e -> ((RoleEffect.AskWitnesses) e).question())
        .toList();
  }

  private void answer(boolean reached) {
    step(new RoleInput.WitnessSaid(questions().getLast(), reached));
  }

  private boolean active() {
    return machine.state().role() == Role.ACTIVE;
  }

  private boolean warned() {
    return all.stream()
        .anyMatch(e -> e instanceof RoleEffect.Alarm(String text) && text.contains("cut off"));
  }

  private void cutOff() {
    standbyInSync();
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    sleep(400 * MS);
    assertThat(questions()).hasSize(1);
  }

  @Test
  void aNodeThatReachesNobodyTakesNothingOverAndSaysSo() {
    cutOff();
    answer(false);
    sleep(10 * SECOND);
    assertThat(active()).isFalse();
    assertThat(warned()).isTrue();
    assertThat(questions()).hasSizeBetween(8, 11); // once a second
    assertThat(questions()).doesNotHaveDuplicates();
  }

  @Test
  void noAnswerInTimeIsNone() {
    cutOff();
    sleep(LIMIT - 50 * MS);
    assertThat(warned()).isFalse();
    sleep(100 * MS);
    assertThat(warned()).isTrue();
    assertThat(active()).isFalse();
  }

  @Test
  void aNodeThatReachesOneTakesOverAtOnce() {
    cutOff();
    answer(true);
    assertThat(active()).isTrue();
    assertThat(warned()).isFalse();
  }

  @Test
  void whoReachesOneLaterTakesOverThen() {
    cutOff();
    answer(false);
    sleep(3 * SECOND);
    answer(true);
    assertThat(active()).isTrue();
  }

  @Test
  void aClosedLinkNeedsTheirWordToo() {
    standbyInSync();
    step(new RoleInput.LinkDown(RoleInput.How.CARRIER));
    sleep(140 * MS);
    assertThat(questions()).hasSize(1);
    assertThat(active()).isFalse();
    answer(true);
    assertThat(active()).isTrue();
  }

  @Test
  void whoeverIsHeardAgainMakesTheirWordNeedless() {
    cutOff();
    advert(150);
    answer(true);
    assertThat(active()).isFalse();
    sleep(50 * MS);
    assertThat(active()).isFalse();
    assertThat(questions()).hasSize(1);
    sleep(SECOND); // silence again: another question, and the old answer is none to it
    assertThat(questions().size()).isGreaterThan(1);
    step(new RoleInput.WitnessSaid(questions().getFirst(), true));
    assertThat(active()).isFalse();
  }

  @Test
  void aHandoverAsksNobody() {
    standbyInSync();
    step(new RoleInput.LinkDown(RoleInput.How.FIN));
    advert(0);
    assertThat(questions()).isEmpty();
    assertThat(active()).isTrue();
  }

  @Test
  void aNodeThatStartsWithNobodyThereAsksFirst() {
    step(new RoleInput.Start(4));
    sleep(SECOND);
    assertThat(questions()).isNotEmpty();
    assertThat(active()).isFalse();
    answer(true);
    assertThat(active()).isTrue();
  }

  @Test
  void anOrderNeedsNoWitness() {
    cutOff();
    answer(false);
    step(new RoleInput.Command(9, RoleInput.Verb.PROMOTE));
    assertThat(active()).isTrue();
  }

  @Test
  void withoutWitnessesNobodyIsAsked() {
    machine = machine(100 * MS, false, List.of(tracked()));
    standbyInSync();
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    sleep(500 * MS);
    assertThat(questions()).isEmpty();
    assertThat(active()).isTrue();
    assertThat(machine.state()).isNotEqualTo(new RoleState.Standby(Sync.IN_SYNC));
  }
}
