package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * SA, RFC 7296 section 3.3: the proposals of an offer in order of preference, or the chosen one.
 */
public record SaPayload(List<Proposal> proposals) implements Payload {
  /** Each costs us a comparison with every one of ours; real offers have fewer than ten. */
  static final int MAX_PROPOSALS = 64;

  public SaPayload {
    proposals = List.copyOf(proposals);
  }

  static SaPayload read(WireReader in) throws Malformed {
    List<Proposal> proposals = new ArrayList<>();
    boolean[] last = {false};
    while (!last[0]) {
      if (proposals.size() == MAX_PROPOSALS) {
        throw Malformed.syntax("SA", "more than " + MAX_PROPOSALS + " proposals");
      }
      Proposal proposal = Proposal.read(in, last);
      int expected = proposals.isEmpty() ? 1 : proposals.getLast().number() + 1;
      // Section 3.3.1: the first of an offer is 1 and each one more; an answer repeats the chosen
      // one's number and is alone.
      boolean alone = proposals.isEmpty() && last[0];
      if (proposal.number() != expected && !(alone && proposal.number() > 0)) {
        throw Malformed.syntax("Proposal Num", proposal.number() + " instead of " + expected);
      }
      proposals.add(proposal);
    }
    return new SaPayload(proposals);
  }

  @Override
  public int number() {
    return PayloadType.SA.number();
  }

  @Override
  public void write(WireWriter out) {
    for (int i = 0; i < proposals.size(); i++) {
      proposals.get(i).write(out, i == proposals.size() - 1);
    }
  }
}
