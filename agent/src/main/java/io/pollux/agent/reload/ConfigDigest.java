package io.pollux.agent.reload;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.config.Credentials;
import io.pollux.agent.config.HaConfig;
import io.pollux.agent.config.InducedConfig;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What both nodes of a pair must have alike, as digests: of each connection's meaning, each
 * pre-shared and post-quantum key, {@code induced-rekey}, and the shared parts of {@code ike},
 * {@code routes} and {@code ha}; and of each key, to name what makes the difference. What belongs
 * to a node (its name, its own addresses, its priority, its hooks, its witnesses, the names of its
 * files) is not in it.
 *
 * @param whole one digest over all groups
 * @param groups digest of the meaning by {@code connections.NAME}, {@code psk.ID}, {@code
 *     connections.NAME.ppk.secret-file}, {@code induced-rekey}, {@code ike}, {@code routes}, {@code
 *     ha}
 * @param keys digest of the value by key
 */
public record ConfigDigest(
    String whole, SortedMap<String, String> groups, SortedMap<String, String> keys) {
  private static final int SHOWN_OCTETS = 8;
  private static final int MOST_KEYS = 4096; // more would be megabytes on the link
  private static final String MAC = "HmacSHA256";

  public ConfigDigest {
    groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
  }

  ConfigDigest(SortedMap<String, String> groups, SortedMap<String, String> keys) {
    this(digest(groups.toString()), groups, keys);
  }

  public static ConfigDigest of(PolluxConfig config) {
    SortedMap<String, String> groups = new TreeMap<>();
    for (ConnectionPolicy c : config.connections()) {
      groups.put(
          ConfigUtil.joinPath("connections", c.name()),
          digest(meaning(c) + config.network().tunnel(c.name()) + revocation(config, c.name())));
      c.auth()
          .ppk()
          .flatMap(ppk -> config.credentials().ppk(c.name(), ppk.id()))
          .ifPresent(ppk -> groups.put(ppkFile(c.name()), digest(ppk)));
    }
    InducedConfig induced = config.induced();
    groups.put("induced-rekey", digest(induced.policy() + "|" + induced.intervalNs()));
    config
        .secrets()
        .digests(ConfigDigest::digest)
        .forEach((id, digest) -> groups.put(ConfigUtil.joinPath("psk", id), digest));
    groups.put("ike", digest(config.ike().toString()));
    groups.put("routes", digest(config.network().routes().toString()));
    config.ha().ifPresent(ha -> groups.put("ha", digest(shared(ha))));
    SortedMap<String, String> keys = new TreeMap<>();
    config
        .keys()
        .forEach(
            (key, value) -> {
              if (groups.containsKey(group(key)) && !ofNode(key)) {
                keys.put(key, digest(value));
              }
            });
    return new ConfigDigest(groups, keys.size() > MOST_KEYS ? new TreeMap<>() : keys);
  }

  /** What differs, each named as an operator finds it in the files; empty = alike. */
  public List<String> differing(ConfigDigest other) {
    List<String> all = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(groups.keySet());
    names.addAll(other.groups.keySet());
    for (String name : names) {
      String here = groups.get(name);
      String there = other.groups.get(name);
      if (here == null || there == null) {
        all.add(name + (here == null ? " (only on the other node)" : " (only on this node)"));
      } else if (!here.equals(there)) {
        List<String> inside = inside(name, other);
        boolean unnamed = inside.isEmpty();
        boolean files = unnamed && !keys.isEmpty() && !name.startsWith("psk.");
        all.addAll(unnamed ? List.of(name + (files ? " (content of a file)" : "")) : inside);
      }
    }
    return all;
  }

  private List<String> inside(String group, ConfigDigest other) {
    if (other.keys.isEmpty() || keys.isEmpty()) {
      return List.of();
    }
    TreeSet<String> names = new TreeSet<>(keys.keySet());
    names.addAll(other.keys.keySet());
    return names.stream()
        .filter(key -> group(key).equals(group))
        .filter(key -> !Optional.ofNullable(keys.get(key)).equals(at(other, key)))
        .toList();
  }

  private static Optional<String> at(ConfigDigest other, String key) {
    return Optional.ofNullable(other.keys.get(key));
  }

  private static String group(String key) {
    List<String> path = ConfigUtil.splitPath(key);
    return path.getFirst().equals("connections") && path.size() > 1
        ? ConfigUtil.joinPath(path.subList(0, 2))
        : path.getFirst();
  }

  /** Named as the key is, for that is where the operator finds it. */
  private static String ppkFile(String connection) {
    return ConfigUtil.joinPath("connections", connection, "ppk", "secret-file");
  }

  /** May differ from node to node: of {@code ha} whatever {@link #shared} does not look at. */
  private static boolean ofNode(String key) {
    List<String> path = ConfigUtil.splitPath(key);
    if (!path.getFirst().equals("ha") || path.size() < 2) {
      return false;
    }
    String last = path.getLast();
    return switch (path.get(1)) {
      case "jump", "inbound-window", "rekey-after-takeover", "external", "barrier", "counters" ->
          false;
      case "addresses" -> !last.equals("addresses");
      case "vrrp" ->
          !(path.size() == 5 && List.of("vrid", "addresses").contains(last)
              || path.size() == 3 && last.equals("advert-interval"));
      default -> true;
    };
  }

  private static String shared(HaConfig ha) {
    StringBuilder all = new StringBuilder();
    all.append(ha.jump()).append(ha.strictInbound()).append(ha.rekeyAfterTakeover());
    all.append(ha.external()).append(ha.pollNs()).append(ha.barrierBoundNs());
    all.append(ha.vrrp().advertNs());
    ha.vrrp()
        .instances()
        .forEach(i -> all.append(i.name()).append(i.vrid()).append(i.addresses()).append(';'));
    return all.toString();
  }

  /**
   * Where news of revoked certificates come from, and whether the peer is redundant. Files are
   * called as each node likes, and are renewed when they are: that there are as many is all.
   */
  private static String revocation(PolluxConfig config, String connection) {
    Credentials.RevocationFiles files = config.credentials().revocation(connection);
    return "|"
        + files.crls().size()
        + files.crlUrls()
        + files.ocspResponses().size()
        + files.ocspUrls()
        + config.induced().redundant().contains(connection);
  }

  private static String meaning(ConnectionPolicy c) {
    StringBuilder all = new StringBuilder();
    all.append(c.localAddress().getHostAddress()).append('|');
    all.append(c.remoteAddress().map(a -> a.getHostAddress()).orElse("")).append('|');
    all.append(c.localId()).append('|').append(c.remoteId()).append('|');
    all.append(c.proposals()).append(c.ikeRekey()).append(c.livenessNs());
    all.append(c.forceUdpEncap()).append(c.children()).append(c.reauth()).append('|');
    c.auth()
        .ppk()
        .ifPresent(
            ppk -> {
              all.append(HexFormat.of().formatHex(ppk.id().toArray()));
              all.append(ppk.required()).append('|');
            });
    auth(c.auth(), octets -> all.append(HexFormat.of().formatHex(octets.toArray())).append(','));
    return all.append(kinds(c.auth())).toString();
  }

  private static String kinds(AuthPolicy auth) {
    String local =
        switch (auth.local()) {
          case AuthPolicy.Local.Psk _ -> "psk";
          case AuthPolicy.Local.Signature s -> "signature " + s.schemes() + s.sha1();
        };
    return local
        + switch (auth.remote()) {
          case AuthPolicy.Remote.Psk _ -> " psk";
          case AuthPolicy.Remote.Certificate c ->
              " certificate " + c.schemes() + c.trust().revocation() + c.trust().sha1();
          case AuthPolicy.Remote.PublicKey k -> " key " + k.schemes();
        };
  }

  /** The public keys and certificates, whole. */
  private static void auth(AuthPolicy auth, Consumer<Octets> each) {
    switch (auth.local()) {
      case AuthPolicy.Local.Psk _ -> {}
      case AuthPolicy.Local.Signature s -> {
        each.accept(s.spki());
        s.chain().forEach(each);
      }
    }
    switch (auth.remote()) {
      case AuthPolicy.Remote.Psk _ -> {}
      case AuthPolicy.Remote.Certificate c -> c.trust().anchors().forEach(each);
      case AuthPolicy.Remote.PublicKey k -> k.keys().forEach(each);
    }
  }

  private static String digest(String text) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, SHOWN_OCTETS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** For the other node alone, which has every key that this one could give away. */
  private static String digest(Secret secret) {
    return secret.use(
        key -> {
          try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            byte[] all = mac.doFinal("pollux configuration".getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, SHOWN_OCTETS);
          } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
          }
        });
  }
}
