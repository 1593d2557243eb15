#!/usr/bin/env python3
"""Drives the real polluxd with a stand-in for the JVM. Every case has a network namespace of its own.

guard_test.py BUILD [CASE...]: needs root, or user namespaces; says why it skips.
"""
import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

# Whoever starts this in the background of a shell has had it ignored, and children inherit that.
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

TEMPORARY = tempfile.mkdtemp(prefix="pollux-guard-test-")
os.chmod(TEMPORARY, 0o755)
tempfile.tempdir = TEMPORARY
BUILD = os.path.abspath(sys.argv[1])
POLLUXD, FAKE = BUILD + "/polluxd", BUILD + "/guard/test/fake-jvm"
CLONE_NEWNET = 0x40000000
LIMIT = 30  # seconds that anything may take; no case depends on how fast it really is


def sh(command):
    return subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout


class Skip(Exception):
    pass


class Guard:
    """A running polluxd, its output line by line."""

    def __init__(self, script, *options, env=None, directory=None, journal=None):
        self.directory = directory or tempfile.mkdtemp(prefix="guard-")
        os.chmod(self.directory, 0o755)
        self.config = self.directory + "/script"
        with open(self.config, "w") as f:
            f.write(script.format(dir=self.directory))
        self.run_dir = self.directory + "/run"
        self.lines, self.more = [], threading.Condition()
        read, write = os.pipe()
        if journal is not None:  # what systemd says of the stderr that it hands over, or of another one
            env = {**(env or os.environ), "JOURNAL_STREAM": f"{os.fstat(write).st_dev}:{os.fstat(write).st_ino + journal}"}
        self.process = subprocess.Popen(
            [POLLUXD, "--config", self.config, "--run-dir", self.run_dir, "--java", FAKE, "--lib", self.directory, *options],
            stdout=write, stderr=write, env=env, stdin=subprocess.DEVNULL)
        os.close(write)
        self.out = open(read, encoding="utf-8", errors="replace")
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.out:
            with self.more:
                self.lines.append(line.rstrip())
                self.more.notify_all()

    def expect(self, text, times=1):
        """Waits for a line with this text; returns the last of `times`."""
        with self.more:
            ok = self.more.wait_for(lambda: sum(text in l for l in self.lines) >= times, LIMIT)
            assert ok, f"no {times} x {text!r} in:\n" + "\n".join(self.lines)
            return [l for l in self.lines if text in l][times - 1]

    def never(self, text):
        assert not any(text in l for l in self.lines), f"{text!r} in:\n" + "\n".join(self.lines)

    def child(self, number=1):
        return int(self.expect("started the daemon, pid", number).rsplit(" ", 1)[1])

    def fence_file(self, armed):
        until(lambda: os.path.exists(self.run_dir + "/fence.bin")
              and struct.unpack("=6I", open(self.run_dir + "/fence.bin", "rb").read(24))[2] == armed, "fence.bin")
        return self.run_dir + "/fence.bin"

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        status = self.process.wait(LIMIT)
        self.thread.join(LIMIT)
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.thread.join(LIMIT)
        self.out.close()


def until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "never: " + what
        time.sleep(0.01)


