package io.pollux.agent.runtime;

import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.kernel.NetTable;
import io.pollux.agent.kernel.SaTable;
import io.pollux.agent.kernel.StartingPoint;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.gate.GateRule;
import io.pollux.ha.local.Adoption;
import io.pollux.ha.role.RoleConfig;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ike.policy.ConnectionPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon begins with: the SAs of the one before it, which the kernel has used all the while,
 * or nothing. Gate and addresses are only left as they are where the last reign on this machine was
 * this node's own, nobody fenced it, and the kernel still stands as it did then.
 */
final class Beginning {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.restart");

  /** Between an SA's last counter in the journal and its adoption: a daemon's start, generously. */
  private static final long STALENESS_NS = 30_000_000_000L;

  private final PolluxConfig config;
  private final SaTable table;
  private final Legacy legacy;
  private Optional<Legacy.Left> left;
  private Optional<Adoption> adoption = Optional.empty();

  Beginning(PolluxConfig config, SaTable table, Legacy legacy) {
    this.config = config;
    this.table = table;
    this.legacy = legacy;
    Set<String> names =
        config.connections().stream().map(ConnectionPolicy::name).collect(Collectors.toSet());
    this.left = legacy.read(names, System.nanoTime());
  }

  /** The gate of a pair: closed, unless this node goes on with a reign of its own. */
  void gate(NetTable net, RoleConfig role) throws IOException {
    List<GateRule> rules = GateRule.of(role.vips().stream().map(Vip::address).toList());
    Answers.<NetTable.Outcome>await(
        reply -> net.noTransit(role.vips(), Runnable::run, reply), "rules against transit");
    if (left.isPresent()) {
      NetTable.Outcome stands = stands(net, rules, role.vips());
      if (stands.ok()) {
        return;
      }
      Legacy.cold("this node does not reign any more: " + stands.detail());
      left = Optional.empty();
    }
    silence(net, role);
  }

  /** Nothing leaves from a virtual address, and none is here. */
  static void silence(NetTable net, RoleConfig role) throws IOException {
    List<GateRule> rules = GateRule.of(role.vips().stream().map(Vip::address).toList());
    Answers.<NetTable.Outcome>await(
        reply -> net.closeGate(rules, Runnable::run, reply), "closing the gate");
    Answers.<NetTable.Outcome>await(
        reply -> net.removeVips(role.vips(), Runnable::run, reply), "removing virtual addresses");
  }

  private static NetTable.Outcome stands(NetTable net, List<GateRule> rules, List<Vip> vips)
      throws IOException {
    List<NetTable.Outcome> answer = new ArrayList<>();
    Answers.<Boolean>await(
        reply ->
            net.reigns(
                rules,
                vips,
                Runnable::run,
                outcome -> {
                  answer.add(outcome);
                  reply.accept(true);
                }),
        "looking at the gate");
    return answer.getFirst();
  }

  /**
   * Puts the kernel's SAs, policies and routes right.
   *
   * @throws IllegalArgumentException when this kernel cannot have what is configured
   */
  void kernel(JumpPolicy jump) throws IOException {
    Set<InetAddress> locals = new LinkedHashSet<>();
    config.connections().forEach(c -> locals.add(c.localAddress()));
    if (left.isEmpty()) {
      legacy.end(); // whatever it was, nobody shall adopt it after this
      Answers.<Optional<String>>await(
              reply -> table.reset(config.connections(), locals, Runnable::run, reply),
              "reading the kernel's SAs")
          .ifPresent(Beginning::refuse);
      return;
    }
    StartingPoint.Adopted adopted =
        Answers.<StartingPoint.Adopted>await(
            reply ->
                table.adopt(
                    new StartingPoint.Configured(config.connections(), locals),
                    left.get().sas(),
                    jump,
                    STALENESS_NS,
                    Runnable::run,
                    reply),
            "adopting the kernel's SAs");
    adopted.impossible().ifPresent(Beginning::refuse);
    adoption = Optional.of(adopted.adoption());
    LOG.info("adopted the reign of epoch {}: {}", left.get().epoch(), adopted.adoption().text());
  }

  private static void refuse(String why) {
    throw new IllegalArgumentException(why); // EX_CONFIG: starting again would not help
  }

  /** Hands what was adopted to the thread of the SAs. */
  void hand(SaThread sas) {
    adoption.ifPresent(done -> sas.adopt(left.orElseThrow(), done));
  }

  /** Whether this daemon goes on with the reign of the one before it. */
  boolean resumes() {
    return adoption.isPresent();
  }

  /** The highest epoch that this beginning knows of. */
  long epoch() {
    return left.map(Legacy.Left::epoch).orElse(0L);
  }
}
