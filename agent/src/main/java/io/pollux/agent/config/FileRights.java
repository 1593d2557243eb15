package io.pollux.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whose rights a configuration is read with: this process's own, which the kernel judges, or those
 * of another user, which are judged here by the bits of owner, group and others. Access control
 * lists are not looked at.
 */
final class FileRights {
  /** Those of this process: whatever cannot be read shows when it is. */
  static final FileRights OWN = new FileRights("", -1, Set.of());

  private static final int READ = 4;
  private static final int ENTER = 1;

  private final String user;
  private final int uid;
  private final Set<Integer> groups;

  private FileRights(String user, int uid, Set<Integer> groups) {
    this.user = user;
    this.uid = uid;
    this.groups = groups;
  }

  /**
   * Those of the packaged daemon's user, where root asks and that user exists; else {@link #OWN}.
   */
  static FileRights ofDaemon() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return OWN;
    }
    try {
      return of(
              SecretFiles.PACKAGED_USER,
              Files.readAllLines(Path.of("/etc/passwd")),
              Files.readAllLines(Path.of("/etc/group")))
          .orElse(OWN);
    } catch (IOException none) {
      return OWN;
    }
  }

  /** Those of a user as passwd(5) and group(5) know it; empty if they do not. */
  static Optional<FileRights> of(String user, List<String> passwd, List<String> group) {
    for (String line : passwd) {
      String[] fields = line.split(":");
      if (fields.length > 3 && fields[0].equals(user) && isNumber(fields[2], fields[3])) {
        Set<Integer> groups = new HashSet<>(Set.of(Integer.parseInt(fields[3])));
        for (String other : group) {
          String[] of = other.split(":");
          if (of.length > 3 && isNumber(of[2]) && List.of(of[3].split(",")).contains(user)) {
            groups.add(Integer.parseInt(of[2]));
          }
        }
        return Optional.of(new FileRights(user, Integer.parseInt(fields[2]), groups));
      }
    }
    return Optional.empty();
  }

  private static boolean isNumber(String... texts) {
    return List.of(texts).stream().allMatch(t -> t.matches("[0-9]{1,9}"));
  }

  /** Why that user cannot read {@code file}, which exists; empty if it can, or for {@link #OWN}. */
  String refusal(Path file) throws IOException {
    if (uid < 0) {
      return "";
    }
    Path real = file.toRealPath();
    for (Path folder = real.getParent(); folder != null; folder = folder.getParent()) {
      if (!may(folder, ENTER)) {
        return "cannot be reached by user " + user + ", as whom the daemon runs: see " + folder;
      }
    }
    return may(real, READ)
        ? ""
        : "is not readable by user "
            + user
            + ", as whom the daemon runs (chown "
            + user
            + ": "
            + file
            + ")";
  }

  private boolean may(Path path, int what) throws IOException {
    Map<String, Object> of = Files.readAttributes(path, "unix:uid,gid,mode");
    int mode = (Integer) of.get("mode");
    int bits =
        (Integer) of.get("uid") == uid
            ? mode >> 6
            : groups.contains((Integer) of.get("gid")) ? mode >> 3 : mode;
    return (bits & what) != 0;
  }
}
