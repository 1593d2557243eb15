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
import java.util.Set;

/** XFRM as far as an engine can tell: what stands in it, and a list of refusals to come. */
final class FakeKernel {
  final Map<SaId, ChildSaSnapshot> inbound = new LinkedHashMap<>();
  final Map<SaId, ChildSaSnapshot> outbound = new LinkedHashMap<>();
  final Map<Policy, Integer> policies = new LinkedHashMap<>();
  int refuseAt = -1;
  KernelResult refuseWith = new KernelResult.Refused(12, "ENOMEM");
  boolean refusesAll;
  int installs;
  private final Set<String> keys = new LinkedHashSet<>(); // that anything may have been sent with

  /** Both directions of one child's policies. */
  record Policy(List<TrafficSelector> local, List<TrafficSelector> remote) {
    static Policy of(ChildSaSnapshot child) {
      return new Policy(child.localTs(), child.remoteTs());
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
    Policy policy = Policy.of(child);
    if (install.replaces().isEmpty()) {
      if (policies.put(policy, child.reqid().value()) != null) {
        throw new AssertionError("policies stand already: " + policy);
      }
    } else {
      Integer reqid = policies.get(policy);
      if (reqid == null || reqid != child.reqid().value()) {
        throw new AssertionError("no policies with reqid " + child.reqid() + ": " + policy);
      }
    }
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
    Policy policy = Policy.of(child);
    boolean shared = inbound.values().stream().anyMatch(c -> Policy.of(c).equals(policy));
    if (shared != remove.keepPolicies()) {
      throw new AssertionError("keepPolicies " + remove.keepPolicies() + " for " + policy);
    }
    if (!remove.keepPolicies() && policies.remove(policy) == null) {
      throw new AssertionError("no policies to remove: " + policy);
    }
  }

  void move(Effect.MoveChild move) {
    ChildSaSnapshot before = move.before();
    ChildSaSnapshot after = move.after();
    if (inbound.remove(before.inbound()) == null) {
      throw new AssertionError("no inbound SA to move " + before.inbound());
    }
    put(inbound, after.inbound(), after);
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
    for (ChildSaSnapshot child : new ArrayList<>(children)) {
      put(inbound, child.inbound(), child);
      if (child.outboundActive()) {
        put(outbound, child.outbound(), child);
      }
      policies.put(Policy.of(child), child.reqid().value());
    }
  }
}
