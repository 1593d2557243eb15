package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochFileTest {
  @TempDir Path folder;

  @Test
  void noFileIsTheFirstReign() throws IOException {
    assertThat(new EpochFile(folder.resolve("new/state")).load()).isZero();
  }

  @Test
  void whatWasStoredIsRead() throws IOException {
    EpochFile file = new EpochFile(folder);
    file.store(6);
    file.store(9);
    assertThat(new EpochFile(folder).load()).isEqualTo(9);
  }

  @Test
  void aDamagedFileIsAnErrorNotANewBeginning() throws IOException {
    Files.writeString(folder.resolve("epoch"), "9\0\0");
    assertThatThrownBy(() -> new EpochFile(folder).load())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("epoch");
    Files.writeString(folder.resolve("epoch"), "");
    assertThatThrownBy(() -> new EpochFile(folder).load()).isInstanceOf(IOException.class);
  }

  @Test
  void halfAWriteLeavesTheOldNumber() throws IOException {
    EpochFile file = new EpochFile(folder);
    file.store(6);
    Files.writeString(folder.resolve("epoch.new"), "1"); // died before the rename
    assertThat(file.load()).isEqualTo(6);
    file.store(8);
    assertThat(file.load()).isEqualTo(8);
    assertThat(folder.resolve("epoch.new")).doesNotExist();
  }
}
