package io.pollux.agent.guard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Offsets and numbers of {@code struct page}, {@code native/guard/page.h}; a test holds them
 * against page-layout.tsv.
 */
final class PageLayout {
  static final int MAGIC_VALUE = 0x504c5847;
  static final int VERSION_VALUE = 2;
  static final int SIZE_VALUE = 65536;
  static final int MOST_MESSAGES = 256;

  static final int MAGIC = 0;
  static final int VERSION = 4;
  static final int SIZE = 8;
  static final int GUARD_PID = 12;
  static final int LEASE_DEADLINE_NS = 16;
  static final int ARMED = 24;
  static final int ROLE_TID = 28;
  static final int HEARTBEAT = 32;
  static final int FENCE_COUNT = 36;
  static final int FENCED_AT_NS = 40;
  static final int FENCE_REASON = 48;
  static final int FENCE_ERRORS = 52;
  static final int FENCE_TOOK_NS = 56;
  static final int SEQLOCK = 64;
  static final int MESSAGE_COUNT = 72;
  static final int NOTICE = 76;
  static final int PULSE = 80;
  static final int STATUS = 84;
  static final int STATUS_SIZE = 44;
  static final int MESSAGES = 128;
  static final int OCTETS = 4224;

  static final int MESSAGE_SIZE = 16;
  static final int MESSAGE_KIND = 0;
  static final int MESSAGE_IFINDEX = 4;
  static final int MESSAGE_OFFSET = 8;
  static final int MESSAGE_LENGTH = 12;

  static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private PageLayout() {}
}
