package io.pollux.it.packaging;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A Debian with systemd as its process 1, in a network namespace of the lab: its root is a fresh
 * overlay over the one that POLLUX_TEST_ROOT names (debootstrap made it), everything else - mounts,
 * processes, cgroups, host name - is its own as well.
 */
final class Machine implements AutoCloseable {
  private static final Duration BOOT = Duration.ofSeconds(300);

  /** Of events that take seconds where the guest has a processor. */
  private static final Duration PATIENCE = Duration.ofSeconds(400);

  private static final Duration COMMAND = Duration.ofSeconds(300);

  /** Arguments: the base, a place for the machine's files. */
  private static final String BOOT_SCRIPT =
      """
      set -e
      base=$1 place=$2
      mount --make-rprivate /
      mount -t tmpfs -o size=60%,mode=755 machine "$place"
      mkdir "$place/upper" "$place/work" "$place/root"
      mount -t overlay -o "lowerdir=$base,upperdir=$place/upper,workdir=$place/work" machine "$place/root"
      cd "$place/root"
      mount -t proc proc proc
      mount -t sysfs sysfs sys
      mount -t cgroup2 cgroup2 sys/fs/cgroup
      mount -t tmpfs -o mode=755 tmpfs run
      mount -t tmpfs -o mode=755 tmpfs dev
      mkdir dev/pts dev/shm
      mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
      ln -s pts/ptmx dev/ptmx
      ln -s /proc/self/fd dev/fd
      mknod -m 666 dev/null c 1 3
      mknod -m 666 dev/zero c 1 5
      mknod -m 666 dev/full c 1 7
      mknod -m 666 dev/random c 1 8
      mknod -m 666 dev/urandom c 1 9
      mknod -m 666 dev/tty c 5 0
      echo machine >etc/hostname
      : >etc/machine-id
      for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \\
        systemd-logind.service console-getty.service getty.target; do
        ln -sf /dev/null "etc/systemd/system/$unit"
      done
      pivot_root . mnt
      umount -l /mnt
      exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=lab /lib/systemd/systemd --log-target=console
      """;

  private final Process process;
  private final Path console;
  private final long pid;

  private Machine(Process process, Path console) {
    this.process = process;
    this.console = console;
    Waits.until(() -> !process.isAlive() || processOne() > 0, BOOT, "process 1 of the machine");
    this.pid = processOne();
  }

  /** The child that has become systemd; before that there are others, of the script. */
  private long processOne() {
    return process
        .children()
        .filter(
            child -> {
              try {
                return Files.readString(Path.of("/proc/" + child.pid() + "/comm"))
                    .strip()
                    .equals("systemd");
              } catch (IOException gone) {
                return false;
              }
            })
        .map(ProcessHandle::pid)
        .findFirst()
        .orElse(-1L);
  }

  /** Boots it in a namespace; returns when systemd has done everything that a boot does. */
  static Machine boot(Namespaces namespaces, String namespace, Path base, Path directory) {
    try {
      Path place = Files.createDirectories(directory.resolve("machine"));
      Path console = directory.resolve("console.log");
      Process process =
          namespaces.start(
              namespace,
              console,
              Map.of(),
              "sh",
              "-c",
              "mkdir -p /sys/fs/cgroup/machine 2>/dev/null; mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null;"
                  + " mkdir -p /sys/fs/cgroup/machine; echo 0 >/sys/fs/cgroup/machine/cgroup.procs;"
                  + " exec unshare -m -p -f -u -i -C --kill-child sh -c \"$0\" machine \"$@\"",
              BOOT_SCRIPT,
              base.toString(),
              place.toString());
      Machine machine = new Machine(process, console);
      Waits.until(
          () -> {
            if (!process.isAlive()) {
              throw new AssertionError("the machine has ended\n" + machine.console());
            }
            String state = machine.run("systemctl", "is-system-running").out().strip();
            return state.equals("running") || state.equals("degraded");
          },
          BOOT,
          "the end of the boot");
      return machine;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command inside, as root. */
  Ran run(String... command) {
    List<String> words =
        new ArrayList<>(
            List.of("nsenter", "-t", Long.toString(pid), "-m", "-u", "-i", "-n", "-p", "-C", "--"));
    words.addAll(
        List.of("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TERM=dumb"));
    words.addAll(Arrays.asList(command));
    return Commands.run(words, "", Map.of(), COMMAND);
  }

  /** Runs a line of the shell inside. */
  Ran shell(String line) {
    return run("sh", "-c", line);
  }

  /** A property of the service, as {@code systemctl show} prints it. */
  String property(String unit, String name) {
    return run("systemctl", "show", "--value", "-p", name, unit).out().strip();
  }

  /** Puts a file inside. */
  void write(String path, String content) {
    Ran ran =
        Commands.run(
            List.of("nsenter", "-t", Long.toString(pid), "-m", "--", "tee", path),
            content,
            Map.of(),
            COMMAND);
    ran.orFail();
  }

  /** Copies a file of the lab to its root. */
  void copy(Path from, String to) {
    Commands.run("cp", from.toString(), "/proc/" + pid + "/root" + to).orFail();
  }

  /**
   * Waits, and when that is in vain shows what the unit has logged. To ask takes processes of the
   * one processor that the asked ones need: twice as long as the question took, nobody asks again.
   */
  void await(BooleanSupplier condition, String what) {
    try {
      Waits.until(
          () -> {
            long asked = System.nanoTime();
            boolean holds = condition.getAsBoolean();
            if (!holds) {
              LockSupport.parkNanos(2 * (System.nanoTime() - asked));
            }
            return holds;
          },
          PATIENCE,
          what);
    } catch (AssertionError late) {
      throw new AssertionError(late.getMessage() + "\n" + journal(), late);
    }
  }

  String journal() {
    return run("journalctl", "--no-pager", "-o", "cat", "-n", "60", "-u", "pollux").out();
  }

  private String console() {
    try {
      return Files.readString(console);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Waits.until(() -> !process.isAlive(), COMMAND, "the end of the machine");
  }
}
