package io.pollux.agent.kernel;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.Reqid;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The policies that let children's traffic through, and which children need each of them: the
 * kernel has one for a selector, and several children may have it, while one replaces another with
 * more networks or where two are for the same. The newest leads; when it goes, the one before does.
 * Owned by the kernel's thread; says what to ask of the kernel, and asks nothing itself.
 */
final class Permits {
  private static final EspKeys NO_KEYS =
      new EspKeys(Secret.EMPTY, Secret.EMPTY, Secret.EMPTY, Secret.EMPTY);

  private final Blocks blocks;
  private final Map<Reqid, Holder> holders = new LinkedHashMap<>();
  // By the outbound policy, with which the others of the same selectors come and go.
  private final Map<PolicyKey, List<Reqid>> needed = new LinkedHashMap<>();

  /** A child over all its rekeys; without keys, which outlive no SA. */
  private record Holder(ChildSaSnapshot child, Binding binding) {
    /** What belongs together, by the outbound policy. */
    Map<PolicyKey, List<XfrmPolicy>> policies() {
      Map<PolicyKey, List<XfrmPolicy>> all = new LinkedHashMap<>();
      List<XfrmPolicy> pair = new ArrayList<>();
      for (XfrmPolicy policy : allowing()) {
        if (policy.info().dir() == XfrmConst.XFRM_POLICY_OUT) {
          pair = new ArrayList<>();
          all.put(PolicyKey.of(policy), pair);
        }
        pair.add(policy);
      }
      return all;
    }

    private List<XfrmPolicy> allowing() {
      try {
        return ChildRequests.allowing(child, binding);
      } catch (ChildRequests.Inexpressible _) {
        return List.of(); // then none ever stood
      }
    }
  }

  Permits(Blocks blocks) {
    this.blocks = blocks;
  }

  void clear() {
    holders.clear();
    needed.clear();
  }

  /** {@code child} needs its policies from now on; whether it did not before. */
  boolean add(ChildSaSnapshot child, Binding binding) {
    Reqid reqid = child.reqid();
    Holder holder = new Holder(child.withKeys(NO_KEYS), binding);
    boolean fresh = holders.putIfAbsent(reqid, holder) == null;
    if (fresh) {
      for (PolicyKey key : holder.policies().keySet()) {
        List<Reqid> all = new ArrayList<>(needed.getOrDefault(key, List.of()));
        all.add(reqid);
        needed.put(key, List.copyOf(all));
      }
    }
    return fresh;
  }

  /** What has to stand where {@code child}'s policies are: its own, or those of a newer one. */
  List<NlRequest> standing(ChildSaSnapshot child) {
    List<NlRequest> requests = new ArrayList<>();
    Leading leading = new Leading();
    for (PolicyKey key : leading.of(child.reqid()).keySet()) {
      leading.of(key).forEach(p -> requests.add(NewPolicy.replace(p)));
    }
    return requests;
  }

  /** {@code child} goes: another one's policies take the place of its own, or what blocks. */
  List<NlRequest> release(ChildSaSnapshot child) {
    List<NlRequest> requests = new ArrayList<>();
    Holder gone = holders.remove(child.reqid());
    if (gone == null) {
      return requests; // another generation took them along
    }
    Leading leading = new Leading();
    gone.policies()
        .forEach(
            (key, policies) -> {
              List<Reqid> rest = new ArrayList<>(needed.get(key));
              boolean led = rest.getLast().equals(child.reqid());
              rest.remove(child.reqid());
              if (rest.isEmpty()) {
                needed.remove(key);
              } else {
                needed.put(key, List.copyOf(rest));
              }
              if (led) {
                requests.addAll(instead(policies, leading.of(key)));
              }
            });
    return requests;
  }

  private List<NlRequest> instead(List<XfrmPolicy> policies, List<XfrmPolicy> next) {
    Map<PolicyKey, XfrmPolicy> by = new LinkedHashMap<>();
    next.forEach(p -> by.put(PolicyKey.of(p), p));
    List<NlRequest> requests = new ArrayList<>();
    for (XfrmPolicy policy : policies) {
      XfrmPolicy other = by.remove(PolicyKey.of(policy));
      requests.add(other == null ? blocks.withdraw(policy) : NewPolicy.replace(other));
    }
    by.values().forEach(p -> requests.add(NewPolicy.replace(p))); // a tunnel's after a transport's
    return requests;
  }

  /** What leads, with each holder's policies made once: a child may have thousands of pairs. */
  private final class Leading {
    private final Map<Reqid, Map<PolicyKey, List<XfrmPolicy>>> made = new LinkedHashMap<>();

    Map<PolicyKey, List<XfrmPolicy>> of(Reqid reqid) {
      return made.computeIfAbsent(reqid, r -> holders.get(r).policies());
    }

    List<XfrmPolicy> of(PolicyKey key) {
      List<Reqid> all = needed.getOrDefault(key, List.of());
      return all.isEmpty() ? List.of() : of(all.getLast()).get(key);
    }
  }

  /** Everything that has to stand. */
  Map<PolicyKey, XfrmPolicy> all() {
    Map<PolicyKey, XfrmPolicy> all = new LinkedHashMap<>();
    holders.forEach(
        (reqid, holder) ->
            holder
                .policies()
                .forEach(
                    (key, policies) -> {
                      if (needed.get(key).getLast().equals(reqid)) {
                        policies.forEach(p -> all.put(PolicyKey.of(p), p));
                      }
                    }));
    return all;
  }
}
