package io.pollux.ike.sa;

import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The IKE_INTERMEDIATE exchanges of a half-open IKE SA: which additional key exchanges are still to
 * come (RFC 9370 section 2.2.2), and what AUTH covers of those that are over (RFC 9242 section
 * 3.3.2).
 *
 * @param remaining methods, the next one first
 * @param done the methods of the exchanges that are over
 * @param intAuthI IntAuth_iN; empty before the first
 * @param intAuthR IntAuth_rN; empty before the first
 */
public record Intermediate(
    List<Integer> remaining, List<Integer> done, Octets intAuthI, Octets intAuthR) {
  /** None agreed on. */
  public static final Intermediate NONE = toCome(List.of());

  public Intermediate {
    remaining = List.copyOf(remaining);
    done = List.copyOf(done);
  }

  /** {@code methods} were agreed on in IKE_SA_INIT. */
  public static Intermediate toCome(List<Integer> methods) {
    return new Intermediate(methods, List.of(), Octets.EMPTY, Octets.EMPTY);
  }

  /** All methods that were agreed on. */
  public List<Integer> agreed() {
    return Stream.concat(done.stream(), remaining.stream()).toList();
  }

  /** One more exchange is over. */
  public Intermediate after(Octets newIntAuthI, Octets newIntAuthR) {
    List<Integer> over = new ArrayList<>(done);
    over.add(remaining.getFirst());
    return new Intermediate(remaining.subList(1, remaining.size()), over, newIntAuthI, newIntAuthR);
  }

  /** What is appended to the signed octets: IntAuth_iN | IntAuth_rN | IKE_AUTH_MID, or nothing. */
  public Octets intAuth() {
    return done.isEmpty()
        ? Octets.EMPTY
        : Octets.concat(intAuthI, intAuthR, new WireWriter().u32(done.size() + 1L).toOctets());
  }
}
