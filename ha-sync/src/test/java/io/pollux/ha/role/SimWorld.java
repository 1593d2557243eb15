package io.pollux.ha.role;

import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import io.pollux.ha.vrrp.VrrpOutput;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Two role machines, their guards and kernels, two VRRP segments and a link, in virtual time. The
 * same seed gives the same run.
 */
final class SimWorld {
  static final long MS = 1_000_000L;
  static final long INTERVAL = 100 * MS;
  private static final long MAX = Long.MAX_VALUE;
  static final List<String> SEGMENTS = List.of("out", "in");

  final Random random;
  final Node[] nodes = new Node[2];
  final boolean[][] vrrpUp = {{true, true}, {true, true}}; // [segment][from node]
  double vrrpLoss;
  boolean linkPath = true;
  boolean killAfterFence;
  long now;
  long sequence;
  long linkSession;
  final Set<Long> reigns = new TreeSet<>();
  final List<String> trace = new ArrayList<>();
  final PriorityQueue<Event> events = new PriorityQueue<>();
  Runnable check = () -> {};

  record Event(long at, long order, Runnable run) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  SimWorld(long seed, int priority0, int priority1, boolean preempt) {
    random = new Random(seed);
    nodes[0] = new Node(0, priority0, priority1, preempt);
    nodes[1] = new Node(1, priority1, priority0, preempt);
  }

  void at(long when, Runnable run) {
    events.add(new Event(when, ++sequence, run));
  }

  void run(long until) {
    while (!events.isEmpty() && events.peek().at() <= until) {
      Event event = events.poll();
      now = event.at();
      event.run().run();
      check.run();
    }
    now = until;
  }

  long between(long fromNs, long toNs) {
    return fromNs + (long) (random.nextDouble() * (toNs - fromNs));
  }

  int gatesOpen() {
    return (nodes[0].gateOpen ? 1 : 0) + (nodes[1].gateOpen ? 1 : 0);
  }

  /** The link comes up where its path works and both daemons run. */
  void connect() {
    if (linkSession == 0 && linkPath && nodes[0].alive && nodes[1].alive) {
      linkSession = ++sequence;
      for (Node node : nodes) {
        node.input(new RoleInput.LinkUp());
        node.linkLast = now;
      }
    }
  }

  void disconnect(RoleInput.How how) {
    if (linkSession != 0) {
      linkSession = 0;
      for (Node node : nodes) {
        node.input(new RoleInput.LinkDown(how));
        node.journal();
      }
    }
  }

  void cutLink(RoleInput.How how) {
    linkPath = false;
    long session = linkSession;
    at(
        now + (how == RoleInput.How.TIMEOUT ? 300 * MS : 2 * MS),
        () -> {
          if (linkSession == session) {
            disconnect(how);
          }
        });
  }

  void healLink() {
    linkPath = true;
  }

  /** Keeps trying to connect and to sync. */
  void background(long until) {
    for (long at = 50 * MS; at < until; at += 50 * MS) {
      at(
          at,
          () -> {
            connect();
            for (Node node : nodes) {
              node.journal();
              node.guard();
            }
          });
    }
  }

  /** A step that a clock's jump has made too long ends the process, as it should. */
  boolean clocksStep;

  final class Node {
    final int id;
    final VrrpGroupConfig vrrp;
    RoleMachine machine;
    boolean alive;
    boolean powered = true;
    boolean paused;
    boolean gateOpen;
    boolean vips;
    boolean armed;
    long leaseNs;
    long leaseEnd;
    long savedEpoch;
    long readingNs = 20 * MS; // of the kernel's counters
    long clock; // what this machine's clock shows beyond the world's
    long linkLast;
    final long[] vrrpLast = new long[2];
    long lastAct;
    long generation;
    long wakeAt = Long.MAX_VALUE;
    long syncedAt = Long.MAX_VALUE;
    Sync sync = Sync.SYNCING;
    List<VrrpOutput.Send> goodbye = List.of();
    final List<RoleInput> inbox = new ArrayList<>();
    final List<String> alarms = new ArrayList<>();
    final List<RoleEffect> effects = new ArrayList<>();
    long fenced;

    Node(int id, int priority, int otherPriority, boolean preempt) {
      this.id = id;
      this.vrrp = SimGroup.of(id, priority, preempt);
    }

