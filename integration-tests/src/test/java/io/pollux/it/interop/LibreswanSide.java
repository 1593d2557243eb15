package io.pollux.it.interop;

import io.pollux.it.interop.Combination.Auth;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.peer.Libreswan;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** libreswan as the peer of a row. */
final class LibreswanSide implements FarSide {
  private final Libreswan daemon;

  private LibreswanSide(Libreswan daemon) {
    this.daemon = daemon;
  }

  static LibreswanSide start(
      Namespaces ns, Path directory, MatrixKeys keys, List<Combination> rows) {
    Libreswan.database(directory);
    Libreswan.trust(directory, "root", keys.file("root.crt"));
    Libreswan.trust(directory, "inter", keys.file("inter.crt"));
    for (Auth auth : MatrixKeys.kinds(rows)) {
      String name = MatrixKeys.peer(auth);
      Libreswan.identity(directory, name, keys.file(name + ".crt"), keys.file(name + ".key"));
    }
    String connections =
        rows.stream().map(row -> connection(row, keys)).collect(Collectors.joining());
    String secrets =
        rows.stream()
            .filter(row -> row.auth() == Auth.PSK)
            .map(
                row ->
                    "@%s @%s : PSK \"%s\"\n".formatted(row.id(), Tunnel.POLLUX_ID, Tunnel.SECRET))
            .collect(Collectors.joining());
    List<String> names = rows.stream().map(Combination::name).toList();
    String namespace = MatrixNet.namespace(Combination.Peer.LIBRESWAN);
    return new LibreswanSide(
        Libreswan.start(ns, namespace, directory, connections, secrets, names));
  }

  private static String connection(Combination row, MatrixKeys keys) {
    return """
        conn %s
          auto=add
          ikev2=insist
          left=%s
          leftid=@%s
          leftsubnet=%s
          leftupdown=%%disabled
          right=%s
          rightid=@%s
          rightsubnet=%s
          ike=%s-%s
          esp=%s
          pfs=%s
          esn=%s
          fragmentation=%s
        %s
        """
        .formatted(
            row.name(),
            row.peerAddress(),
            row.id(),
            row.peerNet(),
            row.polluxSeen(),
            Tunnel.POLLUX_ID,
            row.polluxNet(),
            row.suite().libreswanIke(),
            row.kex().libreswan,
            row.suite().libreswanEsp,
            row.pfs() ? "yes" : "no",
            row.suite().esn() ? "yes" : "no",
            row.fragments() ? "force" : "no",
            auth(row.auth(), keys));
  }

  private static String auth(Auth auth, MatrixKeys keys) {
    if (auth == Auth.PSK) {
      return "  authby=secret\n";
    }
    String how = "  authby=" + auth.authby + "\n";
    if (auth == Auth.RAW_RSA) {
      return how
          + "  leftrsasigkey=%s\n  rightrsasigkey=%s\n"
              .formatted(
                  keys.rfc3110(MatrixKeys.peer(auth)), keys.rfc3110(MatrixKeys.pollux(auth)));
    }
    return how
        + "  leftcert=%s\n  leftsendcert=always\n  sendca=all\n  rightca=%%same\n"
            .formatted(MatrixKeys.peer(auth));
  }

  @Override
  public Ran initiate(Combination row) {
    return daemon.initiate(row.name());
  }

  @Override
  public Ran rekeyChild(Combination row) {
    return daemon.whack("--rekey-ipsec", "--name", row.name());
  }

  @Override
  public Ran rekeyIke(Combination row) {
    return daemon.whack("--rekey-ike", "--name", row.name());
  }

  @Override
  public void terminate(Combination row) {
    daemon.whack("--terminate", "--name", row.name());
  }

  @Override
  public Seen seen(Combination row) {
    List<Libreswan.State> all = daemon.states(row.name());
    long ike = all.stream().filter(Libreswan.State::ike).count();
    long children = all.stream().filter(Libreswan.State::child).count();
    return new Seen(ike, children, ike + children == all.size());
  }

  @Override
  public String log() {
    return daemon.log();
  }

  @Override
  public void close() {
    daemon.close();
  }
}
