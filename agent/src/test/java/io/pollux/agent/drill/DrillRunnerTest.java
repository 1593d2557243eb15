package io.pollux.agent.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a drill does to a pair and puts back, against a daemon that is a fake. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DrillRunnerTest {
  private static final String NOWHERE = "no-such-device0";

  @TempDir Path dir;
  private final CountDownLatch killed = new CountDownLatch(1);
  private final ByteArrayOutputStream said =
      new ByteArrayOutputStream() {
        @Override
        public synchronized void write(byte[] octets, int offset, int length) {
          super.write(octets, offset, length);
          if (toString(StandardCharsets.UTF_8).contains("engine killed")) {
            killed.countDown();
          }
        }
      };

  private DrillRecord drill(FakePair pair, int giveUpSeconds, String target) throws Exception {
    Settings settings =
        new Settings(
            List.of(pair.via().toString()),
            Optional.empty(),
            50,
            1000,
            OptionalLong.of(60_000),
            60_000,
            giveUpSeconds,
            false,
            dir.resolve("evidence"));
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new DrillRunner(
            pair.socket(),
            settings,
            Facts.ask(pair.socket()),
            NOWHERE,
            "test",
            new Console(out, out, Terminal.plain()))
        .run(List.of(target));
  }

  private static Map<String, Outcome> verdicts(DrillRecord record) {
    return Judge.judge(record).stream()
        .collect(Collectors.toMap(Criterion::id, Criterion::outcome));
  }

  /** The engine dies and the role comes back; then the interface cannot be taken down. */
  @Test
  void whatCannotBeDoneEndsTheDrillWithTheRoleWhereItWas() throws Exception {
    try (FakePair pair = new FakePair(dir)) {
      pair.refusals = 1;
      DrillRecord record = drill(pair, 30, "10.2.0.9");

      assertThat(record.passages()).extracting(Passage::back).containsExactly(false, true);
      assertThat(record.passages().getFirst().done()).startsWith("engine killed (process ");
      assertThat(record.stopped().orElseThrow()).startsWith("cannot take " + NOWHERE + " down");
      assertThat(record.restored()).isTrue();
      assertThat(pair.orders).containsExactly("promote", "promote");
      assertThat(record.passages().getLast().done())
          .isEqualTo("ha promote (refused 1 times before)");
      assertThat(verdicts(record))
          .containsEntry("control-plane.takeover", Outcome.MET)
          .containsEntry("control-plane.traffic", Outcome.MET)
          .containsEntry("control-plane.sa-reestablishment", Outcome.SUPERSEDED)
          .containsEntry("control-plane.restored", Outcome.MET)
          .containsEntry("data-plane.traffic", Outcome.FAILED)
          .containsEntry("end", Outcome.FAILED);
      Path evidence = dir.resolve("evidence");
      assertThat(DrillRecord.parse(Files.readString(evidence.resolve("evidence.json"))))
          .isEqualTo(record);
      assertThat(Files.readString(evidence.resolve("events.log")))
          .contains("the first event", "drill: control-plane interruption, away: engine killed");
      assertThat(Files.readString(evidence.resolve("probes-1.txt"))).contains(" answer=1\n");
    }
  }

  @Test
  void anOrderThatIsAnsweredLateIsNotRefused() throws Exception {
    try (FakePair pair = new FakePair(dir)) {
      pair.late = true;
      DrillRecord record = drill(pair, 30, "10.2.0.9");

      assertThat(record.passages()).extracting(Passage::back).containsExactly(false, true);
      assertThat(record.passages().getLast().done())
          .isEqualTo("ha promote (answered late: a thread has not answered)");
    }
  }

  @Test
  void trafficThatStaysAwayEndsTheDrillAndTheRoleComesBack() throws Exception {
    try (FakePair pair = new FakePair(dir)) {
      Thread.ofVirtual().start(() -> silenceOnceTheEngineIsDead(pair));
      DrillRecord record = drill(pair, 5, "10.2.0.9");

      assertThat(record.stopped())
          .hasValue("control-plane interruption, away: the traffic did not come back");
      assertThat(record.passages()).hasSize(1);
      assertThat(record.passages().getFirst().trafficCameBack()).isFalse();
      assertThat(record.restored()).isTrue();
      assertThat(pair.orders).containsExactly("promote");
      assertThat(verdicts(record))
          .containsEntry("control-plane.takeover", Outcome.MET)
          .containsEntry("control-plane.traffic", Outcome.FAILED)
          .containsEntry("control-plane.sa-reestablishment", Outcome.FAILED);
    }
  }

  private void silenceOnceTheEngineIsDead(FakePair pair) {
    try {
      killed.await();
      pair.silence();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nothingIsDisturbedWhereNobodyAnswers() throws Exception {
    try (FakePair pair = new FakePair(dir)) {
      pair.silence();
      assertThatThrownBy(() -> drill(pair, 5, "10.2.0.9"))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("no answers from 10.2.0.9 through site/net");
      assertThat(pair.orders).isEmpty();
      assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("engine killed");
    }
  }
}
