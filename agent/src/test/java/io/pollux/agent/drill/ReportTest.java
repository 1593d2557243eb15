package io.pollux.agent.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @Test
  void theEvidenceSurvivesItsFile() {
    DrillRecord good = Samples.record(Samples.allWell(), Optional.empty());
    assertThat(DrillRecord.parse(good.toJson())).isEqualTo(good);
    DrillRecord cut = Samples.record(Samples.allWell().subList(0, 1), Optional.of("interrupted"));
    assertThat(DrillRecord.parse(cut.toJson())).isEqualTo(cut);
    assertThatThrownBy(() -> DrillRecord.parse("{}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not the evidence of a drill");
  }

  @Test
  void bothReportsAreWrittenAndSayTheSame(@TempDir Path dir) throws Exception {
    Files.writeString(dir.resolve("events.log"), "abc");
    DrillRecord good = Samples.record(Samples.allWell(), Optional.empty());
    assertThat(Report.write(dir, good)).isTrue();
    String json = Files.readString(dir.resolve("report.json"));
    assertThat(json)
        .contains("\"holds\" : true", "\"verdict\" : \"superseded by continuity\"")
        .contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    String page = Files.readString(dir.resolve("report.html"));
    assertThat(page)
        .contains("every criterion holds", "superseded by continuity", "events.log")
        .doesNotContain("<script", "http:", "https:", "not every");
    assertThat(Report.checksums(dir)).containsOnlyKeys("events.log");

    DrillRecord bad = Samples.record(List.of(), Optional.of("a < b"));
    assertThat(Report.write(dir, bad)).isFalse();
    assertThat(Files.readString(dir.resolve("report.html")))
        .contains("not every criterion holds", "a &lt; b");
    assertThat(Report.text(Judge.judge(bad))).contains("20 of 21 criteria FAILED");
  }

  @Test
  void interfacesAreReadFromTheKernelsTable() {
    assertThat(
            Snapshot.interfaces(
                List.of(
                    "Inter-|   Receive                                                |  Transmit",
                    " face |bytes    packets errs drop fifo frame compressed multicast|bytes ...",
                    "    lo:     100       1    0    0    0     0          0         0      100  1",
                    "  wan0: 2048      20    0    0    0     0          0         0      512       5 0"
                        + " 0 0 0 0 0")))
        .containsOnly(java.util.Map.entry("wan0", new Snapshot.Traffic(20, 2048, 5, 512)));
  }
}
