package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.Capability;
import io.pollux.it.lab.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples for Compose and Kubernetes against the image, and the dashboard. That a container
 * made as they say does its work is {@link ContainersLabTest}'s.
 */
final class ShippedExamplesTest {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  /** The guard waits that long for its engine before it kills it: native/guard, --stop-after. */
  private static final int GUARD_STOPS_WITHIN = 10;

  @TempDir private Path folder;

  @Test
  void bothGiveWhatTheGuardAndTheEngineNeed() throws Exception {
    Example compose = Example.compose();
    Example daemonSet = Example.daemonSet();
    String root = Files.readString(Example.FOLDER.resolve("../../../pom.xml"));
    Matcher version = Pattern.compile("<version>([^<]+)</version>").matcher(root);
    assertThat(version.find()).isTrue();
    for (Example example : List.of(compose, daemonSet)) {
      assertThat(example.image()).isEqualTo("pollux:" + version.group(1));
      assertThat(example.hostNetwork()).isTrue();
      assertThat(example.readOnly()).isTrue();
      assertThat(example.add())
          .containsAll(Engine.ALL)
          .contains(Capability.SYS_NICE, Capability.IPC_LOCK)
          .doesNotContain(Capability.ALL, Capability.SYS_ADMIN);
      assertThat(example.stopSeconds()).isGreaterThan(GUARD_STOPS_WITHIN);
      assertThat(example.mounts())
          .containsEntry("/etc/pollux", true)
          .containsEntry("/run/pollux", false)
          .containsEntry("/var/lib/pollux", false)
          .hasSize(3);
      assertThat(example.tmpfs()).containsOnlyKeys("/tmp");
    }
    assertThat(compose.ulimits()).containsEntry("memlock", -1L).containsKey("rtprio");
    assertThat(compose.dropAll())
        .as("what is left of the engine's own is enough for the guard")
        .isFalse();
    assertThat(daemonSet.dropAll()).isTrue();
    assertThat(daemonSet.add()).contains(Engine.guard());
  }

  /** The line of docs/install.md is Compose's example in words of Docker. */
  @Test
  void theDockerLineOfThePageIsTheExample() throws Exception {
    Example compose = Example.compose();
    String page = Files.readString(Example.FOLDER.resolve("../../../docs/install.md"));
    Matcher line = Pattern.compile("(?m)^docker run ((?:.*\\\\\n)*.*)$").matcher(page);
    assertThat(line.find()).isTrue();
    List<String> words = List.of(line.group(1).replace("\\\n", " ").trim().split("\\s+"));

    assertThat(words.getLast()).isEqualTo(compose.image());
    assertThat(after(words, "--network")).containsExactly("host");
    assertThat(words.contains("--read-only")).isEqualTo(compose.readOnly());
    assertThat(after(words, "--cap-add").stream().map(Capability::valueOf))
        .containsExactlyInAnyOrderElementsOf(compose.add());
    assertThat(after(words, "--stop-timeout"))
        .containsExactly(Integer.toString(compose.stopSeconds()));
    assertThat(after(words, "--ulimit")).containsExactly("memlock=-1");
    List<String> inside = new ArrayList<>(after(words, "--tmpfs"));
    after(words, "-v").forEach(v -> inside.add(v.split(":", 2)[1]));
    assertThat(inside)
        .as("what may be written, and the configuration, which may not")
        .containsExactlyInAnyOrder("/run/pollux", "/tmp", "/etc/pollux:ro", "/var/lib/pollux");
  }

