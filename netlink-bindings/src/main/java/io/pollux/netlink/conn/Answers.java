package io.pollux.netlink.conn;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlExtAck;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;
import io.pollux.netlink.wire.NlRequest;
import java.util.List;

/** What to do with the answers of a batch, by the index of the request. */
interface Answers {
  void answer(int index, NlMessages message) throws MalformedNetlink;

  void refused(int index, NlExtAck ack);

  /** The kernel had to drop the answer. */
  void lost(int index);

  /** One result for each request. */
  record Results(List<? extends NlRequest> requests, NlResult[] results) implements Answers {
    @Override
    public void answer(int index, NlMessages message) {} // the echo of a query, not asked for here

    @Override
    public void refused(int index, NlExtAck ack) {
      results[index] = NlResult.Refused.of(requests.get(index), ack);
    }

    @Override
    public void lost(int index) {
      results[index] = NlResult.Refused.lost(requests.get(index));
    }
  }

  /** The one answer of a query. */
  final class Single<T> implements Answers {
    private final NlQuery<T> query;
    private T value;
    private NlResult.Refused why;

    Single(NlQuery<T> query) {
      this.query = query;
    }

    @Override
    public void answer(int index, NlMessages message) throws MalformedNetlink {
      T read = query.read(message);
      value = read == null ? value : read;
    }

    @Override
    public void refused(int index, NlExtAck ack) {
      why = NlResult.Refused.of(query, ack);
    }

    @Override
    public void lost(int index) {
      why = NlResult.Refused.lost(query);
    }

    NlReply<T> reply() {
      if (why == null && value == null) {
        throw new NetlinkException(query.operation() + " " + query.object() + ": no answer", null);
      }
      return why == null ? new NlReply.Answer<>(value) : new NlReply.Failed<>(why);
    }
  }
}
