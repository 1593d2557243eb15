package io.pollux.agent.token;

import java.util.Map;

/** A call of a PKCS#11 module that did not return CKR_OK; its words are for the operator. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  static final long PIN_INCORRECT = 0xa0, PIN_INVALID = 0xa1, PIN_LEN_RANGE = 0xa2;
  static final long PIN_EXPIRED = 0xa3, PIN_LOCKED = 0xa4;
  static final long ALREADY_LOGGED_IN = 0x100, ALREADY_INITIALIZED = 0x191;
  private static final long MECHANISM_INVALID = 0x70, MECHANISM_PARAM_INVALID = 0x71;
  private static final long KEY_TYPE_INCONSISTENT = 0x63, KEY_FUNCTION_NOT_PERMITTED = 0x68;

  /** pkcs11t.h; the others are told by their number. */
  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(0x02L, "CKR_HOST_MEMORY"),
          Map.entry(0x03L, "CKR_SLOT_ID_INVALID"),
          Map.entry(0x05L, "CKR_GENERAL_ERROR"),
          Map.entry(0x06L, "CKR_FUNCTION_FAILED"),
          Map.entry(0x30L, "CKR_DEVICE_ERROR"),
          Map.entry(0x31L, "CKR_DEVICE_MEMORY"),
          Map.entry(0x32L, "CKR_DEVICE_REMOVED"),
          Map.entry(0x60L, "CKR_KEY_HANDLE_INVALID"),
          Map.entry(KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT"),
          Map.entry(KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"),
          Map.entry(MECHANISM_INVALID, "CKR_MECHANISM_INVALID"),
          Map.entry(MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID"),
          Map.entry(0x82L, "CKR_OBJECT_HANDLE_INVALID"),
          Map.entry(PIN_INCORRECT, "CKR_PIN_INCORRECT"),
          Map.entry(PIN_INVALID, "CKR_PIN_INVALID"),
          Map.entry(PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"),
          Map.entry(PIN_EXPIRED, "CKR_PIN_EXPIRED"),
          Map.entry(PIN_LOCKED, "CKR_PIN_LOCKED"),
          Map.entry(0xb0L, "CKR_SESSION_CLOSED"),
          Map.entry(0xb1L, "CKR_SESSION_COUNT"),
          Map.entry(0xb3L, "CKR_SESSION_HANDLE_INVALID"),
          Map.entry(0xe0L, "CKR_TOKEN_NOT_PRESENT"),
          Map.entry(0xe1L, "CKR_TOKEN_NOT_RECOGNIZED"),
          Map.entry(ALREADY_LOGGED_IN, "CKR_USER_ALREADY_LOGGED_IN"),
          Map.entry(0x101L, "CKR_USER_NOT_LOGGED_IN"),
          Map.entry(0x102L, "CKR_USER_PIN_NOT_INITIALIZED"),
          Map.entry(0x104L, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN"),
          Map.entry(0x190L, "CKR_CRYPTOKI_NOT_INITIALIZED"));

  private final long value;

  Refusal(String function, long value) {
    super(function + " says " + name(value));
    this.value = value;
  }

  /** A refusal of ours, in words. */
  Refusal(String words) {
    super(words);
    this.value = 0;
  }

  private static String name(long value) {
    String hex = "0x" + Long.toHexString(value);
    return NAMES.containsKey(value) ? NAMES.get(value) + " (" + hex + ")" : "CKR " + hex;
  }

  long value() {
    return value;
  }

  /** The PIN is what is wrong, and another try of the same costs one of few. */
  boolean isAboutThePin() {
    return value >= PIN_INCORRECT && value <= PIN_LOCKED;
  }

  /** What a session that is opened anew cannot mend. */
  boolean isAboutTheKey() {
    return value == MECHANISM_INVALID
        || value == MECHANISM_PARAM_INVALID
        || value == KEY_TYPE_INCONSISTENT
        || value == KEY_FUNCTION_NOT_PERMITTED;
  }
}
