package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.link.NodeIdentity;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * pollux.conf(5) and the readers, which are asked what they know: a key that none of them has makes
 * each section name its own.
 */
class ManualKeysTest {
  private static final String NOBODY = "zzzzzzzzzzzzzzzz";
  private static final String KNOWN = "known here: ";

  private static final String COMMON =
      """
      secrets = [ secrets.conf ]
      metrics { }
      hooks { connection = /bin/true }
      connections.any {
        local { address = 192.0.2.100 }
        remote { id = peer.example }
        children.any { local-ts = ["10.1.0.0/16"], remote-ts = ["10.2.0.0/16"] }
      }
      """;
  private static final String LINK =
      """
      ha.link { local = 192.0.2.11, peer = 192.0.2.12, identity = own.pem
        peer-fingerprint = "sha256:05e98ace257ecbe84cbfedb248defe7863dd061f5a29b29d879fbe505fe4c3c6" }
      ha.hooks.role = /bin/true
      """;

  /** Configurations that together have everything, each with the least that it needs. */
  private static final List<String> ALL =
      List.of(
          COMMON + "connections.any.ppk { id = blue, secret-file = ppk }",
          COMMON
              + """
              connections.any.local { auth = cert, certificate = own.pem, key = own.pem }
              connections.any.remote { auth = cert, ca = other.pem }
              """,
          COMMON
              + """
              connections.any.local { auth = pubkey, public-key = own.pem, key = own.pem }
              connections.any.local.id = gw.example
              connections.any.remote { auth = pubkey, public-key = other.pem }
              """,
          COMMON
              + LINK
              + """
              ha.witnesses = [ 192.0.2.66 ]
              ha.vrrp.checks.any.command = [ /bin/true ]
              ha.vrrp.instances.any {
                interface = eth0, vrid = 7, addresses = ["192.0.2.100/32"], peer = 192.0.2.12 }
              """,
          COMMON
              + LINK
              + """
              ha.external = true
              ha.addresses.any { interface = eth0, addresses = ["192.0.2.100/32"] }
              """);

  /** Values of the defaults that the manual describes. */
  private static final Map<String, String> DESCRIBED =
      Map.ofEntries(
          Map.entry("connections.NAME.life-time", "264m"),
          Map.entry("connections.NAME.rekey-jitter", "24m"),
          Map.entry("connections.NAME.reauth-jitter", "0s"),
          Map.entry("connections.NAME.children.NAME.life-time", "66m"),
          Map.entry("connections.NAME.children.NAME.rekey-jitter", "6m"),
          Map.entry("ha.guard-lease", "0s"),
          Map.entry("ha.link.timeout", "1s"),
          Map.entry("ha.vrrp.checks.NAME.timeout", "1s"),
          Map.entry("ha.vrrp.track-link", "0"));

  /** Whose absence no value says. */
  private static final Set<String> NOT_SET = Set.of("log.ike-keys-file", "ha.vrrp.track-engine");

  /** Numbers that have to be given. */
  private static final Set<String> REQUIRED = Set.of("ha.vrrp.instances.NAME.vrid");

  @TempDir static Path folder;
  private static Path file;

  /** Every key by its path in the configurations above, with what is said if it is a section. */
  private static final Map<String, String> KNOWN_KEYS = new TreeMap<>();

  @BeforeAll
  static void askForEveryKey() throws Exception {
    file = folder.resolve("pollux.conf");
    NodeIdentity.generate("own", new SecureRandom()).write(folder.resolve("own.pem"));
    NodeIdentity.generate("other", new SecureRandom()).write(folder.resolve("other.pem"));
    secret("secrets.conf", "psk { \"peer.example\" = \"a long word for the test\" }");
    secret("ppk", "a word that is long enough for what RFC 8784 wants");
    for (String base : ALL) {
      assertThat(problems(base)).as(base).isEmpty();
      section(base, "", KNOWN_KEYS);
    }
    KNOWN_KEYS.keySet().removeAll(Set.of("templates", "secrets")); // have sections of their own
  }

