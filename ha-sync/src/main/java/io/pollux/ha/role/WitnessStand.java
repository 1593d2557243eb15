package io.pollux.ha.role;

import io.pollux.ha.role.DecisionTable.Witnesses;

/**
 * What the witnesses have said since the peer was last heard: asked when a takeover would rest on
 * silence alone, and again each second while none answers. Their word is used at once and then
 * forgotten, because it is about now.
 */
final class WitnessStand {
  private static final long AGAIN_NS = 1_000_000_000L;

  private final RoleCore core;
  private Witnesses known = Witnesses.UNASKED;
  private long question;
  private boolean waiting;
  private long dueNs = Long.MAX_VALUE;

  WitnessStand(RoleCore core) {
    this.core = core;
  }

  Witnesses known() {
    return core.config.witnessNs().isEmpty() ? Witnesses.NONE : known;
  }

  /** What time alone changes: no answer is one too. */
  void tick() {
    if (dueNs > core.now) {
      return;
    }
    if (waiting) {
      answered(question, false);
    } else {
      ask();
    }
  }

  /** Asks, unless that was done. */
  void ask() {
    if (waiting) {
      return;
    }
    waiting = true;
    question++;
    dueNs = core.now + core.config.witnessNs().orElseThrow();
    core.emit(new RoleEffect.AskWitnesses(question));
  }

  /** One that comes late counts, as long as nothing else was asked. */
  void answered(long id, boolean reached) {
    if (id != question || known == Witnesses.UNASKED && !waiting) {
      return;
    }
    waiting = false;
    known = reached ? Witnesses.REACHED : Witnesses.UNREACHED;
    dueNs = reached ? Long.MAX_VALUE : core.now + AGAIN_NS;
  }

  /** The peer was heard, or what was said has been used. */
  void forget() {
    waiting = false;
    known = Witnesses.UNASKED;
    dueNs = Long.MAX_VALUE;
  }

  long nextTimeoutNs() {
    return dueNs;
  }
}
