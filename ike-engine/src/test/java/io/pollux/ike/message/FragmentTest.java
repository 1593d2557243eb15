package io.pollux.ike.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.IvSource;
import io.pollux.ike.crypto.SeededRandom;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.payload.CertPayload;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RFC 7383. */
class FragmentTest {
  private static final SkCipher I = Samples.cipher(Samples.GCM, Role.INITIATOR);
  private static final SkCipher R = Samples.cipher(Samples.GCM, Role.RESPONDER);

  private static final IvSource IVS = new IvSource(1, new SeededRandom(1));

  private final FragmentAssembler assembler = new FragmentAssembler();

  private static IkeMessage big() {
    List<Payload> payloads = new ArrayList<>(Samples.authRequest().inner().orElseThrow());
    byte[] certificate = new byte[3000];
    new Random(1).nextBytes(certificate);
    payloads.set(1, new CertPayload(4, Octets.of(certificate)));
    return Samples.auth(payloads);
  }

  private static List<Octets> seal(IkeMessage message, int maxOctets) {
    return MessageCodec.seal(message, I, IVS, maxOctets);
  }

  private Optional<IkeMessage> add(Octets datagram) throws Malformed {
    return assembler.add((Decoded.Fragment) MessageCodec.decode(datagram), R);
  }

  @Test
  @Rfc({"7383-2.6-2"})
  void rfc7383_2_5_inAnyOrderAndWithRepetitions() throws Malformed {
    for (int max : new int[] {160, 576, 1280, 2000}) {
      List<Octets> datagrams = seal(big(), max);
      assertThat(datagrams).hasSizeGreaterThan(1);
      assertThat(datagrams).allSatisfy(d -> assertThat(d.length()).isLessThanOrEqualTo(max));
      List<Octets> network = new ArrayList<>(datagrams);
      Collections.shuffle(network, new Random(max));
      Octets last = network.removeLast();
      network.addAll(network);
      for (Octets datagram : network) {
        assertThat(add(datagram)).isEmpty();
      }
      assertThat(assembler.held()).isEqualTo(datagrams.size() - 1);
      assertThat(add(last)).contains(big());
      assertThat(assembler.held()).isZero();
    }
  }

  @Test
  void rfc7383_2_5_inEveryMode() throws Malformed {
    IkeAlgorithms cbc = Samples.CBC;
    SkCipher sealing = Samples.cipher(cbc, Role.INITIATOR);
    SkCipher opening = Samples.cipher(cbc, Role.RESPONDER);
    IvSource ivs = new IvSource(1, new SeededRandom(1));
    Optional<IkeMessage> whole = Optional.empty();
    for (Octets datagram : MessageCodec.seal(big(), sealing, ivs, 1280)) {
      assertThat(datagram.length()).isLessThanOrEqualTo(1280);
      whole = assembler.add((Decoded.Fragment) MessageCodec.decode(datagram), opening);
    }
    assertThat(whole).contains(big());
  }

  @Test
  void aMessageThatFitsStaysWhole() throws Malformed {
    List<Octets> datagrams = seal(Samples.authRequest(), 1280);
    assertThat(datagrams).hasSize(1);
    assertThat(MessageCodec.decode(datagrams.getFirst())).isInstanceOf(Decoded.Sealed.class);
  }

  @Test
  @Rfc({"7383-2.5-2", "7383-2.5-3"})
  void rfc7383_2_5_1_onlyTheFirstFragmentNamesTheFirstPayload() throws Malformed {
    List<Octets> datagrams = seal(big(), 1280);
    for (int i = 0; i < datagrams.size(); i++) {
      Decoded.Fragment fragment = (Decoded.Fragment) MessageCodec.decode(datagrams.get(i));
      assertThat(fragment.number()).isEqualTo(i + 1);
      assertThat(fragment.total()).isEqualTo(datagrams.size());
      assertThat(fragment.firstInner()).isEqualTo(i == 0 ? 35 : 0);
    }
  }

  @Test
  @Rfc({"7383-2.5-4", "7383-2.5-5", "7383-2.5-6", "7383-2.6-1"})
  void rfc7383_2_6_fragmentNumbersOutOfRangeAreDropped() {
    byte[] datagram = seal(big(), 1280).get(1).toArray();
    int at = IkeHeader.SIZE + 4;
    for (int[] numbers : new int[][] {{0, 3}, {4, 3}, {1, 0}, {0, 0}}) {
      datagram[at + 1] = (byte) numbers[0];
      datagram[at + 3] = (byte) numbers[1];
      MessageCodecTest.assertAnswer(Malformed.DROP, () -> add(Octets.of(datagram)));
    }
    datagram[at] = (byte) 0xff;
    datagram[at + 2] = (byte) 0xff;
    MessageCodecTest.assertAnswer(Malformed.DROP, () -> add(Octets.of(datagram)));
    assertThat(assembler.held()).isZero();
  }

