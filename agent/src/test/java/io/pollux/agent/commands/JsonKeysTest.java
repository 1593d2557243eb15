package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.pollux.agent.TestChild;
import io.pollux.agent.commands.Gateway.Other;
import io.pollux.agent.commands.Gateway.PairView;
import io.pollux.agent.commands.Gateway.Smallest;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import io.pollux.agent.drill.DrillPlan;
import io.pollux.agent.drill.Facts;
import io.pollux.agent.drill.Report;
import io.pollux.agent.drill.Samples;
import io.pollux.agent.reload.ConfigComparison;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.role.Reason;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.role.Transition;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.takeover.TakeoverStep;
import io.pollux.ha.vrrp.VrrpRefused;
import io.pollux.ike.engine.ChildDown;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys of every JSON answer are those that polluxctl(8) names for its command. */
class JsonKeysTest {
  private static final Path MANUAL =
      Path.of(System.getProperty("pollux.root", ".."), "packaging/man/polluxctl.8");

  /** Objects whose keys are free, numbers by name, or those of another command. */
  private static final Set<String> FREE = Set.of("engine", "plan");

  @TempDir Path folder;
  private FakeGateway gateway;

  /** A pair with something in every list. */
  @BeforeEach
  void configure() throws Exception {
    gateway = FakeGateway.in(folder);
    gateway.sas = List.of(TestChild.ikeSa("site", List.of(TestChild.of(0xc0001007).snapshot())));
    gateway.down =
        List.of(
            new ChildDown(
                "site",
                "net",
                ChildDown.State.WAITING,
                Optional.of("NO_PROPOSAL_CHOSEN"),
                1,
                3,
                OptionalLong.of(2)));
    RoleState active = new RoleState.Active(RoleState.Pairing.PAIRED);
    gateway.pair =
        new PairView(
            active,
            6,
            true,
            true,
            SyncState.PAIRED,
            3_000_000,
            41,
            40,
            Optional.empty(),
            0,
            Optional.of(
                new Other(1, "standby (in sync)", Optional.of(new Smallest(9, "c0000001")), 0)),
            1,
            new AuditStatus(4, 1, 12, 0, List.of(), 0, 0),
            new RekeySchedule.Progress(1, 0, 0, 1, OptionalLong.empty()),
            0,
            false,
            ConfigComparison.Status.UNKNOWN);
    gateway.witnessed = Optional.of("192.0.2.1 answered");
    gateway.history =
        new Gateway.History(
            List.of(new Transition(active, active, Reason.COMMAND_PROMOTE, "", 6, 1)),
            List.of(
                TakeoverRecord.begin(6, "a test", OptionalLong.of(1), 2)
                    .with(new TakeoverRecord.Done(TakeoverStep.ANNOUNCE, 3, 4, true, ""))));
  }

  @ParameterizedTest
  @CsvSource({
    "status, status",
    "connections, connections",
    "sas, sas",
    "counters, counters",
    "ha status, ha status",
    "ha history, ha history",
    "ha audit, ha audit",
    "diagnose, diagnose --seconds 1",
    "version, version",
    "ha switchover, ha switchover --yes",
    "up, up site",
    "log level, log level info",
  })
  void ofARunningDaemon(String command, String line) throws Exception {
    assertSame(command, json(line));
  }

  @Test
  void ofAReload() throws Exception {
    gateway.edit("remote-ts = [\"10.2.0.0/16\"]", "remote-ts = [\"10.7.0.0/16\"]");
    gateway.edit("node { name = test }", "node { name = other }\nlog { level = debug }");
    String plan = json("reload --dry-run");
    assertThat(plan).contains("node.name", "log.level", "10.7.0.0/16");
    String done = json("restart --yes");
    gateway.edit("vrid = 7", "vrid = 700");
    assertSame("reload", plan, json("reload"));
    assertSame("restart", done, json("restart"));
  }

  @Test
  void ofTools() throws Exception {
    assertSame(
        "check",
        tool("check", folder.resolve("pollux.conf").toString()),
        tool("check", "/nowhere"));
    assertSame(
        "pki node-identity",
        tool("pki", "node-identity", "--out", folder.resolve("n.pem").toString()));
    Path swan = Files.writeString(folder.resolve("swanctl.conf"), "connections { }");
    assertSame("import swanctl", tool("import", "swanctl", swan.toString()));
    Path ipsec = Files.writeString(folder.resolve("ipsec.conf"), "config setup\n");
    assertSame("import swanctl", tool("import", "ipsec.conf", ipsec.toString())); // "the same"
    assertSame("self-test", tool("self-test"));
  }