def alive(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def in_user_namespace():
    return open("/proc/self/uid_map").read().split()[2] != "4294967295"


def rules():
    return sh("ip rule show")


GATE = "rule 10 192.0.2.7\npublish\n"
ARMED = GATE + "renew 300\narm 1\nprint ready\nserve 300\n"
guards = []


def start(script, *options, **more):
    guards.append(Guard(script, *options, **more))
    return guards[-1]


def case_lease_expiry_fences():
    g = start("once {dir}/first\n" + GATE + "renew 200\narm 1\nsleep\n")
    assert "1 messages, 0 refused" in g.expect("fenced: the lease ran out")
    assert "from 192.0.2.7 blackhole" in rules()
    g.expect("killed by signal 9")
    assert not alive(g.child(1))
    g.child(2)


def case_a_suspend_fences_although_the_lease_was_renewed():
    flag = tempfile.mkdtemp(prefix="suspended-") + "/flag"
    preloaded = dict(os.environ, LD_PRELOAD=BUILD + "/guard/test/suspended.so", POLLUX_TEST_SUSPENDED=flag)
    g = start("once {dir}/first\n" + ARMED, env=preloaded)
    g.expect("ready")
    open(flag, "w").close()
    g.expect("this machine was suspended for 3")
    g.expect("fenced: the lease ran out")
    assert "from 192.0.2.7 blackhole" in rules()


def case_the_next_daemon_reads_the_report():
    g = start("show-page\n" "print run\n" "once {dir}/first\n" + GATE + "renew 100\narm 1\nsleep\n")
    g.expect("fences 0 reason 0 errors 0")
    g.expect("fences 1 reason 1 errors 0")


def case_kill_fences():
    g = start(ARMED)
    g.expect("ready")
    g.fence_file(1)
    os.kill(g.child(), signal.SIGKILL)
    g.expect("fenced: the daemon exited")
    assert "from 192.0.2.7 blackhole" in rules()
    g.child(2)


def case_renewed_lease_is_left_alone():
    g = start(ARMED)
    g.expect("ready")
    g.fence_file(1)
    time.sleep(1)  # three leases
    g.never("fenced")
    assert "blackhole" not in rules()
    assert g.stop() == 0
    g.expect("fenced: the daemon exited")  # it left without disarming
    assert not os.path.exists(g.run_dir + "/fence.bin")


def case_sigstop_fences_and_kills():
    g = start("once {dir}/first\n" + ARMED)
    g.expect("ready")
    os.kill(g.child(), signal.SIGSTOP)
    g.expect("fenced: the lease ran out")
    g.expect("killed by signal 9")
    assert "from 192.0.2.7 blackhole" in rules()
    assert not alive(g.child(1))


def case_unarmed_is_not_fenced():
    g = start(GATE + "renew 50\narm 0\nprint ready\nsleep\n")
    g.expect("ready")
    g.fence_file(0)
    time.sleep(0.3)
    os.kill(g.child(), signal.SIGKILL)
    g.expect("restart in 100 ms")
    g.child(2)
    g.never("fenced")
    assert "blackhole" not in rules()
    assert g.stop() == 0
    g.never("fenced")  # it ended in order: the gate is its own business
    assert "blackhole" not in rules() and not os.path.exists(g.run_dir + "/fence.bin")


def case_disarmed_in_time():
    g = start(GATE + "renew 500\narm 1\narm 0\nprint ready\nsleep\n")
    g.expect("ready")
    time.sleep(0.8)
    g.never("fenced")


def case_back_off_doubles():
    g = start("exit 3\n")
    for ms in (100, 200, 400, 800):
        g.expect(f"restart in {ms} ms")
    g.expect("exited with status 3", 4)
    assert g.stop() == 0


def case_configuration_error_is_final():
    g = start("exit 78\n")
    assert g.wait() == 78
    g.never("fenced")  # nobody ever reigned


def rewrite(g, script):
    with open(g.config, "w") as f:
        f.write(script.format(dir=g.directory))


def left_fenced(g):
    assert "from 192.0.2.7 blackhole" in rules()
    sh("ip rule del pref 10")
    path = g.fence_file(1)  # for ExecStopPost
    done = subprocess.run([POLLUXD, "fence", "--state", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "from 192.0.2.7 blackhole" in rules() and not os.path.exists(path)


def case_a_configuration_error_ends_a_lone_reign():
    for status in (78, 64):
        g = start(GATE + "renew 50\narm 0\nprint ready\nsleep\n")
        g.expect("ready")
        g.fence_file(0)
        rewrite(g, f"exit {status}\n")
        os.kill(g.child(), signal.SIGKILL)
        assert g.wait() == status
        g.expect("fenced: the daemon exited; 1 messages, 0 refused")
        left_fenced(g)
        sh("ip rule del pref 10")


def case_a_stop_between_two_daemons_ends_a_lone_reign():
    g = start(GATE + "print ready\nwait {dir}/go\nexit 3\n")
    g.expect("ready")
    g.fence_file(0)
    open(g.directory + "/go", "w").close()
    g.expect("restart in 400 ms")
    g.stop()
    g.expect("fenced: the daemon exited")
    left_fenced(g)


def case_a_daemon_that_is_stopped_and_fails_is_fenced():
    g = start(GATE + "print ready\nwait {dir}/go\nexit 3\n")
    g.expect("ready")
    g.fence_file(0)
    g.process.send_signal(signal.SIGTERM)
    g.expect("Terminated")
    open(g.directory + "/go", "w").close()
    assert g.wait() == 3
    left_fenced(g)


def case_the_table_of_a_dead_guard_is_remembered():
    g = start(GATE + "print ready\nsleep\n")
    g.expect("ready")
    g.fence_file(0)
    child = g.child()
    g.process.kill()
    g.process.wait()
    until(lambda: not alive(child), "the child dies with its guard")
    assert "blackhole" not in rules()  # a lone reign goes on
    next_one = start("exit 78\n", directory=g.directory)
    assert next_one.wait() == 78
    next_one.expect("fenced: the daemon exited; 1 messages, 0 refused")
    left_fenced(next_one)


def case_sigterm_is_forwarded():
    g = start("print ready\nsleep\n")
    g.expect("ready")
    assert g.stop() == 0
    g.expect("exited with status 0")
    g.never("fenced")


def case_sigint_is_forwarded():
    g = start("print ready\nsleep\n")
    g.expect("ready")
    assert g.stop(signal.SIGINT) == 0


def case_deaf_daemon_is_fenced_and_killed():
    g = start("deaf\n" + GATE + "arm 0\nprint ready\nsleep\n", "--stop-timeout", "1")
    g.expect("ready")
    g.fence_file(0)
    assert g.stop() == 128 + 9
    g.expect("fenced: told to stop")
    assert "blackhole" in rules()


def case_second_sigterm_is_impatient():
    g = start("deaf\nprint ready\nsleep\n", "--stop-timeout", "3600")
    g.expect("ready")
    g.process.send_signal(signal.SIGTERM)
    g.expect("Terminated")
    assert g.stop() == 128 + 9


def case_torn_table_is_never_sent():
    g = start("once {dir}/first\nrule 11 192.0.2.8\npublish-odd\nrenew 200\narm 1\nsleep\n")
    g.expect("there was nothing to fence with")
    assert "192.0.2.8" not in rules()


def case_last_good_table_outlives_a_torn_one():
    g = start(GATE + "print ready\nwait {dir}/go\nrule 11 192.0.2.8\npublish-odd\nrenew 200\narm 1\nsleep\n")
    g.expect("ready")
    g.fence_file(0)  # the guard has its copy
    open(g.directory + "/go", "w").close()
    g.expect("fenced")
    assert "192.0.2.7" in rules() and "192.0.2.8" not in rules()


def case_malformed_tables_are_refused():
    short = "14000000200005060100000000000000"  # nlmsg_len 20 in 16 octets
    no_ack = "10000000200001000100000000000000"
    for bad in ("raw 1 " + short, "raw 1 " + no_ack, "raw 9 00", "packet 1 45", "raw 2 60" + "00" * 40):
        g = start("once {dir}/first\n" + GATE + "print ready\nwait {dir}/go\n" + bad + "\npublish\nrenew 200\narm 1\nsleep\n")
        g.expect("ready")
        g.fence_file(0)
        open(g.directory + "/go", "w").close()
        g.expect("malformed: keeping the last good ones")
        g.expect("fenced: the lease ran out; 1 messages, 0 refused")
        sh("ip rule del pref 10")
        g.close()


def case_addresses_go_and_what_is_gone_counts_as_done():
    sh("ip link add d0 type veth peer name d1 && ip link set d0 up && ip addr add 192.0.2.7/32 dev d0")
    index = int(sh("ip -o link show d0").split(":")[0])
    sh("ip rule add pref 10 from 192.0.2.7 blackhole")  # EEXIST for the guard
    g = start("once {dir}/first\nrule 10 192.0.2.7\n" f"noaddr 192.0.2.7 {index}\nnoaddr 192.0.2.9 {index}\nnoaddr 192.0.2.9 999\n"
              "publish\nrenew 200\narm 1\nsleep\n")
    assert "4 messages, 0 refused" in g.expect("fenced")
    assert "192.0.2.7" not in sh("ip addr show d0")


def case_refusals_are_reported():
    bad = "1c000000200005060100000000000000" + "63" + "00" * 11  # RTM_NEWRULE of family 99
    g = start("once {dir}/first\nraw 1 " + bad + "\nrule 10 192.0.2.7\npublish\nrenew 200\narm 1\nsleep\n")
    assert "2 messages, 1 refused" in g.expect("fenced")
    g.expect("error: fence: netlink request")
    assert "192.0.2.7" in rules()


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def ip4(source, target, protocol, body):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0xc0, 20 + len(body), 0, 0, 255, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def case_goodbyes_leave_by_their_interface():
    sh("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up && ip link set lo up")
    sh("ip addr add 198.51.100.1/24 dev v0 && ip -6 addr add 2001:db8::1/64 dev v0 nodad")
    sh("ip neigh add 198.51.100.9 lladdr 02:00:00:00:00:09 dev v0")
    index = int(sh("ip -o link show v0").split(":")[0])
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    tap.bind(("v1", 3))
    tap.settimeout(LIMIT)
    body = b"\x31\x01\x00\x01" + b"\x00" * 8
    multicast = ip4("198.51.100.1", "224.0.0.18", 112, body)
    unicast = ip4("198.51.100.1", "198.51.100.9", 112, body)
    six = struct.pack("!IHBB", 0x6c000000, len(body), 112, 255) + socket.inet_pton(socket.AF_INET6, "2001:db8::1") \
        + socket.inet_pton(socket.AF_INET6, "ff02::12") + body
    g = start(f"once {{dir}}/first\nrule 10 192.0.2.7\npacket {index} {multicast.hex()}\npacket {index} {unicast.hex()}\n"
              f"packet6 {index} {six.hex()}\npublish\nrenew 300\narm 1\nsleep\n")
    wanted = {multicast[8:10] + multicast[12:]: "multicast", unicast[8:10] + unicast[12:]: "unicast", six: "six"}
    assert "4 messages, 0 refused" in g.expect("fenced")
    while wanted:
        frame = tap.recv(2048)
        wanted.pop(frame[8:10] + frame[12:] if frame[0] >> 4 == 4 else frame, None)


def case_fence_file_speaks_for_a_dead_guard():
    g = start(ARMED)
    g.expect("ready")
    path = g.fence_file(1)
    child = g.child()
    g.process.kill()
    g.process.wait()
    until(lambda: not alive(child), "the child dies with its guard")
    assert "blackhole" not in rules()
    assert os.stat(path).st_mode & 0o777 == 0o600
    done = subprocess.run([POLLUXD, "fence", "--state", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "from 192.0.2.7 blackhole" in rules()
    assert subprocess.run([POLLUXD, "fence", "--state", path]).returncode == 0  # gone: nothing to do


def case_fence_file_of_an_unarmed_daemon_is_not_sent():
    g = start(GATE + "print ready\nsleep\n")
    g.expect("ready")
    path = g.fence_file(0)
    g.close()
    done = subprocess.run([POLLUXD, "fence", "--state", path], capture_output=True, text=True)
    assert done.returncode == 0 and "not armed" in done.stderr
    assert "blackhole" not in rules()


def case_foreign_fence_files_are_refused():
    path = tempfile.mktemp()
    open(path, "wb").write(struct.pack("=6I", 0x504c5846, 1, 1, 200, 10, 0))
    assert subprocess.run([POLLUXD, "fence", "--state", path], capture_output=True).returncode == 70  # too short
    os.chmod(path, 0o666)
    done = subprocess.run([POLLUXD, "fence", "--state", path], capture_output=True, text=True)
    assert "others may write it" in done.stderr
    os.symlink(path, path + ".link")
    assert subprocess.run([POLLUXD, "fence", "--state", path + ".link"], capture_output=True).returncode == 70


def case_fence_file_follows_a_second_table():
    g = start(GATE + "rule 11 192.0.2.8\npublish\nrenew 60000\narm 1\nprint ready\nsleep\n")
    g.expect("ready")
    path = g.fence_file(1)
    until(lambda: socket.inet_aton("192.0.2.8") in open(path, "rb").read(), "second table")


def case_one_guard_per_run_directory():
    g = start("print ready\nsleep\n")
    g.expect("ready")
    second = start("sleep\n", directory=g.directory)
    assert second.wait() == 78
    second.expect("another polluxd runs in")


def case_the_journal_gets_priorities():
    g = start("once {dir}/first\n" + GATE + "renew 200\narm 1\nsleep\n", journal=0)
    assert g.expect("fenced: the lease ran out").startswith("<4>polluxd: guard: fenced:")
    assert g.expect("killed by signal 9").startswith("<4>polluxd: guard: warning: ")
    assert g.expect("restart in").startswith("<6>polluxd: guard: restart in")
    rewrite(g, "exit 78\n")
    assert g.wait() == 78
    assert g.expect("not started again").startswith("<3>polluxd: guard: error: ")
    g = start("sleep\n", "--stop-timeout", "x", journal=0)
    assert g.wait() == 64 and g.lines[0].startswith("<3>polluxd: guard: not a number"), g.lines


def case_a_stderr_that_is_not_the_journal_gets_none():
    g = start("print ready\nsleep\n", journal=1)  # a variable inherited from somebody whose stderr was
    g.expect("ready")
    assert b"JOURNAL_STREAM" not in open(f"/proc/{g.child()}/environ", "rb").read()
    assert g.stop() == 0
    assert not any(l.startswith("<") for l in g.lines), g.lines


def case_the_version_of_the_page_is_left_for_an_upgrade():
    said = subprocess.run([POLLUXD, "--version"], capture_output=True, text=True).stdout.splitlines()
    assert len(said) == 2 and said[1].startswith("guard page "), said
    g = start("print ready\nsleep\n")
    g.expect("ready")
    file = g.run_dir + "/guard.page"
    with open(file) as f:
        assert f.read() == said[1].rsplit(" ", 1)[1] + "\n"
    assert os.stat(file).st_mode & 0o777 == 0o644
    os.unlink(file)
    os.symlink(g.config, file)  # of a guard that died, or of somebody else: replaced, not written through
    g.process.kill()
    g.process.wait()
    g = start("print ready\nsleep\n", directory=g.directory)
    g.expect("ready")
    assert not os.path.islink(file) and "ready" in open(g.config).read()
    assert g.stop() == 0
    assert not os.path.exists(file)


def case_role_thread_of_a_stranger_is_not_touched():
    before = os.sched_getscheduler(0)
    g = start(f"tid {os.getpid()}\nprint ready\nsleep\n")
    g.expect("no real-time scheduling for the role thread: No such process")
    assert os.sched_getscheduler(0) == before


def collector(child):
    """The child's thread with the name of the one that collects garbage in a JVM."""
    for thread in os.listdir(f"/proc/{child}/task"):
        with open(f"/proc/{child}/task/{thread}/comm") as name:
            if name.read() == "VM Thread\n":
                return int(thread)
    raise AssertionError("no such thread")


def case_role_thread_is_scheduled():
    g = start("collector\ntid 0\nprint ready\nsleep\n")
    g.expect("ready")
    if any("no real-time scheduling" in l for l in g.lines):
        raise Skip("no real-time scheduling here")
    until(lambda: os.sched_getscheduler(g.child()) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR, "SCHED_RR")
    assert os.sched_getscheduler(g.process.pid) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO
    # the stand-in for the engine has a thread with the name of a JVM's collector
    until(lambda: os.sched_getscheduler(collector(g.child())) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR, "the collector's SCHED_RR")


def case_user_is_switched_with_three_capabilities():
    if in_user_namespace():
        raise Skip("needs real root")
    g = start("show-self\nshow-page\n" + ARMED, "--user", "nobody")
    g.expect("ready")
    uid = g.expect("Uid:").split()[1:]
    assert len(set(uid)) == 1 and uid[0] != "0", uid
    three = f"{1 << 12 | 1 << 13 | 1 << 10:016x}"
    for name in ("CapPrm", "CapEff", "CapAmb", "CapBnd"):
        assert g.expect(name).split()[1] == three, (name, g.expect(name))
    assert g.expect("oom ") == "oom 0"
    child = g.child()
    g.process.kill()
    until(lambda: not alive(child), "the child dies with its guard")


def case_a_dead_guards_socket_is_removed_where_only_root_can():
    if in_user_namespace():
        raise Skip("needs real root")
    directory = tempfile.mkdtemp(prefix="guard-")
    os.mkdir(directory + "/run")
    for name in ("root.sock", "nobody.sock"):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(directory + "/run/" + name)
    os.chown(directory + "/run/nobody.sock", 65534, 65534)
    with open(directory + "/run/file", "w"):
        pass
    g = start("print ready\nsleep\n", "--user", "nobody", directory=directory)
    g.expect("ready")
    left = os.listdir(directory + "/run")
    assert "root.sock" not in left and "nobody.sock" in left and "file" in left, left


def case_child_of_another_user_is_fenced_and_started_again():
    if in_user_namespace():
        raise Skip("needs real root")
    g = start(GATE + "renew 200\narm 1\nprint ready\nsleep\n", "--user", "nobody")
    g.expect("fenced: the lease ran out")
    g.expect("killed by signal 9")
    assert "from 192.0.2.7 blackhole" in rules()
    g.child(2)


def case_missing_capabilities_are_named():
    if in_user_namespace():
        raise Skip("needs real root")
    without = "--bounding-set=-net_admin,-setuid"
    done = subprocess.run(["setpriv", without, POLLUXD, "--user", "nobody", "--java", FAKE, "--lib", TEMPORARY,
                           "--run-dir", tempfile.mkdtemp()], capture_output=True, text=True)
    assert done.returncode == 78 and "capabilities are missing: NET_ADMIN SETUID;" in done.stderr, done


def case_tool_is_executed_without_guard():
    empty = tempfile.mkdtemp(prefix="guard-")
    done = subprocess.run([POLLUXD, "--java", FAKE, "--lib", empty, "--jvm-option", "-Dx=y", "tool", "check", "a b"],
                          capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 3 and lines[-4:] == ["io.pollux.agent.Main", "tool", "check", "a b"], lines
    assert "-Dx=y" in lines and lines[-5] == "" and "-cp" in lines


def case_closed_standard_files_do_no_harm():
    directory = tempfile.mkdtemp(prefix="guard-")
    with open(directory + "/script", "w") as f:
        f.write("once {0}/first\n".format(directory) + GATE + "renew 200\narm 1\nsleep\n")
    process = subprocess.Popen([POLLUXD, "--config", directory + "/script", "--run-dir", directory + "/run", "--java", FAKE,
                                "--lib", directory], preexec_fn=lambda: [os.close(n) for n in (0, 1, 2)])
    until(lambda: "192.0.2.7" in rules(), "the fence")
    process.send_signal(signal.SIGTERM)
    process.wait(LIMIT)


def case_ignored_child_signals_do_no_harm():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        g = start("exit 3\n")
        g.expect("exited with status 3", 2)
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def case_quit_is_forwarded():
    g = start("print ready\nsleep\n")
    g.expect("ready")
    g.process.send_signal(signal.SIGQUIT)
    g.expect("killed by signal 3")
    g.child(2)


class Manager:
    """The service manager's end: every message as lines, descriptors kept."""

    def __init__(self, abstract=False):
        self.name = "@pollux-test-" + str(os.getpid()) if abstract else tempfile.mktemp(suffix=".notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name[1:] if abstract else self.name)
        self.socket.settimeout(LIMIT)
        self.heard, self.kept = [], {}

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": self.name, **more}

    def hear(self, wanted):
        """Reads until this line comes."""
        while wanted not in self.heard:
            data, files, _, _ = socket.recv_fds(self.socket, 4096, 4)
            lines = data.decode().splitlines()
            self.heard += lines
            for file in files:
                self.kept[next(l[7:] for l in lines if l.startswith("FDNAME="))] = file
        return self


def notified(abstract):
    manager = Manager(abstract)
    g = start("print ready\nwait {dir}/go\nnotice standby, in sync\nwait {dir}/on\nnotice active, paired\nsleep\n",
              env=manager.environment())
    g.expect("ready")
    manager.hear("STATUS=the engine is starting")
    assert "READY=1" not in manager.heard
    open(g.directory + "/go", "w").close()
    manager.hear("STATUS=standby, in sync")
    assert manager.heard[-2:] == ["READY=1", "STATUS=standby, in sync"], manager.heard
    open(g.directory + "/on", "w").close()
    manager.hear("STATUS=active, paired")
    assert manager.heard.count("READY=1") == 1 and "WATCHDOG=1" not in manager.heard
    assert g.stop() == 0
    manager.hear("STATUS=stopped")
    assert "STOPPING=1" in manager.heard


def case_the_service_manager_is_told():
    notified(False)


def case_the_service_manager_is_told_by_an_abstract_socket():
    notified(True)


def case_the_status_is_one_line():
    manager = Manager()
    start("notice a\tb\rREADY=0\nsleep\n", env=manager.environment())
    manager.hear("STATUS=a b READY=0")


def case_watchdog_is_fed_while_the_engine_is_away():
    manager = Manager()
    start("exit 3\n", env=manager.environment(WATCHDOG_USEC="300000"))
    for _ in range(3):
        manager.hear("WATCHDOG=1").heard.clear()


def case_watchdog_of_another_process_is_not_fed():
    manager = Manager()
    g = start("print ready\nnotice there\nsleep\n", env=manager.environment(WATCHDOG_USEC="100000", WATCHDOG_PID="1"))
    manager.hear("STATUS=there")
    assert g.stop() == 0
    manager.hear("STATUS=stopped")
    assert "WATCHDOG=1" not in manager.heard


def case_the_child_does_not_inherit_the_manager():
    manager = Manager()
    g = start("print ready\nsleep\n", env=manager.environment(WATCHDOG_USEC="100000"))
    g.expect("ready")
    names = open(f"/proc/{g.child()}/environ").read()
    assert "NOTIFY_SOCKET" not in names and "WATCHDOG_USEC" not in names and "POLLUX_GUARD_FD" in names


def case_the_journal_outlives_the_guard():
    manager = Manager()
    g = start("journal one\nnotice there\nsleep\n", env=manager.environment())
    g.expect("journal holds one")
    manager.hear("STATUS=there")
    assert list(manager.kept) == ["journal"]
    g.process.kill()
    g.process.wait()
    file = manager.kept["journal"]

    def passed():  # as the manager does: descriptor 3, and whose it is
        os.dup2(file, 3)
        os.environ["LISTEN_PID"] = str(os.getpid())

    process = os.fork()
    if process == 0:
        passed()
        os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES="journal")
        out = os.open(g.directory + "/out", os.O_WRONLY | os.O_CREAT)
        os.dup2(out, 1)
        os.dup2(out, 2)
        with open(g.config, "w") as f:
            f.write("journal two\nsleep\n")
        os.execv(POLLUXD, [POLLUXD, "--config", g.config, "--run-dir", g.run_dir, "--java", FAKE, "--lib", g.directory])
    until(lambda: os.path.exists(g.directory + "/out") and "journal holds onetwo" in open(g.directory + "/out").read(), "the old journal")
    os.kill(process, signal.SIGTERM)
    os.waitpid(process, 0)


def case_an_engine_that_no_longer_moves_is_killed():
    g = start("once {dir}/first\nnotice there\nbeat 5\nprint stalled\nsleep\n", "--stall-limit", "1")
    g.expect("stalled")
    g.expect("the engine has not moved for 1 s: killing it")
    g.expect("killed by signal 9")
    g.never("fenced")
    g.child(2)


def case_an_engine_that_moves_is_left_alone():
    g = start("notice there\nbeat 30\nprint done\nsleep\n", "--stall-limit", "1")
    g.expect("done")
    g.never("killing it")


def case_the_runtime_beside_the_program_comes_first():
    home = tempfile.mkdtemp(prefix="guard-")
    for java in ("runtime", "other", "chosen", "old"):
        os.makedirs(f"{home}/{java}/bin")
        with open(f"{home}/{java}/bin/java", "w") as f:
            f.write(f"#!/bin/sh\necho {java}\n")
        os.chmod(f"{home}/{java}/bin/java", 0o755)
        with open(f"{home}/{java}/release", "w") as f:
            f.write(f'JAVA_VERSION="{21 if java == "old" else 25}.0.1"\n')
    os.mkdir(home + "/bin")
    os.mkdir(home + "/lib")
    shutil.copy(POLLUXD, home + "/bin/polluxd")

    def java(*options, **environment):
        done = subprocess.run([home + "/bin/polluxd", *options, "tool", "version"], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", **environment})
        return done.stdout.strip() or done.stderr.strip()

    assert java(JAVA_HOME=home + "/other") == "runtime"
    assert java(JAVA_HOME=home + "/other", POLLUX_JAVA_HOME=home + "/chosen") == "chosen"
    assert java("--java", home + "/chosen/bin/java", JAVA_HOME=home + "/other") == "chosen"
    assert "no Java 25" in java(POLLUX_JAVA_HOME=home + "/old")  # said, not silently another
    shutil.rmtree(home + "/runtime")
    assert java(JAVA_HOME=home + "/other") == "other"


def case_an_upgrade_changes_the_class_path_of_the_next_engine():
    directory = tempfile.mkdtemp(prefix="guard-")
    open(directory + "/agent-1.jar", "w").close()
    g = start("sleep\n", directory=directory)
    first = g.child()
    until(lambda: b"agent-1.jar" in open(f"/proc/{first}/cmdline", "rb").read(), "the jar in the class path")
    os.rename(g.directory + "/agent-1.jar", g.directory + "/agent-2.jar")
    os.kill(first, signal.SIGKILL)
    second = g.child(2)
    until(lambda: b"agent-2.jar" in open(f"/proc/{second}/cmdline", "rb").read(), "the new jar in the class path")
    assert b"agent-1.jar" not in open(f"/proc/{second}/cmdline", "rb").read()


def case_errors_of_use_are_one_line():
    for arguments, status in ((["--frob"], 64), (["--config"], 64), (["frob"], 64), (["--java", "/nope"], 78),
                              (["--java", FAKE, "--lib", "/nope"], 78), (["--user", "no-such-user-here"], 78),
                              (["--stop-timeout", "x"], 64)):
        done = subprocess.run([POLLUXD, *arguments], capture_output=True, text=True)
        assert done.returncode == status and done.stderr.count("\n") == 1, (arguments, done)


def unread_pipe():
    """A full pipe: whoever writes to it waits."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    try:
        while True:
            os.write(write, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(write, True)
    return read, write


def start_unheard(script, write):
    directory = tempfile.mkdtemp(prefix="guard-")
    with open(directory + "/script", "w") as f:
        f.write(script)
    process = subprocess.Popen([POLLUXD, "--config", directory + "/script", "--run-dir", directory + "/run", "--java", FAKE,
                                "--lib", directory], stdout=subprocess.DEVNULL, stderr=write)
    return process, directory + "/run/fence.bin"


def case_a_stalled_reader_of_stderr_does_not_hold_up_the_fence():
    read, write = unread_pipe()
    process, _ = start_unheard(GATE + "renew 200\narm 1\nsleep\n", write)
    until(lambda: "192.0.2.7" in rules(), "the fence")
    process.send_signal(signal.SIGTERM)
    os.close(read)
    os.close(write)
    process.wait(LIMIT)


def case_a_stalled_reader_of_stderr_does_not_lose_the_fence_file():
    read, write = unread_pipe()
    process, file = start_unheard(GATE + "arm 0\nexit 78\n", write)
    assert process.wait(LIMIT) == 78
    assert struct.unpack("=6I", open(file, "rb").read(24))[2] == 1  # armed: for ExecStopPost
    os.close(read)
    os.close(write)


def main():
    if os.geteuid() != 0:
        probe = subprocess.run(["unshare", "-rn", "true"], capture_output=True)
        if probe.returncode != 0:
            print("SKIP guard: needs root or user namespaces")
            return 0
        return subprocess.run(["unshare", "-rn", sys.executable, *sys.argv]).returncode
    libc = ctypes.CDLL(None, use_errno=True)
    failed = 0
    cases = [(n[5:], f) for n, f in globals().items() if n.startswith("case_") and (not sys.argv[2:] or n[5:] in sys.argv[2:])]
    for name, case in cases:
        if libc.unshare(CLONE_NEWNET) != 0:
            print("SKIP guard: no network namespace: " + os.strerror(ctypes.get_errno()))
            return 0
        begun = time.monotonic()
        try:
            case()
            print(f"PASS guard: {name.replace('_', ' ')} ({time.monotonic() - begun:.1f} s)", flush=True)
        except Skip as e:
            print(f"SKIP guard: {name.replace('_', ' ')}: {e}", flush=True)
        except Exception as e:
            failed += 1
            print(f"FAIL guard: {name.replace('_', ' ')}: {type(e).__name__}: {e}", flush=True)
            for g in guards:
                print("    " + "\n    ".join(g.lines))
        finally:
            for g in guards:
                g.close()
            guards.clear()
    return 1 if failed else 0


try:
    sys.exit(main())
finally:
    shutil.rmtree(TEMPORARY, ignore_errors=True)
