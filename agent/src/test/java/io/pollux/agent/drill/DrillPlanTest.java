package io.pollux.agent.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.drill.DrillPlan.Prediction;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DrillPlanTest {
  @Test
  void timesComeFromTheIntervalsAndTheLastTakeover() {
    DrillPlan plan = DrillPlan.of(Samples.facts(OptionalLong.of(5), 1000), 100);
    // A takeover took 3.2 ms: 4; an advertisement counts as missed after 125 ms; the lease is 180.
    assertThat(plan.predictions())
        .extracting(Prediction::scenario)
        .containsExactly(Scenario.values());
    assertThat(plan.predictions())
        .extracting(Prediction::expectedMillis)
        .containsExactly(129L, 54L, 54L);
    assertThat(plan.predictions())
        .extracting(Prediction::atMostMillis)
        .containsExactly(309L, 365L, 365L);
    assertThat(plan.predictions())
        .extracting(Prediction::packetsLost)
        .containsExactly(129L, 54L, 54L);
    assertThat(plan.predictions()).extracting(Prediction::probesLost).containsExactly(4L, 4L, 4L);
    assertThat(plan.packetsPerSecond()).isEqualTo(1000);
    assertThat(plan.lag()).isEqualTo(7);
    assertThat(plan.limitMillis(100)).isEqualTo(365 + 1000 + 200);
  }

  @Test
  void aMarginThatIsGoneCostsPacketsOfTheWindow() {
    assertThat(DrillPlan.of(Samples.facts(OptionalLong.of(1), 0), 100).windowLost()).hasValue(0);
    assertThat(DrillPlan.of(Samples.facts(OptionalLong.of(0), 0), 100).windowLost()).hasValue(1);
    assertThat(DrillPlan.of(Samples.facts(OptionalLong.of(-4), 0), 100).windowLost()).hasValue(5);
    assertThat(DrillPlan.of(Samples.facts(OptionalLong.empty(), 0), 100).windowLost()).isEmpty();
  }

  @Test
  void theOperatorReadsWhatWillBeDone() {
    Facts facts = Samples.facts(OptionalLong.of(5), 1000);
    assertThat(PlanText.of(facts, DrillPlan.of(facts, 100), 100, "wan0"))
        .contains(
            "ready:     yes",
            "1. control-plane interruption: kill the engine of gw-a (pid 4711, SIGKILL)",
            "2. data-plane disruption: take interface wan0 of gw-a down",
            "3. failback symmetry: hand the role over by order",
            "about 129 ms, 309 ms at most; about 129 packets",
            "a silence of more than 1565 ms fails");
    assertThat(facts.outside()).hasValue("wan0");
  }

  @Test
  void whatStandsInTheWayIsNamed() {
    Facts well = Samples.facts(OptionalLong.of(5), 1000);
    assertThat(PlanText.obstacles(well)).isEmpty();
    Facts not =
        new Facts(
            "gw-a",
            4711,
            false,
            "standby (in sync)",
            "active (paired)",
            false,
            List.of("the link is down"),
            true,
            true,
            100,
            361,
            180,
            125,
            OptionalLong.empty(),
            OptionalLong.empty(),
            "0123",
            List.of(),
            List.of());
    assertThat(PlanText.obstacles(not))
        .containsExactly(
            "the link is down",
            "this node is not the active one",
            "another manager decides about the role, and would interfere",
            "this node preempts: it would take the role back in the middle",
            "no tunnel is up");
    assertThat(not.outside()).isEmpty();
  }
}
