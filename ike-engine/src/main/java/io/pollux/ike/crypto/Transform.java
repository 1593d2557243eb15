package io.pollux.ike.crypto;

/**
 * One transform as it stands in a proposal (RFC 7296 section 3.3.2). Values that we do not know are
 * kept, so that the log can name them.
 *
 * @param type the transform type's number, usually of {@link TransformType}
 * @param id the transform ID, 0 to 65535
 * @param keyBits the Key Length attribute; 0 = absent
 */
public record Transform(int type, int id, int keyBits) {
  public Transform(TransformType type, int id, int keyBits) {
    this(type.number(), id, keyBits);
  }
}
