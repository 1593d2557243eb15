package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where this machine's kernel has no ESP, as on many a container host, the daemon says so at once.
 */
final class KernelWithoutEspTest {
  @TempDir private Path directory;

  @Test
  void isToldInOneLine() throws Exception {
    Path program =
        Path.of(System.getProperty("pollux.root", ".."), "packaging/target/pollux/bin/polluxd");
    assumeTrue(Files.isExecutable(program), "not built: ./dev build");
    assumeTrue(
        Commands.run("unshare", "-n", "ip", "xfrm", "state").ok(), "no namespaces or no XFRM here");
    for (String suite :
        new String[] {
          "aead rfc4106(gcm(aes)) 0x" + "00".repeat(20) + " 128",
          "enc cbc(aes) 0x" + "00".repeat(16) + " auth hmac(sha256) 0x" + "00".repeat(32)
        }) {
      String add =
          "unshare -n ip xfrm state add src 127.0.0.1 dst 127.0.0.1 proto esp spi 0x100 mode tunnel ";
      assumeTrue(!Commands.run((add + suite).split(" ")).ok(), "this kernel has ESP");
    }
    Path secrets = directory.resolve("secrets.conf");
    Files.createFile(
        secrets,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secrets, "psk { \"b.example\" = \"only for this test\" }\n");
    Path config = directory.resolve("pollux.conf");
    Files.writeString(
        config,
        """
        node { name = x, state-dir = "%1$s/state", run-dir = "%1$s/run" }
        control { socket = "%1$s/sock" }
        secrets = [secrets.conf]
        connections { peer {
          local { address = 127.0.0.1, id = a.example }, remote { address = 127.0.0.2, id = b.example }
          children { net { local-ts = ["192.0.2.0/25"], remote-ts = ["192.0.2.128/25"], start = none } }
        } }
        """
            .formatted(directory));
    Ran ran =
        Commands.run(
            "unshare",
            "-n",
            program.toString(),
            "--config",
            config.toString(),
            "--run-dir",
            directory + "/run");
    assertThat(ran.status()).as(ran.err()).isEqualTo(78);
    assertThat(ran.err().lines().filter(line -> line.startsWith("polluxd: this kernel")))
        .singleElement()
        .asString()
        .contains("this kernel has no ESP")
        .contains("CONFIG_INET_ESP")
        .contains("a container has the kernel of its host");
  }
}
