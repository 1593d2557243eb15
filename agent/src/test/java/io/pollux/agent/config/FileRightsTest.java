package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root may read, the daemon's user may not. */
class FileRightsTest {
  private static final List<String> PASSWD =
      List.of("root:x:0:0:root:/root:/bin/sh", "", "broken", "pollux:x:4242:4243::/:/bin/false");
  private static final List<String> GROUP =
      List.of("root:x:0:", "ssl-cert:x:4250:other,pollux", "pollux:x:4243:", "no:x:4260:polluxes");

  @TempDir Path folder;
  private FileRights pollux;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
        "only root can give files away");
    pollux = FileRights.of("pollux", PASSWD, GROUP).orElseThrow();
    mode(folder, "rwxr-xr-x");
    file = Files.writeString(folder.resolve("a.pem"), "");
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private void give(Path path, int uid, int gid) throws IOException {
    Files.setAttribute(path, "unix:uid", uid);
    Files.setAttribute(path, "unix:gid", gid);
  }

  @Test
  void theOwnersBitsCountBeforeTheGroupsAndOthers() throws Exception {
    mode(file, "rw-------");
    assertThat(pollux.refusal(file))
        .isEqualTo(
            "is not readable by user pollux, as whom the daemon runs (chown pollux: " + file + ")");
    assertThat(FileRights.OWN.refusal(file)).isEmpty();
    give(file, 4242, 0);
    assertThat(pollux.refusal(file)).isEmpty();
    mode(file, "---r--r--");
    assertThat(pollux.refusal(file)).contains("is not readable");
    give(file, 0, 4250);
    mode(file, "rw-r-----");
    assertThat(pollux.refusal(file)).isEmpty();
    mode(file, "rw----r--");
    assertThat(pollux.refusal(file)).contains("is not readable");
    give(file, 0, 4260);
    assertThat(pollux.refusal(file)).isEmpty();
  }

  @Test
  void everyFolderOnTheWayCounts() throws Exception {
    Path closed = Files.createDirectories(folder.resolve("private/deeper"));
    Path key = Files.writeString(closed.resolve("key.pem"), "");
    mode(key, "rw-r--r--");
    mode(closed.getParent(), "rwx------");
    String refused =
        "cannot be reached by user pollux, as whom the daemon runs: see " + closed.getParent();
    assertThat(pollux.refusal(key)).isEqualTo(refused);
    Path link = Files.createSymbolicLink(folder.resolve("link.pem"), key);
    assertThat(pollux.refusal(link)).isEqualTo(refused);
    mode(closed.getParent(), "rwx--x---");
    give(closed.getParent(), 0, 4250);
    assertThat(pollux.refusal(key)).isEmpty();
  }

  @Test
  void aUserThatIsNotThereHasNone() {
    assertThat(FileRights.of("nobody-else", PASSWD, GROUP)).isEmpty();
  }

  @Test
  void aConfigurationIsJudgedWithThem() throws Exception {
    Path config = folder.resolve("pollux.conf");
    Files.writeString(
        config,
        """
        secrets = [secrets.conf]
        ha.link { local = 10.99.0.1, peer = 10.99.0.2, identity = a.pem }
        connections.b {
          local { address = 10.0.0.1, id = a.example, auth = cert, certificate = c.pem, key = k.pem }
          remote { address = 10.0.0.2, id = b.example, auth = cert, ca = ca.pem }
          ppk { id = x, secret-file = p.ppk }
          children.lan { local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24] }
        }
        """);
    for (String name : List.of("secrets.conf", "a.pem", "c.pem", "k.pem", "ca.pem", "p.ppk")) {
      Path secret = Files.writeString(folder.resolve(name), "");
      mode(secret, "rw-------");
    }
    String problems = problems(config, pollux);
    for (String name : List.of("secrets.conf", "a.pem", "c.pem", "k.pem", "ca.pem", "p.ppk")) {
      assertThat(problems).contains(folder.resolve(name) + " is not readable by user pollux");
    }
    assertThat(problems(config, FileRights.OWN)).doesNotContain("user pollux");
    mode(config, "rw-------");
    assertThat(problems(config, pollux)).contains("pollux.conf: is not readable by user pollux");
  }

  private static String problems(Path config, FileRights rights) {
    return catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(config, rights))
        .getMessage();
  }

  /** Behind a closed folder there may be a file or none. */
  @Test
  void whatCannotBeReachedIsNotSaidToBeMissing() {
    assertThat(SecretFiles.because(new java.nio.file.AccessDeniedException("x")))
        .isEqualTo("cannot be reached by this user");
    assertThat(SecretFiles.because(new java.nio.file.NoSuchFileException("x")))
        .isEqualTo("does not exist");
  }
}
