/*
 * Process 1 of the guest.
 *
 * The root file system is the host's, read-only. A tmpfs-backed overlay is put over it, so that nothing written here
 * reaches the host; single directories are opened for writing by mounting them once more. The command's stdout and
 * stderr are consoles of their own, its exit status goes through a file.
 */
#define _GNU_SOURCE
#include "lab.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/random.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MODULES "/usr/lib/uml/modules"

/* Where the host's directory with this run's files is mounted for writing. */
#define RUN_FILES "/run/pollux-lab"

/* The first console carries the kernel's log; the launcher shows its end when a run fails. */
static void say(const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
  if (console < 0) return;
  dprintf(console, "lab: %.*s\n", length, text);
  close(console);
}

static void halt(void) __attribute__((noreturn));
static void halt(void) {
  reboot(RB_POWER_OFF);
  reboot(RB_HALT_SYSTEM);
  _exit(STATUS_LAB);
}

static void die(const char *what) __attribute__((noreturn));
static void die(const char *what) {
  say("%s: %s", what, strerror(errno));
  halt();
}

static void must_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
  mkdir(target, 0755);
  if (mount(source, target, type, flags, data) != 0) die(target);
}

static void may_mount(const char *source, const char *target, const char *type, const char *data) {
  mkdir(target, 0755);
  if (mount(source, target, type, 0, data) != 0) say("without %s: %s", target, strerror(errno));
}

/* Debian's kernel has the overlay as a module, needed before modprobe has a place to work in. */
static void load_overlay(void) {
  struct utsname name;
  char path[PATH_MAX];
  uname(&name);
  snprintf(path, sizeof path, MODULES "/%s/kernel/fs/overlayfs/overlay.ko", name.release);
  int module = open(path, O_RDONLY | O_CLOEXEC);
  if (module < 0) return;
  if (syscall(SYS_finit_module, module, "", 0) != 0) say("%s: %s", path, strerror(errno));
  close(module);
}

/* Makes the overlay the root. */
static void overlay_root(void) {
  const char *places[] = {"/mnt", "/run", "/tmp", "/media"};
  const char *base = NULL;
  for (size_t i = 0; base == NULL && i < sizeof places / sizeof *places; i++) {
    if (mount("lab", places[i], "tmpfs", 0, "size=90%,mode=755") == 0) base = places[i];
  }
  if (base == NULL) die("no place for the overlay");
  load_overlay();
  if (chdir(base) != 0 || mkdir("upper", 0755) != 0 || mkdir("work", 0755) != 0 || mkdir("root", 0755) != 0) die(base);
  char options[128];
  snprintf(options, sizeof options, "lowerdir=/,upperdir=%s/upper,workdir=%s/work", base, base);
  if (mount("lab", "root", "overlay", 0, options) != 0) die("overlay");
  if (chdir("root") != 0 || syscall(SYS_pivot_root, ".", ".") != 0) die("pivot_root");
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) die("old root");
}

