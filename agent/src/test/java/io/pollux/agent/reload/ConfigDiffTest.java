package io.pollux.agent.reload;

import static io.pollux.agent.reload.TestConfigs.HA;
import static io.pollux.agent.reload.TestConfigs.OTHER;
import static io.pollux.agent.reload.TestConfigs.SITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.PolluxConfig;
import io.pollux.ike.policy.PolicyChange;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDiffTest {
  @TempDir Path folder;
  private TestConfigs configs;

  @BeforeEach
  void files() throws Exception {
    configs = new TestConfigs(folder);
  }

  private ConfigDiff diff(String before, String now) throws Exception {
    PolluxConfig old = configs.of(before);
    return ConfigDiff.of(old, configs.of(now));
  }

  @Test
  void theSameSaidOtherwiseIsNoDifference() throws Exception {
    ConfigDiff diff =
        diff(SITE, SITE + "ike.port = 500\nlog.level = info\ninduced-rekey.packets = 64");
    assertThat(diff.isEmpty()).isTrue();
    assertThat(diff.restart()).isEmpty();
    assertThat(diff.untouched()).isEqualTo(1);
  }

  @Test
  void connectionsComeAndGo() throws Exception {
    ConfigDiff diff = diff(SITE, OTHER);
    assertThat(diff.connections())
        .extracting(ConnectionDiff::name, ConnectionDiff::kind)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("other", ConnectionDiff.Kind.ADDED),
            org.assertj.core.groups.Tuple.tuple("site", ConnectionDiff.Kind.REMOVED));
    assertThat(diff.untouched()).isZero();
  }

  @Test
  void anotherPeerStartsOverAndTheKeyIsNamed() throws Exception {
    ConfigDiff diff = diff(SITE + OTHER, SITE.replace("192.0.2.2", "192.0.2.22") + OTHER);
    assertThat(diff.untouched()).isEqualTo(1);
    ConnectionDiff site = diff.connections().getFirst();
    assertThat(site.startsOver()).isTrue();
    assertThat(site.keys())
        .containsExactly(
            new KeyChange(
                "connections.site.remote.address",
                Optional.of("192.0.2.2"),
                Optional.of("192.0.2.22")));
  }

  @Test
  void oneChildChangedIsOneChildOver() throws Exception {
    ConfigDiff diff = diff(SITE, SITE.replace("10.3.0.0/16", "10.4.0.0/16"));
    ConnectionDiff site = diff.connections().getFirst();
    assertThat(site.startsOver()).isFalse();
    assertThat(site.change()).isEqualTo(new PolicyChange.Kept(Set.of("lab"), Set.of()));
    assertThat(site.consequence()).isEqualTo("its IKE SA stays; SAs of lab are deleted");
  }

  @Test
  void timesTouchNoSa() throws Exception {
    ConfigDiff diff = diff(SITE, SITE + "connections.site.children.net.rekey-time = 30m");
    assertThat(diff.connections().getFirst().consequence())
        .isEqualTo("its IKE SA stays; no SA is touched");
  }

  @Test
  void aDeviceIsMoreThanTheEngineSees() throws Exception {
    ConfigDiff diff = diff(SITE, SITE + "connections.site.interface = own");
    assertThat(diff.connections().getFirst().startsOver()).isTrue();
  }

  @Test
  void whatNeedsARestartStaysAsItIs() throws Exception {
    PolluxConfig before = configs.of(SITE);
    PolluxConfig read = configs.of(SITE, "ike.port = 5500, log.level = debug");
    ReloadPlan plan = ReloadPlan.of(before, read);
    assertThat(plan.diff().restart()).extracting(KeyChange::key).containsExactly("ike.port");
    assertThat(plan.diff().live()).extracting(KeyChange::key).containsExactly("log.level");
    assertThat(plan.next().ike().port()).isEqualTo(500);
    assertThat(plan.next().logLevel()).isEqualTo("debug");
    // and is still named the next time
    assertThat(ReloadPlan.of(plan.next(), read).diff().restart())
        .extracting(KeyChange::key)
        .containsExactly("ike.port");
    assertThat(ReloadPlan.of(plan.next(), read).diff().isEmpty()).isTrue();
  }

  @Test
  void aPeerThatBecomesRedundantIsTakenOverWithoutTouchingItsSas() throws Exception {
    PolluxConfig before = configs.of(SITE);
    ReloadPlan plan =
        ReloadPlan.of(before, configs.of(SITE, "connections.site.remote.redundant = true"));
    assertThat(plan.diff().untouched()).isEqualTo(1);
    assertThat(plan.diff().live())
        .extracting(KeyChange::key)
        .containsExactly("connections.site.remote.redundant");
    assertThat(plan.diff().isEmpty()).isFalse();
    assertThat(plan.next().induced().redundant()).containsExactly("site");
  }

  @Test
  void aSecretThatChangedIsNamedByItsOwnerAlone() throws Exception {
    PolluxConfig before = configs.of(SITE);
    configs.psk("quite another word for it");
    ConfigDiff diff = ConfigDiff.of(before, configs.of(SITE));
    assertThat(diff.secrets()).containsExactly("peer.example");
    assertThat(diff.toString()).doesNotContain("word");
    assertThat(diff.untouched()).isEqualTo(1);
  }

  /** The key is named, the secret is not. */
  @Test
  void aPostQuantumKeyWithOtherContentIsTakenOver() throws Exception {
    String ppk = "connections.site.ppk { id = quantum, secret-file = ppk.txt }";
    configs.secret("ppk.txt", "a word for both that is long enough for RFC 8784");
    PolluxConfig before = configs.of(SITE, ppk);
    assertThat(ConfigDiff.of(before, configs.of(SITE, ppk)).isEmpty()).isTrue();
    configs.secret("ppk.txt", "another word that is as long as RFC 8784 wants");
    ConfigDiff diff = ConfigDiff.of(before, configs.of(SITE, ppk));
    assertThat(diff.ppks()).containsExactly("site");
    assertThat(diff.isEmpty()).isFalse();
    assertThat(diff.untouched()).isEqualTo(1);
    assertThat(diff.toString()).doesNotContain("word");
    // under another name it is the connection that differs
    diff = ConfigDiff.of(before, configs.of(SITE, ppk.replace("quantum", "other")));
    assertThat(diff.ppks()).isEmpty();
    assertThat(diff.connections()).hasSize(1);
  }

  /** Where a file is does not tell what is in it, so the key counts as it is. */
  @Test
  void anotherFileOfTheSameContentIsTakenOver() throws Exception {
    String ppk = "connections.site.ppk { id = quantum, secret-file = ppk.txt }";
    configs.secret("ppk.txt", "a word for both that is long enough for RFC 8784");
    configs.secret("moved.txt", "a word for both that is long enough for RFC 8784");
    ConfigDiff diff = diff(SITE + ppk, SITE + ppk.replace("ppk.txt", "moved.txt"));
    assertThat(diff.live())
        .extracting(KeyChange::key)
        .containsExactly("connections.site.ppk.secret-file");
    configs.secret("more.conf", "psk {}");
    assertThat(diff(SITE, SITE + "secrets = [ psk.conf, more.conf ]").live())
        .extracting(KeyChange::key)
        .containsExactly("secrets");
  }

  @Test
  void aPairMayNotBecomeOneByReload() throws Exception {
    ConfigDiff diff = diff(SITE, SITE + HA);
    assertThat(diff.restart()).extracting(KeyChange::key).contains("ha.vrrp.priority");
    assertThat(diff.isEmpty()).isTrue();
  }
}
