package io.pollux.agent.hooks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A file for keys: made with mode 0600, or found like that where nobody else can put another. */
final class ExposedFile {
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> FOREIGN_WRITE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private ExposedFile() {}

  /**
   * Opens {@code file} for appending; its folder must be there.
   *
   * @throws IOException why it was refused
   */
  static FileChannel open(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is no file");
    }
    refuseFolder(folder);
    Path real = folder.toRealPath().resolve(file.getFileName());
    try {
      refuseFile(real); // before it is opened: a pipe would keep us
    } catch (NoSuchFileException _) {
      // it is made
    }
    FileChannel channel =
        FileChannel.open(
            real,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND,
                LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(OWNER));
    try {
      refuseFile(real); // nobody but its owner can have changed it meanwhile
      return channel;
    } catch (IOException refused) {
      channel.close();
      throw refused;
    }
  }

  private static void refuseFolder(Path folder) throws IOException {
    Path real;
    try {
      real = folder.toRealPath();
    } catch (NoSuchFileException _) {
      throw new IOException("the folder " + folder + " does not exist");
    }
    PosixFileAttributes attributes = Files.readAttributes(real, PosixFileAttributes.class);
    Set<PosixFilePermission> loose = EnumSet.copyOf(FOREIGN_WRITE);
    loose.retainAll(attributes.permissions());
    if (!loose.isEmpty()) {
      throw new IOException(
          "the folder "
              + folder
              + " has mode "
              + PosixFilePermissions.toString(attributes.permissions())
              + "; expected one that nobody else can write to");
    }
    refuseOwner("the folder " + folder, attributes, List.of("root", user()));
  }

  private static void refuseFile(Path file) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(
          file + (attributes.isSymbolicLink() ? " is a link" : " is no regular file"));
    }
    if (!attributes.permissions().equals(OWNER)) {
      throw new IOException(
          file
              + " has mode "
              + PosixFilePermissions.toString(attributes.permissions())
              + "; expected rw------- because keys are written to it");
    }
    if ((Integer) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) != 1) {
      throw new IOException(file + " has more than one name");
    }
    refuseOwner(file.toString(), attributes, List.of(user()));
  }

  private static void refuseOwner(String what, PosixFileAttributes attributes, List<String> good)
      throws IOException {
    String owner = attributes.owner().getName();
    if (!good.contains(owner)) {
      throw new IOException(
          what + " belongs to " + owner + "; expected " + String.join(" or ", good));
    }
  }

  private static String user() {
    return System.getProperty("user.name");
  }
}