  @Test
  void ofDrills() throws Exception {
    Facts facts = Samples.facts(OptionalLong.of(5), 1000);
    ByteArrayOutputStream plan = new ByteArrayOutputStream();
    DrillCommands.json(facts, DrillPlan.of(facts, 100), console(plan));
    assertSame("drill plan", plan.toString(StandardCharsets.UTF_8));
    Path evidence = Files.createDirectory(folder.resolve("evidence"));
    Files.writeString(evidence.resolve("events.log"), "abc");
    Report.write(evidence, Samples.record(Samples.allWell(), Optional.empty()));
    assertSame("drill report", Files.readString(evidence.resolve("report.json")));
  }

  /** The words of the manual's list, and not those that explain them. */
  @Test
  void whatTheManualNamesIsRead() throws Exception {
    assertThat(named("ha status")).contains("node", "gate", "rekeys", "asked", "vrrpRefused");
    assertThat(named("ha status")).doesNotContain("open", "ttl", "Exit");
    assertThat(named("counters")).contains("lag", "peakPerSecond", "margin").doesNotContain("null");
    assertThat(named("check"))
        .containsExactly("connections", "file", "key", "message", "problems", "valid", "where");
    assertThat(named("up")).containsExactly("message", "ok");
    assertThat(named("restart")).contains("message", "ok", "valid");
  }

  /** Why VRRP packets are refused are keys too. */
  @Test
  void ofRefusedPackets() throws Exception {
    String keys = keysInManual("ha status");
    for (VrrpRefused.Reason reason : VrrpRefused.Reason.values()) {
      String word = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
      assertThat(listed(keys, word)).as(word).isTrue();
    }
  }

  /** What the command can answer, all in all, and what is named for it. */
  private void assertSame(String command, String... answers) throws IOException {
    String text = keysInManual(command);
    Set<String> all = new TreeSet<>();
    for (String answer : answers) {
      all.addAll(keys(answer));
    }
    assertThat(all).isNotEmpty();
    Set<String> missing = new TreeSet<>(all);
    missing.removeIf(key -> listed(text, key));
    assertThat(missing).as("keys of %s that polluxctl(8) does not name", command).isEmpty();
    Set<String> gone = named(command);
    gone.removeAll(all);
    assertThat(gone).as("what polluxctl(8) names for %s and no answer has", command).isEmpty();
  }

  /** The single words of the list, without what stands in parentheses. */
  private static Set<String> named(String command) throws IOException {
    String text = keysInManual(command);
    Set<String> words = new TreeSet<>();
    Matcher list =
        Pattern.compile("\\bKeys?(?: then| of all of them)?[:,]([^.]*)")
            .matcher(text.replaceAll("(?s)\\([^()]*\\)", ""));
    while (list.find()) {
      for (String part : list.group(1).split("[,;:]|\\band\\b")) {
        String word = part.strip().replaceFirst("^(else|or)\\s+", "");
        if (word.matches("[a-zA-Z]+")) {
          words.add(word);
        }
      }
    }
    return words;
  }

  private static boolean listed(String text, String key) {
    return Pattern.compile("(?<![A-Za-z0-9])" + key + "(?![A-Za-z0-9])").matcher(text).find();
  }

  /** From "Keys:" on, in the section of that command; without one the keys of all changes. */
  private static String keysInManual(String command) throws IOException {
    String manual = Files.readString(MANUAL).replace("\\-", "-").replaceAll("\\\\f[A-Z]", "");
    Matcher heading =
        Pattern.compile("(?m)^\\.BR? .*(?<!-)\\b" + Pattern.quote(command) + "\\b.*$")
            .matcher(manual);
    assertThat(heading.find()).as("heading of %s", command).isTrue();
    String section = manual.substring(heading.end()).split("(?m)^\\.(TP|SH)")[0];
    Matcher own = Pattern.compile("(?s)\\bKeys?\\b.*").matcher(section);
    Matcher general = Pattern.compile("Keys of all of them, [^.]*\\.").matcher(manual);
    assertThat(general.find()).isTrue();
    String text = own.find() ? own.group() : "";
    boolean both = text.isEmpty() || text.startsWith("Keys then"); // "unless others are named"
    return text + (both && isChange(manual, heading) ? general.group() : "");
  }

  private static boolean isChange(String manual, Matcher heading) {
    return heading.start() > manual.indexOf(".SH COMMANDS THAT CHANGE SOMETHING");
  }

  private static Set<String> keys(String json) throws IOException {
    Set<String> all = new TreeSet<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          all.add(parser.currentName());
          if (FREE.contains(parser.currentName())) {
            parser.nextToken();
            parser.skipChildren();
          }
        }
      }
    }
    return all;
  }

  private String json(String line) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Commands.online(gateway).runOffline(List.of((line + " --json").split(" ")), console(out));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String tool(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> all = new java.util.ArrayList<>(List.of(words));
    all.add("--json");
    Commands.offline().runOffline(all, console(out));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Console console(ByteArrayOutputStream out) {
    return new Console(
        new PrintStream(out, true, StandardCharsets.UTF_8), System.err, Terminal.plain());
  }
}
