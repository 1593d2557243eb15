package io.pollux.it.demo;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.pollux.agent.config.ConfigLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon accepts what the demo writes. */
class DemoConfigTest {
  @TempDir private Path dir;

  private void accepts(String conf, String secrets) throws Exception {
    write("pollux.conf", conf);
    write("secrets.conf", secrets);
    write("node.pem", "");
    assertThatCode(() -> ConfigLoader.load(dir.resolve("pollux.conf"))).doesNotThrowAnyException();
  }

  private void write(String name, String text) throws Exception {
    Files.writeString(dir.resolve(name), text);
    Files.setPosixFilePermissions(dir.resolve(name), PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void bothGateways() throws Exception {
    PolluxConfig c = new PolluxConfig(3, 100, "auto", false);
    accepts(c.gateway(Gateway.A, dir, "sha256:" + "0a".repeat(32)), c.hubSecrets());
    accepts(c.gateway(Gateway.B, dir, "sha256:" + "0a".repeat(32)), c.hubSecrets());
  }

  @Test
  void theControlScenario() throws Exception {
    PolluxConfig c = new PolluxConfig(1, 1000, "fixed 0", true);
    accepts(c.gateway(Gateway.A, dir, "sha256:" + "0a".repeat(32)), c.hubSecrets());
  }

  @Test
  void theBranch() throws Exception {
    PolluxConfig c = new PolluxConfig(2, 100, "auto", false);
    accepts(c.branch(dir), c.branchSecrets());
  }

  @Test
  void everyVariant() throws Exception {
    for (Variant variant : Variant.values()) {
      PolluxConfig c = new PolluxConfig(2, 100, "auto", false, variant);
      accepts(c.gateway(Gateway.A, dir, "sha256:" + "0a".repeat(32)), c.hubSecrets());
      accepts(c.gateway(Gateway.B, dir, "sha256:" + "0a".repeat(32)), c.hubSecrets());
      accepts(c.branch(dir), c.branchSecrets());
    }
  }
}
