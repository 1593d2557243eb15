package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.hooks.IkeKeysFile;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.wire.Octets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two engines negotiate, and tshark reads what they have said with the keys of one of them. */
@Timeout(300)
class WiresharkTest {
  private static final int RAW_IP = 101; // LINKTYPE_RAW
  private static final int UDP = 17;
  private static final String CONFIGURATION =
      """
      secrets = [ psk.conf ]
      connections { site {
        local { address = 192.0.2.%d, id = %s.example }
        remote { address = 192.0.2.%d, id = %s.example }
        proposals = [%s]
        children { net { local-ts = ["10.%d.0.0/16"], remote-ts = ["10.%d.0.0/16"] } }
      } }
      """;

  @TempDir Path folder;
  private final ByteArrayOutputStream capture = new ByteArrayOutputStream();
  private final Deque<Runnable> under = new ArrayDeque<>();
  private final IkeKeysFile keys = new IkeKeysFile();
  private IkeEngine left;
  private IkeEngine right;
  private int rekeyed;

  private IkeEngine engine(String name, int own, int peer, String other, String proposal)
      throws Exception {
    Path home = Files.createDirectory(folder.resolve(name));
    Files.writeString(
        home.resolve("psk.conf"), "psk { \"" + other + ".example\" = \"of this test\" }");
    Files.setPosixFilePermissions(
        home.resolve("psk.conf"), PosixFilePermissions.fromString("rw-------"));
    Path file =
        Files.writeString(
            home.resolve("pollux.conf"),
            CONFIGURATION.formatted(own, name, peer, other, proposal, own, peer));
    return EngineWiring.engine(new Running(ConfigLoader.load(file)), 0);
  }

  private void step(IkeEngine engine, Input input) {
    for (Effect effect : engine.step(input, 1)) {
      switch (effect) {
        case Effect.Transmit(var _, Endpoint from, Endpoint to, Octets octets) -> {
          record(from, to, octets.toArray());
          under.add(
              () -> step(engine == left ? right : left, new Input.Datagram(to, from, octets)));
        }
        case Effect.InstallChild install ->
            under.add(
                () -> step(engine, new Input.KernelReply(install.id(), new KernelResult.Done())));
        case Effect.Replicate(IkeEvent event) when engine == left -> {
          keys.follow(event);
          if (event instanceof IkeEvent.IkeSaRekeyed) {
            rekeyed++;
          }
        }
        case Effect.Replicate _,
            Effect.Sign _,
            Effect.ValidateChain _,
            Effect.SwitchOutbound _,
            Effect.RemoveChild _,
            Effect.MoveChild _,
            Effect.StepOutbound _,
            Effect.PeerStepped _,
            Effect.Report _,
            Effect.CommandDone _ -> {}
      }
    }
  }

  private void settle() {
    while (!under.isEmpty()) {
      under.removeFirst().run();
    }
  }

  /** One packet of a capture file: IPv4 (RFC 791) and UDP without checksums. */
  private void record(Endpoint from, Endpoint to, byte[] payload) {
    int length = 28 + payload.length;
    ByteBuffer head = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    head.putInt(0).putInt(0).putInt(length).putInt(length);
    ByteBuffer packet = ByteBuffer.allocate(length);
    packet.putShort((short) 0x4500).putShort((short) length).putInt(0);
    packet.put((byte) 64).put((byte) UDP).putShort((short) 0);
    packet.put(from.address().getAddress()).put(to.address().getAddress());
    packet.putShort((short) from.port()).putShort((short) to.port());
    packet.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
    capture.writeBytes(head.array());
    capture.writeBytes(packet.array());
  }

  private static Optional<Path> tshark() {
    return List.of(System.getenv("PATH").split(":")).stream()
        .map(d -> Path.of(d, "tshark"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Debian's package tshark has it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes256gcm16-prfsha384-x25519",
        "aes128gcm8-prfsha256-x25519",
        "aes256ccm16-prfsha256-x25519",
        "aes128-sha256-x25519",
        "aes256-sha512-x25519",
        "aes256-aesxcbc-prfsha256-x25519",
        "aes256ctr-sha384-x25519"
      })
  void tsharkReadsWhatWasSaid(String proposal) throws Exception {
    assumeThat(tshark()).as("tshark is not installed").isPresent();
    Path table = folder.resolve("ikev2_decryption_table");
    assertThat(keys.use(Optional.of(table))).isTrue();
    left = engine("castor", 1, 2, "helen", proposal);
    right = engine("helen", 2, 1, "castor", proposal);
    step(left, new Input.Promote(2, List.of()));
    step(right, new Input.Promote(2, List.of()));
    order(Input.Verb.UP);
    order(Input.Verb.REKEY_IKE);
    assertThat(rekeyed).isEqualTo(1);
    order(Input.Verb.REKEY_CHILD); // under the second keys
    while (Files.readAllLines(table).size() < 3) { // the head and two IKE SAs
      LockSupport.parkNanos(5_000_000);
    }
    ByteBuffer head = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    head.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
    head.putInt(65_535).putInt(RAW_IP);
    Path pcap = folder.resolve("ike.pcap");
    try (var out = Files.newOutputStream(pcap)) {
      out.write(head.array());
      capture.writeTo(out);
    }

    String said = read(pcap);

    assertThat(said).contains("Decrypted Data").contains("castor.example", "helen.example");
    assertThat(said).contains("Payload: Traffic Selector - Initiator", "Payload: Nonce");
    assertThat(said.split("Decrypted Data", -1)).as(said).hasSizeGreaterThan(6); // 3 exchanges
    assertThat(said).doesNotContain("[incorrect");
    Files.delete(table);
    assertThat(read(pcap)).doesNotContain("Decrypted Data", "castor.example");
  }

  private void order(Input.Verb verb) {
    step(left, new Input.Command(verb.ordinal() + 1, verb, "site", Optional.empty()));
    settle();
  }

  private String read(Path pcap) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(tshark().orElseThrow().toString(), "-r", pcap.toString(), "-V")
              .redirectError(folder.resolve("errors").toFile());
      builder.environment().put("WIRESHARK_CONFIG_DIR", folder.toString());
      Process process = builder.start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
