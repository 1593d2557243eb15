package io.pollux.agent.control;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket as a file: made ready before it is bound, given to its group afterwards. */
final class SocketFile {
  private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);
  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_SOCKET = 0140000;

  private SocketFile() {}

  /**
   * Makes the directory, and removes a socket that nobody listens on.
   *
   * @throws IOException somebody listens there, or it is no socket
   */
  static void prepare(Path file) throws IOException {
    if (file.getParent() != null && !Files.isDirectory(file.getParent())) {
      Files.createDirectories(
          file.getParent(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & TYPE_MASK) != TYPE_SOCKET) {
      throw new IOException(file + " is there and is no socket");
    }
    if (answers(file)) {
      throw new IOException("another polluxd listens at " + file);
    }
    Files.deleteIfExists(file);
  }

  private static boolean answers(Path file) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(file));
    } catch (ConnectException e) {
      return false;
    } catch (SocketException e) {
      if (e.getMessage() != null && e.getMessage().contains("refused")) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Mode and group. A file has one group only: where there are monitors too, everybody may connect,
   * and the credentials, which are looked at in any case, decide alone.
   */
  static void give(Path file, Access access) throws IOException {
    if (access.group().isPresent()) {
      try {
        Files.setAttribute(file, "unix:gid", access.group().getAsInt(), LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        LOG.warn("control: {} cannot be given to group {}: {}", file, Access.GROUP, e.toString());
      }
    }
    String mode = access.monitorGroup().isPresent() ? "rw-rw-rw-" : "rw-rw----";
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
