package io.pollux.netlink.wire;

/**
 * A request that is answered by a value: one message, or for a dump many.
 *
 * @param <T> the value that one answer holds
 */
public interface NlQuery<T> extends NlRequest {
  /** Reads one answer; null when this message is not one of those asked for. */
  T read(NlMessages answer) throws MalformedNetlink;

  /** Whether many messages come, ended by NLMSG_DONE; then {@link #flags} has NLM_F_DUMP. */
  default boolean dump() {
    return (flags() & NlConst.NLM_F_DUMP) == NlConst.NLM_F_DUMP;
  }

  /** Whether answers hold keys, so that the receive buffer has to be wiped. */
  default boolean answersHoldKeys() {
    return false;
  }
}