  private static List<String> after(List<String> words, String option) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals(option)) {
        values.add(words.get(i + 1));
      }
    }
    return values;
  }

  /** {@code kubectl apply -f} refuses an object whose namespace is not there yet. */
  @Test
  void theDaemonSetFindsTheNamespaceThatItNames() throws Exception {
    assertThat(Example.namespacesNamed()).isNotEmpty().isSubsetOf(Example.namespacesMade());
  }

  @Test
  void bothFitTheImage() throws Exception {
    Path image = Packages.image();
    JsonNode manifest = JSON.readTree(entry(image, "manifest.json")).get(0);
    JsonNode config = JSON.readTree(entry(image, manifest.get("Config").asText())).get("config");
    StringBuilder files = new StringBuilder();
    for (JsonNode layer : manifest.get("Layers")) {
      files.append(
          Commands.run("sh", "-c", "tar -xOf " + image + " ./" + layer.asText() + " | tar -tz")
              .orFail());
    }
    for (Example example : List.of(Example.compose(), Example.daemonSet())) {
      assertThat(manifest.get("RepoTags").get(0).asText()).isEqualTo(example.image());
      config
          .get("Volumes")
          .fieldNames()
          .forEachRemaining(v -> assertThat(example.mounts()).containsEntry(v, false));
    }
    List<String> check = new ArrayList<>();
    config.get("Healthcheck").get("Test").forEach(word -> check.add(word.asText()));
    List<String> probe = Example.daemonSet().probe();
    assertThat(check.subList(1, check.size())).isEqualTo(probe);
    for (String program : List.of(probe.getFirst(), config.get("Entrypoint").get(0).asText())) {
      assertThat(files.toString().lines()).contains("." + program);
    }
    String first = manifest.get("Layers").get(0).asText();
    assertThat(
            Commands.run(
                    "sh",
                    "-c",
                    "tar -xOf " + image + " ./" + first + " | tar -xzO ./etc/passwd ./etc/group")
                .orFail())
        .as("the number that the examples want files with secrets to belong to")
        .contains("pollux:x:600:600:")
        .contains("pollux:x:600:\n");
    for (String file : List.of("compose/compose.yaml", "kubernetes/daemonset.yaml")) {
      assertThat(Files.readString(Example.FOLDER.resolve(file))).contains("600:600");
    }
  }

  private static String entry(Path tar, String name) {
    return Commands.run("tar", "-xOf", tar.toString(), "./" + name).orFail();
  }

  @Test
  void theDashboardIsOne() throws Exception {
    JsonNode dashboard = dashboard();
    for (String key : List.of("title", "uid", "schemaVersion", "panels", "templating", "time")) {
      assertThat(dashboard.has(key)).as(key).isTrue();
    }
    List<String> variables = new ArrayList<>();
    dashboard.get("templating").get("list").forEach(v -> variables.add(v.get("name").asText()));
    List<Integer> ids = new ArrayList<>();
    boolean[][] taken = new boolean[200][24];
    for (JsonNode panel : dashboard.get("panels")) {
      String title = panel.get("title").asText();
      ids.add(panel.get("id").asInt());
      place(taken, panel.get("gridPos"), title);
      if (panel.get("type").asText().equals("row")) {
        continue;
      }
      assertThat(panel.get("targets")).as(title).isNotEmpty();
      for (JsonNode target : panel.get("targets")) {
        String text = target.get("expr").asText();
        assertThat(text).as(title).isNotBlank();
        Matcher used = Pattern.compile("\\$\\{?(\\w+)").matcher(text);
        while (used.find()) {
          assertThat(used.group(1).startsWith("__") || variables.contains(used.group(1)))
              .as("%s: %s", title, used.group())
              .isTrue();
        }
        assertThat(target.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
      }
    }
    assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(5);
  }

  /** Grafana's grid has 24 columns; panels that overlap are moved by it. */
  private static void place(boolean[][] taken, JsonNode at, String title) {
    for (int y = 0; y < at.get("h").asInt(); y++) {
      for (int x = 0; x < at.get("w").asInt(); x++) {
        int row = at.get("y").asInt() + y;
        int column = at.get("x").asInt() + x;
        assertThat(column).as(title).isBetween(0, 23);
        assertThat(taken[row][column]).as("%s overlaps", title).isFalse();
        taken[row][column] = true;
      }
    }
  }

  /** Prometheus itself parses each expression: as a recording rule, which is all that it checks. */
  @Test
  void theDashboardAsksInPromQl() throws Exception {
    assumeTrue(Commands.run("sh", "-c", "command -v promtool").ok(), "promtool is not installed");
    StringBuilder rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
    int number = 0;
    for (JsonNode panel : dashboard().get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        String text =
            target
                .get("expr")
                .asText()
                .replaceAll("\\$\\{?__(rate_interval|range|interval)\\}?", "5m")
                .replaceAll("\\$\\{?\\w+\\}?", "any");
        rules.append("  - {record: panel_%d, expr: '".formatted(number++));
        rules.append(text.replace("'", "''")).append("'}\n");
      }
    }
    Path file = Files.writeString(folder.resolve("rules.yml"), rules);
    var checked = Commands.run("promtool", "check", "rules", file.toString());
    assertThat(checked.ok()).as(checked.out() + checked.err() + rules).isTrue();
    assertThat(checked.out()).contains("SUCCESS: " + number + " rules found");
  }

  private static JsonNode dashboard() throws Exception {
    return JSON.readTree(Files.readString(Example.FOLDER.resolve("metrics/pollux-dashboard.json")));
  }
}
