package io.pollux.netlink.conn;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlExtAck;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the answers of one dump, up to its NLMSG_DONE.
 *
 * @param <T> the value that one answer holds
 */
final class DumpAnswers<T> {
  private final NlQuery<T> query;
  private final int seq;
  private final List<T> values = new ArrayList<>();
  private boolean interrupted;
  private NlExtAck end;

  DumpAnswers(NlQuery<T> query, int seq) {
    this.query = query;
    this.seq = seq;
  }

  int seq() {
    return seq;
  }

  /** Reads the messages of one datagram; those of another request are passed over. */
  void read(NlMessages in) throws MalformedNetlink {
    while (in.next()) {
      if (in.seq() != seq) {
        continue;
      }
      interrupted |= (in.flags() & NlConst.NLM_F_DUMP_INTR) != 0;
      switch (in.type()) {
        case NlConst.NLMSG_DONE -> end = NlExtAck.readDone(in);
        case NlConst.NLMSG_ERROR -> end = NlExtAck.read(in);
        case NlConst.NLMSG_NOOP -> {}
        default -> {
          T value = query.read(in);
          if (value != null) {
            values.add(value);
          }
        }
      }
    }
  }

  /** A part of it was lost. */
  void interrupt() {
    interrupted = true;
  }

  boolean done() {
    return end != null;
  }

  /** The table has changed while it was read, so that entries may be missing or twice there. */
  boolean interrupted() {
    return interrupted && end.error() == 0;
  }

  NlReply<List<T>> reply() {
    return end.error() == 0
        ? new NlReply.Answer<>(List.copyOf(values))
        : new NlReply.Failed<>(NlResult.Refused.of(query, end));
  }
}
