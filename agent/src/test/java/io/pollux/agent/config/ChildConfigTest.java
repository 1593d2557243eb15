package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ReauthPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Children's mode and start, and how long an authentication is good for. */
class ChildConfigTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String NETS = "local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24]";

  @TempDir Path folder;

  @BeforeEach
  void writeSecrets() throws Exception {
    Path file = Files.writeString(folder.resolve("s.conf"), "psk { peer = \"long enough\" }");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static String text(String remote, String options, String child) {
    return """
        secrets = [s.conf]
        connections {
          branch {
            local { address = 203.0.113.1, id = hub }
            remote { address = "%s", id = peer }
            %s
            children { net { %s } }
          }
        }
        """
        .formatted(remote, options, child);
  }

  private PolluxConfig load(String text) throws Exception {
    return ConfigLoader.load(Files.writeString(folder.resolve("p.conf"), text));
  }

  private ChildPolicy child(String child) throws Exception {
    PolluxConfig config = load(text("198.51.100.2", "", child));
    return config.connections().getFirst().children().getFirst();
  }

  private String problems(String remote, String options, String child) {
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> load(text(remote, options, child)));
    assertThat(refused).isNotNull();
    return refused.getMessage();
  }

  @Test
  void tunnelModeAndNoStartUnlessSaid() throws Exception {
    ChildPolicy child = child(NETS);
    assertThat(child.transport()).isFalse();
    assertThat(child.singlePair()).isFalse();
    assertThat(child.start()).isEqualTo(ChildPolicy.StartAction.NONE);
    assertThat(load(text("%any", "", NETS)).hasTraps()).isFalse();
  }

  @Test
  void aPacketMayStartAChildWhosePeerHasAnAddress() throws Exception {
    assertThat(child(NETS + ", start = on-demand").start())
        .isEqualTo(ChildPolicy.StartAction.ON_DEMAND);
    assertThat(load(text("198.51.100.2", "", NETS + ", start = on-demand")).hasTraps()).isTrue();
    assertThat(problems("%any", "", NETS + ", start = on-demand"))
        .contains("children.net.start: is on-demand; expected remote.address");
    assertThat(problems("198.51.100.2", "", NETS + ", start = trap"))
        .contains("expected none, start or on-demand");
    assertThat(
            load(text("198.51.100.2", "interface = own", NETS + ", start = on-demand")).hasTraps())
        .isTrue();
  }

  @Test
  void transportModeIsBetweenTheGateways() throws Exception {
    ChildPolicy child = child("mode = transport");
    assertThat(child.transport()).isTrue();
    assertThat(child.localTs()).hasToString("[203.0.113.1]");
    assertThat(child.remoteTs()).hasToString("[198.51.100.2]");
    assertThat(child("mode = transport, local-ts = [\"203.0.113.1/32[tcp/179]\"]").localTs())
        .hasToString("[203.0.113.1[6/179-179]]");
    assertThat(problems("198.51.100.2", "", "mode = transport, " + NETS))
        .contains("children.net.local-ts: holds 10.1.0.0-10.1.0.255; with mode = transport")
        .contains("expected 203.0.113.1 alone");
    assertThat(problems("%any", "", "mode = transport"))
        .contains("children.net.remote-ts: names no protocol");
    assertThat(problems("%any", "", "mode = transport, remote-ts = [\"0.0.0.0/0\"]"))
        .contains("expected one, for example [\"0.0.0.0/0[udp]\"]");
    String l2tp =
        "mode = transport, local-ts = [\"203.0.113.1/32[udp/1701]\"],"
            + " remote-ts = [\"0.0.0.0/0[udp]\"]";
    assertThat(load(text("%any", "", l2tp)).connections().getFirst().children().getFirst())
        .satisfies(c -> assertThat(c.transport()).isTrue())
        .satisfies(c -> assertThat(c.remoteTs().getFirst().protocol()).isEqualTo(17));
    assertThat(problems("198.51.100.2", "", NETS + ", mode = beet"))
        .contains("expected tunnel or transport");
    assertThat(problems("198.51.100.2", "interface = vti", "mode = transport"))
        .contains("which has mode = transport");
  }

  @Test
  void singlePairs() throws Exception {
    assertThat(child(NETS + ", single-pair = true").singlePair()).isTrue();
  }

  @Test
  void authenticationsMayEnd() throws Exception {
    assertThat(load(text("%any", "", NETS)).connections().getFirst().reauth())
        .isEqualTo(ReauthPolicy.NEVER);
    assertThat(
            load(text("198.51.100.2", "reauth-time = 10m, auth-lifetime = 20m", NETS))
                .connections()
                .getFirst()
                .reauth())
        .isEqualTo(new ReauthPolicy(600 * SECOND, 60 * SECOND, 1200 * SECOND));
    assertThat(problems("%any", "reauth-time = 10m", NETS))
        .contains("reauth-time: needs remote.address")
        .contains("expected auth-lifetime");
    assertThat(problems("%any", "auth-lifetime = 5s", NETS))
        .contains("auth-lifetime: is less than 30s");
  }
}
