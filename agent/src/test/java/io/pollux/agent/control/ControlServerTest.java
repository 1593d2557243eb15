package io.pollux.agent.control;

import static io.pollux.agent.control.TestCommands.changing;
import static io.pollux.agent.control.TestCommands.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ControlServerTest {
  private static final int LARGE = 3 << 20;

  @TempDir Path directory;
  private Path file;
  private ControlServer server;
  private final CountDownLatch gone = new CountDownLatch(1);

  /** What came back: stdout, stderr, status. */
  record Answer(String out, String err, int status) {}

  private final CommandRegistry registry =
      new CommandRegistry(
          List.of(
              reading(
                  "echo", (in, out) -> out.line(in.arguments() + " " + in.terminal().columns())),
              reading("who", (in, out) -> out.line(in.caller().uid() + " " + in.caller().gids())),
              reading("large", (in, out) -> out.out("x".repeat(LARGE))),
              reading(
                  "stream",
                  (in, out) -> {
                    while (!out.awaitClosed(Duration.ofMillis(1))) {
                      out.line("tick");
                    }
                    gone.countDown();
                  }),
              reading(
                  "flood",
                  (in, out) -> {
                    while (!out.closed()) {
                      out.out("x".repeat(10_000));
                    }
                    gone.countDown();
                  }),
              changing(
                  "end",
                  (in, out) -> {
                    if (Consent.given(out, "This ends\n" + in.arguments() + "\t.")) {
                      out.line("ended");
                    }
                  }),
              changing(
                  "mixed",
                  (in, out) -> {
                    out.line("one");
                    out.errorLine("two");
                    out.exit(1);
                  })));

  @BeforeEach
  void start() throws IOException {
    file = directory.resolve("run/pollux.sock");
    server = ControlServer.start(file, everybody(), registry);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Access everybody() {
    return new Access(Access.currentUid(), OptionalInt.empty(), OptionalInt.empty());
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(file));
    return channel;
  }

  private static ByteBuffer request(String payload) {
    byte[] octets = payload.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + octets.length).putInt(octets.length).put(octets).flip();
  }

  private static Answer read(SocketChannel channel) throws IOException {
    DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = -1;
    while (status < 0) {
      int type = in.readByte();
      byte[] octets = in.readNBytes(in.readInt());
      switch (type) {
        case 'o' -> out.write(octets);
        case 'e' -> err.write(octets);
        case 'q' ->
            out.write(
                ("? " + new String(octets, StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8));
        case 'x' -> status = octets[0];
        default -> throw new IOException("frame " + type);
      }
    }
    return new Answer(
        out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), status);
  }

  private Answer ask(String payload) throws IOException {
    try (SocketChannel channel = connect()) {
      channel.write(request(payload));
      return read(channel);
    }
  }

  @Test
  void answersInFrames() throws IOException {
    assertThat(ask("1\0columns=99\0\0echo\0a b\0")).isEqualTo(new Answer("[a b] 99\n", "", 0));
    assertThat(ask("1\0\0mixed\0")).isEqualTo(new Answer("one\n", "two\n", 1));
    assertThat(ask("1\0\0frob\0").status()).isEqualTo(64);
  }

  /** What was confirmed is what is done; control characters of names never reach a terminal. */
  @Test
  void aQuestionIsForThoseWhoCanAnswerIt() throws IOException {
    assertThat(ask("1\0ask=1\0\0end\0a\0")).isEqualTo(new Answer("? This ends\n[a]\ufffd.", "", 1));
    assertThat(ask("1\0ask=1\0confirmed=This ends\n[a]\ufffd.\0\0end\0a\0"))
        .isEqualTo(new Answer("ended\n", "", 0));
    assertThat(ask("1\0ask=1\0confirmed=This ends\n[a]\ufffd.\0\0end\0b\0"))
        .isEqualTo(new Answer("? This ends\n[b]\ufffd.", "", 1));
    assertThat(ask("1\0ask=0\0\0end\0a\0"))
        .isEqualTo(
            new Answer(
                "",
                "This ends\n[a]\ufffd.\npolluxctl: nothing was done; where nobody can be asked this"
                    + " needs --yes\n",
                64));
    assertThat(ask("1\0ask=1\0\0end\0" + "\ud83d\ude00".repeat(2000) + "\0").out().length())
        .isLessThan(4096 / 2 + 10);
  }

  @Test
  void knowsWhoAsks() throws IOException {
    assertThat(ask("1\0\0who\0").out()).startsWith(Access.currentUid() + " [");
  }

  @Test
  void aLargeAnswerArrivesWhole() throws IOException {
    Answer answer = ask("1\0\0large\0");
    assertThat(answer.out()).hasSize(LARGE);
    assertThat(answer.status()).isZero();
  }

  @Test
  void aRequestMayComeInPieces() throws IOException {
    try (SocketChannel channel = connect()) {
      ByteBuffer request = request("1\0\0echo\0");
      while (request.hasRemaining()) {
        ByteBuffer one = request.slice(request.position(), 1);
        channel.write(one);
        request.position(request.position() + 1);
      }
      channel.write(ByteBuffer.wrap(new byte[100])); // and what follows does not matter
      assertThat(read(channel).out()).isEqualTo("[] 0\n");
    }
  }

  @Test
  void garbageIsAnsweredAndTheServerLivesOn() throws IOException {
    for (byte[] garbage :
        new byte[][] {
          {-1, -1, -1, -1, 1, 2, 3},
          {0, 1, 0, 1, 0},
          {0, 0, 0, 0},
          {0, 0, 0, 2, 'x', 'y'},
          "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)
        }) {
      try (SocketChannel channel = connect()) {
        channel.write(ByteBuffer.wrap(garbage));
        assertThat(read(channel).status()).isEqualTo(65);
      }
    }
    try (SocketChannel channel = connect()) {
      channel.write(ByteBuffer.wrap(new byte[] {0, 0}));
    }
    assertThat(ask("1\0\0echo\0").status()).isZero();
  }

  @Test
  void theLongestRequestIsTaken() throws IOException {
    String head = "1\0\0echo\0";
    String payload = head + "x".repeat(Request.MOST - head.length() - 1) + "\0";
    assertThat(ask(payload).status()).isZero();
    assertThat(ask(payload + "\0").err()).contains("too long");
  }

  @Test
  void aStreamEndsWhenTheClientGoes() throws Exception {
    try (SocketChannel channel = connect()) {
      channel.write(request("1\0\0stream\0"));
      ByteBuffer frame = ByteBuffer.allocate(10);
      while (frame.hasRemaining()) {
        channel.read(frame);
      }
    }
    gone.await();
  }

  @Test
  void aClientThatDoesNotReadHoldsUpNobody() throws Exception {
    try (SocketChannel channel = connect()) {
      channel.write(request("1\0\0flood\0"));
      assertThat(ask("1\0\0echo\0").status()).isZero();
    }
    gone.await();
  }

  @Test
  void strangersAreTurnedAway() throws IOException {
    CommandRegistry own = new CommandRegistry(List.of());
    Recorder recorder = new Recorder();
    Access access = new Access(1, OptionalInt.of(5), OptionalInt.empty());
    Caller stranger = new Caller(1, 4711, java.util.Set.of(6));
    own.dispatch(List.of("help"), access.of(stranger), stranger, recorder);
    assertThat(recorder.status).isEqualTo(77);
  }

  @Test
  void tooManyClientsAreToldSo() throws Exception {
    List<SocketChannel> open = new java.util.ArrayList<>();
    try {
      Answer answer = new Answer("", "", 0);
      for (int i = 0; i < ControlServer.MOST_CLIENTS + 1; i++) {
        open.add(connect());
      }
      answer = read(open.getLast());
      assertThat(answer.status()).isEqualTo(69);
      assertThat(answer.err()).contains("too many clients");
    } finally {
      for (SocketChannel channel : open) {
        channel.close();
      }
    }
  }

  @Test
  void theSocketIsForItsGroup() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-rw----");
    Path second = directory.resolve("monitored.sock");
    Access access =
        new Access(0, OptionalInt.of(gidOf(directory)), OptionalInt.of(gidOf(directory)));
    try (ControlServer other = ControlServer.start(second, access, registry)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other.file())))
          .isEqualTo("rw-rw-rw-");
    }
    assertThat(second).doesNotExist();
  }

  private static int gidOf(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:gid");
  }

  @Test
  void aLivingSocketIsLeftAlone() {
    assertThatThrownBy(() -> ControlServer.start(file, everybody(), registry))
        .hasMessageContaining("another polluxd listens");
    assertThat(file).exists();
  }

  @Test
  void aDeadSocketIsReplacedAndAFileIsNot() throws IOException {
    Path dead = directory.resolve("dead.sock");
    try (ServerSocketChannel old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      old.bind(UnixDomainSocketAddress.of(dead));
    }
    assertThat(dead).exists();
    ControlServer.start(dead, everybody(), registry).close();
    Path plain = Files.writeString(directory.resolve("plain"), "text");
    assertThatThrownBy(() -> ControlServer.start(plain, everybody(), registry))
        .hasMessageContaining("is no socket");
    assertThat(plain).hasContent("text");
  }

  @Test
  void anImpossiblePathIsSaid() {
    Path deep = directory.resolve("x".repeat(200));
    assertThatThrownBy(() -> ControlServer.start(deep, everybody(), registry))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen at");
  }
}
