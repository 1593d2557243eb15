package io.pollux.ike.payload;

/** Protocol IDs (RFC 7296 section 3.3.1). Payloads carry the plain number, which may be another. */
public enum ProtocolId {
  /** In a Notify that concerns no SA in particular. */
  NONE(0),
  IKE(1),
  AH(2),
  ESP(3);

  private final int number;

  ProtocolId(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
