package io.pollux.netlink.conn;

import io.pollux.linux.Errno;
import io.pollux.linux.NetlinkSocket;
import io.pollux.linux.Ready;
import io.pollux.linux.SystemCallException;
import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlExtAck;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.AeReading;
import io.pollux.netlink.xfrm.GetAe;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.nio.BufferOverflowException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;

/**
 * Requests to the kernel over one netlink socket, with one send buffer and one receive buffer that
 * are used again and again. Owned by one thread.
 *
 * <p>Requests of a list go out in datagrams of at most 64 messages or 32 KiB. The kernel works one
 * datagram off during the send, in order, and has queued all answers when it returns; so each
 * datagram is answered before the next one is sent. What the send buffer held (keys) is overwritten
 * right after the send.
 */
public final class NetlinkConnection implements AutoCloseable {
  /** Messages in one datagram: their answers fit into the receive buffer many times over. */
  public static final int MAX_MESSAGES = 64;

  /** Octets in one datagram. */
  public static final int MAX_OCTETS = 32 << 10;

  private static final int MAX_DUMP_RESTARTS = 10; // a table that changes ten times is not at rest
  private static final long ANSWER_TIMEOUT_MS =
      10_000; // the RTNL may be held for long, not so long

  private final NetlinkSocket socket;
  private final NlBuffer out = NlBuffer.allocate(MAX_OCTETS);
  private final NlMessages in;
  private final AeReading reading = new AeReading();
  private final boolean[] answered = new boolean[MAX_MESSAGES];
  private int nextSeq = 1;

  /** A connection to the XFRM family. */
  public static NetlinkConnection xfrm() {
    return new NetlinkConnection(
        NetlinkSocket.open(NlConst.NETLINK_XFRM, NetlinkSocket.Options.REQUESTS));
  }

  /** A connection to rtnetlink. */
  public static NetlinkConnection route() {
    return new NetlinkConnection(
        NetlinkSocket.open(NlConst.NETLINK_ROUTE, NetlinkSocket.Options.REQUESTS));
  }

  /** A connection over a socket that was opened with other options; closes it at the end. */
  public NetlinkConnection(NetlinkSocket socket) {
    this.socket = socket;
    this.in = new NlMessages(socket.buffer(), 0, 0);
  }

  /** One request. */
  public NlResult execute(NlRequest request) {
    return execute(List.of(request), AckMode.EACH).getFirst();
  }

  /** Requests in order, each acknowledged; one that is refused does not hold up the others. */
  public List<NlResult> execute(List<? extends NlRequest> requests) {
    return execute(requests, AckMode.EACH);
  }

  /** Requests in order; one that is refused does not hold up the others. Results in order. */
  public List<NlResult> execute(List<? extends NlRequest> requests, AckMode mode) {
    NlResult[] results = new NlResult[requests.size()];
    Arrays.fill(results, NlResult.Ok.OK);
    batch(requests, mode, new Answers.Results(requests, results));
    return Arrays.asList(results);
  }

  /** One query; for a dump take {@link #dump}. */
  public <T> NlReply<T> query(NlQuery<T> query) {
    Answers.Single<T> single = new Answers.Single<>(query);
    batch(List.of(query), AckMode.EACH, single);
    if (query.answersHoldKeys()) {
      socket.wipe();
    }
    return single.reply();
  }

  /**
   * Reads the counters of many SAs: datagrams of GETAE, answers read in place. The list is asked
   * for each index once, and may make its elements as it goes.
   */
  public void sweep(List<XfrmUsersaId> sas, AeVisitor visitor) {
    List<GetAe> requests =
        new AbstractList<>() {
          @Override
          public GetAe get(int index) {
            return new GetAe(sas.get(index));
          }

          @Override
          public int size() {
            return sas.size();
          }
        };
    sweepRequests(requests, visitor);
  }

  /** The same for SAs that are named by more than that: those with a mark, as VTI has them. */
  public void sweepRequests(List<GetAe> requests, AeVisitor visitor) {
    batch(requests, AckMode.LAST, new Sweep(requests, visitor));
  }

  /** All answers of a dump; one that the kernel calls inconsistent is begun again. */
  public <T> NlReply<List<T>> dump(NlQuery<T> query) {
    for (int attempt = 0; attempt < MAX_DUMP_RESTARTS; attempt++) {
      DumpAnswers<T> answers = dumpOnce(query);
      if (!answers.interrupted()) {
        return answers.reply();
      }
    }
    throw new NetlinkException(
        query.operation() + " dump: changed " + MAX_DUMP_RESTARTS + " times while it was read",
        null);
  }

  private <T> DumpAnswers<T> dumpOnce(NlQuery<T> query) {
    DumpAnswers<T> answers = new DumpAnswers<>(query, nextSeq++);
    out.request(query, 0, answers.seq());
    sendAndWipe();
    while (!answers.done()) {
      int datagrams = receive();
      if (datagrams < 0) {
        answers.interrupt(); // a part was dropped: read to the end, and begin again
      }
      for (int i = 0; i < datagrams; i++) {
        in.reset(socket.start(i), socket.start(i) + socket.length(i));
        try {
          answers.read(in);
        } catch (MalformedNetlink e) {
          throw malformed(e);
        }
      }
      if (query.answersHoldKeys()) {
        socket.wipe();
      }
    }
    return answers;
  }

