package io.pollux.ike.message;

import io.pollux.ike.payload.Payload;
import io.pollux.ike.wire.Octets;
import java.util.List;

/** A datagram as far as it can be read without a key. */
public sealed interface Decoded {
  IkeHeader header();

  /** A message without SK, complete and checked. Nothing in it is authentic. */
  record Clear(IkeHeader header, IkeMessage message) implements Decoded {}

  /**
   * A message with SK, for {@link MessageCodec#open}.
   *
   * @param clear the payloads before SK, not authentic yet
   * @param bodyFrom where the initialization vector starts in {@code datagram}
   */
  record Sealed(
      IkeHeader header, Octets datagram, List<Payload> clear, int firstInner, int bodyFrom)
      implements Decoded {
    public Sealed {
      clear = List.copyOf(clear);
    }
  }

  /**
   * A fragment with SKF (RFC 7383), for {@link FragmentAssembler#add}.
   *
   * @param number 1 to {@code total}; a repeated fragment 1 alone asks for our response again
   */
  record Fragment(
      IkeHeader header,
      Octets datagram,
      List<Payload> clear,
      int firstInner,
      int number,
      int total,
      int bodyFrom)
      implements Decoded {
    public Fragment {
      clear = List.copyOf(clear);
    }
  }
}
