package io.pollux.ike.message;

import io.pollux.ike.crypto.IvSource;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.payload.SkPayload;
import io.pollux.ike.payload.SkfPayload;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Datagrams to messages and back (RFC 7296 section 3; RFC 5282; RFC 7383).
 *
 * <pre>
 *   decode -> Clear                         an IKE_SA_INIT, or an INFORMATIONAL outside an IKE SA
 *          -> Sealed   -> open              needs the SkCipher of the IKE SA that the header names
 *          -> Fragment -> FragmentAssembler
 *   encode, seal                            the inverse; seal makes fragments where the limit asks
 * </pre>
 */
public final class MessageCodec {
  private static final int IKE_MAJOR_VERSION = 2;
  private static final int NEXT_PAYLOAD_AT = 16;
  private static final int SK_HEADER = 4;
  private static final int SKF_HEADER = 8;

  private MessageCodec() {}

  /**
   * Reads what can be read without a key.
   *
   * @throws Malformed with an answer only where a request may be answered without protection (RFC
   *     7296 section 2.5): another major version, or an unknown critical payload in the first
   *     message
   */
  public static Decoded decode(Octets datagram) throws Malformed {
    IkeHeader header = IkeHeader.read(datagram);
    Exchange exchange = checkHeader(header);
    MessageRule rule = MessageRule.of(exchange, header.direction());
    try {
      return decode(header, rule, datagram);
    } catch (Malformed e) {
      // INVALID_SYNTAX only ever answers what is authentic (section 3.10.1).
      boolean answerable =
          rule.inner().isEmpty()
              && header.direction() == Direction.REQUEST
              && e.answer() != Malformed.INVALID_SYNTAX;
      throw answerable ? e : Malformed.drop(e.field(), e.problem());
    }
  }

  private static Exchange checkHeader(IkeHeader header) throws Malformed {
    if (header.majorVersion() < IKE_MAJOR_VERSION) {
      throw Malformed.drop("Version", "IKEv" + header.majorVersion() + " is refused (RFC 9395)");
    }
    if (header.majorVersion() > IKE_MAJOR_VERSION) {
      int answer =
          header.direction() == Direction.REQUEST
              ? Malformed.INVALID_MAJOR_VERSION
              : Malformed.DROP;
      throw new Malformed(answer, "Version", "major version " + header.majorVersion());
    }
    if (header.spis().initiator().value() == 0) {
      throw Malformed.drop("IKE SA Initiator's SPI", "zero"); // section 3.1
    }
    Exchange exchange =
        Exchange.of(header.exchangeType())
            .orElseThrow(() -> Malformed.drop("Exchange Type", "type " + header.exchangeType()));
    if (exchange == Exchange.IKE_SA_INIT || exchange == Exchange.IKE_SESSION_RESUME) {
      checkInitial(header);
    }
    return exchange;
  }

  /** The first exchange of an IKE SA: who asks is its initiator, and the message ID is zero. */
  private static void checkInitial(IkeHeader header) throws Malformed {
    boolean request = header.direction() == Direction.REQUEST;
    if (request != (header.sender() == Role.INITIATOR)) {
      throw Malformed.drop("Flags", "request from the responder or response from the initiator");
    }
    if (header.messageId().value() != 0) {
      throw Malformed.drop("Message ID", header.messageId() + " in the first exchange");
    }
    if (request && header.spis().responder().value() != 0) {
      throw Malformed.drop("IKE SA Responder's SPI", "not zero in the first message");
    }
  }

  private static Decoded decode(IkeHeader header, MessageRule rule, Octets datagram)
      throws Malformed {
    WireReader in = WireReader.of(datagram);
    in.skip(IkeHeader.SIZE, "IKE header");
    PayloadChain chain = PayloadChain.readClear(header.nextPayload(), in);
    List<Payload> payloads = chain.payloads();
    if (chain.bodyFrom() == 0) {
      return clear(header, rule, payloads);
    }
    if (rule.inner().isEmpty()) {
      throw Malformed.drop("SK", "in " + rule.exchange());
    }
    List<Payload> before =
        MessageRule.accept(rule.clear(), payloads.subList(0, payloads.size() - 1));
    return payloads.getLast() instanceof SkfPayload skf
        ? new Decoded.Fragment(
            header,
            datagram,
            before,
            skf.firstInner(),
            skf.fragmentNumber(),
            skf.totalFragments(),
            chain.bodyFrom())
        : new Decoded.Sealed(
            header,
            datagram,
            before,
            ((SkPayload) payloads.getLast()).firstInner(),
            chain.bodyFrom());
  }