  private static NetlinkException malformed(MalformedNetlink e) {
    return new NetlinkException("malformed answer of the kernel: " + e.getMessage(), e);
  }

  private void batch(List<? extends NlRequest> requests, AckMode mode, Answers answers) {
    int from = 0;
    while (from < requests.size()) {
      int firstSeq = nextSeq;
      int count = fill(requests, from, mode);
      nextSeq += count;
      sendAndWipe();
      Arrays.fill(answered, 0, count, false);
      collect(firstSeq, count, from, mode, answers);
      from += count;
    }
  }

  /** Writes as many requests as go into one datagram, and gives back how many those are. */
  private int fill(List<? extends NlRequest> requests, int from, AckMode mode) {
    int count = 0;
    int last = Math.min(requests.size() - from, MAX_MESSAGES);
    int lastAt = 0;
    while (count < last) {
      int at = out.position();
      try {
        int flags = mode == AckMode.EACH ? NlConst.NLM_F_ACK : 0;
        out.request(requests.get(from + count), flags, nextSeq + count);
      } catch (BufferOverflowException e) {
        if (count == 0) {
          NlRequest request = requests.get(from);
          throw new IllegalArgumentException(
              request.operation() + " " + request.object() + ": over " + MAX_OCTETS + " octets", e);
        }
        break;
      }
      lastAt = at;
      count++;
    }
    out.addFlags(lastAt, NlConst.NLM_F_ACK);
    return count;
  }

  private void sendAndWipe() {
    try {
      socket.send(out.built());
    } finally {
      out.clear();
    }
  }

  /** Reads answers until the last request of the datagram is acknowledged or refused. */
  private void collect(int firstSeq, int count, int from, AckMode mode, Answers answers) {
    boolean done = false;
    while (!done) {
      int datagrams = receive();
      if (datagrams < 0) {
        overrun(count, from, answers);
        return;
      }
      for (int i = 0; i < datagrams; i++) {
        in.reset(socket.start(i), socket.start(i) + socket.length(i));
        done |= read(firstSeq, count, from, answers);
      }
    }
    for (int i = 0; mode == AckMode.EACH && i < count; i++) {
      if (!answered[i]) {
        answers.lost(from + i);
      }
    }
  }

  private boolean read(int firstSeq, int count, int from, Answers answers) {
    boolean done = false;
    try {
      while (in.next()) {
        int index = in.seq() - firstSeq;
        if (index < 0 || index >= count || in.type() == NlConst.NLMSG_NOOP) {
          continue; // of an earlier batch that was given up
        }
        if (in.type() == NlConst.NLMSG_ERROR) {
          answered[index] = true;
          done |= index == count - 1;
          if (NlExtAck.error(in) != 0) {
            answers.refused(from + index, NlExtAck.read(in));
          }
        } else {
          answered[index] = true;
          answers.answer(from + index, in);
        }
      }
    } catch (MalformedNetlink e) {
      throw malformed(e);
    }
    return done;
  }

  /** How many datagrams have come; -1 when the kernel had to drop some. */
  private int receive() {
    try {
      int datagrams = socket.receive();
      if (datagrams > 0) {
        return datagrams;
      }
      if (socket.await(null, ANSWER_TIMEOUT_MS) == Ready.TIMEOUT) {
        throw new NetlinkException("no answer of the kernel in " + ANSWER_TIMEOUT_MS + " ms", null);
      }
      return 0;
    } catch (SystemCallException e) {
      if (e.is(Errno.ENOBUFS)) {
        return -1;
      }
      throw e;
    }
  }

  /** The kernel has dropped answers: reads what is left of them and names what is not answered. */
  private void overrun(int count, int from, Answers answers) {
    int firstSeq = nextSeq - count;
    int datagrams;
    while ((datagrams = Math.max(0, socket.receive())) > 0) {
      for (int i = 0; i < datagrams; i++) {
        in.reset(socket.start(i), socket.start(i) + socket.length(i));
        read(firstSeq, count, from, answers);
      }
    }
    for (int i = 0; i < count; i++) {
      if (!answered[i]) {
        answers.lost(from + i);
      }
    }
  }

  private final class Sweep implements Answers {
    private final List<GetAe> requests;
    private final AeVisitor visitor;

    Sweep(List<GetAe> requests, AeVisitor visitor) {
      this.requests = requests;
      this.visitor = visitor;
    }

    @Override
    public void answer(int index, NlMessages message) throws MalformedNetlink {
      reading.read(message);
      visitor.reading(index, reading);
    }

    @Override
    public void refused(int index, NlExtAck ack) {
      visitor.refused(index, NlResult.Refused.of(requests.get(index), ack));
    }

    @Override
    public void lost(int index) {
      visitor.refused(index, NlResult.Refused.lost(requests.get(index)));
    }
  }

  /** The port id of the socket. */
  public int portId() {
    return socket.portId();
  }

  @Override
  public void close() {
    out.clear();
    socket.close();
  }
}
