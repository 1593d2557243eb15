package io.pollux.agent.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.agent.TestChild;
import io.pollux.ike.crypto.Encryption;
import io.pollux.ike.crypto.Integrity;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class IkeKeysFileTest {
  private static final IkeAlgorithms CBC = new IkeAlgorithms(12, 128, 5, 12, 31);
  private static final String LINE =
      "000000000000000a,00000000000000ff,05050505050505050505050505050505,"
          + "06060606060606060606060606060606,\"AES-CBC-128 [RFC3602]\","
          + "0303030303030303030303030303030303030303030303030303030303030303,"
          + "0404040404040404040404040404040404040404040404040404040404040404,"
          + "\"HMAC_SHA2_256_128 [RFC4868]\"";

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("ikev2_decryption_table");
  }

  private static Secret key(int octets, int fill) {
    byte[] value = new byte[octets];
    Arrays.fill(value, (byte) fill);
    return Secret.owning(value);
  }

  private static IkeSaSnapshot sa(int responder, IkeAlgorithms algorithms) {
    Endpoint end = new Endpoint(InetAddress.ofLiteral("192.0.2.1"), 500);
    Identity id = new Identity(2, Octets.EMPTY);
    int e =
        Encryption.require(algorithms.encryption())
            .keyMaterialLength(algorithms.encryptionKeyBits());
    int a = algorithms.integrity() == 0 ? 0 : Integrity.require(algorithms.integrity()).keyLength();
    return new IkeSaSnapshot(
        new IkeSpis(new IkeSpi(10), new IkeSpi(responder)),
        true,
        "site",
        end,
        end,
        false,
        false,
        id,
        id,
        algorithms,
        new IkeKeys(
            key(32, 0xdd),
            key(a, 3),
            key(a, 4),
            key(e, 5),
            key(e, 6),
            key(32, 0xdd),
            key(32, 0xdd)),
        new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
        List.of(),
        new Lifetimes(0, 0, 0, 0, 0, 0),
        0,
        List.of());
  }

  /** The lines without the head, when there are so many. */
  private List<String> lines(int number) throws IOException {
    while (true) {
      List<String> all = Files.readAllLines(file);
      if (all.size() > number && Files.readString(file).endsWith("\n")) {
        assertThat(all.getFirst()).startsWith("# Keys of IKE SAs");
        return all.subList(1, all.size());
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Test
  void whatComesUpIsRekeyedOrTakenOverIsWritten() throws IOException {
    IkeKeysFile keys = new IkeKeysFile();
    assertThat(keys.use(Optional.of(file))).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    IkeSaSnapshot up = sa(255, CBC);
    keys.follow(new IkeEvent.IkeSaUp(up));
    up.keys().skEi().close(); // the engine's own end later; what was copied is written
    keys.follow(new IkeEvent.IkeSaRekeyed(up.spis(), sa(2, CBC)));
    assertThat(keys.stand(List.of(sa(3, CBC), sa(4, CBC)))).isEqualTo(2);
    keys.follow(new IkeEvent.ChildSaUp(up.spis(), TestChild.of(0xc0000001).snapshot()));
    List<String> lines = lines(4);
    assertThat(lines).hasSize(4);
    assertThat(lines.getFirst()).isEqualTo(LINE);
    assertThat(lines)
        .extracting(l -> l.split(",")[1])
        .containsExactly(
            "00000000000000ff", "0000000000000002", "0000000000000003", "0000000000000004");
    assertThat(Files.readString(file)).doesNotContain("dddd"); // neither SK_d nor SK_p
  }

  @Test
  void withoutTheSwitchNothingIsWritten() throws IOException {
    IkeKeysFile keys = new IkeKeysFile();
    assertThat(keys.use(Optional.empty())).isFalse();
    assertThat(keys.stand(List.of(sa(1, CBC)))).isZero();
    assertThat(keys.use(Optional.of(file))).isTrue();
    assertThat(keys.use(Optional.of(file))).as("a reload of the same").isFalse();
    assertThat(keys.exposed()).contains(file);
    keys.follow(new IkeEvent.IkeSaUp(sa(2, CBC)));
    assertThat(lines(1)).hasSize(1);
    assertThat(keys.use(Optional.empty())).isFalse();
    assertThat(keys.exposed()).isEmpty();
    assertThat(keys.stand(List.of(sa(3, CBC)))).isZero();
  }

  @Test
  void whatWiresharkDoesNotDecryptIsSaidWithoutKeys() throws IOException {
    IkeKeysFile keys = new IkeKeysFile();
    keys.use(Optional.of(file));
    keys.stand(List.of(sa(7, new IkeAlgorithms(28, 0, 5, 0, 31))));
    assertThat(lines(1).getFirst())
        .startsWith("# 000000000000000a_i 0000000000000007_r: Wireshark does not decrypt")
        .doesNotContain("0505");
  }

  @Test
  void aFileThatOthersHaveOrCanReplaceIsRefused() throws Exception {
    Files.createFile(file);
    for (String mode : List.of("rw-r--r--", "rw-rw----", "rwx------", "r--------")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      refused("expected rw-------");
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.createLink(folder.resolve("second"), file);
    refused("has more than one name");
    Files.delete(file);
    Files.createSymbolicLink(file, folder.resolve("second"));
    refused("is a link");
    Files.delete(file);
    Files.createSymbolicLink(file, folder.resolve("nowhere"));
    refused("is a link");
    assertThat(folder.resolve("nowhere")).doesNotExist();
    Files.delete(file);
    Files.createDirectory(file);
    refused("is no regular file");
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", "-m", "600", file.toString()).start().waitFor())
        .isZero();
    refused("is no regular file");
    Files.delete(file);
    for (String mode : List.of("rwxrwxr-x", "rwxr-xrwx", "rwxrwxrwx")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
      refused("expected one that nobody else can write to");
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(file).doesNotExist();
    file = folder.resolve("none").resolve("file");
    refused("does not exist");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> ExposedFile.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
    IkeKeysFile keys = new IkeKeysFile();
    assertThat(keys.use(Optional.of(file))).isFalse();
    assertThat(keys.exposed()).isEmpty();
    assertThat(keys.stand(List.of(sa(1, CBC)))).isZero();
  }
}
