package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.Flag;
import io.pollux.agent.convert.Source;
import io.pollux.agent.convert.SwanctlImport;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ike.policy.ChildPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What README, docs and manual pages show an operator is what the programs take. */
class DocumentsTest {
  private static final Path ROOT = Path.of(System.getProperty("pollux.root", ".."));
  private static final Pattern FENCED = Pattern.compile("(?ms)^```[a-z]*\\n(.*?)^```");
  private static final Pattern MAN_EXAMPLE = Pattern.compile("(?ms)^\\.nf\\n(.*?)^\\.fi");
  private static final Pattern SECTION = Pattern.compile("`([a-z][a-z.-]* \\{[^`]*})`");
  private static final Pattern ORDER =
      Pattern.compile("polluxctl ((?!\\.)[a-z][a-z.-]*(?: [a-z][a-z.-]*)?)((?: --?[a-z-]+)*)");

  @TempDir Path folder;

  /** One example and where it stands. */
  private record Example(String file, String text) {
    boolean isSwanctl() {
      return text.contains("local_ts");
    }

    boolean isConfiguration() {
      return !isSwanctl() && Pattern.compile("(?m)^connections \\{").matcher(text).find();
    }

    boolean isSecret() {
      return text.startsWith("psk {");
    }

    @Override
    public String toString() {
      return file + ": " + text.lines().limit(2).toList();
    }
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> all = new ArrayList<>(docs.filter(p -> p.toString().endsWith(".md")).toList());
      all.add(ROOT.resolve("README.md"));
      all.sort(null);
      return all;
    }
  }

  private static List<Path> manuals() throws IOException {
    try (Stream<Path> pages = Files.list(ROOT.resolve("packaging/man"))) {
      return pages.sorted().toList();
    }
  }

  private static List<Example> examples() throws IOException {
    List<Example> all = new ArrayList<>();
    for (Path document : documents()) {
      Matcher m = FENCED.matcher(Files.readString(document));
      while (m.find()) {
        all.add(new Example(document.getFileName().toString(), m.group(1)));
      }
    }
    return all;
  }

  static List<Example> configurations() throws IOException {
    return examples().stream().filter(Example::isConfiguration).toList();
  }

  static List<Example> swanctl() throws IOException {
    return examples().stream().filter(Example::isSwanctl).toList();
  }

  private void secrets(String text) throws IOException {
    Path file = folder.resolve("secrets.conf");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  /** With the secrets of the same document, as {@code polluxctl check} reads it. */
  @ParameterizedTest
  @MethodSource("configurations")
  void aConfigurationThatIsShownIsValid(Example example) throws Exception {
    secrets(
        examples().stream()
            .filter(e -> e.file().equals(example.file()) && e.isSecret())
            .findFirst()
            .orElseThrow()
            .text());
    NodeIdentity.generate("test", new SecureRandom()).write(folder.resolve("node.pem"));
    NodeIdentity peer = NodeIdentity.generate("peer", new SecureRandom());
    String text =
        example
            .text()
            .replace("/etc/pollux/", folder + "/")
            .replace("sha256:…", peer.fingerprint().toString());
    assertThat(
            ConfigLoader.load(Files.writeString(folder.resolve("pollux.conf"), text)).connections())
        .isNotEmpty()
        .as("a tunnel that comes up")
        .allMatch(
            c -> c.children().stream().allMatch(l -> l.start() == ChildPolicy.StartAction.START));
  }

  @Test
  void thereAreSome() throws IOException {
    assertThat(configurations()).extracting(Example::file).contains("README.md", "first-tunnel.md");
    assertThat(swanctl()).isNotEmpty();
  }

  /** The other side's file too: as its own reader, and ours after a translation, take it. */
  @ParameterizedTest
  @MethodSource("swanctl")
  void whatIsShownOfStrongSwanCanBeTranslated(Example example) throws Exception {
    SwanctlImport.Result result =
        SwanctlImport.translate(
            new Source(Path.of("swanctl.conf"), example.text()), "secrets.conf");
    assertThat(result.notes()).isEmpty();
    secrets(result.secrets());
    Path file = Files.writeString(folder.resolve("pollux.conf"), result.configuration());
    assertThat(ConfigLoader.load(file).connections()).hasSize(1);
  }

  /** {@code key { ... }} in a sentence, and the examples of pollux.conf(5): HOCON at least. */
  @Test
  void shortOnesCanBeParsed() throws IOException {
    int count = 0;
    for (Path document : documents()) {
      Matcher m = SECTION.matcher(Files.readString(document));
      while (m.find()) {
        String text = m.group(1).replace("…", "").replace(" / ", "-");
        assertThat(ConfigFactory.parseString(text.replaceAll("\\{ ([a-z, -]+) }", "{}")).isEmpty())
            .as(document + ": " + text)
            .isFalse();
        count++;
      }
    }
    Matcher m = MAN_EXAMPLE.matcher(Files.readString(ROOT.resolve("packaging/man/pollux.conf.5")));
    while (m.find()) {
      assertThat(ConfigFactory.parseString(m.group(1).strip()).isEmpty()).isFalse();
      count++;
    }
    assertThat(count).isGreaterThan(8);
  }

  private List<Command> all() throws Exception {
    return Stream.concat(
            Commands.online(FakeGateway.in(folder)).commands().stream(),
            Commands.offline().commands().stream())
        .toList();
  }

  /** Every command that is named exists, with the flags that stand right behind it. */
  @Test
  void commandsThatAreNamedExist() throws Exception {
    List<Command> commands = all();
    List<String> wrong = new ArrayList<>();
    List<Path> all = new ArrayList<>(documents());
    all.addAll(manuals());
    for (Path document : all) {
      String text = Files.readString(document).replace("\\-", "-").replaceAll("\\\\f[A-Z]", "");
      Matcher m = ORDER.matcher(text);
      while (m.find()) {
        if (isSentence(text, m.start()) || m.group(1).startsWith("help")) {
          continue;
        }
        String words = m.group(1);
        Command command =
            commands.stream()
                .filter(c -> words.equals(c.name()) || words.startsWith(c.name() + " "))
                .findFirst()
                .orElse(null);
        if (command == null) {
          wrong.add(document.getFileName() + ": " + m.group());
        } else {
          flags(command, m.group(2)).forEach(f -> wrong.add(document.getFileName() + ": " + f));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** In Markdown a command stands in backticks or in a block; in prose "polluxctl sends ...". */
  private static boolean isSentence(String text, int at) {
    String line = text.substring(text.lastIndexOf('\n', at) + 1, at);
    boolean quoted = line.chars().filter(c -> c == '`').count() % 2 == 1;
    boolean begins = line.isBlank() || line.matches(".*(/|&& |exec pollux )$");
    boolean fenced =
        Pattern.compile("(?m)^```").matcher(text.substring(0, at)).results().count() % 2 == 1;
    return !(quoted || fenced && begins);
  }

  private static List<String> flags(Command command, String text) {
    List<String> declared = new ArrayList<>(command.flags().stream().map(Flag::name).toList());
    declared.addAll(List.of("json", "help"));
    if (command.watchable()) {
      declared.add("watch");
    }
    return Stream.of(text.strip().split(" "))
        .filter(f -> f.startsWith("--") && !declared.contains(f.substring(2)))
        .map(f -> command.name() + " " + f)
        .toList();
  }

  private static String manual(String page) throws IOException {
    return Files.readString(ROOT.resolve("packaging/man").resolve(page))
        .replace("\\-", "-")
        .replaceAll("\\\\f[A-Z]", "");
  }

  @Test
  void everyCommandIsInTheManual() throws Exception {
    String manual = manual("polluxctl.8").replace("polluxctl help", "\n.B help\n");
    TreeSet<String> missing = new TreeSet<>();
    for (Command command : all()) {
      String heading = "(?m)^\\.BR? .*\\b" + Pattern.quote(command.name()) + "\\b";
      if (!Pattern.compile(heading).matcher(manual).find()) {
        missing.add(command.name());
      }
      for (Flag flag : command.flags()) {
        if (!manual.contains("--" + flag.name())) {
          missing.add(command.name() + " --" + flag.name());
        }
      }
    }
    assertThat(missing).isEmpty();
  }
}
