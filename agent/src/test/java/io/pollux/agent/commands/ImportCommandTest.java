package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
  private static final String SNIPPET =
      """
      connections {
        a {
          local_addrs = 203.0.113.1
          remote_addrs = 203.0.113.20
          ppk_id = quantum
          children { lan {
            local_ts = 10.1.0.0/24
            remote_ts = 10.2.0.0/24
          } }
        }
      }
      secrets {
        ike-a {
          id = 203.0.113.20
          secret = "long enough for this"
        }
        ppk-a {
          id = quantum
          secret = "a key that is long enough for quanta"
        }
      }
      """;

  @TempDir Path folder;
  private int status;

  private String run(String... words) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(all, true, StandardCharsets.UTF_8);
    status =
        Commands.offline().runOffline(List.of(words), new Console(both, both, Terminal.plain()));
    return all.toString(StandardCharsets.UTF_8);
  }

  private Path stock() throws Exception {
    Path snippets = Files.createDirectory(folder.resolve("conf.d"));
    Files.writeString(snippets.resolve("a.conf"), SNIPPET);
    return Files.writeString(folder.resolve("swanctl.conf"), "include conf.d/*.conf\n");
  }

  @Test
  void whatComesOfAStockConfigurationCanBeUsed() throws Exception {
    String stock = stock().toString();
    Path secrets = folder.resolve("out/secrets.conf");
    Files.createDirectory(secrets.getParent());
    String said = run("import", "swanctl", stock, "--secrets", secrets.toString());
    assertThat(status).isZero();
    String first = stock + ": includes " + folder.resolve("conf.d/a.conf") + "\n";
    assertThat(said).contains(first).doesNotContain("long enough");
    Path key = folder.resolve("out/ppk-a.key");
    for (Path file : List.of(secrets, key)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    Path conf = Files.writeString(folder.resolve("out/pollux.conf"), said.replace(first, ""));
    assertThat(run("check", conf.toString())).doesNotContain("polluxctl:");
    assertThat(status).isZero();
  }

  @Test
  void keysAreNeverWrittenOverAndNoneIsWrittenThen() throws Exception {
    String stock = stock().toString();
    Path key = Files.writeString(folder.resolve("ppk-a.key"), "mine");
    Path secrets = folder.resolve("secrets.conf");
    assertThat(run("import", "swanctl", stock, "--secrets", secrets.toString()))
        .isEqualTo("polluxctl: " + key + " exists and is not overwritten\n");
    assertThat(status).isEqualTo(65);
    assertThat(secrets).doesNotExist();
    assertThat(run("import", "swanctl", stock)).contains("secrets were not written");
    assertThat(key).hasContent("mine");
  }
}
