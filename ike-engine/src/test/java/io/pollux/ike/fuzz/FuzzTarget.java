package io.pollux.ike.fuzz;

import io.pollux.ike.crypto.SignatureIdentifiers;
import io.pollux.ike.crypto.pki.DistinguishedName;
import io.pollux.ike.crypto.pki.EndEntity;
import io.pollux.ike.crypto.pki.IdentityMatch;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.engine.FuzzedEngine;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Everything that reads foreign octets. A run ends with a value or {@link Malformed}; anything else
 * that is thrown is a finding. The corpus of each stands in {@code src/test/resources/fuzz}.
 */
public enum FuzzTarget {
  /** A datagram, before anybody knows whose it is. */
  DATAGRAM(data -> MessageCodec.decode(withLength(data))),
  /** A message whose SK was opened. */
  INNER(data -> MessageCodec.ofChunk(withLength(data)).toString()),
  /** The first octet is the payload's type, the rest its body. */
  PAYLOAD(FuzzTarget::payload),
  /** A certificate of a CERT payload, and whose it claims to be. */
  CERTIFICATE(FuzzTarget::certificate),
  /** The first octet says what: an even one a CRL, an odd one an OCSP response. */
  REVOCATION(FuzzTarget::revocation),
  /** What stands in front of a signature (RFC 7427 section 3). */
  SIGNATURE(
      data -> {
        SignatureIdentifiers.text(Octets.of(data));
        SignatureIdentifiers.find(Octets.of(data));
      }),
  /** An ID_DER_ASN1_DN. */
  NAME(data -> DistinguishedName.text(Octets.of(data))),
  /** A stranger's datagram, for two gateways that have an IKE SA. */
  STRANGER(data -> FuzzedEngine.stranger(withLength(data))),
  /** A message of somebody who has keys, before it has proven who it is. */
  NEWCOMER(data -> FuzzedEngine.newcomer(withLength(data))),
  /** A message of the authenticated peer. */
  PEER(data -> FuzzedEngine.peer(withLength(data)));

  /** Reads {@code data}. */
  private interface Reader {
    void read(byte[] data) throws Malformed;
  }

  private final transient Reader reader;

  FuzzTarget(Reader reader) {
    this.reader = reader;
  }

  /** One run. */
  public void run(byte[] data) {
    try {
      reader.read(data);
    } catch (Malformed e) {
      if (e.getMessage() == null) {
        throw new AssertionError("a Malformed that does not say what is wrong", e);
      }
    }
  }

  /** The name of its corpus. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Beyond the one check that every random change fails: the Length of the IKE header is right. */
  private static Octets withLength(byte[] data) {
    byte[] octets = data.clone();
    if (octets.length >= IkeHeader.SIZE) {
      ByteBuffer.wrap(octets).putInt(IkeHeader.SIZE - 4, octets.length);
    }
    return Octets.owning(octets);
  }

  private static void payload(byte[] data) throws Malformed {
    Optional<PayloadType> type =
        data.length == 0 ? Optional.empty() : PayloadType.of(Byte.toUnsignedInt(data[0]));
    if (type.isPresent()) {
      type.get().read(WireReader.of(Octets.of(data, 1, data.length)));
    }
  }

  private static void certificate(byte[] data) throws Malformed {
    EndEntity entity = EndEntity.parse(Octets.of(data));
    IdentityMatch.problem(entity, new Identity(2, Octets.of(new byte[] {'g', 'w', '.', 'x'})));
    IdentityMatch.problem(entity, new Identity(9, entity.subject()));
    if (entity.toString().isEmpty()) {
      throw new AssertionError("a certificate without a line for the log");
    }
  }

  private static void revocation(byte[] data) throws Malformed {
    if (data.length > 0) {
      List<Octets> der = List.of(Octets.of(data, 1, data.length));
      boolean list = (data[0] & 1) == 0;
      RevocationData.of(list ? der : List.of(), list ? List.of() : der);
    }
  }
}
