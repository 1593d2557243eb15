package io.pollux.it.interop;

import io.pollux.it.interop.Combination.Auth;
import io.pollux.it.interop.Combination.Way;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.peer.PolluxDaemon;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Pollux: what it reads for a row; and as the peer of itself. */
final class PolluxSide implements FarSide {
  private final PolluxDaemon daemon;

  private PolluxSide(PolluxDaemon daemon) {
    this.daemon = daemon;
  }

  /** The daemon that the table is about. */
  static PolluxDaemon near(Namespaces ns, Path directory, MatrixKeys keys, List<Combination> rows) {
    StringBuilder text = new StringBuilder("connections {\n");
    Map<String, String> psks = new LinkedHashMap<>();
    for (Combination row : rows) {
      text.append(connection(row, keys, End.near(row), End.far(row)));
      if (row.auth() == Auth.PSK) {
        psks.put(row.id(), Tunnel.SECRET);
      }
    }
    return PolluxDaemon.start(ns, "pollux", directory, text.append("}\n").toString(), psks);
  }

  /** Another one, as the peer. */
  static PolluxSide far(Namespaces ns, Path directory, MatrixKeys keys, List<Combination> rows) {
    StringBuilder text = new StringBuilder("connections {\n");
    rows.forEach(row -> text.append(connection(row, keys, End.far(row), End.near(row))));
    String namespace = MatrixNet.namespace(Combination.Peer.POLLUX);
    return new PolluxSide(
        PolluxDaemon.start(ns, namespace, directory, text.append("}\n").toString(), Map.of()));
  }

  /** One end of a row: its address as it knows it itself, and as the other one does. */
  private record End(String own, String seen, String id, String net, String key, String way) {
    static End near(Combination row) {
      return new End(
          row.polluxAddress(),
          row.polluxSeen(),
          Tunnel.POLLUX_ID,
          row.polluxNet(),
          MatrixKeys.pollux(row.auth()),
          row.way().word);
    }

    static End far(Combination row) {
      return new End(
          row.peerAddress(),
          row.peerSeen(),
          row.id(),
          row.peerNet(),
          MatrixKeys.peer(row.auth()),
          Way.POLICY.word);
    }
  }

  private static String connection(Combination row, MatrixKeys keys, End own, End other) {
    return """
          %s {
            local { address = "%s", id = %s, %s }
            remote { address = "%s", id = %s, %s }
            proposals = [%s]
            interface = %s
            children { net { local-ts = ["%s"], remote-ts = ["%s"], esp-proposals = [%s] } }
          }
        """
        .formatted(
            row.name(),
            own.own,
            own.id,
            local(row.auth(), keys, own.key),
            other.seen,
            other.id,
            remote(row.auth(), keys, other.key),
            row.ikeWords(),
            own.way,
            own.net,
            other.net,
            row.espWords());
  }

  private static String local(Auth auth, MatrixKeys keys, String key) {
    if (auth == Auth.PSK) {
      return "auth = psk";
    }
    String what =
        auth.raw()
            ? "auth = pubkey, public-key = \"%s\"".formatted(keys.file(key + ".pub"))
            : "auth = cert, certificate = \"%s\"".formatted(keys.file(key + ".chain"));
    return what + ", key = \"" + keys.file(key + ".key") + "\"" + scheme(auth);
  }

  private static String remote(Auth auth, MatrixKeys keys, String key) {
    if (auth == Auth.PSK) {
      return "auth = psk";
    }
    String what =
        auth.raw()
            ? "auth = pubkey, public-key = \"%s\"".formatted(keys.file(key + ".pub"))
            : "auth = cert, revocation = off, ca = \"%s\"".formatted(keys.file("root.crt"));
    return what + scheme(auth);
  }

  private static String scheme(Auth auth) {
    return auth == Auth.RSA_SHA1 ? ", sha1 = true" : ", signatures = [" + auth.scheme + "]";
  }

  @Override
  public Ran initiate(Combination row) {
    return daemon.ctl("up", row.name());
  }

  @Override
  public Ran rekeyChild(Combination row) {
    return daemon.ctl("rekey", row.name(), "net");
  }

  @Override
  public Ran rekeyIke(Combination row) {
    return daemon.ctl("rekey", row.name(), "--ike");
  }

  @Override
  public void terminate(Combination row) {
    daemon.ctl("down", row.name(), "--yes");
  }

  @Override
  public Seen seen(Combination row) {
    List<Sas.Ike> all = Sas.of(daemon, row.name());
    return new Seen(all.size(), all.stream().mapToLong(sa -> sa.children().size()).sum(), true);
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
