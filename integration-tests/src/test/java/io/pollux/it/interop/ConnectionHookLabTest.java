package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator's program at real tunnels: called once when a child comes up and once when it is
 * gone, by whichever side, with the environment of pollux.conf(5). Calls come one after the other
 * and in order, so that what comes next shows what did not come before it.
 */
@LabTest
@ExtendWith(Evidence.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConnectionHookLabTest {
  private static final Tunnel OURS = Tunnel.number(1).child("other");
  private static final Tunnel THEIRS = Tunnel.number(2);
  private static final String END = "end of call";

  /** Fails for the second connection, which must change nothing. */
  private static final String PROGRAM =
      """
      #!/bin/sh
      {
        echo "ARGUMENTS=$*"
        echo "FOLDER=$(pwd)"
        env | grep '^POLLUX_'
        echo '%2$s'
      } >>'%1$s'
      [ "$POLLUX_CONNECTION" != t2 ] || { echo not for this one; exit 3; }
      """;

  private static Path calls;
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    calls = Files.createFile(directory.resolve("calls"));
    Path program = directory.resolve("updown");
    Files.writeString(program, PROGRAM.formatted(calls, END));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    lab = Lab.flat(directory);
    lab.startPollux("hooks { connection = \"" + program + "\", timeout = 60s }", OURS, THEIRS);
    lab.startSwan("", OURS, THEIRS);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** All whole calls so far. */
  private static List<Map<String, String>> calls() {
    List<Map<String, String>> all = new ArrayList<>();
    Map<String, String> one = new TreeMap<>();
    String text;
    try {
      text = Files.readString(calls);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String line : text.lines().toList()) {
      if (line.equals(END)) {
        all.add(one);
        one = new TreeMap<>();
      } else {
        String[] parts = line.split("=", 2);
        one.put(parts[0], parts.length > 1 ? parts[1] : "");
      }
    }
    return all;
  }

  private static List<Map<String, String>> awaitCalls(int count) {
    Lab.until(() -> calls().size() >= count, count + " calls of the hook");
    List<Map<String, String>> all = calls();
    assertThat(all).hasSize(count);
    return all;
  }

  private static String child(Map<String, String> call) {
    return call.get("POLLUX_EVENT")
        + " "
        + call.get("POLLUX_CONNECTION")
        + " "
        + call.get("POLLUX_CHILD");
  }

  /** Of a child's SA in the kernel. */
  private static String reqid(Tunnel tunnel, String child) {
    String spi = Sas.only(lab.pollux, tunnel).orElseThrow().child(child).spiOut();
    String states = lab.ns.run("pollux", "ip", "xfrm", "state").orFail();
    Matcher found =
        Pattern.compile("spi 0x0*" + spi.replaceFirst("^0+", "") + " reqid (\\d+)(?:\\(|\\s)")
            .matcher(states);
    assertThat(found.find()).as("SPI %s in %s", spi, states).isTrue();
    return found.group(1);
  }

  private static void assertEnvironment(
      Map<String, String> call, String event, Tunnel tunnel, String child, int index) {
    String third = ".%d.0/24".formatted(tunnel.number);
    assertThat(call)
        .containsEntry("ARGUMENTS", event)
        .containsEntry("FOLDER", "/")
        .containsEntry("POLLUX_NODE", "pollux")
        .containsEntry("POLLUX_EVENT", event)
        .containsEntry("POLLUX_CONNECTION", tunnel.name())
        .containsEntry("POLLUX_CHILD", child)
        .containsEntry("POLLUX_LOCAL", Tunnel.POLLUX)
        .containsEntry("POLLUX_PEER", tunnel.swanAddress())
        .containsEntry("POLLUX_LOCAL_TS", "10." + (1 + 10 * index) + third)
        .containsEntry("POLLUX_REMOTE_TS", "10." + (2 + 10 * index) + third)
        .containsKey("POLLUX_REQID");
  }

  @Test
  @Order(1)
  void eachChildThatComesUpIsOneCall() {
    lab.pollux.ctl("up", OURS.name()).orFail();

    List<Map<String, String>> up = awaitCalls(2);

    assertThat(up)
        .extracting(ConnectionHookLabTest::child)
        .containsExactlyInAnyOrder("up t1 net", "up t1 other");
    for (Map<String, String> call : up) {
      String name = call.get("POLLUX_CHILD");
      assertEnvironment(call, "up", OURS, name, name.equals("net") ? 0 : 1);
      assertThat(call).containsEntry("POLLUX_REQID", reqid(OURS, name));
    }
    lab.ping(OURS, 0);
    lab.ping(OURS, 1);
  }

  @Test
  @Order(2)
  void aRekeyIsNoneAndTheEndOfAChildIsOne() {
    String reqid = reqid(OURS, "other");
    String before = Sas.only(lab.pollux, OURS).orElseThrow().child("other").spiOut();
    lab.pollux.ctl("rekey", OURS.name(), "other").orFail();
    lab.pollux.ctl("rekey", OURS.name(), "--ike").orFail();
    Lab.until(
        () -> {
          List<String> now =
              Sas.of(lab.pollux, OURS).stream()
                  .flatMap(ike -> ike.children().stream())
                  .filter(c -> c.name().equals("other"))
                  .map(Sas.Child::spiOut)
                  .toList();
          return now.size() == 1 && !now.getFirst().equals(before);
        },
        "the new SA alone");

    lab.pollux.ctl("down", OURS.name(), "other", "--yes").orFail();

    Map<String, String> third = awaitCalls(3).getLast();
    assertEnvironment(third, "down", OURS, "other", 1);
    assertThat(third).containsEntry("POLLUX_REQID", reqid);
    lab.ping(OURS, 0);
  }

  @Test
  @Order(3)
  void thePeerEndsAChild() {
    lab.swan.swanctl("--terminate", "--ike", OURS.name()).orFail();

    assertEnvironment(awaitCalls(4).getLast(), "down", OURS, "net", 0);
  }

  @Test
  @Order(4)
  void thePeerBeginsOneAndAProgramThatFailsIsLoggedAndChangesNothing() {
    int from = lab.pollux.log().length();

    lab.swan.swanctl("--initiate", "--child", THEIRS.swanChild("net")).orFail();

    assertEnvironment(awaitCalls(5).getLast(), "up", THEIRS, "net", 0);
    lab.pollux.awaitLog(
        from, "conn=t2 child=net: connection hook: exit status 3: not for this one");
    lab.ping(THEIRS, 0);
  }

  /** The children were up before and after it. */
  @Test
  @Order(5)
  @Tag("long")
  void anEngineThatIsStartedAgainIsNone() {
    int from = lab.pollux.log().length();
    lab.pollux.killEngine();
    lab.pollux.awaitLog(from, "adopted the reign", "1 Child SAs go on");
    lab.pollux.awaitReady();

    lab.pollux.ctl("down", THEIRS.name(), "--yes").orFail();

    assertEnvironment(awaitCalls(6).getLast(), "down", THEIRS, "net", 0);
  }
}