  private static Decoded clear(IkeHeader header, MessageRule rule, List<Payload> payloads)
      throws Malformed {
    if (rule.inner().isPresent() && rule.exchange() != Exchange.INFORMATIONAL) {
      throw Malformed.drop("SK", "missing in " + rule.exchange());
    }
    IkeMessage message =
        message(header, MessageRule.accept(rule.clear(), payloads), Optional.empty());
    MessageRule.requireComplete(message);
    return new Decoded.Clear(header, message);
  }

  /**
   * Proves that the message is authentic, and only then reads what is inside.
   *
   * @throws Malformed to be dropped if it is not authentic; what is wrong inside an authentic one
   *     has its answer, to be sent inside the IKE SA (RFC 7296 section 2.21.3)
   */
  public static IkeMessage open(Decoded.Sealed sealed, SkCipher cipher) throws Malformed {
    byte[] content = cipher.open(sealed.datagram().toArray(), sealed.bodyFrom());
    return inner(sealed.header(), sealed.clear(), sealed.firstInner(), content);
  }

  static IkeMessage inner(IkeHeader header, List<Payload> clear, int firstInner, byte[] content)
      throws Malformed {
    List<Payload> payloads = PayloadChain.readInner(firstInner, WireReader.over(content));
    MessageRule rule = MessageRule.of(exchange(header), header.direction());
    List<MessageRule.Occurs> allowed = rule.inner().orElseThrow();
    IkeMessage message = message(header, clear, Optional.of(MessageRule.accept(allowed, payloads)));
    MessageRule.requireComplete(message);
    return message;
  }

  private static IkeMessage message(
      IkeHeader header, List<Payload> clear, Optional<List<Payload>> inner) {
    return new IkeMessage(
        header.spis(),
        exchange(header),
        header.sender(),
        header.direction(),
        header.messageId(),
        clear,
        inner);
  }

  private static Exchange exchange(IkeHeader header) {
    return Exchange.of(header.exchangeType()).orElseThrow(); // decode has let no other through
  }

  /**
   * A | P of RFC 9242 section 3.3.2: all from the IKE header to SK's generic header, then the inner
   * payloads, the lengths as if there were neither IV, padding nor ICV.
   */
  public static Octets authenticatedChunk(IkeMessage message) {
    List<Payload> inner =
        MessageRule.inOrder(
            MessageRule.of(message.exchange(), message.direction()).inner().orElseThrow(),
            message.inner().orElseThrow());
    WireWriter content = new WireWriter();
    PayloadChain.write(content, inner, PayloadType.NONE);
    WireWriter head = new WireWriter();
    IkeHeader.write(head, message, PayloadType.SK.number());
    int first = PayloadChain.first(inner, PayloadType.NONE);
    return chunk(head.toOctets(), first, 0, content.toArray());
  }

  /** The same of a message that was received. */
  public static Octets authenticatedChunk(Decoded.Sealed sealed, SkCipher cipher) throws Malformed {
    byte[] content = cipher.open(sealed.datagram().toArray(), sealed.bodyFrom());
    Octets head = sealed.datagram().slice(0, sealed.bodyFrom() - SK_HEADER);
    return chunk(head, sealed.firstInner(), reserved(head, sealed.datagram()), content);
  }

  /**
   * The message of which {@link #authenticatedChunk(IkeMessage)} made {@code chunk}.
   *
   * @throws Malformed if it made none like it
   */
  public static IkeMessage ofChunk(Octets chunk) throws Malformed {
    IkeHeader header = IkeHeader.read(chunk);
    if (chunk.length() < IkeHeader.SIZE + SK_HEADER
        || MessageRule.of(checkHeader(header), header.direction()).inner().isEmpty()) {
      throw Malformed.drop("SK", "no message with SK");
    }
    byte[] content = chunk.slice(IkeHeader.SIZE + SK_HEADER, chunk.length()).toArray();
    return inner(header, List.of(), chunk.at(IkeHeader.SIZE), content);
  }

  /**
   * The same of a message that came in fragments: as if it had come whole.
   *
   * @param first the fragment with number 1, whose RESERVED octet counts
   */
  static Octets chunk(Decoded.Fragment first, byte[] content) {
    Octets head = first.datagram().slice(0, first.bodyFrom() - SKF_HEADER);
    return chunk(head, first.firstInner(), reserved(head, first.datagram()), content);
  }

  /** The octet with the critical flag and RESERVED of the payload that follows {@code head}. */
  private static int reserved(Octets head, Octets datagram) {
    return datagram.at(head.length() + 1);
  }

