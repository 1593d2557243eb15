package io.pollux.agent.diagnose;

import io.pollux.ike.engine.ChildDown;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The failure tree of an outage, the post-failover one above all.
 *
 * <pre>
 *   may this node send at all?         no -> local
 *   is the child up?                   no -> held? refused by whom, and what? no answer? under way?
 *   are packets dropped on its SAs?    numbers -> state drift; forged among good ones -> healthy
 *   does anything come back?           SPI unknown, policy, NAT binding, the peer's window
 * </pre>
 *
 * <p>The kernel's error counts are of the whole machine. They decide where one child alone is
 * looked at; where several are, each of them would be accused of what one peer does, so that they
 * are evidence and no more.
 */
public final class FailureTree {
  private static final long RECENT_NS = 30_000_000_000L;

  private final Evidence e;
  private final List<String> because = new ArrayList<>();

  private FailureTree(Evidence evidence) {
    this.e = evidence;
  }

  public static Diagnosis judge(Evidence evidence) {
    return new FailureTree(evidence).judge();
  }

  private Diagnosis judge() {
    if (!e.active()) {
      return end(
          Verdict.LOCAL, "this node is not active", "ask the active node: polluxctl diagnose");
    }
    if (!e.gateOpen()) {
      because.add("the gate is closed: nothing leaves from the virtual addresses");
      return end(Verdict.LOCAL, "this node may not send", "polluxctl ha status; ha history");
    }
    if (e.among().isPresent()) {
      because.add("several peers have this child: an order about it is about all of them");
    }
    e.sinceTakeoverNs()
        .ifPresent(ns -> because.add("this node took over " + ns / 1_000_000_000L + " s ago"));
    if (e.down().isPresent()) {
      return down(e.down().get());
    }
    if (e.flow().isEmpty()) {
      return end(
          Verdict.STATE_DRIFT,
          "it is up, and its SAs are not in the kernel",
          "polluxctl rekey " + name() + "; if that is in vain: down, then up");
    }
    return up(e.flow().get());
  }

  private Diagnosis down(ChildDown down) {
    because.add(e.ikeSas() + " IKE SAs of the connection are up");
    down.failure().ifPresent(f -> because.add("the last failure: " + f));
    if (down.failures() > 0) {
      because.add(down.failures() + " failures in a row");
    }
    if (down.state() == ChildDown.State.HELD) {
      return end(Verdict.LOCAL, "an operator has taken it down", "polluxctl up " + name());
    }
    String failure = down.failure().orElse("");
    Optional<Diagnosis> rejection = rejection(failure);
    if (rejection.isPresent()) {
      return rejection.get();
    }
    if (failure.contains("no answer")) {
      return end(
          Verdict.CONTROL_PLANE_LOSS,
          "the peer does not answer IKE",
          "look for its packets (tcpdump udp port 500 or udp port 4500): none leave: route and"
              + " address here; they leave: path, firewall, the peer's daemon"
              + e.remote().map(r -> "; ping " + r).orElse(""));
    }
    boolean recent = e.sinceTakeoverNs().isPresent() && e.sinceTakeoverNs().getAsLong() < RECENT_NS;
    if (down.state() == ChildDown.State.NEGOTIATING || recent && failure.isEmpty()) {
      return end(Verdict.TRANSIENT, "it is being negotiated", "ask again in some seconds");
    }
    if (failure.isEmpty()) {
      return end(
          Verdict.LOCAL,
          down.state() == ChildDown.State.WAITING ? "it waits for its turn" : "nobody started it",
          e.remote().isPresent()
              ? "polluxctl up " + name() + ", or start = start in its section"
              : "the peer has to start it: this side has no address of it");
    }
    return end(
        Verdict.UNKNOWN,
        failure,
        "polluxctl log level debug, polluxctl up " + name() + ", the log");
  }

  /** Who has refused what; the notify's name is in the story (RFC 7296 section 3.10.1). */
  private Optional<Diagnosis> rejection(String failure) {
    String story = failure.toUpperCase(Locale.ROOT);
    String who = story.contains("PEER REFUSED") ? "the peer refuses" : "no agreement on";
    if (story.contains("NO_PROPOSAL_CHOSEN") || story.contains("INVALID_KE_PAYLOAD")) {
      return Optional.of(
          end(
              Verdict.REJECTION,
              who + " the algorithms",
              "compare proposals and esp-proposals with the peer's"));
    }
    if (story.contains("TS_UNACCEPTABLE")) {
      return Optional.of(
          end(
              Verdict.REJECTION,
              who + " the networks",
              "compare local-ts and remote-ts with the peer's, mirrored"));
    }
    if (story.contains("AUTHENTICATION_FAILED")
        || story.contains("CERTIFICATE")
        || story.contains("SIGNATURE")
        || story.contains("IDENTITY")) {
      return Optional.of(
          end(
              Verdict.REJECTION,
              story.contains("PEER REFUSED")
                  ? "the peer does not accept who we say we are"
                  : "identities are not proven",
              "compare identities on both sides, then the pre-shared key, or the certificate's"
                  + " validity, name and CA; the log of whoever refused says which"));
    }
    return story.contains("REFUSED") || story.contains("INVALID_SYNTAX")
        ? Optional.of(
            end(Verdict.REJECTION, failure, "the log of the peer says what it did not like"))
        : Optional.empty();
  }

