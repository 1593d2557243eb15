package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.convert.IpsecFile.Resolved;
import io.pollux.agent.convert.IpsecFile.Value;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * strongSwan's and libreswan's ipsec.conf as pollux.conf(5). A connection that cannot work without
 * what has no counterpart here is left out as a whole, so that the rest is a valid configuration.
 */
public final class IpsecImport {
  /** Of {@code config setup}: logs, and what is always so. */
  private static final Set<String> HARMLESS_SETUP =
      Set.of(
          "charondebug",
          "plutodebug",
          "klipsdebug",
          "logfile",
          "logtime",
          "logappend",
          "logip",
          "audit-log",
          "protostack",
          "nat_traversal",
          "virtual_private",
          "virtual-private",
          "uniqueids",
          "interfaces",
          "nhelpers",
          "dumpdir",
          "statsbin",
          "nssdir",
          "ipsecdir",
          "secretsfile",
          "cachecrls",
          "charonstart",
          "plutostart",
          "plutostderrlog",
          "oe",
          "keep-alive",
          "keep_alive",
          "force_keepalive",
          "dnssec-enable",
          "ikev1-policy",
          "strictcrlpolicy",
          "crl-strict");

  /** Of the machine that the file was written for. */
  public interface Host {
    /** Whether it has this address. */
    boolean owns(InetAddress address);

    /** The address from which it reaches this one. */
    Optional<InetAddress> towards(InetAddress peer);
  }

  /** Why a connection is left out. */
  static final class LeftOut extends Exception {
    private static final long serialVersionUID = 1L;

    LeftOut(Place place, String what) {
      super(place + ": " + what);
    }
  }

  /** What all connections share. */
  record Surroundings(
      IpsecSecrets secrets,
      boolean secretsGiven,
      boolean libreswan,
      boolean strictRevocation,
      List<String> authorities,
      List<String> crls,
      List<String> responders,
      Host host) {}

  private final Set<String> notes = new LinkedHashSet<>();

  private IpsecImport() {}

  /**
   * Translates.
   *
   * @param conf ipsec.conf; what it includes is read too
   * @param secrets ipsec.secrets; empty = not given
   * @param secretsFile the name that the configuration gives to the file with the secrets
   * @throws IllegalArgumentException a text that is no ipsec.conf, with the line
   */
  public static SwanctlImport.Result translate(
      Source conf, Optional<Source> secrets, String secretsFile, Host host) {
    Includes ofConf = new Includes(conf);
    IpsecFile file = IpsecFile.parse(conf, ofConf);
    List<Path> read = new ArrayList<>(ofConf.files());
    IpsecSecrets keys = IpsecSecrets.none();
    if (secrets.isPresent()) {
      Includes ofSecrets = new Includes(secrets.get());
      keys = IpsecSecrets.parse(secrets.get(), ofSecrets);
      read.addAll(ofSecrets.files());
    }
    IpsecImport all = new IpsecImport();
    all.notes.addAll(ofConf.notes());
    return all.translate(file, keys, secrets.isPresent(), secretsFile, host, read);
  }

  /** Who else may read a file with keys: a sentence, if anybody may. */
  public static Optional<String> openTo(Path file) {
    return IpsecSecrets.openTo(file);
  }

