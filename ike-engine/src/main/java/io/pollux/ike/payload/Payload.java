package io.pollux.ike.payload;

import io.pollux.ike.wire.WireWriter;

/**
 * One payload without its generic header (RFC 7296 section 3.2). Readers are in {@link
 * PayloadType}; {@link #write} is their inverse.
 */
public sealed interface Payload
    permits SaPayload,
        KePayload,
        IdPayload,
        CertPayload,
        CertreqPayload,
        AuthPayload,
        NoncePayload,
        NotifyPayload,
        DeletePayload,
        VendorIdPayload,
        TsPayload,
        CpPayload,
        EapPayload,
        SkPayload,
        SkfPayload,
        UnknownPayload {
  /** The payload type's number, for the Next Payload field before it. */
  int number();

  /** Appends the body, without the generic header. */
  void write(WireWriter out);
}