    Node other() {
      return nodes[1 - id];
    }

    void start() {
      if (alive || !powered) {
        return;
      }
      generation++;
      machine = new RoleMachine(RoleConfig.of(id, vrrp));
      alive = true;
      paused = false;
      armed = false;
      sync = Sync.SYNCING;
      syncedAt = Long.MAX_VALUE;
      inbox.clear();
      goodbye = machine.goodbyePackets();
      input(new RoleInput.Start(savedEpoch));
    }

    void input(RoleInput input) {
      if (!alive) {
        return;
      }
      if (paused) {
        inbox.add(input);
        return;
      }
      perform(machine.step(input, now + clock));
      leaseEnd = now + leaseNs;
      schedule();
    }

    private void schedule() {
      var due = machine.nextTimeoutNs();
      long next = due.isEmpty() ? MAX : due.getAsLong() - clock;
      if (next != MAX && next < wakeAt || wakeAt <= now) {
        wakeAt = Math.max(next, now);
        long mine = wakeAt;
        long born = generation;
        at(
            mine + between(0, MS),
            () -> {
              if (born == generation && alive && !paused) {
                wakeAt = Long.MAX_VALUE;
                input(new RoleInput.Timeout());
              }
            });
      }
    }

    private void perform(List<RoleEffect> list) {
      effects.addAll(list);
      for (RoleEffect effect : list) {
        switch (effect) {
          case RoleEffect.SendVrrp send -> vrrp(send.instance(), send.source(), send.octets());
          case RoleEffect.PersistEpoch persist -> {
            savedEpoch = Math.max(savedEpoch, persist.epoch());
            done(persist.step(), () -> {});
          }
          case RoleEffect.RepairMargins repair -> {
            if (!reigns.add(repair.epoch())) {
              throw new AssertionError("epoch used twice: " + repair.epoch());
            }
            done(repair.step(), () -> {});
          }
          case RoleEffect.AddVips add -> done(add.step(), () -> vips = true);
          case RoleEffect.OpenGate open -> done(open.step(), () -> gateOpen = true);
          case RoleEffect.Announce announce -> done(announce.step(), () -> {});
          case RoleEffect.PromoteEngine promote -> done(promote.step(), () -> {});
          case RoleEffect.CloseGate close -> done(close.step(), () -> gateOpen = false);
          case RoleEffect.RemoveVips remove -> done(remove.step(), () -> vips = false);
          case RoleEffect.FinalCounters counters -> later(counters.step(), readingNs, () -> {});
          case RoleEffect.SendLinkRole say -> link(say.octets());
          case RoleEffect.ArmGuard arm -> {
            armed = arm.armed();
            leaseNs = arm.leaseNs();
          }
          case RoleEffect.Resync resync -> {
            sync = resync.discard() ? Sync.SYNCING : Sync.STALE;
            syncedAt = Long.MAX_VALUE;
          }
          case RoleEffect.Changed changed ->
              trace.add(now / MS + " " + id + " " + changed.transition().line());
          case RoleEffect.Alarm alarm -> {
            alarms.add(alarm.text());
            trace.add(now / MS + " " + id + " ALARM " + alarm.text());
          }
          case RoleEffect.Fence fence -> {
            if (!clocksStep) {
              throw new AssertionError(fence.text());
            }
            trace.add(now / MS + " " + id + " FENCE " + fence.text());
            kill();
            at(now + 300 * MS, this::start); // by its guard
            return;
          }
          case RoleEffect.DemoteEngine _,
              RoleEffect.AnnounceAgain _,
              RoleEffect.RekeyUsed _,
              RoleEffect.CommandDone _,
              RoleEffect.KeepMaintenance _,
              RoleEffect.AskWitnesses _,
              RoleEffect.TakeoverEnded _ -> {}
        }
      }
    }

    private void done(StepId step, Runnable act) {
      later(step, between(MS / 10, 3 * MS), act);
    }

    private void later(StepId step, long delay, Runnable act) {
      long born = generation;
      long fences = fenced;
      lastAct = Math.max(lastAct + 1, now + delay); // steps end in the order of their effects
      at(
          lastAct,
          () -> {
            if (born == generation && alive && !paused && fences == fenced) {
              act.run();
              input(new RoleInput.StepDone(step, true, ""));
            }
          });
    }

