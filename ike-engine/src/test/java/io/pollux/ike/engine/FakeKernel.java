package io.pollux.ike.engine;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.TrafficSelector;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** XFRM as far as an engine can tell: what stands in it, and a list of refusals to come. */
final class FakeKernel {
  final Map<SaId, ChildSaSnapshot> inbound = new LinkedHashMap<>();
  final Map<SaId, ChildSaSnapshot> outbound = new LinkedHashMap<>();

  /** The reqids of those that need a policy; it leads into the SAs of the last one. */
  final Map<Policy, List<Integer>> policies = new LinkedHashMap<>();

  int refuseAt = -1;
  KernelResult refuseWith = new KernelResult.Refused(12, "ENOMEM");
  boolean refusesAll;
  int installs;
  private final Map<EffectId, SaId> unanswered = new LinkedHashMap<>();
  private Optional<SaId> answering = Optional.empty();
  private final Set<String> keys = new LinkedHashSet<>(); // that anything may have been sent with

  /** One pair of selectors: what all directions have in common, which come and go together. */
  record Policy(TrafficSelector local, TrafficSelector remote) {
    static Set<Policy> of(ChildSaSnapshot child) {
      Set<Policy> all = new LinkedHashSet<>();
      for (TrafficSelector local : child.localTs()) {
        child.remoteTs().forEach(remote -> all.add(new Policy(local, remote)));
      }
      return all;
    }
  }

  KernelResult install(Effect.InstallChild install) {
    ChildSaSnapshot child = install.child();
    if (installs++ == refuseAt || refusesAll) {
      return refuseWith;
    }
    if (!keys.add(outboundKey(child)) && !install.inherited()) {
      throw new AssertionError("a key of an earlier reign starts anew: " + install);
    }
    put(inbound, child.inbound(), child);
    if (child.outboundActive()) {
      put(outbound, child.outbound(), child);
    }
    int reqid = child.reqid().value();
    for (Policy policy : Policy.of(child)) {
      List<Integer> owners = policies.computeIfAbsent(policy, _ -> new ArrayList<>());
      if (owners.contains(reqid) != install.replaces().isPresent()) {
        throw new AssertionError(
            "reqid " + reqid + " among " + owners + " of " + policy + ": " + install);
      }
      if (install.replaces().isEmpty()) {
        owners.add(reqid);
      }
    }
    inbound.values().stream()
        .filter(c -> c.reqid().value() != reqid && sharesAll(c, child))
        .forEach(
            c -> {
              throw new AssertionError("the same policies with two reqids: " + c + " " + child);
            });
    unanswered.put(install.id(), child.inbound());
    return new KernelResult.Done();
  }

  /** In a form that outlives the wiping of the key. */
  static String outboundKey(ChildSaSnapshot child) {
    return child.keys().outboundEncryption().use(HexFormat.of()::formatHex)
        + child.keys().outboundIntegrity().use(HexFormat.of()::formatHex);
  }

  void switchOutbound(Effect.SwitchOutbound change) {
    put(outbound, change.fresh().outbound(), change.fresh());
    outbound.remove(change.old().outbound());
    if (!inbound.containsKey(change.fresh().inbound())) {
      throw new AssertionError("switch to a child that is not installed");
    }
  }

  void remove(Effect.RemoveChild remove) {
    ChildSaSnapshot child = remove.child();
    if (inbound.remove(child.inbound()) == null) {
      throw new AssertionError("no inbound SA " + child.inbound());
    }
    if (child.outboundActive() && outbound.remove(child.outbound()) == null) {
      throw new AssertionError("no outbound SA " + child.outbound());
    }
    boolean shared =
        inbound.values().stream()
            .filter(c -> !unanswered.containsValue(c.inbound())) // nobody knows of it yet
            .anyMatch(c -> sharesAll(c, child));
    boolean orphan = answering.filter(child.inbound()::equals).isPresent();
    if (!orphan && shared != remove.keepPolicies()) {
      throw new AssertionError("keepPolicies " + remove.keepPolicies() + " for " + child);
    }
    if (!remove.keepPolicies()) {
      for (Policy policy : Policy.of(child)) {
        List<Integer> owners = policies.getOrDefault(policy, new ArrayList<>());
        if (!owners.remove((Integer) child.reqid().value())) {
          throw new AssertionError("no policy to remove: " + policy);
        }
        if (owners.isEmpty()) {
          policies.remove(policy);
        }
      }
    }
    inbound.values().stream()
        .filter(c -> !unanswered.containsValue(c.inbound()))
        .forEach(this::requirePolicies);
    policies.forEach(
        (policy, owners) -> {
          if (!owners.stream().allMatch(this::hasReqid)) {
            throw new AssertionError("left behind: " + policy + " of " + owners);
          }
        });
  }

  private boolean hasReqid(int reqid) {
    return inbound.values().stream().anyMatch(c -> c.reqid().value() == reqid);
  }

  /** The engine hears of the result; from then on it is its child, or goes. */
  void answers(EffectId id) {
    answering = Optional.ofNullable(unanswered.remove(id));
  }

  private void own(ChildSaSnapshot child) {
    for (Policy policy : Policy.of(child)) {
      List<Integer> owners = policies.computeIfAbsent(policy, _ -> new ArrayList<>());
      if (!owners.contains(child.reqid().value())) {
        owners.add(child.reqid().value());
      }
    }
  }

  private void requirePolicies(ChildSaSnapshot child) {
    for (Policy policy : Policy.of(child)) {
      if (!policies.getOrDefault(policy, List.of()).contains(child.reqid().value())) {
        throw new AssertionError(child.child() + " stands without " + policy);
      }
    }
  }

  private static boolean sharesAll(ChildSaSnapshot one, ChildSaSnapshot other) {
    return Policy.of(one).equals(Policy.of(other))
        && one.local().address().equals(other.local().address())
        && one.peer().address().equals(other.peer().address());
  }

  void move(Effect.MoveChild move) {
    ChildSaSnapshot before = move.before();
    ChildSaSnapshot after = move.after();
    if (inbound.remove(before.inbound()) == null) {
      throw new AssertionError("no inbound SA to move " + before.inbound());
    }
    put(inbound, after.inbound(), after);
    policies.values().forEach(owners -> owners.remove((Integer) before.reqid().value()));
    policies.values().removeIf(List::isEmpty);
    own(after);
    if (before.outboundActive()) {
      outbound.remove(before.outbound());
      put(outbound, after.outbound(), after);
    }
  }

  private static void put(Map<SaId, ChildSaSnapshot> sas, SaId id, ChildSaSnapshot child) {
    if (sas.put(id, child) != null) {
      throw new AssertionError("EEXIST " + id);
    }
  }

  /** The outbound SAs of a child, newest last. */
  List<ChildSaSnapshot> sending(String child) {
    return outbound.values().stream().filter(c -> c.child().equals(child)).toList();
  }

  List<ChildSaSnapshot> receiving(String child) {
    return inbound.values().stream().filter(c -> c.child().equals(child)).toList();
  }

  /** As a standby's kernel that was armed from the shadow. */
  void load(List<ChildSaSnapshot> children) {
    inbound.clear();
    outbound.clear();
    policies.clear();
    unanswered.clear();
    for (ChildSaSnapshot child : new ArrayList<>(children)) {
      put(inbound, child.inbound(), child);
      if (child.outboundActive()) {
        put(outbound, child.outbound(), child);
      }
      own(child);
    }
  }
}
