package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.peer.RawReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each transform at least once, from either side; and proposals that first do not fit. */
@LabTest
@ExtendWith(Evidence.class)
class AlgorithmsTest {
  /** One combination: the words of both sides' proposals, and who starts. */
  record Row(int number, boolean byPollux, String ike, String esp) {
    /** strongSwan has no word for what it does without being told. */
    Tunnel tunnel() {
      return Tunnel.number(number).ike(ike).esp(esp, esp.replace("-noesn", ""));
    }

    @Override
    public String toString() {
      return "%2d %-10s  %-34s %s".formatted(number, byPollux ? "Pollux" : "strongSwan", ike, esp);
    }
  }

  private static final List<Row> TABLE =
      List.of(
          new Row(1, true, "aes256gcm16-prfsha384-x25519", "aes256gcm16-esn"),
          new Row(2, false, "aes256gcm16-prfsha512-ecp256", "aes128gcm16-esn"),
          new Row(3, true, "aes128gcm16-prfsha256-ecp384", "aes128gcm16-noesn"),
          new Row(4, false, "aes128-sha256-modp2048", "aes256-sha256-noesn"),
          new Row(5, true, "aes256-sha384-x25519", "aes256-sha256-esn"),
          new Row(6, false, "aes256-sha512-ecp384", "aes128-sha512-noesn"),
          new Row(7, true, "chacha20poly1305-prfsha256-x25519", "chacha20poly1305-esn"),
          new Row(8, false, "chacha20poly1305-prfsha384-ecp256", "chacha20poly1305-noesn"),
          new Row(9, true, "aes128-sha256-ecp256", "aes128-sha384-esn"),
          new Row(10, false, "aes256gcm16-prfsha256-modp3072", "aes256gcm16-x25519-noesn"),
          new Row(11, true, "aes256-sha256-modp2048", "aes256-sha512-esn"),
          new Row(12, false, "aes192-sha384-ecp384", "aes192gcm16-esn"),
          new Row(13, true, "aes192gcm16-prfsha512-ecp521", "aes192-sha256-noesn"),
          new Row(14, false, "aes256gcm12-prfsha384-x25519", "aes256gcm12-esn"),
          new Row(15, true, "aes256gcm8-prfsha256-ecp256", "aes128gcm8-noesn"),
          new Row(16, false, "aes128-sha1-modp4096", "aes128-sha1-noesn"));

  private static final Tunnel OTHER_GROUP_FIRST =
      Tunnel.number(20).ike("aes256gcm16-prfsha384-ecp384-x25519", "aes256gcm16-prfsha384-x25519");
  private static final Tunnel SWAN_OTHER_GROUP_FIRST =
      Tunnel.number(21).ike("aes256gcm16-prfsha384-x25519", "aes256gcm16-prfsha384-ecp384-x25519");
  private static final Tunnel CHILD_OTHER_GROUP_FIRST =
      Tunnel.number(22).esp("aes256gcm16-ecp384-x25519-esn", "aes256gcm16-x25519-esn");
  private static final Tunnel SWAN_CHILD_OTHER_GROUP_FIRST =
      Tunnel.number(23).esp("aes256gcm16-x25519-esn", "aes256gcm16-ecp384-x25519-esn");
  private static final Tunnel DEFAULTS = Tunnel.number(24).swan("# defaults");

