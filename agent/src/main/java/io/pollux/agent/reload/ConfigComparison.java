package io.pollux.agent.reload;

import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Compares this node's configuration with the other's, by messages. Owned by one thread.
 *
 * <pre>
 *   config DIGEST            twice a second, both ways
 *   config-page ...          when the digests differ: once for each pair of digests
 * </pre>
 */
public final class ConfigComparison {
  private static final int MOST_PAGES = 1024;

  private final Supplier<ConfigDigest> own;
  private final Consumer<Octets> send;
  private String theirs = "";
  private String told = "";
  private String collecting = "";
  private int collected;
  private ConfigDigest compared;
  private String comparedWith = "";
  private List<String> differing = List.of();
  private final SortedMap<String, String> groups = new TreeMap<>();
  private final SortedMap<String, String> keys = new TreeMap<>();

  /**
   * @param differing what differs, if {@code known} and not {@code same}; empty until the other
   *     node has told its keys
   */
  public record Status(boolean known, boolean same, List<String> differing) {
    public static final Status UNKNOWN = new Status(false, false, List.of());

    public Status {
      differing = List.copyOf(differing);
    }
  }

  public ConfigComparison(Supplier<ConfigDigest> own, Consumer<Octets> send) {
    this.own = own;
    this.send = send;
  }

  /** It is time to say something. */
  public void tell() {
    send.accept(ConfigMessage.encode(own.get().whole()));
  }

  /** Takes a message of the other node; false if it is about something else. */
  public boolean take(Octets octets) {
    var message = ConfigMessage.decode(octets);
    message.ifPresent(this::take);
    return message.isPresent();
  }

  private void take(ConfigMessage message) {
    switch (message) {
      case ConfigMessage.Whole(var digest) -> {
        theirs = digest;
        String both = own.get().whole() + digest;
        if (!digest.equals(own.get().whole()) && !told.equals(both)) {
          told = both;
          ConfigMessage.encode(own.get()).forEach(send);
        }
      }
      case ConfigMessage.Page page -> {
        if (page.page() == 0) {
          groups.clear();
          keys.clear();
          collected = 0;
          collecting = page.whole();
        }
        if (page.whole().equals(collecting) && page.page() == collected && collected < MOST_PAGES) {
          groups.putAll(page.part().groups());
          keys.putAll(page.part().keys());
          collected++;
        }
      }
    }
  }

  /** The link is gone: what the other node has is not known any more. */
  public void forget() {
    theirs = "";
    told = "";
    collecting = "";
    groups.clear();
    keys.clear();
  }

  public Status status() {
    if (theirs.isEmpty()) {
      return Status.UNKNOWN;
    }
    if (theirs.equals(own.get().whole())) {
      return new Status(true, true, List.of());
    }
    if (compared != own.get() || !comparedWith.equals(theirs + collected)) {
      compared = own.get();
      comparedWith = theirs + collected;
      ConfigDigest other = new ConfigDigest(groups, keys);
      boolean whole = collecting.equals(theirs) && other.whole().equals(theirs);
      differing = whole ? compared.differing(other) : List.of();
    }
    return new Status(true, false, differing);
  }
}