  /** {@code head} ends where SK begins; SKF counts as SK. */
  private static Octets chunk(Octets head, int firstInner, int reserved, byte[] content) {
    byte[] clear = head.toArray();
    int nextPayloadAt = NEXT_PAYLOAD_AT;
    for (int at = IkeHeader.SIZE; at < clear.length; at += head.at(at + 2) << 8 | head.at(at + 3)) {
      nextPayloadAt = at; // a payload outside SK
    }
    clear[nextPayloadAt] = (byte) PayloadType.SK.number();
    WireWriter out = new WireWriter().bytes(clear);
    out.u8(firstInner).u8(reserved).u16(SK_HEADER + content.length).bytes(content);
    out.patchU32(IkeHeader.LENGTH_AT, out.size());
    return out.toOctets();
  }

  /** The octets of a message without SK. */
  public static Octets encode(IkeMessage message) {
    if (message.isProtected()) {
      throw new IllegalArgumentException("a protected message needs seal");
    }
    MessageRule rule = MessageRule.of(message.exchange(), message.direction());
    List<Payload> payloads = MessageRule.inOrder(rule.clear(), message.clear());
    WireWriter out = new WireWriter();
    IkeHeader.write(out, message, PayloadChain.first(payloads, PayloadType.NONE));
    PayloadChain.write(out, payloads, PayloadType.NONE);
    return finish(out);
  }

  /**
   * The datagrams of a protected message: one with SK, or several with SKF if it is longer than
   * {@code maxOctets}.
   *
   * @param ivs of the direction in which {@code cipher} seals
   * @param maxOctets what a datagram may hold without the UDP header and non-ESP marker; {@link
   *     IkeHeader#MAX_LENGTH} where the peer does not speak RFC 7383
   */
  public static List<Octets> seal(
      IkeMessage message, SkCipher cipher, IvSource ivs, int maxOctets) {
    MessageRule rule = MessageRule.of(message.exchange(), message.direction());
    List<Payload> clear = MessageRule.inOrder(rule.clear(), message.clear());
    List<Payload> inner =
        MessageRule.inOrder(rule.inner().orElse(List.of()), message.inner().orElseThrow());
    WireWriter content = new WireWriter();
    PayloadChain.write(content, inner, PayloadType.NONE);
    WireWriter head = new WireWriter();
    IkeHeader.write(head, message, PayloadChain.first(clear, PayloadType.SK.number()));
    PayloadChain.write(head, clear, PayloadType.SK.number());
    int firstInner = PayloadChain.first(inner, PayloadType.NONE);
    byte[] plain = content.toArray();
    int length = head.size() + SK_HEADER + cipher.sealedLength(plain.length);
    if (length <= maxOctets) {
      head.u8(firstInner).u8(0).u16(SK_HEADER + cipher.sealedLength(plain.length));
      return List.of(sealOne(head, plain, cipher, ivs));
    }
    return fragments(message, clear, firstInner, plain, cipher, ivs, maxOctets);
  }

  private static List<Octets> fragments(
      IkeMessage message,
      List<Payload> clear,
      int firstInner,
      byte[] plain,
      SkCipher cipher,
      IvSource ivs,
      int maxOctets) {
    if (!clear.isEmpty()) {
      throw new IllegalArgumentException("no exchange has payloads outside SK to fragment");
    }
    int chunk = cipher.plainLength(maxOctets - IkeHeader.SIZE - SKF_HEADER);
    int total = chunk <= 0 ? 0 : (plain.length + chunk - 1) / chunk;
    if (total == 0 || total > FragmentAssembler.MAX_FRAGMENTS) {
      throw new IllegalArgumentException(
          plain.length + " octets do not fit datagrams of " + maxOctets);
    }
    List<Octets> datagrams = new ArrayList<>(total);
    for (int i = 0; i < total; i++) {
      byte[] part = Arrays.copyOfRange(plain, i * chunk, Math.min((i + 1) * chunk, plain.length));
      WireWriter head = new WireWriter();
      IkeHeader.write(head, message, PayloadType.SKF.number());
      head.u8(i == 0 ? firstInner : PayloadType.NONE).u8(0);
      head.u16(SKF_HEADER + cipher.sealedLength(part.length)).u16(i + 1).u16(total);
      datagrams.add(sealOne(head, part, cipher, ivs));
    }
    return datagrams;
  }

  private static Octets sealOne(WireWriter head, byte[] plain, SkCipher cipher, IvSource ivs) {
    int length = head.size() + cipher.sealedLength(plain.length);
    requireLength(length);
    head.patchU32(IkeHeader.LENGTH_AT, length);
    byte[] iv = ivs.next(cipher.encryption());
    return head.bytes(cipher.seal(head.toArray(), plain, iv)).toOctets();
  }

  private static Octets finish(WireWriter out) {
    requireLength(out.size());
    out.patchU32(IkeHeader.LENGTH_AT, out.size());
    return out.toOctets();
  }

  private static void requireLength(int length) {
    if (length > IkeHeader.MAX_LENGTH) {
      throw new IllegalArgumentException("message of " + length + " octets");
    }
  }
}