static void mount_file_systems(const struct run *run, const char *directory) {
  must_mount("proc", "/proc", "proc", 0, NULL);
  must_mount("sysfs", "/sys", "sysfs", 0, NULL);
  must_mount("dev", "/dev", "devtmpfs", 0, NULL);
  must_mount("devpts", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666");
  must_mount("shm", "/dev/shm", "tmpfs", 0, "mode=1777");
  must_mount("run", "/run", "tmpfs", 0, "mode=755");
  may_mount("cgroup2", "/sys/fs/cgroup", "cgroup2", NULL);
  symlink("/proc/self/fd", "/dev/fd");
  symlink("/proc/self/fd/0", "/dev/stdin");
  symlink("/proc/self/fd/1", "/dev/stdout");
  symlink("/proc/self/fd/2", "/dev/stderr");
  mkdir("/run/lock", 01777);
  mkdir("/tmp", 01777);
  must_mount("none", RUN_FILES, "hostfs", 0, directory);
  for (size_t i = 0; i < run->rw_count; i++) must_mount("none", run->rw[i], "hostfs", 0, run->rw[i]);
}

/* Credits what the launcher drew from the host's random source, or the first key waits for the guest's own. */
static void add_entropy(void) {
  struct {
    struct rand_pool_info info;
    unsigned char octets[256];
  } pool;
  int file = open(RUN_FILES "/entropy", O_RDONLY | O_CLOEXEC);
  ssize_t got = file < 0 ? -1 : read(file, pool.octets, sizeof pool.octets);
  close(file);
  int random = open("/dev/urandom", O_RDWR | O_CLOEXEC);
  if (got <= 0 || random < 0) {
    say("no entropy from the host: %s", strerror(errno));
    return;
  }
  pool.info.buf_size = (int)got;
  pool.info.entropy_count = (int)got * 8;
  if (ioctl(random, RNDADDENTROPY, &pool) != 0) say("entropy: %s", strerror(errno));
  close(random);
}

/* Debian's kernel comes with everything as modules; one modprobe call loads what the tests need. */
static void load_modules(void) {
  static const char *const names[] = {
      "modprobe", "-a", "-q", "esp4", "esp6", "ah4", "ah6", "xfrm_user", "xfrm4_tunnel", "xfrm_interface", "af_key",
      "gcm", "ccm", "ctr", "cbc", "seqiv", "echainiv", "chacha20poly1305", "authenc", "authencesn", "hmac",
      "sha256_generic", "sha512_generic", "xcbc", "cmac", "veth", "bridge", "macvlan", "dummy", "vrf", "ip_vti",
      "ip6_vti", "8021q", "tun", "sch_netem", "sch_tbf", "af_packet", "iptable_filter", "iptable_nat",
      "iptable_mangle", "xt_mark", "xt_policy", NULL};
  struct utsname name;
  char path[PATH_MAX];
  uname(&name);
  snprintf(path, sizeof path, MODULES "/%s", name.release);
  if (access(path, R_OK) != 0) return; /* a kernel of our own has everything built in */
  must_mount(MODULES, "/lib/modules", NULL, MS_BIND, NULL);
  pid_t child = fork();
  if (child == 0) {
    execv("/sbin/modprobe", (char *const *)names);
    _exit(STATUS_NOT_FOUND);
  }
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

static void raise_limit(int resource, rlim_t value) {
  struct rlimit limit = {value, value};
  if (setrlimit(resource, &limit) != 0) say("limit %d: %s", resource, strerror(errno));
}

/* A raw console: the octets that the command wrote, nothing added. */
static int open_console(const char *path) {
  struct termios settings;
  int console = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (console < 0 || tcgetattr(console, &settings) != 0) die(path);
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL;
  if (tcsetattr(console, TCSANOW, &settings) != 0) die(path);
  return console;
}

static pid_t start(const struct run *run, int out, int err) {
  pid_t child = fork();
  if (child != 0) return child;
  setsid();
  int in = run->reads_stdin ? open_console("/dev/tty3") : open("/dev/null", O_RDONLY);
  if (in != STDIN_FILENO) dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  _exit(run_exec(run));
}

/* Waits for the command, buries every orphan on the way. */
static int wait_for(pid_t command) {
  for (;;) {
    int status;
    pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) return STATUS_LAB;
    if (ended == command) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

static void report(int status) {
  char text[16];
  int length = snprintf(text, sizeof text, "%d\n", status);
  int file = open(RUN_FILES "/status", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || write(file, text, (size_t)length) != length || fsync(file) != 0) say("exit status: %s", strerror(errno));
  close(file);
}

void guest_main(const char *directory) {
  struct run run;
  if (run_read(&run, directory) != 0) die("run");
  overlay_root();
  mount_file_systems(&run, directory);
  add_entropy();
  sethostname("pollux-lab", 10);
  load_modules();
  if (loopback_up() != 0) say("lo: %s", strerror(errno));
  raise_limit(RLIMIT_NOFILE, 65536);
  raise_limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
  raise_limit(RLIMIT_CORE, 0);
  int out = open_console("/dev/tty1");
  int err = open_console("/dev/tty2");
  int status = wait_for(start(&run, out, err));
  kill(-1, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) continue;
  tcdrain(out);
  tcdrain(err);
  report(status);
  halt();
}
