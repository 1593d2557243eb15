package io.pollux.it.interop;

import io.pollux.it.interop.Combination.Auth;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.peer.RawReport;
import io.pollux.it.peer.StrongSwan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** strongSwan as the peer of a row. */
final class SwanSide implements FarSide {
  private final StrongSwan daemon;

  private SwanSide(StrongSwan daemon) {
    this.daemon = daemon;
  }

  static SwanSide start(Namespaces ns, Path directory, MatrixKeys keys, List<Combination> rows) {
    Path swanctl = directory.resolve("swanctl");
    copy(keys, "root.crt", swanctl.resolve("x509ca"));
    copy(keys, "inter.crt", swanctl.resolve("x509ca"));
    for (Auth auth : MatrixKeys.kinds(rows)) {
      copy(keys, MatrixKeys.peer(auth) + ".key", swanctl.resolve("private"));
      if (auth.raw()) {
        copy(keys, MatrixKeys.peer(auth) + ".pub", swanctl.resolve("pubkey"));
        copy(keys, MatrixKeys.pollux(auth) + ".pub", swanctl.resolve("pubkey"));
      } else {
        copy(keys, MatrixKeys.peer(auth) + ".crt", swanctl.resolve("x509"));
      }
    }
    String text =
        rows.stream()
                .map(SwanSide::connection)
                .collect(Collectors.joining("", "connections {\n", "}\n"))
            + rows.stream()
                .filter(row -> row.auth() == Auth.PSK)
                .map(SwanSide::secret)
                .collect(Collectors.joining("", "secrets {\n", "}\n"));
    String namespace = MatrixNet.namespace(Combination.Peer.STRONGSWAN);
    // It keeps a replaced inbound SA for 5 s otherwise.
    return new SwanSide(
        StrongSwan.start(ns, namespace, directory, text, "delete_rekeyed_delay = 1"));
  }

  private static void copy(MatrixKeys keys, String name, Path folder) {
    try {
      Files.createDirectories(folder);
      Files.copy(keys.file(name), folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String connection(Combination row) {
    return """
          %1$s {
            version = 2
            mobike = no
            fragmentation = %2$s
            local_addrs = %3$s
            remote_addrs = %4$s
            proposals = %5$s
            local {
              id = %6$s
              %7$s
            }
            remote {
              id = %8$s
              %9$s
            }
            children {
              %1$s-net {
                local_ts = %10$s
                remote_ts = %11$s
                esp_proposals = %12$s
              }
            }
          }
        """
        .formatted(
            row.name(),
            row.fragments() ? "yes" : "no",
            row.peerAddress(),
            row.polluxSeen(),
            row.ikeWords(),
            row.id(),
            local(row.auth()),
            Tunnel.POLLUX_ID,
            remote(row.auth()),
            row.peerNet(),
            row.polluxNet(),
            row.espWords().replace("-noesn", "")); // it has no word for that
  }

  private static String local(Auth auth) {
    String key = MatrixKeys.peer(auth);
    if (auth == Auth.PSK) {
      return "auth = psk";
    }
    return auth.raw()
        ? "auth = " + scheme(auth) + "\n      pubkeys = " + key + ".pub"
        : "auth = " + scheme(auth) + "\n      certs = " + key + ".crt";
  }

  private static String remote(Auth auth) {
    if (auth == Auth.PSK) {
      return "auth = psk";
    }
    return auth.raw()
        ? "auth = pubkey\n      pubkeys = " + MatrixKeys.pollux(auth) + ".pub"
        : "auth = pubkey\n      cacerts = root.crt";
  }

  /** Its word for how it signs, where a key leaves a choice. */
  private static String scheme(Auth auth) {
    return switch (auth) {
      case RSA_PSS, RAW_RSA -> "rsa/pss-sha256";
      case RSA_PKCS1 -> "rsa-sha256";
      case PSK, ECDSA_256, ECDSA_384, ECDSA_521, RSA_SHA1, ED25519, ED448, RAW_ECDSA, RAW_ED25519 ->
          "pubkey";
    };
  }

  private static String secret(Combination row) {
    return "  ike-%s {\n    id-1 = %s\n    secret = \"%s\"\n  }\n"
        .formatted(row.name(), row.id(), Tunnel.SECRET);
  }

  @Override
  public Ran initiate(Combination row) {
    return daemon.initiate(row.name() + "-net");
  }

  @Override
  public Ran rekeyChild(Combination row) {
    return daemon.swanctl("--rekey", "--child", row.name() + "-net");
  }

  @Override
  public Ran rekeyIke(Combination row) {
    return daemon.swanctl("--rekey", "--ike", row.name());
  }

  @Override
  public void terminate(Combination row) {
    daemon.swanctl("--terminate", "--ike", row.name());
  }

  @Override
  public Seen seen(Combination row) {
    List<RawReport> all =
        daemon.sas().stream()
            .map(event -> event.section(row.name()))
            .filter(sa -> !sa.values().isEmpty())
            .toList();
    List<RawReport> children =
        all.stream().flatMap(sa -> sa.section("child-sas").sections().values().stream()).toList();
    long established = all.stream().filter(sa -> in(sa, "ESTABLISHED")).count();
    long installed = children.stream().filter(sa -> in(sa, "INSTALLED")).count();
    return new Seen(
        established, installed, established == all.size() && installed == children.size());
  }

  private static boolean in(RawReport sa, String state) {
    return sa.value("state").filter(state::equals).isPresent();
  }

  @Override
  public String log() {
    return daemon.log();
  }

  @Override
  public void close() {
    daemon.kill();
  }
}
