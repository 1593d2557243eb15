package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Post-quantum pre-shared keys (RFC 8784) with strongSwan, in both roles. */
@LabTest
@ExtendWith(Evidence.class)
class PpkTest {
  private static final String KEY = "0x" + "5ea1".repeat(16);
  private static final String OTHER = "0x" + "0bad".repeat(16);
  private static Tunnel both;
  private static Tunnel polluxAlone;
  private static Tunnel swanAlone;
  private static Tunnel differ;
  private static Tunnel optional;
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    lab = Lab.flat(directory);
    Path file = Files.writeString(directory.resolve("ppk.secret"), KEY + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    both = swan(pollux(Tunnel.number(1), file, "blue", true), "blue", KEY, true);
    polluxAlone = pollux(Tunnel.number(2), file, "green", true);
    swanAlone = swan(Tunnel.number(3), "red", KEY, true);
    differ = swan(pollux(Tunnel.number(4), file, "black", true), "black", OTHER, true);
    optional = pollux(Tunnel.number(5), file, "white", false);
    Tunnel[] all = {both, polluxAlone, swanAlone, differ, optional};
    lab.startPollux("", all);
    lab.startSwan("", all);
  }

  private static Tunnel pollux(Tunnel tunnel, Path file, String id, boolean required) {
    return tunnel.pollux(
        "ppk { id = %s, secret-file = \"%s\", required = %s }".formatted(id, file, required));
  }

  private static Tunnel swan(Tunnel tunnel, String id, String key, boolean required) {
    return tunnel
        .swan("ppk_id = " + id)
        .swan("ppk_required = " + (required ? "yes" : "no"))
        .swanSecrets("  ppk-%s {\n    id-1 = %s\n    secret = %s\n  }\n".formatted(id, id, key));
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rfc8784BothUseItWhoeverBegins(boolean pollux) {
    int from = lab.pollux.log().length();
    if (pollux) {
      lab.pollux.ctl("up", both.name()).orFail();
    } else {
      lab.swan.initiate(both.swanChild("net")).orFail();
    }
    lab.pollux.awaitLog(from, "with a PPK");
    lab.ping(both, 0);
    assertThat(lab.swanSas(both).getFirst().value("ppk")).contains("yes");
    lab.pollux.ctl("rekey", both.name(), "net").orFail(); // SK_d has it in
    lab.ping(both, 0);
    lab.pollux.ctl("down", both.name(), "--yes").orFail();
  }

  @Test
  void rfc8784PolluxRequiresOneAndStrongSwanHasNone() {
    int from = lab.pollux.log().length();
    assertThat(lab.pollux.ctl("up", polluxAlone.name()).ok()).isFalse();
    lab.pollux.awaitLog(from, "peer refused: AUTHENTICATION_FAILED"); // it has others
    from = lab.pollux.log().length();
    refused(polluxAlone);
    lab.pollux.awaitLog(from, "this connection requires one");
  }

  @Test
  void rfc8784StrongSwanRequiresOneAndPolluxHasNone() {
    assertThat(lab.pollux.ctl("up", swanAlone.name()).ok()).isFalse();
    assertThat(lab.swan.initiate(swanAlone.swanChild("net")).ok()).isFalse();
  }

  @Test
  void rfc8784DifferentSecretsOfOneNameFail() {
    assertThat(lab.pollux.ctl("up", differ.name()).ok()).isFalse();
    refused(differ);
  }

  @Test
  void rfc8784AnOptionalOneIsLeftOutWithStrongSwanThatHasNone() {
    lab.pollux.ctl("up", optional.name()).orFail();
    lab.ping(optional, 0);
    assertThat(lab.swanSas(optional).getFirst().value("ppk")).isEmpty();
  }

  private static void refused(Tunnel tunnel) {
    Ran ran = lab.swan.initiate(tunnel.swanChild("net"));
    assertThat(ran.ok()).isFalse();
    assertThat(ran.out() + ran.err()).contains("AUTHENTICATION_FAILED");
  }
}