  private static final List<String> RESULTS = new ArrayList<>();
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    Tunnel[] all =
        Stream.concat(
                TABLE.stream().map(Row::tunnel),
                Stream.of(
                    OTHER_GROUP_FIRST,
                    SWAN_OTHER_GROUP_FIRST,
                    CHILD_OTHER_GROUP_FIRST,
                    SWAN_CHILD_OTHER_GROUP_FIRST,
                    DEFAULTS.ike("aes256gcm16-prfsha384-x25519, aes256-sha256-ecp256", "default")))
            .toArray(Tunnel[]::new);
    lab.startPollux("", all);
    lab.startSwan("", all);
  }

  @AfterAll
  static void stop() {
    System.out.println("      initiator   IKE                                ESP");
    RESULTS.forEach(line -> System.out.println("      " + line));
    lab.close();
  }

  static Stream<Row> table() {
    return TABLE.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void aTunnelComesUpIsRekeyedAndCarriesPings(Row row) {
    Tunnel tunnel = row.tunnel();
    up(tunnel, row.byPollux);
    lab.ping(tunnel, 0);
    Sas.Ike ours = Sas.only(lab.pollux, tunnel).orElseThrow();
    String words = row.ike.contains("prf") ? row.ike : withPrf(row.ike);
    assertThat(ours.algorithms()).isEqualTo(words);
    assertThat(ours.originalInitiator()).isEqualTo(row.byPollux);
    // The key exchange word of a child counts at its rekey only.
    assertThat(ours.child("net").algorithms()).isEqualTo(row.esp.replace("-x25519", ""));
    RawReport theirs = lab.swanChildren(tunnel).getFirst();
    assertThat(theirs.value("esn").isPresent()).isEqualTo(row.esp.endsWith("-esn"));

    lab.pollux.ctl("rekey", tunnel.name(), "net").orFail(); // keys of other lengths once more
    lab.pollux.ctl("rekey", tunnel.name(), "--ike").orFail();
    Lab.until(() -> lab.both(tunnel).size() == 2, "the end of the old SAs");
    lab.ping(tunnel, 0);
    assertThat(lab.both(tunnel))
        .allSatisfy(sa -> assertThat(sa.packets()).isPositive())
        .allSatisfy(sa -> assertThat(sa.drops()).isZero());
    lab.pollux.ctl("down", tunnel.name(), "--yes").orFail();
    RESULTS.add(row.toString());
  }

  private static void up(Tunnel tunnel, boolean byPollux) {
    if (byPollux) {
      lab.pollux.ctl("up", tunnel.name()).orFail();
    } else {
      lab.swan.initiate(tunnel.swanChild("net")).orFail();
    }
  }

  private static String withPrf(String ike) {
    String[] words = ike.split("-");
    return words[0] + "-" + words[1] + "-prf" + words[1] + "-" + words[2];
  }

  @Test
  void polluxTriesTheGroupThatStrongSwanWants() {
    up(OTHER_GROUP_FIRST, true);

    lab.ping(OTHER_GROUP_FIRST, 0);
    assertThat(Sas.only(lab.pollux, OTHER_GROUP_FIRST).orElseThrow().algorithms())
        .endsWith("-x25519");
  }

  @Test
  void strongSwanTriesTheGroupThatPolluxWants() {
    up(SWAN_OTHER_GROUP_FIRST, false);

    lab.ping(SWAN_OTHER_GROUP_FIRST, 0);
    assertThat(Sas.counter(lab.pollux, "sent_invalid_ke_payload")).isPositive();
  }

  @Test
  void polluxTriesTheGroupThatStrongSwanWantsForAChild() {
    up(CHILD_OTHER_GROUP_FIRST, true);

    lab.pollux.ctl("rekey", CHILD_OTHER_GROUP_FIRST.name(), "net").orFail();

    lab.ping(CHILD_OTHER_GROUP_FIRST, 0);
    assertThat(lab.swan.log()).contains("DH group ECP_384 unacceptable, requesting CURVE_25519");
  }

  @Test
  void strongSwanTriesTheGroupThatPolluxWantsForAChild() {
    Tunnel tunnel = SWAN_CHILD_OTHER_GROUP_FIRST;
    up(tunnel, false);
    String before = Sas.only(lab.pollux, tunnel).orElseThrow().child("net").spiIn();

    lab.swan.swanctl("--rekey", "--child", tunnel.swanChild("net")).orFail();

    Lab.until(
        () ->
            Sas.only(lab.pollux, tunnel)
                .filter(sa -> sa.children().size() == 1)
                .filter(sa -> !sa.child("net").spiIn().equals(before))
                .isPresent(),
        "strongSwan's rekey");
    lab.ping(tunnel, 0);
  }

  /** The long list that strongSwan offers by itself. */
  @Test
  void strongSwansDefaultProposalIsUnderstood() {
    up(DEFAULTS, false);

    lab.ping(DEFAULTS, 0);
  }
}
