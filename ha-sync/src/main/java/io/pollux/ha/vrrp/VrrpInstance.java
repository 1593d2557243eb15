package io.pollux.ha.vrrp;

import io.pollux.ha.vrrp.VrrpOutput.Want;
import io.pollux.ha.vrrp.VrrpRefused.Reason;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * One Virtual Router (RFC 9568 section 6.4), except that it does not promote itself: where the RFC
 * goes from Backup to Active it reports {@link VrrpOutput.WantsActive} (again after each further
 * Active_Down_Interval), and where it goes from Active to Backup {@link VrrpOutput.Contested}. Its
 * owner answers with {@link #become}.
 *
 * <pre>
 *                 start                    become(ACTIVE)
 *   INITIALIZE ----------> BACKUP ----------------------------> ACTIVE
 *        ^                  |  ^          become(BACKUP)           |
 *        +------ stop ------+  +-----------------------------------+
 * </pre>
 *
 * A lower priority heard in Backup with Preempt_Mode on does not count as silence (the RFC lets the
 * Active_Down_Timer run on): a timer of its own leads to {@link Want#PREEMPT}, so that the owner
 * can tell the two apart.
 */
public final class VrrpInstance {
  private static final InetAddress GROUP4 = InetAddress.ofLiteral("224.0.0.18");
  private static final InetAddress GROUP6 = InetAddress.ofLiteral("ff02::12");
  private static final long NEVER = Long.MAX_VALUE;

  private final VrrpGroupConfig.Instance config;
  private final VrrpGroupConfig group;
  private final List<InetAddress> ownDestinations;
  private VrrpState state = VrrpState.INITIALIZE;
  private int priority;
  private long activeAdverIntervalNs;
  private long adverAtNs = NEVER; // Adver_Timer
  private long activeDownAtNs = NEVER; // Active_Down_Timer
  private long preemptAtNs = NEVER;
  private long heardAtNs;
  private boolean goodbye;
  private String misconfigured = "";

  VrrpInstance(VrrpGroupConfig.Instance config, VrrpGroupConfig group) {
    this.config = config;
    this.group = group;
    this.priority = group.priority();
    this.activeAdverIntervalNs = group.advertiseIntervalNs();
    this.ownDestinations = List.of(multicast(), config.primaryAddress());
  }

  /** Startup event (section 6.4.1): to Backup. We never own the addresses (priority 255). */
  void start(long nowNs) {
    activeAdverIntervalNs = group.advertiseIntervalNs();
    toBackup(nowNs);
  }

  /** Shutdown event without a goodbye: to Initialize. */
  void stop() {
    state = VrrpState.INITIALIZE;
    clearTimers();
  }

  /** Section 6.4.2, "Active_Down_Timer fires": advertises at once. Announcing is the caller's. */
  List<VrrpOutput> becomeActive(long nowNs) {
    clearTimers();
    state = VrrpState.ACTIVE;
    goodbye = false;
    return advertise(nowNs);
  }

  /** To Backup, silently. */
  void becomeBackup(long nowNs) {
    toBackup(nowNs);
  }

  /** An advertisement now; in Active it restarts the Adver_Timer. */
  List<VrrpOutput> advertise(long nowNs) {
    if (state == VrrpState.ACTIVE) {
      adverAtNs = nowNs + group.advertiseIntervalNs();
    }
    return send(priority);
  }

  /** Advertisements with priority 0 (section 6.4.3, Shutdown). */
  List<VrrpOutput> goodbye() {
    return send(0);
  }

  /** What {@link #goodbye} sends, ready made for a dead man's switch. */
  List<VrrpOutput> send(int advertisedPriority) {
    VrrpAdvert advert =
        new VrrpAdvert(
            config.vrid(),
            advertisedPriority,
            group.centiseconds(),
            config.vips().stream().map(Vip::address).toList());
    List<InetAddress> destinations =
        config.unicastPeers().isEmpty() ? List.of(multicast()) : config.unicastPeers();
    List<VrrpOutput> sent = new ArrayList<>();
    for (InetAddress destination : destinations) {
      sent.add(
          new VrrpOutput.Send(
              config.name(),
              config.interfaceName(),
              config.primaryAddress(),
              destination,
              advert.write(config.primaryAddress(), destination, config.checksum())));
    }
    return sent;
  }

  /**
   * A packet of IP protocol 112 that came in on the instance's interface.
   *
   * @param ttl TTL or Hop Limit
   * @param octets what follows the IP header
   */
  List<VrrpOutput> received(InetAddress source, int ttl, Octets octets, long nowNs) {
    VrrpAdvert advert;
    try {
      advert = accept(source, ttl, octets);
    } catch (VrrpRefused e) {
      return List.of(new VrrpOutput.Dropped(config.name(), source, e.reason(), e.getMessage()));
    }
    List<VrrpOutput> out = new ArrayList<>();
    compare(advert, source, out);
    heardAtNs = nowNs;
    if (advert.priority() == 0) {
      out.add(new VrrpOutput.Goodbye(config.name(), source));
      if (state == VrrpState.ACTIVE) {
        out.addAll(advertise(nowNs));
      } else {
        goodbye = true;
        preemptAtNs = NEVER;
        activeDownAtNs = nowNs + skewTimeNs();
      }
    } else if (state == VrrpState.ACTIVE) {
      out.add(new VrrpOutput.Contested(config.name(), source, advert.priority()));
    } else {
      heard(advert, nowNs);
      out.add(new VrrpOutput.Heard(config.name(), source, advert.priority()));
    }
    return out;
  }

  /** Sections 6.4.2 and 6.4.3: whichever timer is due. */
  List<VrrpOutput> timeout(long nowNs) {
    List<VrrpOutput> out = new ArrayList<>();
    if (adverAtNs <= nowNs) {
      // From the due time, so that a late timer does not shift all that follow.
      long next = adverAtNs + group.advertiseIntervalNs();
      out.addAll(advertise(nowNs));
      adverAtNs = next > nowNs ? next : adverAtNs;
    }
    if (activeDownAtNs <= nowNs) {
      activeDownAtNs = nowNs + activeDownIntervalNs();
      out.add(new VrrpOutput.WantsActive(config.name(), goodbye ? Want.GOODBYE : Want.ACTIVE_DOWN));
    }
    if (preemptAtNs <= nowNs) {
      preemptAtNs = nowNs + activeDownIntervalNs();
      out.add(new VrrpOutput.WantsActive(config.name(), Want.PREEMPT));
    }
    return out;
  }

  /** The caller did not listen for a while: what it did not hear is no silence. */
  void slept(long byNs, long nowNs) {
    if (state == VrrpState.BACKUP) {
      heardAtNs = Math.min(nowNs, heardAtNs + byNs);
      long latest = nowNs + activeDownIntervalNs();
      activeDownAtNs = Math.min(Math.max(activeDownAtNs, nowNs) + byNs, latest);
      preemptAtNs = preemptAtNs == NEVER ? NEVER : Math.max(preemptAtNs, nowNs + byNs);
    }
  }

  OptionalLong nextTimeoutNs() {
    long next = Math.min(adverAtNs, Math.min(activeDownAtNs, preemptAtNs));
    return next == NEVER ? OptionalLong.empty() : OptionalLong.of(next);
  }

  /** Effective priority, 1 to 254; from the next advertisement on. */
  void priority(int effective) {
    if (priority != effective) {
      priority = effective;
      preemptAtNs = NEVER; // decided anew by the next advertisement
    }
  }

  /** When the last advertisement, or priority 0, was heard, or Backup began. */
  long heardAtNs() {
    return heardAtNs;
  }

  VrrpState state() {
    return state;
  }

  VrrpGroupConfig.Instance config() {
    return config;
  }

  long activeDownIntervalNs() {
    return VrrpTimers.activeDownIntervalNs(priority, activeAdverIntervalNs);
  }

  long skewTimeNs() {
    return VrrpTimers.skewTimeNs(priority, activeAdverIntervalNs);
  }

  long activeAdverIntervalNs() {
    return activeAdverIntervalNs;
  }

  private void heard(VrrpAdvert advert, long nowNs) {
    goodbye = false;
    activeAdverIntervalNs = advert.maxAdvertiseInterval() * VrrpGroupConfig.CENTISECOND_NS;
    activeDownAtNs = nowNs + activeDownIntervalNs();
    if (!group.preempt() || advert.priority() >= priority) {
      preemptAtNs = NEVER;
    } else if (preemptAtNs == NEVER) {
      preemptAtNs = nowNs + Math.max(group.preemptDelayNs(), activeDownIntervalNs());
    }
  }

  private VrrpAdvert accept(InetAddress source, int ttl, Octets octets) throws VrrpRefused {
    if (state == VrrpState.INITIALIZE) {
      throw new VrrpRefused(Reason.NOT_RUNNING, config.name());
    }
    if (source.equals(config.primaryAddress())) {
      throw new VrrpRefused(Reason.OWN, "own packet");
    }
    // Section 7.1; unicasts may be routed, and keepalived (2.2.7) sends them with 64: their sender
    // must be a configured peer instead.
    if (ttl != VrrpOutput.Send.TTL && config.unicastPeers().isEmpty()) {
      throw new VrrpRefused(Reason.TTL, "TTL " + ttl);
    }
    if (source.getAddress().length != config.primaryAddress().getAddress().length) {
      throw new VrrpRefused(Reason.SOURCE, "other address family");
    }
    if (!config.unicastPeers().isEmpty() && !config.unicastPeers().contains(source)) {
      throw new VrrpRefused(Reason.SOURCE, "not a configured peer");
    }
    VrrpAdvert advert = VrrpAdvert.read(octets, source, ownDestinations);
    if (advert.vrid() != config.vrid()) {
      throw new VrrpRefused(Reason.VRID, "VRID " + advert.vrid() + ", ours is " + config.vrid());
    }
    return advert;
  }

  private void compare(VrrpAdvert advert, InetAddress source, List<VrrpOutput> out) {
    String problem = "";
    if (advert.maxAdvertiseInterval() != group.centiseconds()) {
      problem =
          "its advertisement interval is "
              + advert.maxAdvertiseInterval()
              + " cs, ours "
              + group.centiseconds();
    } else if (!advert.addresses().equals(config.vips().stream().map(Vip::address).toList())) {
      problem = "it advertises other addresses: " + advert.addresses();
    }
    if (!problem.equals(misconfigured) && !problem.isEmpty()) {
      out.add(new VrrpOutput.Misconfigured(config.name(), source, problem));
    }
    misconfigured = problem;
  }

  private void toBackup(long nowNs) {
    clearTimers();
    state = VrrpState.BACKUP;
    goodbye = false;
    heardAtNs = nowNs;
    activeDownAtNs = nowNs + activeDownIntervalNs();
  }

  private void clearTimers() {
    adverAtNs = NEVER;
    activeDownAtNs = NEVER;
    preemptAtNs = NEVER;
  }

  private InetAddress multicast() {
    return config.primaryAddress().getAddress().length == 4 ? GROUP4 : GROUP6;
  }
}
