package io.pollux.agent.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.drill.Snapshot.Sa;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static Map<String, Outcome> judge(DrillRecord record) {
    return Judge.judge(record).stream()
        .collect(Collectors.toMap(Criterion::id, Criterion::outcome));
  }

  /** Everything went well but this passage, of the control plane's scenario. */
  private static Map<String, Outcome> spoiled(boolean back, UnaryOperator<Passage> how) {
    List<Passage> all = new ArrayList<>();
    for (Passage p : Samples.allWell()) {
      all.add(p.scenario() == Scenario.CONTROL_PLANE && p.back() == back ? how.apply(p) : p);
    }
    return judge(Samples.record(all, Optional.empty()));
  }

  private static List<String> failed(Map<String, Outcome> verdicts) {
    return verdicts.entrySet().stream()
        .filter(v -> v.getValue() == Outcome.FAILED)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  @Test
  void whatWentOnWithTheSameSasIsSupersededAndTheRestMet() {
    Map<String, Outcome> verdicts = judge(Samples.record(Samples.allWell(), Optional.empty()));
    assertThat(verdicts).hasSize(21);
    verdicts.forEach(
        (id, outcome) ->
            assertThat(outcome)
                .as(id)
                .isEqualTo(id.endsWith("sa-reestablishment") ? Outcome.SUPERSEDED : Outcome.MET));
  }

  @Test
  void newSasThatCarryTrafficMeetTheCriterion() {
    Sa fresh = new Sa(Samples.TUNNEL, "cccc-dddd", "c1", "c2", 1, 1);
    Map<String, Outcome> verdicts =
        spoiled(
            false,
            p -> Samples.passage(p.scenario(), false, 3, 0, 300, Samples.snapshot(fresh, 0, 1000)));
    assertThat(verdicts).containsEntry("control-plane.sa-reestablishment", Outcome.MET);
    assertThat(failed(verdicts)).isEmpty();
  }

  @Test
  void aChildThatIsGoneIsNotReestablished() {
    Sa other = new Sa("other/net", "cccc-dddd", "c1", "c2", 1, 1);
    assertThat(
            failed(
                spoiled(
                    false,
                    p ->
                        Samples.passage(
                            p.scenario(), false, 3, 0, 300, Samples.snapshot(other, 0, 1000)))))
        .containsExactly("control-plane.sa-reestablishment");
  }

  @Test
  void tooLongASilenceFailsTheTrafficAlone() {
    assertThat(
            failed(
                spoiled(false, p -> Samples.passage(p.scenario(), false, 16, 0, 1501, p.after()))))
        .containsExactly("control-plane.traffic");
  }

  @Test
  void trafficThatDoesNotComeBackIsNoContinuity() {
    assertThat(
            failed(spoiled(false, p -> Samples.passage(p.scenario(), false, 99, 0, -1, p.after()))))
        .containsExactly("control-plane.sa-reestablishment", "control-plane.traffic");
  }

  @Test
  void lossesOutsideTheSilenceAndTheKernelsCountsAreTheWindows() {
    assertThat(
            failed(spoiled(true, p -> Samples.passage(p.scenario(), true, 9, 1, 100, p.after()))))
        .containsExactly("control-plane.anti-replay");
    assertThat(
            failed(
                spoiled(
                    true,
                    p ->
                        Samples.passage(
                            p.scenario(), true, 1, 0, 100, Samples.snapshot(Samples.SA, 1, 1000)))))
        .containsExactly("control-plane.anti-replay");
  }

  @Test
  void packetsThroughTheStandbyOrOneWayAreAsymmetric() {
    assertThat(failed(spoiled(false, p -> with(p, Samples.standby(41_120 / 2)))))
        .containsExactly("control-plane.routing");
    assertThat(failed(spoiled(false, p -> with(p, Samples.standby(41_120 / 2 - 1))))).isEmpty();
    assertThat(failed(spoiled(true, p -> with(p, Samples.active(0, 40)))))
        .containsExactly("control-plane.routing");
    assertThat(failed(spoiled(true, p -> with(p, Samples.active(40, 31)))))
        .containsExactly("control-plane.routing");
    assertThat(failed(spoiled(true, p -> with(p, Samples.active(32, 32))))).isEmpty();
  }

  private static Passage with(Passage p, Window steady) {
    return new Passage(
        p.scenario(),
        p.back(),
        p.done(),
        p.at(),
        p.movedMillis(),
        p.readyMillis(),
        p.probes(),
        p.before(),
        p.after(),
        Optional.of(steady));
  }

  @Test
  void failbackMayNotCostMoreThanFailover() {
    List<Passage> all = new ArrayList<>(Samples.allWell());
    Passage last = all.removeLast();
    all.add(Samples.passage(last.scenario(), true, 8, 0, 801, last.after()));
    assertThat(failed(judge(Samples.record(all, Optional.empty()))))
        .containsExactly("failback.symmetry");
  }

  @Test
  void whatWasNotSeenHasFailed() {
    List<Passage> first = Samples.allWell().subList(0, 1);
    Map<String, Outcome> verdicts =
        judge(Samples.record(first, Optional.of("the traffic did not come back")));
    assertThat(verdicts).hasSize(21);
    assertThat(verdicts)
        .containsEntry("control-plane.takeover", Outcome.MET)
        .containsEntry("control-plane.restored", Outcome.FAILED)
        .containsEntry("data-plane.anti-replay", Outcome.FAILED)
        .containsEntry("failback.symmetry", Outcome.FAILED)
        .containsEntry("end", Outcome.FAILED)
        .containsEntry("configuration", Outcome.MET);
    assertThat(Criterion.allHold(List.of())).isFalse();
  }
}