  @Test
  @Rfc({"7383-2.6-3"})
  void rfc7383_2_6_whatIsNotAuthenticIsNotKept() throws Malformed {
    for (Octets datagram : seal(big(), 1280)) {
      byte[] changed = datagram.toArray();
      changed[changed.length - 1] ^= 1;
      MessageCodecTest.assertAnswer(Malformed.DROP, () -> add(Octets.of(changed)));
      byte[] total = datagram.toArray();
      total[IkeHeader.SIZE + 7]++; // Total Fragments is protected too
      MessageCodecTest.assertAnswer(Malformed.DROP, () -> add(Octets.of(total)));
    }
    assertThat(assembler.held()).isZero();
  }

  @Test
  @Rfc({"7383-2.6-4", "7383-2.6.1-1"})
  void rfc7383_2_6_aLargerTotalStartsOverAndASmallerOneIsDropped() throws Malformed {
    List<Octets> coarse = seal(big(), 1280);
    List<Octets> fine = seal(big(), 576);
    assertThat(add(coarse.get(0))).isEmpty();
    assertThat(add(coarse.get(1))).isEmpty();
    assertThat(add(fine.get(1))).isEmpty();
    assertThat(assembler.held()).isEqualTo(1);
    MessageCodecTest.assertAnswer(Malformed.DROP, () -> add(coarse.get(2)));
    Optional<IkeMessage> whole = Optional.empty();
    for (Octets datagram : fine) {
      whole = add(datagram);
    }
    assertThat(whole).contains(big());
  }

  @Test
  void anotherMessageIdStartsOver() throws Malformed {
    assertThat(add(seal(big(), 1280).getFirst())).isEmpty();
    IkeMessage other =
        IkeMessage.sealed(
            Samples.SPIS,
            Exchange.IKE_AUTH,
            Role.INITIATOR,
            Direction.REQUEST,
            new io.pollux.ike.sad.MessageId(2),
            big().inner().orElseThrow());
    Optional<IkeMessage> whole = Optional.empty();
    for (Octets datagram : seal(other, 1280)) {
      whole = add(datagram);
    }
    assertThat(whole).contains(other);
  }

  @Test
  void aMessageThatDoesNotFitIsOurOwnMistake() {
    assertThatThrownBy(() -> seal(big(), 60)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> seal(big(), 70)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rfc7383_2_6_fragmentsThatAreTooLongTogetherAreForgottenAtOnce() throws Malformed {
    byte[] certificate = new byte[60_000];
    List<Payload> payloads = new ArrayList<>(Samples.authRequest().inner().orElseThrow());
    payloads.set(1, new CertPayload(4, Octets.of(certificate)));
    List<Octets> longest = seal(Samples.auth(payloads), 1200);
    int sum = longest.stream().mapToInt(Octets::length).sum();
    assertThat(sum).isBetween(60_000, FragmentAssembler.MAX_OCTETS);
    Optional<IkeMessage> whole = Optional.empty();
    for (Octets datagram : longest) {
      Decoded.Fragment fragment = (Decoded.Fragment) MessageCodec.decode(datagram);
      assertThat(assembler.hasRoom(fragment, FragmentAssembler.MAX_OCTETS)).isTrue();
      whole = add(datagram);
    }
    assertThat(whole).isPresent();

    List<Octets> two = seal(Samples.auth(payloads), 40_000);
    assertThat(two).hasSize(2);
    assertThat(add(ofThree(two.get(0), 1))).isEmpty();
    Decoded.Fragment next = (Decoded.Fragment) MessageCodec.decode(ofThree(two.get(0), 2));
    assertThat(assembler.hasRoom(next, FragmentAssembler.MAX_OCTETS)).isFalse();
    assertThat(assembler.hasRoom(next, 80_000)).isTrue();
    MessageCodecTest.assertAnswer(
        Malformed.INVALID_SYNTAX, () -> add(ofThree(two.get(0), 2))); // and not after the third
    assertThat(assembler.held()).isZero();
    assertThat(assembler.hasRoom(next, next.datagram().length())).isTrue();
  }

  /** The same content, as the sender of three fragments would have sealed it. */
  private static Octets ofThree(Octets datagram, int number) throws Malformed {
    int body = IkeHeader.SIZE + 8;
    byte[] content = R.open(datagram.toArray(), body);
    byte[] head = datagram.slice(0, body).toArray();
    head[body - 3] = (byte) number;
    head[body - 1] = 3;
    byte[] iv = IVS.next(I.encryption());
    return Octets.concat(Octets.owning(head), Octets.owning(I.seal(head, content, iv)));
  }
}
