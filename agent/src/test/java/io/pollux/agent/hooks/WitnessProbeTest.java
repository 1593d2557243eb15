package io.pollux.agent.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.HaConfig.Witness;
import io.pollux.agent.config.HaConfig.Witnesses;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Witnesses on the loopback: one that listens, one that refuses. */
class WitnessProbeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final BlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();

  private boolean ask(WitnessProbe probe) throws InterruptedException {
    probe.ask(answers::add);
    Boolean answer = answers.poll(60, TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    return answer;
  }

  private static Witness tcp(int port) {
    return new Witness(LOOPBACK, OptionalInt.of(port));
  }

  @Test
  void oneThatListensIsEnough() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK)) {
      WitnessProbe probe =
          new WitnessProbe(new Witnesses(List.of(tcp(server.getLocalPort())), 20 * SECOND));
      assertThat(probe.last()).contains("not asked");
      assertThat(ask(probe)).isTrue();
      assertThat(probe.last()).contains(":" + server.getLocalPort() + " answered");
    }
  }

  @Test
  void oneOfManyIsEnoughAndSaidOnce() throws Exception {
    WitnessProbe probe =
        new WitnessProbe(
            new Witnesses(List.of(tcp(1), tcp(2), tcp(3)), SECOND), w -> w.port().getAsInt() >= 2);
    for (int i = 0; i < 20; i++) {
      assertThat(ask(probe)).isTrue();
    }
    assertThat(answers).isEmpty();
  }

  @Test
  void whoRefusesHasAnswered() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK)) {
      port = server.getLocalPort();
    }
    assertThat(ask(new WitnessProbe(new Witnesses(List.of(tcp(port)), 20 * SECOND)))).isTrue();
  }

  @Test
  void noneAnswers() throws Exception {
    WitnessProbe probe =
        new WitnessProbe(new Witnesses(List.of(tcp(1), tcp(2)), SECOND), _ -> false);
    assertThat(ask(probe)).isFalse();
    assertThat(probe.last()).contains("none of");
    assertThat(ask(probe)).isFalse(); // every question has its own answer
  }
}
