package io.pollux.agent.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Who may run what: everything for root, the daemon's own user and the members of one group;
 * commands that change nothing for the members of a second group.
 *
 * @param ownUid the daemon's user
 * @param group gid of {@code pollux}, if this machine has that group
 * @param monitorGroup gid of {@code pollux-monitor}, if this machine has that group
 */
public record Access(int ownUid, OptionalInt group, OptionalInt monitorGroup) {
  /** Members run every command. */
  public static final String GROUP = "pollux";

  /** Members run the commands that change nothing. */
  public static final String MONITOR_GROUP = "pollux-monitor";

  /** What a caller may do. */
  public enum Right {
    ALL,
    READ,
    NONE
  }

  /** As this machine's {@code /etc/group} has it now. */
  public static Access ofThisMachine() {
    Path groups = Path.of("/etc/group");
    return new Access(currentUid(), gid(groups, GROUP), gid(groups, MONITOR_GROUP));
  }

  /** What this caller may do. */
  public Right of(Caller caller) {
    if (caller.uid() == 0 || caller.uid() == ownUid || in(caller, group)) {
      return Right.ALL;
    }
    return in(caller, monitorGroup) ? Right.READ : Right.NONE;
  }

  private static boolean in(Caller caller, OptionalInt group) {
    return group.isPresent() && caller.gids().contains(group.getAsInt());
  }

  /**
   * The gid of this name in a file like /etc/group; empty if there is none or the file cannot be
   * read.
   */
  static OptionalInt gid(Path file, String name) {
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        String[] field = line.split(":", -1);
        if (field.length >= 3 && field[0].equals(name)) {
          return OptionalInt.of(Integer.parseUnsignedInt(field[2]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      // No such group then: fewer people may enter.
    }
    return OptionalInt.empty();
  }

  static int currentUid() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
