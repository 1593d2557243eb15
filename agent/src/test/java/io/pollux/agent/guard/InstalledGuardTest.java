package io.pollux.agent.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledGuardTest {
  @TempDir Path directory;

  private Path polluxd(String script) throws IOException {
    Path file = Files.writeString(directory.resolve("polluxd"), "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void anotherPageIsNamed() throws Exception {
    Path next = polluxd("[ \"$*\" = --version ] && echo polluxd 9.9.9 && echo guard page 77");
    assertThat(InstalledGuard.misfit(next)).get().asString().contains("(77, the running guard 2)");
  }

  @Test
  void theSamePageFitsAndWhatSaysNothingIsNotJudged() throws Exception {
    assertThat(InstalledGuard.misfit(polluxd("echo guard page 2"))).isEmpty();
    assertThat(InstalledGuard.misfit(polluxd("echo polluxd 0.0.1"))).isEmpty();
    assertThat(InstalledGuard.misfit(polluxd("exit 1"))).isEmpty();
    assertThat(InstalledGuard.misfit(directory.resolve("none"))).isEmpty();
    assertThat(InstalledGuard.misfit()).isEmpty(); // these classes stand in no package
  }

  /** The same number in the program in C and here, and said in the words that are looked for. */
  @Test
  void theRealGuardFits() throws Exception {
    Path real = Path.of("..", "native", "build", "polluxd");
    assumeTrue(Files.isExecutable(real), "native/build/polluxd is not built");
    Process process = new ProcessBuilder(real.toString(), "--version").start();
    assertThat(new String(process.getInputStream().readAllBytes()))
        .endsWith("\nguard page " + PageLayout.VERSION_VALUE + "\n");
    assertThat(InstalledGuard.misfit(real)).isEmpty();
  }
}
