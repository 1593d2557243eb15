package io.pollux.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TableTest {
  private static Terminal wide(int columns) {
    return new Terminal(columns, false, false, Path.of("/"));
  }

  private static Table table() {
    return new Table()
        .text("NAME")
        .number("PACKETS")
        .text("PEER")
        .row("hub", 12, "branch-office-number-one.example.org")
        .row("x", 1234567890, null);
  }

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    assertThat(table().render(wide(0)))
        .isEqualTo(
            """
            NAME     PACKETS  PEER
            hub           12  branch-office-number-one.example.org
            x     1234567890  -
            """);
  }

  @Test
  void textGivesWayToTheTerminalAndNumbersNever() {
    assertThat(table().render(wide(30)))
        .isEqualTo(
            """
            NAME     PACKETS  PEER
            hub           12  branch-offi…
            x     1234567890  -
            """);
    assertThat(table().render(wide(1)).lines().toList().get(2)).contains("1234567890");
  }

  @Test
  void everyLineFits() {
    for (int columns = 24; columns < 80; columns++) {
      int limit = columns;
      assertThat(table().render(wide(columns)).lines())
          .allMatch(l -> l.codePointCount(0, l.length()) <= limit);
    }
  }

  @Test
  void coloursOnlyWhereWantedAndTheyTakeNoRoom() {
    Table table = new Table().text("S").text("T").row(Table.styled(Style.BAD, "down"), "t");
    assertThat(table.render(wide(0))).isEqualTo("S     T\ndown  t\n");
    assertThat(table.render(new Terminal(0, true, true, Path.of("/"))))
        .isEqualTo("\u001b[1mS\u001b[0m     \u001b[1mT\u001b[0m\n\u001b[31mdown\u001b[0m  t\n");
  }

  @Test
  void aPeersNameCannotMoveTheCursor() {
    String rendered = new Table().text("ID").row("evil\u001b[2J\n\u202egpj").render(wide(0));
    assertThat(rendered).isEqualTo("ID\nevil\ufffd[2J\ufffd\ufffdgpj\n");
  }

  @Test
  void charactersBeyondTheFirstPlaneAreNotCutInHalf() {
    String rendered = new Table().text("T").row("\ud83d\ude80".repeat(9)).render(wide(5));
    assertThat(rendered).isEqualTo("T\n" + "\ud83d\ude80".repeat(4) + "…\n");
  }

  @Test
  void rowsMustFitTheHeadings() {
    assertThatThrownBy(() -> table().row("one")).isInstanceOf(IllegalArgumentException.class);
    assertThat(table().size()).isEqualTo(2);
  }
}
