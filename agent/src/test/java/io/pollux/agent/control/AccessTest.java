package io.pollux.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
  private final Access access = new Access(990, OptionalInt.of(500), OptionalInt.of(501));

  private Access.Right of(int uid, Integer... gids) {
    return access.of(new Caller(1, uid, Set.of(gids)));
  }

  @Test
  void rootTheDaemonAndTheGroupMayDoEverything() {
    assertThat(of(0)).isEqualTo(Access.Right.ALL);
    assertThat(of(990)).isEqualTo(Access.Right.ALL);
    assertThat(of(1000, 100, 500)).isEqualTo(Access.Right.ALL);
    assertThat(of(1000, 501, 500)).isEqualTo(Access.Right.ALL);
  }

  @Test
  void monitorsMayReadAndStrangersNothing() {
    assertThat(of(1000, 501)).isEqualTo(Access.Right.READ);
    assertThat(of(1000, 100)).isEqualTo(Access.Right.NONE);
    assertThat(of(1000)).isEqualTo(Access.Right.NONE);
  }

  @Test
  void missingGroupsGrantNothing() {
    Access none = new Access(990, OptionalInt.empty(), OptionalInt.empty());
    assertThat(none.of(new Caller(1, 1000, Set.of(0, 500)))).isEqualTo(Access.Right.NONE);
  }

  @Test
  void groupsAreLookedUpInAFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("group");
    Files.writeString(
        file, "root:x:0:\npollux-monitor:x:998:alice\npollux:x:999:bob,carl\nbad:x:y\n");
    assertThat(Access.gid(file, "pollux")).hasValue(999);
    assertThat(Access.gid(file, "pollux-monitor")).hasValue(998);
    assertThat(Access.gid(file, "other")).isEmpty();
    assertThat(Access.gid(file, "bad")).isEmpty();
    assertThat(Access.gid(directory.resolve("none"), "pollux")).isEmpty();
  }
}
