package io.pollux.agent.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.agent.config.HaConfig;
import io.pollux.ha.role.Reason;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.role.Transition;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class HooksTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Transition UP =
      new Transition(
          new RoleState.Standby(RoleState.Sync.IN_SYNC),
          new RoleState.Active(RoleState.Pairing.ALONE),
          Reason.GOODBYE,
          "192.0.2.1",
          7,
          0);

  @TempDir Path dir;

  @Test
  void riseAndFallAreCountedInARow() {
    Check check =
        new Check(
            new HaConfig.Check("c", List.of("/bin/true"), SECOND, SECOND, 0, 2, 3), (_, _) -> {});
    assertThat(check.count(false)).isFalse();
    assertThat(check.count(false)).isFalse();
    assertThat(check.count(true)).isFalse(); // begins anew
    assertThat(check.count(false)).isFalse();
    assertThat(check.count(false)).isFalse();
    assertThat(check.isUp()).isTrue();
    assertThat(check.count(false)).isTrue();
    assertThat(check.isUp()).isFalse();
    assertThat(check.count(true)).isFalse();
    assertThat(check.count(true)).isTrue();
    assertThat(check.isUp()).isTrue();
  }

  private static IkeEvent up(int spi) {
    return new IkeEvent.ChildSaUp(TestChild.IKE, TestChild.of(spi).snapshot());
  }

  @Test
  @Timeout(60)
  void aConnectionHookHearsOfTheFirstSaAndTheLastOneAlone() throws Exception {
    Path said = dir.resolve("said");
    ConnectionHook hook =
        new ConnectionHook(
            "n1",
            List.of(
                "/bin/sh",
                "-c",
                "echo $0 $POLLUX_CONNECTION/$POLLUX_CHILD $POLLUX_REMOTE_TS >>" + said),
            60 * SECOND);
    ChildSaSnapshot first = TestChild.of(0xc0000001).snapshot();
    hook.begin();
    hook.stands(TestChild.of(0xc0000009).snapshot()); // was up before the takeover
    hook.gone(new EspSpi(0xc0000009));
    hook.follow(up(0xc0000001));
    hook.follow(
        new IkeEvent.ChildSaRekeyed(
            TestChild.IKE, first.inboundSpi(), TestChild.of(0xc0000002).snapshot()));
    hook.gone(first.inboundSpi());
    hook.follow(
        new IkeEvent.ChildSaDown(TestChild.IKE, new EspSpi(0xc0000002), DeleteReason.ADMIN));
    hook.gone(new EspSpi(0xc0000002)); // said twice
    String name = first.connection() + "/" + first.child() + " 10.2.0.0/16\n";
    String all = "down " + name + "up " + name + "down " + name;
    while (!Files.exists(said) || Files.size(said) < all.length()) {
      LockSupport.parkNanos(SECOND / 100);
    }
    assertThat(said).hasContent(all);
  }

  @Test
  void theManualNamesTheEnvironmentOfAConnectionHook() throws Exception {
    Path page = Path.of(System.getProperty("pollux.root", ".."), "packaging/man/pollux.conf.5");
    String text = Files.readString(page).replaceAll("\\\\f[A-Z]", "");
    String entry = text.substring(text.indexOf(".SS hooks"), text.indexOf("These programs,"));
    Set<String> named =
        Pattern.compile("POLLUX_[A-Z_]+")
            .matcher(entry)
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toSet());
    assertThat(ConnectionHook.environment("n1", true, TestChild.of(0xc0000001).snapshot()))
        .containsOnlyKeys(named)
        .containsEntry("POLLUX_REMOTE_TS", "10.2.0.0/16");
  }

  @Test
  void aProgramsEndIsToldWithItsWords() throws Exception {
    assertThat(
            BoundedCommand.run(List.of("/bin/sh", "-c", "echo no; exit 3"), Map.of(), 60 * SECOND))
        .isEqualTo(new BoundedCommand.Outcome(false, "exit status 3: no"));
    assertThat(BoundedCommand.run(List.of("/nowhere"), Map.of(), SECOND).detail())
        .contains("/nowhere");
  }

  @Test
  @Timeout(60)
  void aProgramThatDoesNotEndIsKilledWithItsChildren() throws Exception {
    Path pid = dir.resolve("pid");
    BoundedCommand.Outcome outcome =
        BoundedCommand.run(
            List.of("/bin/sh", "-c", "sleep 1000 & echo $! >" + pid + "; wait"),
            Map.of(),
            2 * SECOND);
    assertThat(outcome.ok()).isFalse();
    assertThat(outcome.detail()).startsWith("not ended within 2000 ms, killed");
    long child = Long.parseLong(Files.readString(pid).strip());
    while (ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false)) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Test
  @Timeout(60)
  void aTransitionReachesTheProgram() throws Exception {
    Path script = dir.resolve("hook");
    Path out = dir.resolve("out");
    Files.writeString(
        script,
        "#!/bin/sh\necho $1 $POLLUX_EPOCH $POLLUX_VIPS >"
            + out
            + ".new\nmv "
            + out
            + ".new "
            + out);
    assertThat(script.toFile().setExecutable(true)).isTrue();
    new RoleHook("gw-a", List.of("192.0.2.1/32"), List.of(script.toString()), 30 * SECOND)
        .changed(UP);
    while (!Files.exists(out)) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(out).hasContent("active 7 192.0.2.1/32");
  }

  @Test
  void theEnvironmentIsAsDocumented() {
    assertThat(RoleHook.environment("gw-a", List.of("192.0.2.1/32"), UP))
        .containsExactly(
            Map.entry("POLLUX_NODE", "gw-a"),
            Map.entry("POLLUX_ROLE", "active"),
            Map.entry("POLLUX_STATE", "active (alone)"),
            Map.entry("POLLUX_FROM", "standby"),
            Map.entry("POLLUX_CHANGED", "role"),
            Map.entry("POLLUX_REASON", "the active node said goodbye"),
            Map.entry("POLLUX_DETAIL", "192.0.2.1"),
            Map.entry("POLLUX_EPOCH", "7"),
            Map.entry("POLLUX_VIPS", "192.0.2.1/32"));
  }
}
