package io.pollux.agent.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * What a node must know after its own end: the highest epoch that it has seen, durable before it is
 * used, and whether it is in maintenance.
 */
final class EpochFile {
  private final Path file;
  private final Path maintenance;

  EpochFile(Path directory) throws IOException {
    Files.createDirectories(directory);
    file = directory.resolve("epoch");
    maintenance = directory.resolve("maintenance");
  }

  /**
   * 0 if there is none yet; a file that does not hold a number is an error, not a new beginning.
   */
  long load() throws IOException {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (NoSuchFileException _) {
      return 0;
    } catch (NumberFormatException damaged) {
      throw new IOException(file + " does not hold an epoch", damaged);
    }
  }

  /** Whether an operator has told this node to take nothing over, and not taken it back. */
  boolean maintenance() {
    return Files.exists(maintenance);
  }

  void keepMaintenance(boolean on) throws IOException {
    if (on) {
      Files.writeString(maintenance, "polluxctl ha maintenance off\n");
    } else {
      Files.deleteIfExists(maintenance);
    }
    syncFolder();
  }

  /** Written beside, synced, renamed, and the rename synced too. */
  void store(long epoch) throws IOException {
    Path fresh = file.resolveSibling("epoch.new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      out.write(ByteBuffer.wrap((epoch + "\n").getBytes(StandardCharsets.US_ASCII)));
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder();
  }

  private void syncFolder() throws IOException {
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
