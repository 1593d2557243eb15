package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.peer.Libreswan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A tunnel with libreswan, from either side, with every rekey by either side. */
@LabTest
@Tag("long")
@ExtendWith(Evidence.class)
class LibreswanTest {
  private static final Tunnel BY_POLLUX = Tunnel.number(1);
  private static final Tunnel BY_LIBRESWAN = Tunnel.number(2);
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.startPollux("", BY_POLLUX, BY_LIBRESWAN);
    Path folder = directory.resolve("l");
    Libreswan.database(folder);
    lab.libreswan =
        Libreswan.start(
            lab.ns,
            "swan",
            folder,
            connection(BY_POLLUX) + connection(BY_LIBRESWAN),
            secret(BY_POLLUX) + secret(BY_LIBRESWAN),
            List.of(BY_POLLUX.name(), BY_LIBRESWAN.name()));
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static String connection(Tunnel tunnel) {
    return """
        conn %1$s
          left=%2$s
          leftid=@%3$s
          leftsubnet=10.2.%4$d.0/24
          right=192.0.2.1
          rightid=@pollux.example
          rightsubnet=10.1.%4$d.0/24
          authby=secret
          ikev2=insist
          ike=aes_gcm256-sha2_384-dh31
          esp=aes_gcm256
          pfs=no
          leftupdown=%%disabled
          auto=add

        """
        .formatted(tunnel.name(), tunnel.swanAddress(), tunnel.id(), tunnel.number);
  }

  private static String secret(Tunnel tunnel) {
    return "@%s @pollux.example : PSK \"%s\"\n".formatted(tunnel.id(), Tunnel.SECRET);
  }

  @Test
  void polluxInitiates() {
    lab.pollux.ctl("up", BY_POLLUX.name()).orFail();
    carriesAndIsRekeyed(BY_POLLUX);
    lab.pollux.ctl("down", BY_POLLUX.name(), "--yes").orFail();
    ended(BY_POLLUX);
  }

  @Test
  void libreswanInitiates() {
    lab.libreswan.initiate(BY_LIBRESWAN.name()).orFail();
    carriesAndIsRekeyed(BY_LIBRESWAN);
    lab.libreswan.whack("--terminate", "--name", BY_LIBRESWAN.name());
    ended(BY_LIBRESWAN);
  }

  private static void ended(Tunnel tunnel) {
    Lab.until(() -> lab.both(tunnel).isEmpty(), "the end of Pollux's SAs");
    Lab.until(() -> lab.libreswan.states(tunnel.name()).isEmpty(), "the end of libreswan's SAs");
  }

  private static void carriesAndIsRekeyed(Tunnel tunnel) {
    standsAndCarries(tunnel);
    for (String what : List.of("--rekey-ipsec", "--rekey-ike")) {
      lab.libreswan.whack(what, "--name", tunnel.name()).orFail();
      standsAndCarries(tunnel);
    }
    lab.pollux.ctl("rekey", tunnel.name(), "net").orFail();
    standsAndCarries(tunnel);
    lab.pollux.ctl("rekey", tunnel.name(), "--ike").orFail();
    standsAndCarries(tunnel);
  }

  private static void standsAndCarries(Tunnel tunnel) {
    Lab.until(
        () -> {
          List<Libreswan.State> states = lab.libreswan.states(tunnel.name());
          return states.size() == 2
              && states.stream().anyMatch(Libreswan.State::ike)
              && states.stream().anyMatch(Libreswan.State::child)
              && lab.both(tunnel).size() == 2;
        },
        "one IKE SA and one Child SA");
    lab.ping(tunnel, 0);
    assertThat(lab.both(tunnel)).allSatisfy(sa -> assertThat(sa.drops()).isZero());
  }
}