  private static void secret(String name, String text) throws IOException {
    Path secret = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  private static List<ConfigProblem> problems(String text) throws IOException {
    try {
      ConfigLoader.load(Files.writeString(file, text));
      return List.of();
    } catch (ConfigException refused) {
      return refused.problems();
    }
  }

  private static void section(String base, String path, Map<String, String> into)
      throws IOException {
    String whole = path.isEmpty() ? "" : path.substring(0, path.length() - 1);
    if (into.containsKey(whole)) { // of a configuration before
      return;
    }
    String nobody = path + NOBODY;
    List<ConfigProblem> problems = problems(base + "\n" + nobody + " = 1\n");
    String about = about(problems, nobody);
    if (about.startsWith("expected a section")) { // its names are free: base calls them "any"
      section(base, path + "any.", into);
    } else if (about.contains(KNOWN)) {
      for (String key : about.substring(about.indexOf(KNOWN) + KNOWN.length()).split(", ")) {
        section(base, path + key + ".", into);
      }
    } else { // no section, or one with anything in it
      into.put(whole, about(problems, whole));
    }
  }

  private static String about(List<ConfigProblem> problems, String key) {
    return problems.stream()
        .filter(p -> p.key().equals(key))
        .map(ConfigProblem::message)
        .findFirst()
        .orElse("");
  }

  private static String named(String path) {
    return path.replace(".any", ".NAME");
  }

  @Test
  void everyKeyStandsInItsSectionAndNoOther() throws Exception {
    Set<String> keys = new TreeSet<>();
    KNOWN_KEYS.keySet().forEach(key -> keys.add(named(key)));
    keys.remove("ha.vrrp"); // with ha.external it is a mistake, and no section
    assertThat(keys).hasSizeGreaterThan(100).contains("ha.vrrp.checks.NAME.rise");
    assertThat(ManualPage.keys().keySet()).containsExactlyInAnyOrderElementsOf(keys);
  }

  /** What is a number, a duration, true or false has a default, which the manual names. */
  @Test
  void everyDefaultIsNamed() throws Exception {
    Map<String, ManualPage.Entry> manual = ManualPage.keys();
    List<String> without = new ArrayList<>();
    KNOWN_KEYS.forEach(
        (path, said) -> {
          String key = named(path);
          boolean scalar =
              Stream.of("a number", "a duration", "true or false")
                  .anyMatch(kind -> said.contains("; expected " + kind));
          ManualPage.Entry entry = manual.get(key);
          if (scalar && !REQUIRED.contains(key) && entry != null && entry.absent().isEmpty()) {
            without.add(key);
          }
        });
    assertThat(without).isEmpty();
  }

  /** With it, or with what the manual says it is without it: the same is read. */
  @Test
  void everyDefaultIsWhatTheManualSays() throws Exception {
    Map<String, ManualPage.Entry> manual = ManualPage.keys();
    Set<String> named = new TreeSet<>(manual.keySet());
    named.removeIf(key -> manual.get(key).absent().isEmpty() || NOT_SET.contains(key));
    assertThat(named).hasSizeGreaterThan(60);
    Set<String> open = new TreeSet<>(named);
    for (String base : ALL) {
      PolluxConfig without = load(base);
      for (String key : KNOWN_KEYS.keySet()) {
        if (open.contains(named(key)) && !without.keys().containsKey(key)) {
          ManualPage.Entry entry = manual.get(named(key));
          String value = DESCRIBED.getOrDefault(named(key), entry.absent());
          assertThat(entry.value() || DESCRIBED.containsKey(named(key))).as(key).isTrue();
          String with = base + "\n" + key + " = \"" + value + "\"\n";
          if (problems(with).isEmpty()) { // else it has no such section: another one does
            assertThat(parts(load(with))).as(key + " = " + value).isEqualTo(parts(without));
            open.remove(named(key));
          }
        }
      }
    }
    assertThat(open).isEmpty();
  }

  private static PolluxConfig load(String text) throws Exception {
    return ConfigLoader.load(Files.writeString(file, text));
  }

  /** All but the text itself, and what is no value. */
  private static Map<String, Object> parts(PolluxConfig config) throws Exception {
    Map<String, Object> all = new TreeMap<>();
    for (RecordComponent part : PolluxConfig.class.getRecordComponents()) {
      if (!Set.of("keys", "secrets", "credentials").contains(part.getName())) {
        all.put(part.getName(), part.getAccessor().invoke(config));
      }
    }
    return all;
  }
}
