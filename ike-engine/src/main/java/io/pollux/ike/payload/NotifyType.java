package io.pollux.ike.payload;

import java.util.Map;
import java.util.TreeMap;

/**
 * A Notify Message Type (RFC 7296 section 3.10.1 and the RFCs named below), 0 to 65535. Numbers
 * that we do not know are kept; below 16384 they are errors.
 */
public record NotifyType(int number) implements Comparable<NotifyType> {
  private static final Map<Integer, String> NAMES = new TreeMap<>();
  private static final int FIRST_STATUS = 16384;

  // RFC 7296
  public static final NotifyType UNSUPPORTED_CRITICAL_PAYLOAD =
      named(1, "UNSUPPORTED_CRITICAL_PAYLOAD");
  public static final NotifyType INVALID_IKE_SPI = named(4, "INVALID_IKE_SPI");
  public static final NotifyType INVALID_MAJOR_VERSION = named(5, "INVALID_MAJOR_VERSION");
  public static final NotifyType INVALID_SYNTAX = named(7, "INVALID_SYNTAX");
  public static final NotifyType INVALID_MESSAGE_ID = named(9, "INVALID_MESSAGE_ID");
  public static final NotifyType INVALID_SPI = named(11, "INVALID_SPI");
  public static final NotifyType NO_PROPOSAL_CHOSEN = named(14, "NO_PROPOSAL_CHOSEN");
  public static final NotifyType INVALID_KE_PAYLOAD = named(17, "INVALID_KE_PAYLOAD");
  public static final NotifyType AUTHENTICATION_FAILED = named(24, "AUTHENTICATION_FAILED");
  public static final NotifyType SINGLE_PAIR_REQUIRED = named(34, "SINGLE_PAIR_REQUIRED");
  public static final NotifyType NO_ADDITIONAL_SAS = named(35, "NO_ADDITIONAL_SAS");
  public static final NotifyType INTERNAL_ADDRESS_FAILURE = named(36, "INTERNAL_ADDRESS_FAILURE");
  public static final NotifyType FAILED_CP_REQUIRED = named(37, "FAILED_CP_REQUIRED");
  public static final NotifyType TS_UNACCEPTABLE = named(38, "TS_UNACCEPTABLE");
  public static final NotifyType INVALID_SELECTORS = named(39, "INVALID_SELECTORS");
  // RFC 4555
  public static final NotifyType UNACCEPTABLE_ADDRESSES = named(40, "UNACCEPTABLE_ADDRESSES");
  public static final NotifyType UNEXPECTED_NAT_DETECTED = named(41, "UNEXPECTED_NAT_DETECTED");
  // RFC 7296
  public static final NotifyType TEMPORARY_FAILURE = named(43, "TEMPORARY_FAILURE");
  public static final NotifyType CHILD_SA_NOT_FOUND = named(44, "CHILD_SA_NOT_FOUND");
  // RFC 9370
  public static final NotifyType STATE_NOT_FOUND = named(47, "STATE_NOT_FOUND");
  // RFC 9611
  public static final NotifyType TS_MAX_QUEUE = named(48, "TS_MAX_QUEUE");
  // RFC 7296
  public static final NotifyType INITIAL_CONTACT = named(16384, "INITIAL_CONTACT");
  public static final NotifyType SET_WINDOW_SIZE = named(16385, "SET_WINDOW_SIZE");
  public static final NotifyType ADDITIONAL_TS_POSSIBLE = named(16386, "ADDITIONAL_TS_POSSIBLE");
  public static final NotifyType IPCOMP_SUPPORTED = named(16387, "IPCOMP_SUPPORTED");
  public static final NotifyType NAT_DETECTION_SOURCE_IP = named(16388, "NAT_DETECTION_SOURCE_IP");
  public static final NotifyType NAT_DETECTION_DESTINATION_IP =
      named(16389, "NAT_DETECTION_DESTINATION_IP");
  public static final NotifyType COOKIE = named(16390, "COOKIE");
  public static final NotifyType USE_TRANSPORT_MODE = named(16391, "USE_TRANSPORT_MODE");
  public static final NotifyType HTTP_CERT_LOOKUP_SUPPORTED =
      named(16392, "HTTP_CERT_LOOKUP_SUPPORTED");
  public static final NotifyType REKEY_SA = named(16393, "REKEY_SA");
  public static final NotifyType ESP_TFC_PADDING_NOT_SUPPORTED =
      named(16394, "ESP_TFC_PADDING_NOT_SUPPORTED");
  public static final NotifyType NON_FIRST_FRAGMENTS_ALSO =
      named(16395, "NON_FIRST_FRAGMENTS_ALSO");
  // RFC 4555
  public static final NotifyType MOBIKE_SUPPORTED = named(16396, "MOBIKE_SUPPORTED");
  public static final NotifyType ADDITIONAL_IP4_ADDRESS = named(16397, "ADDITIONAL_IP4_ADDRESS");
  public static final NotifyType ADDITIONAL_IP6_ADDRESS = named(16398, "ADDITIONAL_IP6_ADDRESS");
  public static final NotifyType NO_ADDITIONAL_ADDRESSES = named(16399, "NO_ADDITIONAL_ADDRESSES");
  public static final NotifyType UPDATE_SA_ADDRESSES = named(16400, "UPDATE_SA_ADDRESSES");
  public static final NotifyType COOKIE2 = named(16401, "COOKIE2");
  public static final NotifyType NO_NATS_ALLOWED = named(16402, "NO_NATS_ALLOWED");
  // RFC 4478
  public static final NotifyType AUTH_LIFETIME = named(16403, "AUTH_LIFETIME");
  // RFC 4739
  public static final NotifyType MULTIPLE_AUTH_SUPPORTED = named(16404, "MULTIPLE_AUTH_SUPPORTED");
  public static final NotifyType ANOTHER_AUTH_FOLLOWS = named(16405, "ANOTHER_AUTH_FOLLOWS");
  // RFC 5685
  public static final NotifyType REDIRECT_SUPPORTED = named(16406, "REDIRECT_SUPPORTED");
  public static final NotifyType REDIRECT = named(16407, "REDIRECT");
  public static final NotifyType REDIRECTED_FROM = named(16408, "REDIRECTED_FROM");
  // RFC 5723
  public static final NotifyType TICKET_LT_OPAQUE = named(16409, "TICKET_LT_OPAQUE");
  public static final NotifyType TICKET_REQUEST = named(16410, "TICKET_REQUEST");
  public static final NotifyType TICKET_ACK = named(16411, "TICKET_ACK");
  public static final NotifyType TICKET_NACK = named(16412, "TICKET_NACK");
  public static final NotifyType TICKET_OPAQUE = named(16413, "TICKET_OPAQUE");
  // RFC 5998
  public static final NotifyType EAP_ONLY_AUTHENTICATION = named(16417, "EAP_ONLY_AUTHENTICATION");
  // RFC 6023
  public static final NotifyType CHILDLESS_IKEV2_SUPPORTED =
      named(16418, "CHILDLESS_IKEV2_SUPPORTED");
  // RFC 6290
  public static final NotifyType QUICK_CRASH_DETECTION = named(16419, "QUICK_CRASH_DETECTION");
  // RFC 6311
  public static final NotifyType IKEV2_MESSAGE_ID_SYNC_SUPPORTED =
      named(16420, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED");
  public static final NotifyType IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED =
      named(16421, "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED");
  public static final NotifyType IKEV2_MESSAGE_ID_SYNC = named(16422, "IKEV2_MESSAGE_ID_SYNC");
  public static final NotifyType IPSEC_REPLAY_COUNTER_SYNC =
      named(16423, "IPSEC_REPLAY_COUNTER_SYNC");
  // RFC 6467
  public static final NotifyType SECURE_PASSWORD_METHODS = named(16424, "SECURE_PASSWORD_METHODS");
  // RFC 7383
  public static final NotifyType IKEV2_FRAGMENTATION_SUPPORTED =
      named(16430, "IKEV2_FRAGMENTATION_SUPPORTED");
  // RFC 7427
  public static final NotifyType SIGNATURE_HASH_ALGORITHMS =
      named(16431, "SIGNATURE_HASH_ALGORITHMS");
  // RFC 8019
  public static final NotifyType PUZZLE = named(16434, "PUZZLE");
  // RFC 8784
  public static final NotifyType USE_PPK = named(16435, "USE_PPK");
  public static final NotifyType PPK_IDENTITY = named(16436, "PPK_IDENTITY");
  public static final NotifyType NO_PPK_AUTH = named(16437, "NO_PPK_AUTH");
  // RFC 9242
  public static final NotifyType INTERMEDIATE_EXCHANGE_SUPPORTED =
      named(16438, "INTERMEDIATE_EXCHANGE_SUPPORTED");
  // RFC 9370
  public static final NotifyType ADDITIONAL_KEY_EXCHANGE = named(16441, "ADDITIONAL_KEY_EXCHANGE");
  // RFC 9347
  public static final NotifyType USE_AGGFRAG = named(16442, "USE_AGGFRAG");
  // RFC 9593
  public static final NotifyType SUPPORTED_AUTH_METHODS = named(16443, "SUPPORTED_AUTH_METHODS");
  // RFC 9611
  public static final NotifyType SA_RESOURCE_INFO = named(16444, "SA_RESOURCE_INFO");

  public NotifyType {
    if (number < 0 || number > 0xffff) {
      throw new IllegalArgumentException("notify type " + number);
    }
  }

  private static NotifyType named(int number, String name) {
    NAMES.put(number, name);
    return new NotifyType(number);
  }

  /** Whether it reports an error: then an unknown one means that the request has failed. */
  public boolean isError() {
    return number < FIRST_STATUS;
  }

  /** Whether the number has a name here. */
  public boolean isKnown() {
    return NAMES.containsKey(number);
  }

  @Override
  public int compareTo(NotifyType other) {
    return Integer.compare(number, other.number);
  }

  /** The registry's name, or {@code notify 12345}. */
  @Override
  public String toString() {
    return NAMES.getOrDefault(number, "notify " + number);
  }
}