  private Diagnosis up(Flow f) {
    String span = String.format(Locale.ROOT, " in %.1f s", e.observedNs() / 1e9);
    because.add(f.in() + " packets accepted, " + f.out() + " sent" + span);
    if (f.replayWindow() + f.replay() + f.integrityFailed() > 0) {
      because.add(
          f.replayWindow()
              + " dropped left of the window, "
              + f.replay()
              + " as replays, "
              + f.integrityFailed()
              + " for their ICV");
    }
    e.xfrm()
        .forEach(
            (name, moved) -> {
              if (moved > 0) {
                because.add(name + " of this machine: +" + moved);
              }
            });
    if (f.in() == 0 && f.oldNumbers() > 0) {
      return end(
          Verdict.STATE_DRIFT,
          "the peer has lost count of its sequence numbers",
          "polluxctl rekey "
              + name()
              + "; if the peer fails over like that: redundant = true in its remote section");
    }
    if (f.in() == 0 && f.integrityFailed() > 0) {
      return end(
          Verdict.STATE_DRIFT,
          "the peer sends under another key",
          "polluxctl down " + e.connection() + ", then up");
    }
    if (!f.sending()) {
      return end(
          Verdict.TRANSIENT,
          "the outbound SA waits: for the peer's first packet, or for a rekey",
          "polluxctl ha status; polluxctl rekey " + name());
    }
    if (e.alone() && f.out() == 0 && droppedHere() > 0) {
      return end(
          Verdict.LOCAL,
          "packets are dropped here before they are encrypted",
          "ip xfrm policy, polluxctl ha status: is an SA, a route or the gate missing?");
    }
    if (e.alone() && f.in() > 0 && noPolicy() >= f.in()) {
      return unwanted();
    }
    if (f.in() > 0) {
      boolean strange = f.oldNumbers() + f.integrityFailed() > 0;
      return end(
          Verdict.HEALTHY,
          strange
              ? "traffic is accepted; what was dropped is forged, repeated or late"
              : f.out() > 0 ? "traffic flows both ways" : "traffic comes in",
          "");
    }
    return silent(f);
  }

  /** Nothing was accepted, and nothing dropped on its SA. */
  private Diagnosis silent(Flow f) {
    if (e.alone() && e.moved("XfrmInNoStates") > 0) {
      return end(
          Verdict.STATE_DRIFT,
          "somebody sends to an SPI that this kernel does not know",
          "polluxctl sas "
              + e.connection()
              + ": compare the SPIs with the peer's; polluxctl ha audit; down and up only if they"
              + " differ: another peer's packets are counted alike");
    }
    if (e.alone() && noPolicy() > 0) {
      return unwanted();
    }
    if (f.out() > 0) {
      return end(
          Verdict.STATE_DRIFT,
          f.udpEncap()
              ? "we send and nothing comes back: the NAT in between may have forgotten the peer"
              : "we send and nothing comes back",
          "at the peer: do its inbound SA's drops grow (ip -s xfrm state)? then polluxctl rekey "
              + name()
              + "; does it grow in packets? then its way back; neither: ESP"
              + (f.udpEncap() ? " in UDP 4500" : "")
              + " is filtered on the path");
    }
    return end(
        Verdict.IDLE, "no traffic while it was looked at", "send some through it, and ask again");
  }

  /** The SA counts a packet before its policy is looked for. */
  private long noPolicy() {
    return e.moved("XfrmInNoPols", "XfrmInTmplMismatch", "XfrmInPolBlock", "XfrmInStateMismatch");
  }

  private Diagnosis unwanted() {
    return end(
        Verdict.STATE_DRIFT,
        "packets are decrypted and fit no policy",
        "compare the negotiated networks: polluxctl sas " + e.connection());
  }

  private long droppedHere() {
    return e.moved("XfrmOutNoStates", "XfrmOutPolBlock", "XfrmOutBundleGenError", "XfrmOutPolDead");
  }

  private String name() {
    return e.connection() + " " + e.child();
  }

  private Diagnosis end(Verdict verdict, String finding, String next) {
    return new Diagnosis(e.connection(), e.child(), e.among(), verdict, finding, because, next);
  }
}
