package io.pollux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.netlink.route.RtNotification;
import io.pollux.netlink.testing.Golden;
import io.pollux.netlink.testing.Property;
import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlExtAck;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlMsgHdr;
import io.pollux.netlink.xfrm.AeReading;
import io.pollux.netlink.xfrm.GetDefault;
import io.pollux.netlink.xfrm.GetSadInfo;
import io.pollux.netlink.xfrm.GetSpdInfo;
import io.pollux.netlink.xfrm.XfrmMsgType;
import io.pollux.netlink.xfrm.XfrmNotification;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Readers give a value or MalformedNetlink, whatever they are fed. */
class HostileOctetsTest {
  private static final int CASES = 4_000;

  private interface Reader {
    Object read(NlMessages message) throws MalformedNetlink;
  }

  private static final List<Reader> READERS =
      List.of(
          XfrmNotification::read,
          RtNotification::read,
          NlExtAck::read,
          NlExtAck::readDone,
          message -> {
            AeReading reading = new AeReading();
            reading.read(message);
            return reading;
          },
          message -> String.valueOf(new GetSadInfo().read(message)),
          message -> String.valueOf(new GetSpdInfo().read(message)),
          message -> String.valueOf(new GetDefault().read(message)));

  @Test
  void truncationAtEveryOctet() {
    for (Map.Entry<String, byte[]> golden : Golden.all().entrySet()) {
      byte[] octets = golden.getValue();
      for (int length = 0; length < octets.length; length++) {
        byte[] cut = Arrays.copyOf(octets, length);
        readAll(cut);
        if (length >= NlMsgHdr.SIZE) {
          Golden.buffer(cut).putInt(0, length); // a header that admits it
          readAll(cut);
        }
      }
    }
  }

  @Test
  void everyOctetChanged() {
    for (byte[] octets : Golden.all().values()) {
      for (int at = NlMsgHdr.SIZE; at < octets.length; at++) {
        for (int bit : new int[] {0, 3, 7}) {
          byte[] changed = octets.clone();
          changed[at] ^= (byte) (1 << bit);
          readAll(changed);
        }
        byte[] full = octets.clone();
        full[at] = -1;
        readAll(full);
      }
    }
  }

  @Test
  void randomOctetsBehindAHeader() {
    Property.forAll(
        CASES,
        random -> {
          byte[] octets = Property.octets(random, 600);
          readAll(octets);
          readAll(withHeader(octets, random));
        });
  }

  private static byte[] withHeader(byte[] body, SplittableRandom random) {
    ByteBuffer message = Golden.buffer(new byte[NlMsgHdr.SIZE + body.length]);
    int xfrm = random.nextInt(XfrmMsgType.values().length + 2) + 15;
    int type = random.nextBoolean() ? xfrm : random.nextInt(40);
    new NlMsgHdr(message.capacity(), type, random.nextInt(0x1000), 1, 0).write(message, 0);
    message.put(NlMsgHdr.SIZE, body);
    return message.array();
  }

  private static void readAll(byte[] octets) {
    for (Reader reader : READERS) {
      NlMessages messages = new NlMessages(Golden.buffer(octets), 0, octets.length);
      try {
        while (messages.next()) {
          assertThat(reader.read(messages)).satisfies(HostileOctetsTest::printable);
        }
      } catch (MalformedNetlink e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  /** A value of foreign octets can be logged. */
  private static void printable(Object value) {
    assertThat(String.valueOf(value)).isNotNull();
  }

  /** A second, naive way to find the messages of a datagram. */
  @Test
  void messagesAreFoundAsByANaiveReader() {
    Property.forAll(
        CASES,
        random -> {
          byte[] octets = Property.octets(random, 200);
          ByteBuffer in = Golden.buffer(octets);
          if (octets.length > 4) {
            in.putInt(0, random.nextInt(octets.length + 8)); // often a length that can be
          }
          assertThat(found(octets)).isEqualTo(naive(octets));
        });
  }

  private static String found(byte[] octets) {
    StringBuilder found = new StringBuilder();
    NlMessages messages = new NlMessages(Golden.buffer(octets), 0, octets.length);
    try {
      while (messages.next()) {
        found.append(messages.body()).append('-').append(messages.end()).append(' ');
      }
    } catch (MalformedNetlink e) {
      found.append("malformed");
    }
    return found.toString();
  }

  private static String naive(byte[] octets) {
    StringBuilder found = new StringBuilder();
    int at = 0;
    while (at < octets.length) {
      if (at + NlMsgHdr.SIZE > octets.length) {
        return found.append("malformed").toString();
      }
      long length = Integer.toUnsignedLong(Golden.buffer(octets).getInt(at));
      if (length < NlMsgHdr.SIZE || at + length > octets.length) {
        return found.append("malformed").toString();
      }
      found.append(at + NlMsgHdr.SIZE).append('-').append(at + length).append(' ');
      while (length % NlConst.NLMSG_ALIGNTO != 0) {
        length++;
      }
      at += (int) length;
    }
    return found.toString();
  }
}
