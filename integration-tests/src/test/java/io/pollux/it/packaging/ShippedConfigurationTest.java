package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ChildPolicy.StartAction;
import io.pollux.ike.policy.ConnectionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The default configuration does nothing, and the examples are valid. */
final class ShippedConfigurationTest {
  private static final Path DIST =
      Path.of(System.getProperty("pollux.root", ".."), "packaging", "dist");

  @TempDir private Path folder;

  @Test
  void defaultConfigurationDoesNothing() throws Exception {
    Path file = Files.copy(DIST.resolve("etc/pollux.conf"), folder.resolve("pollux.conf"));
    PolluxConfig config = ConfigLoader.load(file);
    assertThat(config.connections()).isEmpty();
    assertThat(config.ha()).isEmpty();
    assertThat(config.labUnsafe()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pair", "keepalived"})
  void exampleIsValid(String name) throws Exception {
    NodeIdentity.generate("test", new SecureRandom()).write(folder.resolve("node.pem"));
    Path secrets = folder.resolve("secrets.conf");
    Files.createFile(
        secrets,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secrets, "psk { \"branch.example.org\" = \"only for this test\" }\n");
    Path file =
        Files.copy(
            DIST.resolve("examples").resolve(name).resolve("pollux.conf"),
            folder.resolve("pollux.conf"));
    PolluxConfig config = ConfigLoader.load(file);
    assertThat(config.connections()).hasSize(1);
    assertThat(config.connections().getFirst().children())
        .as("a tunnel that nobody starts")
        .allMatch(child -> child.start() == ChildPolicy.StartAction.START);
    assertThat(config.ha()).isPresent();
    assertThat(config.ha().orElseThrow().external()).isEqualTo(name.equals("keepalived"));
  }

  /** What branches have in common stands once; what one says itself wins. */
  @Test
  void branchesOfOneTemplateDifferInWhatTheySay() throws Exception {
    Path secrets = folder.resolve("secrets.conf");
    Files.createFile(
        secrets,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    StringBuilder psks = new StringBuilder();
    for (String name : List.of("berlin", "hamburg", "kiosk")) {
      psks.append("psk { \"").append(name).append(".branch.example.org\" = \"of the test\" }\n");
    }
    Files.writeString(secrets, psks);
    Path file =
        Files.copy(DIST.resolve("examples/branches/pollux.conf"), folder.resolve("pollux.conf"));
    List<ConnectionPolicy> all = ConfigLoader.load(file).connections();
    assertThat(all)
        .extracting(ConnectionPolicy::name)
        .containsExactly("berlin", "hamburg", "kiosk");
    assertThat(all)
        .allSatisfy(c -> assertThat(c.localAddress().getHostAddress()).isEqualTo("203.0.113.1"))
        .extracting(c -> c.children().getFirst().start())
        .containsExactly(StartAction.START, StartAction.START, StartAction.NONE);
    assertThat(all)
        .extracting(c -> c.remoteAddress().isPresent())
        .containsExactly(true, true, false);
    assertThat(all).extracting(c -> c.children().getFirst().remoteTs()).doesNotHaveDuplicates();
    assertThat(all.get(0).proposals()).isEqualTo(all.get(2).proposals());
    assertThat(all.get(1).proposals()).isNotEqualTo(all.get(0).proposals());
  }
}
