package io.pollux.ike.message;

/** What a message is within its exchange: the R flag (RFC 7296 section 3.1). */
public enum Direction {
  REQUEST,
  RESPONSE
}
