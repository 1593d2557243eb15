package io.pollux.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {
  @Test
  void errorsOfUseHaveStatus64() {
    assertThat(Main.run(List.of())).isEqualTo(64);
    assertThat(Main.run(List.of("demon"))).isEqualTo(64);
    assertThat(Main.run(List.of("daemon", "--config"))).isEqualTo(64);
    assertThat(Main.run(List.of("daemon", "pollux.conf"))).isEqualTo(64);
    assertThat(Main.run(List.of("tool", "selftest"))).isEqualTo(64);
  }
}
