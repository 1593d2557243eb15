package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.PolluxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages say about starts and restarts. */
class PagesTest {
  private static final Path ROOT = Path.of(System.getProperty("pollux.root", ".."));

  private static String read(String file) throws IOException {
    return Files.readString(ROOT.resolve(file));
  }

  /** The installation leaves a daemon running, which a start does not move. */
  @ParameterizedTest
  @ValueSource(strings = {"first-tunnel", "first-pair", "migration-from-strongswan"})
  void aPageAfterTheInstallationRestarts(String page) throws IOException {
    assertThat(read("docs/install.md")).contains("systemctl enable --now pollux\n");
    assertThat(read("docs/" + page + ".md"))
        .contains("systemctl enable pollux\nsystemctl restart pollux")
        .doesNotContain("enable --now pollux")
        .doesNotContain("systemctl start pollux");
  }

  /** Each section of pollux.conf(5) that a reload does not take over. */
  @Test
  void polluxctlNamesWhatWaitsForTheNextStart() throws IOException {
    Matcher said =
        Pattern.compile("Sections (.*?) take effect at the next start", Pattern.DOTALL)
            .matcher(read("packaging/man/polluxctl.8").replaceAll("\\\\f[A-Z]", ""));
    assertThat(said.find()).isTrue();
    List<String> named =
        Stream.of(said.group(1).split("[,\\s]+")).filter(w -> !w.equals("and")).toList();
    List<String> sections =
        Pattern.compile("(?m)^\\.SS ([a-z-]+)$")
            .matcher(read("packaging/man/pollux.conf.5"))
            .results()
            .map(m -> m.group(1))
            .filter(s -> !PolluxConfig.isLive(s))
            .map(s -> s.equals("log") ? "log.format" : s)
            .toList();
    assertThat(PolluxConfig.isLive("log.level")).isTrue();
    assertThat(named).containsExactlyInAnyOrderElementsOf(sections);
  }

  /** The shipped start is one statement: where it stands twice, it is the same. */
  @Test
  void theFiguresOfTheStartAgree() throws IOException {
    Matcher shipped =
        Pattern.compile("\\| AOT cache \\(shipped\\) \\| ([\\d.]+ s) \\|")
            .matcher(read("docs/install.md"));
    assertThat(shipped.find()).isTrue();
    assertThat(read("docs/limits.md"))
        .containsPattern("(?m)^\\| cold start [^|]*budget[^|]*\\| " + shipped.group(1))
        .containsPattern("(?m)^\\| `polluxctl status`[^|]*budget is 5 ms");
  }

  @Test
  void theSearchForJavaIsQuotedAsItIs() throws IOException {
    String order = "in --java, ../runtime, $JAVA_HOME,";
    assertThat(read("native/guard/launch.c")).contains(order);
    assertThat(read("docs/troubleshooting.md")).contains(order);
  }
}
