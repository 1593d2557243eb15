package io.pollux.ike.crypto;

/**
 * One transform as it stands in a proposal (RFC 7296 section 3.3.2). Values that we do not know are
 * kept, so that the log can name them.
 *
 * @param type the transform type's number, usually of {@link TransformType}
 * @param id the transform ID, 0 to 65535
 * @param keyBits the Key Length attribute; 0 = absent, {@link #UNKNOWN_ATTRIBUTE} = never
 *     acceptable
 */
public record Transform(int type, int id, int keyBits) {
  /**
   * In place of the key length when a peer's transform carries an attribute that we do not know, or
   * a key length of zero: such a transform MUST NOT be chosen (section 3.3.6). Never written.
   */
  public static final int UNKNOWN_ATTRIBUTE = -1;

  public Transform(TransformType type, int id, int keyBits) {
    this(type.number(), id, keyBits);
  }
}
