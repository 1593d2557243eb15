package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.WireReader;
import java.util.Optional;

/**
 * The payload types that we know (RFC 7296 section 3.2, RFC 7383 section 2.5): number, the RFC's
 * notation, reader. A new payload is a file, a row here and its rows in {@code MessageRule}.
 */
public enum PayloadType {
  SA(33, "SA", SaPayload::read),
  KE(34, "KE", KePayload::read),
  IDI(35, "IDi", in -> IdPayload.read(IdPayload.End.INITIATOR, in)),
  IDR(36, "IDr", in -> IdPayload.read(IdPayload.End.RESPONDER, in)),
  CERT(37, "CERT", CertPayload::read),
  CERTREQ(38, "CERTREQ", CertreqPayload::read),
  AUTH(39, "AUTH", AuthPayload::read),
  NONCE(40, "Nonce", NoncePayload::read),
  NOTIFY(41, "N", NotifyPayload::read),
  DELETE(42, "D", DeletePayload::read),
  VENDOR_ID(43, "V", VendorIdPayload::read),
  TSI(44, "TSi", in -> TsPayload.read(TsPayload.End.INITIATOR, in)),
  TSR(45, "TSr", in -> TsPayload.read(TsPayload.End.RESPONDER, in)),
  SK(46, "SK"),
  CP(47, "CP", CpPayload::read),
  EAP(48, "EAP", EapPayload::read),
  SKF(53, "SKF");

  /** Next Payload of the last payload. */
  public static final int NONE = 0;

  private static final PayloadType[] BY_NUMBER = new PayloadType[256];

  static {
    for (PayloadType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  private final int number;
  private final String notation;
  private final BodyReader reader;

  PayloadType(int number, String notation, BodyReader reader) {
    this.number = number;
    this.notation = notation;
    this.reader = reader;
  }

  /** SK and SKF are read by the codec, because their Next Payload names what is inside. */
  PayloadType(int number, String notation) {
    this(
        number,
        notation,
        _ -> {
          throw Malformed.syntax("Next Payload", "encrypted payload inside an encrypted one");
        });
  }

  /** The row of {@code number}, 0 to 255. */
  public static Optional<PayloadType> of(int number) {
    return Optional.ofNullable(BY_NUMBER[number]);
  }

  public int number() {
    return number;
  }

  /** As the RFC's figures write it: {@code SA}, {@code TSi}, {@code N}. */
  public String notation() {
    return notation;
  }

  /** Reads a body, which must be used up. */
  public Payload read(WireReader body) throws Malformed {
    Payload payload = reader.read(body);
    body.end(notation + " payload");
    return payload;
  }

  /** Reads the body of one payload. */
  @FunctionalInterface
  private interface BodyReader {
    Payload read(WireReader in) throws Malformed;
  }
}
