package io.pollux.agent.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The Java constants are those of the C header, and both sides read the same clock. */
class PageLayoutTest {
  private static final Path NATIVE = Path.of("..", "native");

  @Test
  void everyOffsetAndNumberIsThatOfTheHeader() throws IOException {
    Map<String, Integer> page = new LinkedHashMap<>();
    Map<String, Integer> message = new LinkedHashMap<>();
    Map<String, Integer> constants = new LinkedHashMap<>();
    for (String line : Files.readAllLines(NATIVE.resolve("guard/page-layout.tsv"))) {
      String[] c = line.split("\t");
      switch (c[0]) {
        case "field" -> (c[1].equals("page") ? page : message).put(c[2], Integer.parseInt(c[3]));
        case "const" -> constants.put(c[1], Integer.parseUnsignedInt(c[2]));
        default -> constants.put("sizeof " + c[1], Integer.parseInt(c[2]));
      }
    }
    assertThat(page).isEqualTo(pageOfJava());
    assertThat(message)
        .isEqualTo(
            Map.of(
                "kind", PageLayout.MESSAGE_KIND,
                "ifindex", PageLayout.MESSAGE_IFINDEX,
                "offset", PageLayout.MESSAGE_OFFSET,
                "length", PageLayout.MESSAGE_LENGTH));
    assertThat(constants)
        .containsEntry("sizeof page", PageLayout.SIZE_VALUE)
        .containsEntry("sizeof page_message", PageLayout.MESSAGE_SIZE)
        .containsEntry("PAGE_MAGIC", PageLayout.MAGIC_VALUE)
        .containsEntry("PAGE_VERSION", PageLayout.VERSION_VALUE)
        .containsEntry("PAGE_OCTETS", PageLayout.SIZE_VALUE)
        .containsEntry("PAGE_MESSAGES", PageLayout.MOST_MESSAGES)
        .containsEntry("PAGE_STATUS", PageLayout.STATUS_SIZE);
    for (FenceMessage.Kind kind : FenceMessage.Kind.values()) {
      assertThat(constants).containsEntry("MESSAGE_" + kind, kind.number());
    }
    for (Fence.Reason reason : Fence.Reason.values()) {
      if (reason != Fence.Reason.UNKNOWN) {
        assertThat(constants).containsEntry("FENCE_" + reason, reason.ordinal());
      }
    }
  }

  private static Map<String, Integer> pageOfJava() {
    Map<String, Integer> page = new LinkedHashMap<>();
    page.put("magic", PageLayout.MAGIC);
    page.put("version", PageLayout.VERSION);
    page.put("size", PageLayout.SIZE);
    page.put("guardPid", PageLayout.GUARD_PID);
    page.put("leaseDeadlineNs", PageLayout.LEASE_DEADLINE_NS);
    page.put("armed", PageLayout.ARMED);
    page.put("roleTid", PageLayout.ROLE_TID);
    page.put("heartbeat", PageLayout.HEARTBEAT);
    page.put("fenceCount", PageLayout.FENCE_COUNT);
    page.put("fencedAtNs", PageLayout.FENCED_AT_NS);
    page.put("fenceReason", PageLayout.FENCE_REASON);
    page.put("fenceErrors", PageLayout.FENCE_ERRORS);
    page.put("fenceTookNs", PageLayout.FENCE_TOOK_NS);
    page.put("seqlock", PageLayout.SEQLOCK);
    page.put("messageCount", PageLayout.MESSAGE_COUNT);
    page.put("notice", PageLayout.NOTICE);
    page.put("pulse", PageLayout.PULSE);
    page.put("status", PageLayout.STATUS);
    page.put("messages", PageLayout.MESSAGES);
    page.put("octets", PageLayout.OCTETS);
    return page;
  }

  @Test
  void nanoTimeIsTheClockOfTheGuard() throws Exception {
    Path program = NATIVE.resolve("build/page-layout");
    assumeTrue(Files.isExecutable(program), "native/build/page-layout is not built");
    long before = System.nanoTime();
    Process process = new ProcessBuilder(program.toString(), "--now").start();
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    process.waitFor();
    assertThat(Long.parseLong(text)).isBetween(before, System.nanoTime());
  }
}
