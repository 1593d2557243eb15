package io.pollux.agent.control;

import static io.pollux.agent.control.TestCommands.changing;
import static io.pollux.agent.control.TestCommands.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real polluxctl against the real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PolluxctlTest {
  private static final Path PROGRAM = Path.of("..", "native", "build", "polluxctl");

  @TempDir Path directory;
  private Path socket;
  private final CountDownLatch gone = new CountDownLatch(1);
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();

  record Result(int status, String out, String err) {}

  @BeforeEach
  void isBuilt() {
    assumeTrue(Files.isExecutable(PROGRAM), "native/build/polluxctl is not built");
    socket = directory.resolve("pollux.sock");
  }

  private ProcessBuilder program(String... arguments) {
    List<String> line = new ArrayList<>(List.of(PROGRAM.toAbsolutePath().toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
    builder.environment().put("POLLUX_SOCKET", socket.toString());
    builder.environment().remove("COLUMNS");
    return builder;
  }

  private Result run(String... arguments) throws Exception {
    return finish(program(arguments));
  }

  private Result finish(ProcessBuilder builder) throws Exception {
    Path err = directory.resolve("stderr");
    Process process = builder.redirectError(err.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out, Files.readString(err));
  }

  private ControlServer server() throws IOException {
    return server(OptionalInt.empty(), OptionalInt.empty());
  }

  private ControlServer server(OptionalInt group, OptionalInt monitors) throws IOException {
    return ControlServer.start(
        socket,
        new Access(Access.currentUid(), group, monitors),
        new CommandRegistry(
            List.of(
                changing(
                    "end",
                    (in, out) -> {
                      if (Consent.given(out, "This ends " + in.arguments() + ".")) {
                        ended.incrementAndGet();
                        out.line("ended");
                      }
                    }),
                changing(
                    "moving",
                    (in, out) -> {
                      if (Consent.given(out, "question " + asked.incrementAndGet())) {
                        out.line("ended");
                      }
                    }),
                changing("where", (in, out) -> out.line("%s %s", in.terminal(), in.arguments())),
                changing(
                    "mixed",
                    (in, out) -> {
                      out.line("to stdout é");
                      out.errorLine("to stderr");
                      out.exit(1);
                    }),
                reading(
                    "stream",
                    (in, out) -> {
                      while (!out.awaitClosed(Duration.ofMillis(1))) {
                        out.line("tick");
                      }
                      gone.countDown();
                    }))));
  }

  @Test
  void argumentsAndSettingsArrive() throws Exception {
    try (ControlServer _ = server()) {
      Result result = run("where", "--", "a b", "", "--x");
      assertThat(result.status()).isZero();
      assertThat(result.out())
          .isEqualTo(
              "Terminal[columns=0, tty=false, color=false, cwd=%s] [a b, , --x]\n"
                  .formatted(directory.toRealPath()));
    }
  }

  @Test
  void bothStreamsAndTheStatusComeBack() throws Exception {
    try (ControlServer _ = server()) {
      assertThat(run("mixed")).isEqualTo(new Result(1, "to stdout é\n", "to stderr\n"));
      assertThat(run("frob").status()).isEqualTo(64);
      assertThat(run("help").out()).contains("Usage: polluxctl");
      assertThat(run().out()).contains("Usage: polluxctl");
      Result other = finish(program("--socket", socket.toString(), "mixed"));
      assertThat(other.status()).isEqualTo(1);
    }
  }

  /** polluxctl on a terminal, with somebody who types this. */
  private Result atTerminal(String typed, String... words) throws Exception {
    ProcessBuilder builder = program();
    String line = builder.command().getFirst() + " " + String.join(" ", words);
    Process process =
        builder.command("script", "-qec", line, "/dev/null").redirectErrorStream(true).start();
    process.getOutputStream().write(typed.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out.replace("\r", ""), "");
  }

  @Test
  void aQuestionIsAskedAtATerminalAlone() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) is not installed");
    try (ControlServer _ = server()) {
      Result yes = atTerminal("y\n", "end", "it");
      assertThat(yes.out()).contains("This ends [it].\nGo on? [y/N] ").endsWith("ended\n");
      assertThat(yes.status()).isZero();
      assertThat(atTerminal("YES\n", "end", "it").status()).isZero();
      for (String no : new String[] {"n\n", "\n", "yesterday\n", "\u0004"}) {
        Result left = atTerminal(no, "end", "it");
        assertThat(left.out()).endsWith("polluxctl: nothing was done\n").doesNotContain("ended");
        assertThat(left.status()).isEqualTo(1);
      }
      Result nobody = run("end", "it");
      assertThat(nobody.status()).isEqualTo(64);
      assertThat(nobody.err()).contains("This ends [it].", "nothing was done", "--yes");
      assertThat(ended.get()).isEqualTo(2);
    }
  }

  /** Somebody else was faster: what is asked now is another question. */
  @Test
  void factsThatHaveChangedAreAskedAboutAnew() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) is not installed");
    try (ControlServer _ = server()) {
      Result left = atTerminal("y\nn\n", "moving");
      assertThat(left.out()).contains("question 1\n", "question 2\n").endsWith("was done\n");
      assertThat(left.status()).isEqualTo(1);
    }
  }

  @Test
  void interruptClosesTheConnection() throws Exception {
    try (ControlServer _ = server()) {
      Process process = program("stream").start();
      InputStream out = process.getInputStream();
      assertThat(out.readNBytes(5)).isEqualTo("tick\n".getBytes(StandardCharsets.US_ASCII));
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor()).isEqualTo(130);
      gone.await();
    }
  }

  @Test
  void aReaderThatHasEnoughIsNoError() throws Exception {
    try (ControlServer _ = server()) {
      Process process = program("stream").start();
      process.getInputStream().readNBytes(5);
      process.getInputStream().close();
      assertThat(process.waitFor()).isEqualTo(128 + 13);
      assertThat(process.getErrorStream().readAllBytes()).isEmpty();
      gone.await();
    }
  }

  @Test
  void noDaemonIsSaid() throws Exception {
    Result none = run("status");
    assertThat(none.status()).isEqualTo(69);
    assertThat(none.err())
        .isEqualTo("polluxctl: polluxd is not running: no socket at " + socket + "\n");
    try (ServerSocketChannel old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      old.bind(UnixDomainSocketAddress.of(socket));
    }
    Result dead = run("status");
    assertThat(dead.status()).isEqualTo(69);
    assertThat(dead.err()).contains("nobody listens at " + socket);
    assertThat(run("-s").status()).isEqualTo(64);
  }

  @Test
  void aServerThatHangsUpOrTalksNonsenseIs70() throws Exception {
    for (byte[] answer :
        new byte[][] {{}, {'o', 0, 0, 0, 9, 'x'}, {'?', 0, 0, 0, 0}, {'o', 127, 0, 0, 0}}) {
      Path own = directory.resolve("own" + answer.length + answer.hashCode());
      try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        listener.bind(UnixDomainSocketAddress.of(own));
        Thread server =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (SocketChannel client = listener.accept()) {
                        client.read(ByteBuffer.allocate(4096));
                        client.write(ByteBuffer.wrap(answer));
                      } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                      }
                    });
        assertThat(run("-s", own.toString(), "status").status()).isEqualTo(70);
        server.join();
      }
    }
  }

  @Test
  void offlineCommandsGoToPolluxdTool() throws Exception {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path copy = Files.copy(PROGRAM, bin.resolve("polluxctl"));
    copy.toFile().setExecutable(true);
    Path polluxd =
        Files.writeString(bin.resolve("polluxd"), "#!/bin/sh\necho \"$0\" \"$@\"\nexit 5\n");
    polluxd.toFile().setExecutable(true);
    for (String[] words :
        new String[][] {
          {"check", "a b"},
          {"pki", "node-identity"},
          {"version"},
          {"help", "status"},
          {"--json", "help"},
          {"status", "--help"},
          {"ha", "-h"},
          {}
        }) {
      ProcessBuilder builder = program(words);
      builder.command().set(0, copy.toString());
      Result result = finish(builder);
      assertThat(result.status()).isEqualTo(5);
      String expected = words.length == 0 ? "help" : String.join(" ", words);
      assertThat(result.out()).endsWith("polluxd tool " + expected + "\n");
    }
    ProcessBuilder builder = program("status");
    builder.command().set(0, copy.toString());
    assertThat(finish(builder).status()).isEqualTo(69);

    // A drill never runs inside the daemon that it kills; it is told which socket was meant.
    Files.writeString(polluxd, "#!/bin/sh\necho \"$POLLUX_SOCKET\" \"$@\"\nexit 5\n");
    ProcessBuilder drill = program("-s", "/another", "drill", "run", "10.2.0.1");
    drill.command().set(0, copy.toString());
    assertThat(finish(drill)).isEqualTo(new Result(5, "/another tool drill run 10.2.0.1\n", ""));
    drill = program("--json", "drill", "plan");
    drill.command().set(0, copy.toString());
    assertThat(finish(drill)).isEqualTo(new Result(5, socket + " tool --json drill plan\n", ""));
    try (ControlServer _ = server()) {
      ProcessBuilder facts = program("drill", "facts");
      facts.command().set(0, copy.toString());
      assertThat(finish(facts).status()).isEqualTo(64); // asked of the daemon, which has none here
    }
  }

  /** A daemon that runs does not read or write files for those who ask: its rights are others. */
  @Test
  void filesAreTheCallersWhetherADaemonRunsOrNot() throws Exception {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path copy = Files.copy(PROGRAM, bin.resolve("polluxctl"));
    copy.toFile().setExecutable(true);
    Path polluxd = Files.writeString(bin.resolve("polluxd"), "#!/bin/sh\necho here \"$@\"\n");
    polluxd.toFile().setExecutable(true);
    try (ControlServer _ = server()) {
      for (String[] words :
          new String[][] {
            {"check", "a.conf"},
            {"--json", "check"},
            {"pki", "node-identity", "--out", "node.pem"},
            {"import", "swanctl", "x"},
            {"self-test"}
          }) {
        ProcessBuilder builder = program(words);
        builder.command().set(0, copy.toString());
        assertThat(finish(builder))
            .isEqualTo(new Result(0, "here tool " + String.join(" ", words) + "\n", ""));
      }
      ProcessBuilder version = program("version");
      version.command().set(0, copy.toString());
      assertThat(finish(version).status()).isEqualTo(64); // the daemon's, which has none here
      Files.delete(polluxd);
      ProcessBuilder builder = program("check");
      builder.command().set(0, copy.toString());
      builder.environment().put("PATH", bin.toString());
      assertThat(finish(builder).status()).isEqualTo(69);
    }
  }

  /** polluxctl as nobody with one supplementary group; 0 stands for none. */
  private Result asNobody(int group, String... words) throws Exception {
    Path copy = directory.resolve("polluxctl");
    Files.copy(PROGRAM, copy, StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    ProcessBuilder builder = program(words);
    List<String> line = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534"));
    line.add(group == 0 ? "--clear-groups" : "--groups=" + group);
    line.add(copy.toString());
    line.addAll(List.of(words));
    return finish(builder.command(line));
  }

  @Test
  void supplementaryGroupsCount() throws Exception {
    assumeTrue(Access.currentUid() == 0, "only root can become somebody else");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
    try (ControlServer _ = server(OptionalInt.of(4242), OptionalInt.of(4343))) {
      assertThat(asNobody(4242, "mixed").status()).isEqualTo(1);
      assertThat(asNobody(4343, "stream-not").status()).isEqualTo(64);
      Result monitor = asNobody(4343, "mixed");
      assertThat(monitor.status()).isEqualTo(77);
      assertThat(monitor.err()).contains("be root or in group pollux");
      assertThat(asNobody(4343, "help").status()).isZero();
      Result stranger = asNobody(0, "help");
      assertThat(stranger.status()).isEqualTo(77);
      assertThat(stranger.err()).startsWith("polluxctl: no permission: be root or in group pollux");
    }
  }

  @Test
  void aSocketThatOneMayNotOpenNamesTheGroup() throws Exception {
    assumeTrue(Access.currentUid() == 0, "only root can become somebody else");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
    try (ControlServer _ = server()) {
      Result result = asNobody(0, "mixed");
      assertThat(result.status()).isEqualTo(77);
      assertThat(result.err()).contains("be root or in group pollux (in pollux-monitor for");
    }
  }

  @Test
  void tooMuchIsRefusedHere() throws Exception {
    try (ControlServer _ = server()) {
      Result result = run("where", "x".repeat(40_000), "y".repeat(40_000));
      assertThat(result.status()).isEqualTo(64);
      assertThat(result.err()).contains("too many or too long arguments");
    }
  }
}
