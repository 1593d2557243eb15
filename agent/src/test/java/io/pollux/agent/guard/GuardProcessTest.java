package io.pollux.agent.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM under the real guard. The only message is a no-op, so that it may run in any namespace. */
class GuardProcessTest {
  @TempDir Path directory;

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void theGuardReadsWhatJavaWritesAndJavaReadsTheReport() throws Exception {
    Path polluxd = Path.of("..", "native", "build", "polluxd");
    assumeTrue(Files.isExecutable(polluxd), "native/build/polluxd is not built");
    Path java = directory.resolve("java");
    Files.writeString(
        java,
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s' io.pollux.agent.guard.GuardProbe\n"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path"))));
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Process process =
        new ProcessBuilder(
                polluxd.toString(),
                "--java",
                java.toString(),
                "--lib",
                directory.toString(),
                "--run-dir",
                directory.resolve("run").toString())
            .redirectErrorStream(true)
            .start();
    String output;
    try {
      output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isEqualTo(78);
    } finally {
      process.destroyForcibly();
    }
    assertThat(output)
        .contains("probe: armed", "fenced: the lease ran out; 1 messages, 0 refused")
        .contains("heartbeat 1", "probe: 1 LEASE_EXPIRED 0", "probe: in the past true");
  }
}
