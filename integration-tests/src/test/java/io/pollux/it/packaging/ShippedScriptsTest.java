package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts among the examples, with programs in place of the real ones. */
final class ShippedScriptsTest {
  private static final Path ROOT =
      Path.of(System.getProperty("pollux.root", "..")).toAbsolutePath();
  private static final Path KEEPALIVED = Example.FOLDER.toAbsolutePath().resolve("keepalived");
  private static final Path HOOKS = Example.FOLDER.toAbsolutePath().resolve("hooks");
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @BeforeEach
  void programs() throws IOException {
    program("sleep", ":");
    program("logger", "echo \"$*\" >>" + folder + "/logged");
    program("conntrackd", "printf '%s ' \"$@\" >>" + folder + "/told");
  }

  private void program(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Ran run(String input, Map<String, String> environment, String... words) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put("PATH", folder + ":" + System.getenv("PATH"));
    return Commands.run(List.of(words), input, all, GENEROUS);
  }

  private List<String> lines(String name) throws IOException {
    Path file = folder.resolve(name);
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** A polluxctl that refuses everything so often before it obeys. */
  private void polluxctl(int refusals) throws IOException {
    program(
        "polluxctl",
        """
        echo "$*" >>%1$s/told
        [ $(wc -l <%1$s/told) -gt %2$d ] || { echo busy; exit 1; }"""
            .formatted(folder, refusals));
  }

  @Test
  void everyShellScriptCanBeParsed() throws IOException {
    int count = 0;
    try (Stream<Path> files = Files.walk(ROOT.resolve("packaging/dist"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = ROOT.relativize(file).toString();
        boolean script = path.matches(".*/(deb/p|rpm/p).*[^l]");
        if (!script && !Files.readString(file).startsWith("#!/bin/sh")) {
          continue;
        }
        assertThat(Commands.run("sh", "-n", file.toString()).err()).as(path).isEmpty();
        count++;
      }
    }
    assertThat(count).isGreaterThan(10);
  }

  @ParameterizedTest
  @CsvSource({
    "MASTER, ha clear-fault, ha promote --yes",
    "BACKUP, ha clear-fault, ha demote --yes",
    "FAULT, ha fault --yes,",
    "STOP, ha demote --yes,"
  })
  void keepalivedsDecisionIsRepeatedUntilItIsObeyed(String state, String first, String last)
      throws IOException {
    polluxctl(3);
    String notify = KEEPALIVED.resolve("pollux-notify").toString();
    assertThat(run("", Map.of(), notify, "INSTANCE", "outside", state, "150").ok()).isTrue();
    assertThat(lines("told").stream().limit(4)).containsOnly(first);
    assertThat(lines("told").getLast()).isEqualTo(last == null ? first : last);
    assertThat(lines("logged")).isEmpty();
  }

  @Test
  void whatIsNeverObeyedGoesToTheLog() throws IOException {
    polluxctl(1000);
    String notify = KEEPALIVED.resolve("pollux-notify").toString();
    assertThat(run("", Map.of(), notify, "INSTANCE", "outside", "FAULT", "150").status())
        .isEqualTo(1);
    assertThat(lines("logged")).hasSize(1).first().asString().contains("FAULT: ha fault", "busy");
  }

  @Test
  void theFifoKeepsTheOrder() throws IOException {
    polluxctl(0);
    Path lines =
        Files.writeString(
            folder.resolve("fifo"),
            "INSTANCE \"outside\" MASTER 150\nINSTANCE \"outside\" BACKUP 150\n");
    String reader = KEEPALIVED.resolve("pollux-fifo").toString();
    assertThat(run("", Map.of(), reader, "/run/s", "polluxctl", lines.toString()).ok()).isTrue();
    assertThat(lines("told"))
        .containsExactly(
            "-s /run/s ha clear-fault",
            "-s /run/s ha promote --yes",
            "-s /run/s ha clear-fault",
            "-s /run/s ha demote --yes");
  }

  /** Else a node whose daemon is dead stays MASTER. */
  @Test
  void keepalivedsCheckFailsWithoutADaemon() throws IOException {
    Path program = ROOT.resolve("native/build/polluxctl");
    assumeTrue(Files.isExecutable(program), "polluxctl is not built: make -C native all");
    Matcher script =
        Pattern.compile("script \"/usr/bin/polluxctl ([^\"]*)\"")
            .matcher(Files.readString(KEEPALIVED.resolve("keepalived.conf")));
    assertThat(script.find()).isTrue();
    Map<String, String> nobody = Map.of("POLLUX_SOCKET", folder + "/none.sock");
    assertThat(run("", nobody, "sh", "-c", program + " " + script.group(1)).status()).isEqualTo(69);
  }

  /** keepalived reads its example; a namespace of its own has the interfaces that it names. */
  @Test
  @Tag("netns")
  void keepalivedTakesItsExample() throws IOException {
    assumeTrue(run("", Map.of(), "sh", "-c", "command -v keepalived").ok(), "no keepalived");
    program("polluxctl", ":");
    Path file =
        Files.writeString(
            folder.resolve("keepalived.conf"),
            Files.readString(KEEPALIVED.resolve("keepalived.conf"))
                .replace("/usr/bin/polluxctl", folder + "/polluxctl")
                .replace("/etc/keepalived/", KEEPALIVED + "/"));
    String inside =
        "ip link add wan0 type veth peer name lan0 && exec keepalived --config-test -f " + file;
    Ran read = run("", Map.of(), "unshare", "-n", "sh", "-c", inside);
    assertThat(read.ok()).as(read.out() + read.err()).isTrue();
    assertThat(read.err()).isEmpty();
  }

  private Ran hook(String name, String role, String changed, Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(more);
    all.put("POLLUX_ROLE", role);
    all.put("POLLUX_CHANGED", changed);
    all.put("POLLUX_VIPS", "203.0.113.1/32 2001:db8::1/128");
    return run("", all, "sh", "-c", name + " " + role);
  }

  @Test
  void theRoleGoesThroughTheFifo() {
    Path fifo = folder.resolve("role");
    Map<String, String> to = Map.of("POLLUX_ROLE_FIFO", fifo.toString());
    Path script = HOOKS.resolve("role-conntrackd");
    Ran without = hook(script.toString(), "active", "role", to);
    assertThat(without.status()).isEqualTo(1);
    assertThat(without.err()).contains("systemctl enable --now pollux-role.socket");
    assertThat(fifo).doesNotExist();

    Commands.run("mkfifo", fifo.toString()).orFail();
    String held = "exec 3<>" + fifo + "; " + script + "; read -r role <&3; echo $role #";
    assertThat(hook(held, "active", "role", to).orFail()).isEqualTo("active\n");
    assertThat(hook(script.toString(), "active", "quality", to).orFail()).isEmpty();
  }

  @Test
  void conntrackdIsToldWhatARoleMeans() throws IOException {
    String script = HOOKS.resolve("conntrackd-follow").toString();
    run("init\nstandby\nactive\nfault\n", Map.of(), script).orFail();
    assertThat(lines("told")).containsExactly("-t -t -n -c -f -R -B -t ");
  }

  @Test
  void whatConntrackdRefusesIsSaidAndTheRestDone() throws IOException {
    program("conntrackd", "printf '%s ' \"$@\" >>" + folder + "/told; [ $1 != -f ]");
    Ran ran = run("active\nbogus\n", Map.of(), HOOKS.resolve("conntrackd-follow").toString());
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err()).contains("conntrackd -f: exit status 1", "no role: bogus");
    assertThat(lines("told")).containsExactly("-c -f -R -B ");
  }

  @Test
  void aRouteIsClaimedForEachAddressAndAgainWhenTheInterfaceDoesNotAnswer() throws IOException {
    program("claim", "echo $1 >>%1$s/told; [ $(wc -l <%1$s/told) -gt 2 ]".formatted(folder));
    Map<String, String> claim = Map.of("CLAIM", folder + "/claim");
    String script = HOOKS.resolve("role-cloud-route").toString();
    hook(script, "standby", "role", claim).orFail();
    assertThat(lines("told")).isEmpty();
    hook(script, "active", "role", claim).orFail();
    assertThat(lines("told"))
        .containsExactly("203.0.113.1", "203.0.113.1", "203.0.113.1", "2001:db8::1");
    program("claim", "exit 1");
    assertThat(hook(script, "active", "role", claim).err()).contains("has failed 10 times");
  }
}