    private void vrrp(String instance, InetAddress source, Octets octets) {
      int segment = SEGMENTS.indexOf(instance);
      if (!vrrpUp[segment][id] || random.nextDouble() < vrrpLoss) {
        return;
      }
      Node to = other();
      long arrives = Math.max(vrrpLast[segment] + 1, now + between(MS / 5, MS));
      vrrpLast[segment] = arrives; // a switch keeps the order of what one port sends
      at(arrives, () -> to.input(new RoleInput.VrrpReceived(instance, source, 255, octets)));
    }

    private void link(Octets octets) {
      long session = linkSession;
      Node to = other();
      to.linkLast = Math.max(to.linkLast + 1, now + between(MS / 5, 2 * MS));
      at(
          to.linkLast,
          () -> {
            if (session != 0 && session == linkSession && linkPath) {
              to.input(new RoleInput.LinkRole(octets));
            }
          });
    }

    /** A stand-in for journal and shadow: in sync a second after there is somebody to follow. */
    void journal() {
      if (!alive || paused) {
        return;
      }
      boolean follows =
          linkSession != 0
              && machine.state().role() == Role.STANDBY
              && other().alive
              && !other().paused
              && other().machine.state().role() == Role.ACTIVE;
      if (!follows) {
        syncedAt = Long.MAX_VALUE;
        if (sync == Sync.IN_SYNC && linkSession == 0) {
          tell(Sync.STALE);
        }
        return;
      }
      syncedAt = Math.min(syncedAt, now + 1000 * MS);
      if (now >= syncedAt && sync != Sync.IN_SYNC) {
        tell(Sync.IN_SYNC);
        other().input(new RoleInput.PairState(Pairing.PAIRED));
      }
    }

    private void tell(Sync to) {
      sync = to;
      input(new RoleInput.ShadowState(to));
    }

    /** The dead man's switch. */
    void guard() {
      if (powered && alive && paused && armed && now >= leaseEnd) {
        fence();
        if (killAfterFence) {
          die();
        } else {
          armed = false;
          inbox.add(new RoleInput.GuardFenced("lease", 1));
        }
      }
    }

    private void fence() {
      fenced++;
      gateOpen = false;
      vips = false;
      for (VrrpOutput.Send send : goodbye) {
        vrrp(send.instance(), send.source(), send.octets());
      }
    }

    /** The process ends; its kernel says so on the link. */
    void die() {
      alive = false;
      generation++;
      wakeAt = Long.MAX_VALUE;
      if (linkSession != 0 && linkPath) {
        long session = linkSession;
        linkSession = 0;
        at(now + MS, () -> other().input(new RoleInput.LinkDown(RoleInput.How.FIN)));
        trace.add(now / MS + " " + id + " dies, session " + session);
      }
    }

    void kill() {
      if (alive) {
        fence();
        die();
      }
    }

    void powerOff(boolean carrier) {
      if (!powered) {
        return;
      }
      trace.add(now / MS + " " + id + " power off");
      powered = false;
      alive = false;
      generation++;
      wakeAt = Long.MAX_VALUE;
      gateOpen = false;
      vips = false;
      if (linkSession != 0) {
        linkSession = 0;
        at(
            now + (carrier ? 2 * MS : 2000 * MS),
            () ->
                other()
                    .input(
                        new RoleInput.LinkDown(
                            carrier ? RoleInput.How.CARRIER : RoleInput.How.TIMEOUT)));
      }
    }

    void powerOn() {
      powered = true;
      start();
    }

    void pause() {
      if (alive && !paused) {
        trace.add(now / MS + " " + id + " paused");
        paused = true;
        for (long at = now; at < now + 500 * MS; at += 5 * MS) {
          at(at, this::guard);
        }
      }
    }

    void resume() {
      if (alive && paused) {
        trace.add(now / MS + " " + id + " resumed");
        paused = false;
        wakeAt = Long.MAX_VALUE;
        List<RoleInput> waiting = new ArrayList<>(inbox);
        inbox.clear();
        waiting.forEach(this::input);
        input(new RoleInput.Timeout());
      }
    }
  }
}
