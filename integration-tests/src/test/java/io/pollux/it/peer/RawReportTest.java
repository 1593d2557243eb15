package io.pollux.it.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RawReportTest {
  @Test
  void readsSectionsValuesAndLists() {
    String text =
        """
        list-sa event {gw {uniqueid=1 state=ESTABLISHED remote-id=C=CH, O=x y tasks-active=[a b] child-sas {net-1 {spi-in=c0ffee01 local-ts=[10.1.0.0/24] } net-2 {spi-in=c0ffee02 local-ts=[]}}}}
        list-sas reply {}
        """;

    List<RawReport> events = RawReport.parse(text, "list-sa");

    assertThat(events).hasSize(1);
    RawReport sa = events.getFirst().section("gw");
    assertThat(sa.value("state")).contains("ESTABLISHED");
    assertThat(sa.value("remote-id")).contains("C=CH, O=x y");
    assertThat(sa.lists()).containsEntry("tasks-active", List.of("a", "b"));
    assertThat(events.getFirst().below("child-sas"))
        .extracting(child -> child.value("spi-in").orElseThrow())
        .containsExactly("c0ffee01", "c0ffee02");
    assertThat(sa.section("child-sas").section("net-2").lists())
        .containsEntry("local-ts", List.of());
  }
}
