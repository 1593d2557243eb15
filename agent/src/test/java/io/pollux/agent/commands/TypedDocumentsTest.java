package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.control.CommandRegistry;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import io.pollux.agent.reload.ConfigDigest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README and docs tell an operator to type, typed as far as it goes without a kernel. */
class TypedDocumentsTest {
  private static final Path ROOT = Path.of(System.getProperty("pollux.root", ".."));
  private static final Pattern FENCED = Pattern.compile("(?ms)^```[a-z]*\\n(.*?)^```");
  private static final Pattern TYPED =
      Pattern.compile("(?m)^(?:sudo |docker exec \\S+ |/\\S*/)?polluxctl ([^#\\n]*)");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
  private static final Pattern FINGERPRINT = Pattern.compile("sha256:[0-9a-f]{64}");

  @TempDir Path folder;

  private record Said(int status, String text) {}

  private static Said type(CommandRegistry registry, List<String> words) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(all, true, StandardCharsets.UTF_8);
    int status = registry.runOffline(words, new Console(both, both, Terminal.plain()));
    return new Said(status, all.toString(StandardCharsets.UTF_8));
  }

  /** As a shell divides it, up to where its next command begins. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    for (MatchResult m : WORD.matcher(line).results().toList()) {
      if (m.group().matches("[|>;&]+")) {
        break;
      }
      words.add(Stream.of(1, 2, 3).map(m::group).filter(g -> g != null).findFirst().orElseThrow());
    }
    return words;
  }

  private static List<String> blocks(Path document) throws IOException {
    return FENCED.matcher(Files.readString(document)).results().map(m -> m.group(1)).toList();
  }

  /** Each whole line: a command with flags that it has, and values where these need one. */
  @Test
  void everyLineThatIsTypedIsUnderstood() throws Exception {
    CommandRegistry online = Commands.online(FakeGateway.in(folder));
    CommandRegistry offline = Commands.offline();
    List<Path> documents;
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      documents = new ArrayList<>(docs.filter(p -> p.toString().endsWith(".md")).toList());
    }
    documents.add(ROOT.resolve("README.md"));
    List<String> wrong = new ArrayList<>();
    int lines = 0;
    for (Path document : documents) {
      for (String block : blocks(document)) {
        for (MatchResult m : TYPED.matcher(block).results().toList()) {
          List<String> words = words(m.group(1));
          words.add("--help"); // everything is read, nothing is done
          Said said = type(online, words);
          lines++;
          if (said.status() != 0 && type(offline, words).status() != 0) {
            wrong.add(document.getFileName() + ": " + m.group() + ": " + said.text());
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(lines).isGreaterThan(20);
    List<String> misspelt = List.of("drill", "run", "10.2.0.10", "--vai", "x", "--help");
    assertThat(type(online, misspelt).status()).as("what it would catch").isEqualTo(64);
  }

  /** What README says about the second node. */
  private static String second(String first) {
    Map<String, String> differs =
        Map.of(
            "name = gw-a", "name = gw-b",
            "local = 10.99.0.1, peer = 10.99.0.2", "local = 10.99.0.2, peer = 10.99.0.1",
            "priority = 150", "priority = 100",
            "peer = 203.0.113.3", "peer = 203.0.113.2",
            "peer = 10.1.0.3", "peer = 10.1.0.2");
    String text = first;
    for (Map.Entry<String, String> one : differs.entrySet()) {
      assertThat(text).containsOnlyOnce(one.getKey());
      text = text.replace(one.getKey(), one.getValue());
    }
    return text;
  }

  private static String only(List<String> blocks, String text) {
    List<String> found = blocks.stream().filter(b -> b.contains(text)).toList();
    assertThat(found).as(text).hasSize(1);
    return found.getFirst();
  }

  /** Types the {@code polluxctl} of a block's only line with these words, in the node's folder. */
  private static String typed(String block, String words, Path node) {
    List<String> lines =
        TYPED
            .matcher(block)
            .results()
            .map(m -> m.group(1))
            .filter(l -> l.startsWith(words))
            .toList();
    assertThat(lines).as(words).hasSize(1);
    String line = lines.getFirst().replace("/etc/pollux/", node + "/");
    Said said = type(Commands.offline(), words(line));
    assertThat(said.status()).as(said.text()).isZero();
    return said.text();
  }

  /** README's pair by hand: identities, secrets and both configurations, and {@code check}. */
  @Test
  void readmesPairIsOne() throws Exception {
    List<String> blocks = blocks(ROOT.resolve("README.md"));
    Map<String, String> printed = new TreeMap<>();
    for (String name : List.of("gw-a", "gw-b")) {
      Path node = Files.createDirectory(folder.resolve(name));
      String said =
          typed(only(blocks, "pki node-identity"), "pki node-identity --out /etc/pollux/", node);
      Matcher fingerprint = FINGERPRINT.matcher(said);
      assertThat(fingerprint.find()).as(said).isTrue();
      printed.put(name, fingerprint.group());
      Path secrets = node.resolve("secrets.conf");
      Files.createFile(
          secrets,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(secrets, only(blocks, "psk {"));
    }
    String first = only(blocks, "node { name = gw-a }");
    assertThat(first).containsOnlyOnce("sha256:…");
    Files.writeString(
        folder.resolve("gw-a/pollux.conf"), first.replace("sha256:…", printed.get("gw-b")));
    Files.writeString(
        folder.resolve("gw-b/pollux.conf"), second(first).replace("sha256:…", printed.get("gw-a")));

    for (String name : List.of("gw-a", "gw-b")) {
      typed(only(blocks, "polluxctl check"), "check /etc/pollux/", folder.resolve(name));
    }

    PolluxConfig a = ConfigLoader.load(folder.resolve("gw-a/pollux.conf"));
    PolluxConfig b = ConfigLoader.load(folder.resolve("gw-b/pollux.conf"));
    assertThat(ConfigDigest.of(a).differing(ConfigDigest.of(b))).isEmpty();
    assertThat(a.node()).isNotEqualTo(b.node());
  }
}
