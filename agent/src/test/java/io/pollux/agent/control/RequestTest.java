package io.pollux.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestTest {
  private static Request parse(String text) throws CommandException {
    return Request.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void settingsThenArguments() throws CommandException {
    Request r = parse("1\0columns=120\0tty=1\0color=0\0cwd=/root\0future=x\0\0ha\0status\0\0é\0");
    assertThat(r.terminal()).isEqualTo(new Terminal(120, true, false, Path.of("/root")));
    assertThat(r.words()).isEqualTo(List.of("ha", "status", "", "é"));
    assertThat(parse("1\0\0").words()).isEmpty();
    assertThat(r.asking()).isEqualTo(Request.Asking.NOBODY);
    assertThat(parse("1\0ask=1\0confirmed=a = b?\0\0down\0").asking())
        .isEqualTo(new Request.Asking(true, "a = b?"));
  }

  @Test
  void whatIsMalformedIsRefusedAs65() {
    for (String bad :
        new String[] {
          "",
          "1",
          "2\0\0",
          "1\0",
          "1\0x\0",
          "1\0x\0\0",
          "1\0=x\0\0",
          "1\0columns=wide\0\0",
          "1\0\0status"
        }) {
      assertThatThrownBy(() -> parse(bad))
          .as(bad.replace('\0', '|'))
          .isInstanceOfSatisfying(
              CommandException.class, e -> assertThat(e.status()).isEqualTo(65));
    }
    assertThatThrownBy(() -> Request.parse(new byte[] {'1', 0, 0, (byte) 0xff, 0}))
        .hasMessage("arguments must be UTF-8");
  }

  @Test
  void garbageIsAValueOrARefusal() {
    Random random = new Random(20261121);
    byte[] good =
        "1\0columns=120\0tty=1\0cwd=/\0\0status\0--json\0".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] octets = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
      }
      try {
        Request.parse(octets);
      } catch (CommandException e) {
        assertThat(e.status()).isEqualTo(65);
      }
    }
  }
}