  private SwanctlImport.Result translate(
      IpsecFile file,
      IpsecSecrets secrets,
      boolean given,
      String secretsFile,
      Host host,
      List<Path> read) {
    boolean strict = setup(file);
    List<String> authorities = new ArrayList<>();
    List<String> crls = new ArrayList<>();
    List<String> responders = new ArrayList<>();
    for (Resolved ca : file.all("ca")) {
      authority(ca, authorities, crls, responders);
    }
    Surroundings around =
        new Surroundings(
            secrets, given, isLibreswan(file), strict, authorities, crls, responders, host);
    Map<String, String> psks = new LinkedHashMap<>();
    Map<String, String> passphrases = new LinkedHashMap<>();
    Map<String, List<String>> children = new LinkedHashMap<>(); // by the text of the IKE SA
    Map<String, String> names = new LinkedHashMap<>();
    for (Resolved conn : file.all("conn")) {
      try {
        if (!wanted(conn, file)) {
          continue;
        }
        IpsecConnection one = new IpsecConnection(conn, around, notes);
        Map<String, String> keys = new LinkedHashMap<>(psks);
        Map<String, String> words = new LinkedHashMap<>(passphrases);
        String ike = one.ike(keys, words);
        List<String> texts = one.children();
        psks.putAll(keys); // nothing of a connection that is left out
        passphrases.putAll(words);
        names.putIfAbsent(ike, conn.name());
        children.computeIfAbsent(ike, _ -> new ArrayList<>()).addAll(texts);
      } catch (LeftOut why) {
        notes.add(why.getMessage());
      }
    }
    secrets.notes().forEach(note -> notes.add("secrets: " + note));
    for (IpsecSecrets.Entry entry : secrets.entries()) {
      if (!entry.used) {
        notes.add("secrets: " + entry.place + ": nobody here uses this " + entry.shown());
      }
    }
    StringBuilder out = new StringBuilder();
    if (psks.size() + passphrases.size() > 0) {
      out.append("secrets = [").append(ConfigUtil.quoteString(secretsFile)).append("]\n");
    }
    out.append("connections {\n");
    names.forEach(
        (ike, name) -> {
          out.append("  ").append(ConfigUtil.quoteString(name)).append(" {\n").append(ike);
          out.append("    children {\n");
          children.get(ike).forEach(out::append);
          out.append("    }\n  }\n");
        });
    out.append("}\n");
    return new SwanctlImport.Result(
        out.toString(),
        map("psk", psks) + map("passphrases", passphrases),
        Map.of(),
        List.copyOf(notes),
        read);
  }

  private static String map(String section, Map<String, String> values) {
    if (values.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder(section + " {\n");
    values.forEach(
        (key, value) -> text.append("  " + ConfigUtil.quoteString(key) + " = " + value + "\n"));
    return text.append("}\n").toString();
  }

  /** Whether certificates need current revocation lists. */
  private boolean setup(IpsecFile file) {
    boolean strict = false;
    for (Resolved setup : file.all("config")) {
      for (Map.Entry<String, Value> e : setup.values().entrySet()) {
        String text = e.getValue().text();
        if (e.getKey().matches("strictcrlpolicy|crl-strict")) {
          strict |= IpsecWords.yes(text);
          if (text.equals("ifuri")) {
            note(e.getValue(), e.getKey(), "is ifuri; see remote.revocation");
          }
        } else if (!HARMLESS_SETUP.contains(e.getKey())) {
          note(e.getValue(), e.getKey(), "has no counterpart");
        }
      }
    }
    return strict;
  }

  private void authority(
      Resolved ca, List<String> authorities, List<String> crls, List<String> responders) {
    ca.values()
        .forEach(
            (key, value) -> {
              switch (key) {
                case "cacert" ->
                    authorities.add(IpsecConnection.path("/etc/ipsec.d/cacerts/", value.text()));
                case "crluri", "crluri1", "crluri2" -> {
                  if (value.text().startsWith("http://")) {
                    crls.add(value.text());
                  } else if (value.text().startsWith("file://")) {
                    crls.add(value.text().substring("file://".length()));
                  } else {
                    note(value, key, "is neither http:// nor file://, and is left out");
                  }
                }
                case "ocspuri", "ocspuri1", "ocspuri2" -> {
                  if (value.text().startsWith("http://")) {
                    responders.add(value.text());
                  } else {
                    note(value, key, "is not http://, and is left out");
                  }
                }
                case "auto" -> {} // used by those who need it
                default -> note(value, key, "has no counterpart");
              }
            });
  }

  private static boolean isLibreswan(IpsecFile file) {
    return file.all("conn").stream()
            .flatMap(c -> c.values().keySet().stream())
            .anyMatch(k -> k.matches("ikev2|phase2alg|phase2|(left|right)(rsasigkey|subnets)|pfs"))
        || file.all("config").stream()
            .flatMap(c -> c.values().keySet().stream())
            .anyMatch(k -> k.matches("protostack|virtual[-_]private|plutodebug|nssdir"));
  }

  private boolean wanted(Resolved conn, IpsecFile file) {
    Value auto = conn.values().get("auto");
    if (auto != null && !auto.text().equals("ignore")) {
      return true;
    }
    if (!file.templates("conn").contains(conn.name())) {
      notes.add(
          "%s: conn %s is not loaded there (auto = ignore), and is left out"
              .formatted(conn.place(), conn.name()));
    }
    return false;
  }

  private void note(Value value, String key, String what) {
    notes.add(value.place() + ": " + key + " " + what);
  }
}
