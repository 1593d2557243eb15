package io.pollux.ike.message;

import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.Optional;

/**
 * Puts the fragments of one message together (RFC 7383 section 2.6). One per IKE SA and direction:
 * the caller has checked that the message ID is the one that the window waits for. Only authentic
 * fragments are kept, so a stranger can neither fill nor disturb it.
 */
public final class FragmentAssembler {
  /** 64 fragments of 1280 octets hold more than the longest message. */
  public static final int MAX_FRAGMENTS = 64;

  /** Octets of all datagrams of the longest message: it, and what its fragments add. */
  public static final int MAX_OCTETS = IkeHeader.MAX_LENGTH + MAX_FRAGMENTS * 128;

  private Decoded.Fragment first; // the newest authentic one; number 1 once that is here
  private byte[][] parts = {};
  private int held;
  private int octets; // of the datagrams that are held
  private int content; // octets of what was in them
  private Optional<Octets> chunk = Optional.empty();

  /** What AUTH covers of the IKE_INTERMEDIATE message that was put together last; once. */
  public Optional<Octets> takeChunk() {
    Optional<Octets> taken = chunk;
    chunk = Optional.empty();
    return taken;
  }

  /** How many different fragments are kept. */
  public int held() {
    return held;
  }

  /** Forgets everything: the timeout has passed, or the message arrived whole. */
  public void clear() {
    first = null;
    parts = new byte[][] {};
    held = 0;
    octets = 0;
    content = 0;
  }

  /** Whether the datagrams of one message, {@code fragment} with them, are within {@code max}. */
  public boolean hasRoom(Decoded.Fragment fragment, int max) {
    boolean same = first != null && sameMessage(fragment.header(), first.header());
    return (same ? octets : 0) + fragment.datagram().length() <= max;
  }

  /**
   * Takes a fragment; the message once it was the last one missing, and then nothing is kept.
   *
   * @throws Malformed to be dropped if the fragment is not authentic or does not fit the ones
   *     before; what is wrong inside the whole message has its answer, its length as soon as it is
   *     too long
   */
  public Optional<IkeMessage> add(Decoded.Fragment fragment, SkCipher cipher) throws Malformed {
    if (fragment.total() > MAX_FRAGMENTS) {
      throw Malformed.drop("Total Fragments", fragment.total() + " fragments");
    }
    boolean same = first != null && sameMessage(fragment.header(), first.header());
    if (same && fragment.total() < parts.length) {
      throw Malformed.drop(
          "Total Fragments", fragment.total() + " after " + parts.length); // an older, coarser cut
    }
    boolean fits = same && fragment.total() == parts.length;
    if (fits && parts[fragment.number() - 1] != null) {
      return Optional.empty(); // a repetition
    }
    byte[] part = cipher.open(fragment.datagram().toArray(), fragment.bodyFrom());
    if (!fits) {
      clear(); // another message, or the same one cut finer: start over
      parts = new byte[fragment.total()][];
    }
    parts[fragment.number() - 1] = part;
    held++;
    octets += fragment.datagram().length();
    content += part.length;
    if (content > IkeHeader.MAX_LENGTH) {
      int tooLong = content;
      clear();
      throw Malformed.syntax("SKF", "message of " + tooLong + " octets");
    }
    if (first == null || fragment.number() == 1) {
      first = fragment;
    }
    return held == parts.length ? Optional.of(whole()) : Optional.empty();
  }

  private static boolean sameMessage(IkeHeader a, IkeHeader b) {
    return a.messageId().equals(b.messageId())
        && a.direction() == b.direction()
        && a.exchangeType() == b.exchangeType();
  }

  private IkeMessage whole() throws Malformed {
    WireWriter all = new WireWriter();
    for (byte[] part : parts) {
      all.bytes(part);
    }
    Decoded.Fragment one = first;
    clear();
    chunk =
        one.header().exchangeType() == Exchange.IKE_INTERMEDIATE.number()
            ? Optional.of(MessageCodec.chunk(one, all.toArray()))
            : Optional.empty();
    return MessageCodec.inner(one.header(), one.clear(), one.firstInner(), all.toArray());
  }
}
