package io.pollux.agent.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Secret;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogRingTest {
  @Test
  void aLineHasTimeLevelAndTheLastPartOfTheLogger() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LogRing ring = new LogRing(out, LogRing.Form.TEXT);
    ring.start();
    ring.publish(record("io.pollux.agent.role", "one\ntwo"));
    ring.close();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  role: one two\n");
  }

  @Test
  void underJournaldTheTimeIsLeftOutAndTheLevelIsAPriority() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LogRing ring = new LogRing(out, LogRing.Form.JOURNALD);
    ring.start();
    ring.publish(record("io.pollux.agent.role", "one"));
    ring.close();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("<6>INFO  role: one\n");
  }

  @Test
  void underJournaldEachLineOfAStackTraceHasThePriority() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LogRing ring = new LogRing(out, LogRing.Form.JOURNALD);
    ring.start();
    LogRecord failed = record("io.pollux.x", "failed");
    failed.setLevel(Level.SEVERE);
    failed.setThrown(new IllegalStateException("why"));
    ring.publish(failed);
    ring.close();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSizeGreaterThan(2)
        .allMatch(line -> line.startsWith("<3>") && line.length() > 3)
        .anyMatch(line -> line.startsWith("<3>\tat io.pollux."));
  }

  @Test
  void aRefusedStartIsAnErrorForTheJournal() {
    assertThat(LogRing.refusal(LogRing.Form.JOURNALD, "a: 1: x: expected y\nz"))
        .isEqualTo("<3>polluxd: a: 1: x: expected y\n<3>z");
    assertThat(LogRing.refusal(LogRing.Form.TEXT, "a: x")).isEqualTo("polluxd: a: x");
  }

  /** What a stranger has put into a name: colours, another line, text that runs backwards. */
  @Test
  void charactersThatCannotBePrintedAreQuestionMarks() throws Exception {
    String foreign = "a\33[31mb\rc\u009bd\u2028e\u202ef\0g \u00e9";
    String clean = "a?[31mb?c?d?e?f?g \u00e9";
    for (LogRing.Form form : LogRing.Form.values()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      LogRing ring = new LogRing(out, form);
      List<String> heard = new ArrayList<>();
      AutoCloseable listening = ring.listen(heard::add);
      ring.start();
      LogRecord record = record("io.pollux.x", foreign);
      record.setThrown(new IllegalStateException(foreign));
      ring.publish(record);
      ring.close();
      listening.close();
      String text = out.toString(StandardCharsets.UTF_8);
      assertThat(text).contains(clean).contains("IllegalStateException: " + clean);
      assertThat(text + heard).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}&&[^\\n\\t]]");
      assertThat(heard.getFirst()).contains(clean);
    }
  }

  @Test
  void jsonIsOneObjectALine() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LogRing ring = new LogRing(out, LogRing.Form.JSON);
    ring.start();
    ring.publish(record("io.pollux.agent.role", "say \"one\"\ntwo"));
    LogRecord failed = record("io.pollux.x", "failed");
    failed.setThrown(new IllegalStateException("why"));
    ring.publish(failed);
    ring.close();
    String[] lines = out.toString(StandardCharsets.UTF_8).split("\n");
    assertThat(lines).hasSize(2);
    assertThat(lines[0])
        .startsWith("{\"time\":\"")
        .endsWith(
            "Z\",\"level\":\"info\",\"logger\":\"role\",\"message\":\"say \\\"one\\\"\\ntwo\"}");
    assertThat(lines[1]).contains("\"thrown\":\"java.lang.IllegalStateException: why\\n");
  }

  @Test
  void aReaderThatStandsStillHoldsNobodyUpAndIsToldWhatItMissed() {
    CountDownLatch stalled = new CountDownLatch(1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int octet) {
            try {
              stalled.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            out.write(octet);
          }
        };
    LogRing ring = new LogRing(slow, LogRing.Form.TEXT);
    ring.start();
    int over = 100;
    for (int i = 0; i < LogRing.LINES + over; i++) { // returns: nothing was written yet
      ring.publish(record("io.pollux.x", "line " + i));
    }
    assertThat(ring.droppedLines()).isBetween(over - 1L, (long) over); // one may be at the writer
    stalled.countDown();
    ring.close();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("lines dropped, the ring was full");
  }

  @Test
  void listenersHearWhatIsDroppedToo() throws Exception {
    LogRing ring = new LogRing(OutputStream.nullOutputStream(), LogRing.Form.TEXT); // nobody writes
    List<String> heard = new ArrayList<>();
    try (AutoCloseable _ = ring.listen(heard::add)) {
      for (int i = 0; i < LogRing.LINES + 5; i++) {
        ring.publish(record("io.pollux.x", "line"));
      }
    }
    ring.publish(record("io.pollux.x", "unheard"));
    assertThat(heard).hasSize(LogRing.LINES + 5);
  }

  @Test
  void aSecretInALineDoesNotShow() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LogRing ring = new LogRing(out, LogRing.Form.TEXT);
    ring.start();
    Secret key = Secret.copyOf("opensesame".getBytes(StandardCharsets.US_ASCII));
    ring.publish(record("io.pollux.x", "key " + key));
    ring.close();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("key ")
        .doesNotContain("opensesame")
        .doesNotContain("6f70656e");
  }

  private static LogRecord record(String logger, String message) {
    LogRecord record = new LogRecord(Level.INFO, message);
    record.setLoggerName(logger);
    return record;
  }
}
