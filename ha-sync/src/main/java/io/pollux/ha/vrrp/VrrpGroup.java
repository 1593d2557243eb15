package io.pollux.ha.vrrp;

import io.pollux.ha.vrrp.VrrpRefused.Reason;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Virtual Routers that move together: all Backup or all Active, with one effective priority. What
 * one of them wants, the group wants; a tracked interface of weight 0 that is down is a fault of
 * the whole group.
 */
public final class VrrpGroup {
  private final VrrpGroupConfig config;
  private final Map<String, VrrpInstance> instances = new LinkedHashMap<>();
  private final Map<String, Boolean> up = new LinkedHashMap<>();
  private VrrpState state = VrrpState.INITIALIZE;
  private boolean goodbye;
  private boolean stranger;

  public VrrpGroup(VrrpGroupConfig config) {
    this.config = config;
    for (VrrpGroupConfig.Instance instance : config.instances()) {
      instances.put(instance.name(), new VrrpInstance(instance, config));
    }
  }

  /** All to Backup, listening. */
  public void start(long nowNs) {
    become(VrrpState.BACKUP, nowNs);
  }

  /** Moves all instances; to Active they advertise at once. Says no goodbye. */
  public List<VrrpOutput> become(VrrpState next, long nowNs) {
    List<VrrpOutput> out = new ArrayList<>();
    state = next;
    goodbye = false;
    for (VrrpInstance instance : instances.values()) {
      switch (next) {
        case ACTIVE -> out.addAll(instance.becomeActive(nowNs));
        case BACKUP -> instance.becomeBackup(nowNs);
        case INITIALIZE -> instance.stop();
      }
    }
    return out;
  }

  /** A packet for one instance. */
  public List<VrrpOutput> received(
      String instance, InetAddress source, int ttl, Octets octets, long nowNs) {
    VrrpInstance to = instances.get(instance);
    if (to == null) {
      return List.of(
          new VrrpOutput.Dropped(instance, source, Reason.NOT_RUNNING, "no such instance"));
    }
    List<VrrpOutput> out = to.received(source, ttl, octets, nowNs);
    for (VrrpOutput output : out) {
      switch (output) {
        case VrrpOutput.Goodbye _ -> {
          goodbye = state == VrrpState.BACKUP;
          stranger = isStranger(to, source);
        }
        case VrrpOutput.Heard _ -> {
          goodbye = false;
          stranger = isStranger(to, source);
        }
        case VrrpOutput.Send _,
            VrrpOutput.WantsActive _,
            VrrpOutput.Contested _,
            VrrpOutput.Dropped _,
            VrrpOutput.Misconfigured _ -> {}
      }
    }
    return out;
  }

  private static boolean isStranger(VrrpInstance instance, InetAddress source) {
    return instance.config().peerAddress().map(peer -> !peer.equals(source)).orElse(false);
  }

  /**
   * Whether the Active Router heard last is known not to be this node's partner. It has no state
   * that a takeover would need, so RFC 9568 holds as it stands.
   */
  public boolean strangerActive() {
    return stranger;
  }

  /** Whatever is due. */
  public List<VrrpOutput> timeout(long nowNs) {
    List<VrrpOutput> out = new ArrayList<>();
    instances.values().forEach(instance -> out.addAll(instance.timeout(nowNs)));
    return out;
  }

  /** An advertisement of every instance now: asserts Active towards another one. */
  public List<VrrpOutput> advertise(long nowNs) {
    List<VrrpOutput> out = new ArrayList<>();
    instances.values().forEach(instance -> out.addAll(instance.advertise(nowNs)));
    return out;
  }

  /** Priority 0 from every instance; also what the guard keeps ready. */
  public List<VrrpOutput> goodbye() {
    List<VrrpOutput> out = new ArrayList<>();
    instances.values().forEach(instance -> out.addAll(instance.goodbye()));
    return out;
  }

  /** The caller did not listen for {@code byNs}: that was no silence. */
  public void slept(long byNs, long nowNs) {
    instances.values().forEach(instance -> instance.slept(byNs, nowNs));
  }

  /** A tracked name went up or down; unknown until told, which counts as up. */
  public void interfaceState(String name, boolean isUp) {
    up.put(name, isUp);
    int effective = priority();
    instances.values().forEach(instance -> instance.priority(effective));
  }

  /** Tracked names of weight 0 that are down. */
  public List<String> faults() {
    return config.tracked().stream()
        .filter(tracked -> tracked.weight() == 0 && !isUp(tracked.name()))
        .map(VrrpGroupConfig.Tracked::name)
        .toList();
  }

  /** Base priority and the weights of tracked names, kept within 1 to 254. */
  public int priority() {
    int sum = config.priority();
    for (VrrpGroupConfig.Tracked tracked : config.tracked()) {
      boolean counts = tracked.weight() > 0 ? isUp(tracked.name()) : !isUp(tracked.name());
      sum += counts ? tracked.weight() : 0;
    }
    return Math.clamp(sum, 1, 254);
  }

  /**
   * What the group as a whole hears, of the instance that hears best.
   *
   * @param heedGoodbye false: a goodbye is only the last thing that was heard
   */
  public Hearing hearing(boolean heedGoodbye, long nowNs) {
    if (goodbye && heedGoodbye) {
      return Hearing.GOODBYE;
    }
    boolean silent = true;
    for (VrrpInstance instance : instances.values()) {
      long silentNs = nowNs - instance.heardAtNs();
      if (silentNs < VrrpTimers.missedNs(instance.activeAdverIntervalNs())) {
        return Hearing.HEARD;
      }
      silent &= silentNs >= instance.activeDownIntervalNs();
    }
    return silent ? Hearing.SILENT : Hearing.MISSED_ONE;
  }

  /** When {@link #hearing} would change by the mere passing of time, and the instances' timers. */
  public OptionalLong nextTimeoutNs(long nowNs) {
    long next = Long.MAX_VALUE;
    for (VrrpInstance instance : instances.values()) {
      next = Math.min(next, instance.nextTimeoutNs().orElse(Long.MAX_VALUE));
      if (state == VrrpState.BACKUP) {
        long missed = instance.heardAtNs() + VrrpTimers.missedNs(instance.activeAdverIntervalNs());
        long down = instance.heardAtNs() + instance.activeDownIntervalNs();
        next = missed > nowNs ? Math.min(next, missed) : next;
        next = down > nowNs ? Math.min(next, down) : next;
      }
    }
    return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(next);
  }

  /**
   * The longest Active_Down_Interval of the instances; the configured one's when there are none.
   */
  public long activeDownIntervalNs() {
    return instances.values().stream()
        .mapToLong(VrrpInstance::activeDownIntervalNs)
        .max()
        .orElse(VrrpTimers.activeDownIntervalNs(priority(), config.advertiseIntervalNs()));
  }

  /** When something was last heard on any instance, or Backup began. */
  public OptionalLong heardAtNs() {
    return instances.values().stream().mapToLong(VrrpInstance::heardAtNs).max();
  }

  public VrrpState state() {
    return state;
  }

  private boolean isUp(String name) {
    return up.getOrDefault(name, true);
  }

  /** How the Active Router sounds to a Backup. */
  public enum Hearing {
    /** An advertisement came in time on at least one instance. */
    HEARD,
    /** One was missed on every instance, but some Active_Down_Interval is not over. */
    MISSED_ONE,
    /** Active_Down_Interval is over on every instance. */
    SILENT,
    /** The last word was priority 0. */
    GOODBYE
  }
}
