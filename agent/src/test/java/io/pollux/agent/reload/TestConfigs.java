package io.pollux.agent.reload;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Configurations from text. */
final class TestConfigs {
  static final String SITE =
      """
      connections { site {
        local { address = 192.0.2.100, id = gw.example }
        remote { address = 192.0.2.2, id = peer.example }
        children {
          net { local-ts = ["10.1.0.0/16"], remote-ts = ["10.2.0.0/16"], start = start }
          lab { local-ts = ["10.1.0.0/16"], remote-ts = ["10.3.0.0/16"] }
        }
      } }
      """;
  static final String OTHER =
      """
      connections { other {
        local { address = 192.0.2.100, id = gw.example }
        remote { address = 192.0.2.3, id = other.example }
        children { net { local-ts = ["10.1.0.0/16"], remote-ts = ["10.9.0.0/16"] } }
      } }
      """;
  static final String HA =
      """
      ha {
        link { local = 192.0.2.11, peer = 192.0.2.12, identity = a.pem
          peer-fingerprint = "sha256:05e98ace257ecbe84cbfedb248defe7863dd061f5a29b29d879fbe505fe4c3c6" }
        vrrp { priority = 100, instances { out {
          interface = eth0, vrid = 7, addresses = ["192.0.2.100/32"], source = 192.0.2.11
          peer = 192.0.2.12 } } }
      }
      """;

  private final Path folder;

  TestConfigs(Path folder) throws IOException {
    this.folder = folder;
    secret("a.pem", "");
    psk("a long word for the test alone");
  }

  void psk(String word) throws IOException {
    secret(
        "psk.conf",
        "psk { \"peer.example\" = \"" + word + "\", \"other.example\" = \"another long word\" }");
  }

  void secret(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  PolluxConfig of(String... parts) throws Exception {
    Path file = folder.resolve("pollux.conf");
    Files.writeString(file, "secrets = [ psk.conf ]\n" + String.join("\n", parts));
    return ConfigLoader.load(file);
  }
}
