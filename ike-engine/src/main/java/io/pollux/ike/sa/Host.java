package io.pollux.ike.sa;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.EngineConfig;
import io.pollux.ike.engine.Entropy;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.policy.ConnectionIndex;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/** What an IKE SA sees of the engine that it lives in. */
public interface Host {
  /** The time of this step. */
  long nowNs();

  /** The number of this reign; its low 24 bits lead the IVs. */
  long epoch();

  EngineConfig config();

  IkeCrypto crypto();

  Entropy entropy();

  /** All connections of the configuration. */
  ConnectionIndex connections();

  /** The connection of that name; empty when it was taken out of the configuration. */
  Optional<ConnectionPolicy> connection(String name);

  Optional<Secret> psk(String connection, Identity local, Identity peer);

  /** The post-quantum pre-shared key of PPK_ID {@code id}. */
  Optional<Secret> ppk(String connection, Octets id);

  /** Appends to the effects of this step. */
  void emit(Effect effect);

  /** One more of {@code counter} (see {@code EngineStatistics}). */
  void count(String counter);

  /** Whether a line or answer of {@code kind} that a peer has caused may pass. */
  boolean allow(String kind);

  /** A name for an effect of {@code sa} that will be answered. */
  EffectId nextEffect(IkeSa sa);

  /** An SPI that no SA of this pair has. */
  IkeSpi newIkeSpi();

  /** An SPI that no SA of this pair has. */
  EspSpi newEspSpi();

  /** The IKE SA that has our SPI {@code own}. */
  Optional<IkeSa> live(IkeSpi own);

  /** {@code sa} goes on at the end of this step. */
  void touch(IkeSa sa);

  /** {@code sa} is known under our SPI from now on. */
  void add(IkeSa sa);

  /** {@code sa} is half open and a stranger has caused it. */
  void addHalfOpen(IkeSa sa);

  /** Octets that an IKE SA may keep of datagrams of a peer that has not proven who it is. */
  int strangerOctets();

  /** Whether half-open IKE SAs are few enough to tell the standby of each. */
  boolean tellsHalfOpen();

  /**
   * The cookie that the sender must bring; empty if it has, and while there is no need.
   *
   * @param anyway there is a need
   */
  Optional<Octets> demandCookie(IkeMessage request, Endpoint peer, boolean anyway);

  /** The peer of {@code sa} did not prove who it is. */
  void authFailed(IkeSa sa);

  /** {@code sa} is closed: it does not get inputs any more. */
  void closed(IkeSa sa, DeleteReason why, String story);

  /** A closed IKE SA's last response, for the peer that repeats its request {@code id}. */
  void lastWord(IkeSa sa, MessageId id, List<Octets> response);

  /** Whom {@code sa} talks to, once that is proven: its siblings are those between the same two. */
  void identified(IkeSa sa, PeerProof proof);

  /** {@code sa} has authenticated its peer, and the standby knows. */
  void established(IkeSa sa);

  /** {@code child} of {@code sa} stands in the kernel. */
  void childUp(IkeSa sa, ChildSa child);

  /** {@code child} of {@code sa} is gone. */
  void childDown(IkeSa sa, ChildSa child, DeleteReason why);

  /** What was started for {@code child} (empty: the IKE SA) of {@code sa} has ended. */
  void ended(IkeSa sa, Input.Verb verb, String child, boolean ok, String story);

  /**
   * A standing Child SA between the same two identities and with the same selectors as {@code
   * fresh}, whose policies {@code fresh} can use.
   */
  Optional<ChildSaSnapshot> samePolicies(IkeSa sa, ChildSaSnapshot fresh);

  /** Children of {@code sa}'s connection that shall be up, and are not and are not under way. */
  List<String> missingChildren(IkeSa sa);

  /** The packet that {@code child} was asked for by, if it was one. */
  Optional<Flow> flow(IkeSa sa, String child);

  /** Whether the peer has said that it takes one pair of addresses per Child SA of this kind. */
  boolean wantsSinglePair(IkeSa sa, String child);

  /** It has: SINGLE_PAIR_REQUIRED (RFC 7296 section 2.9). */
  void setSinglePair(IkeSa sa, String child);

  /** Whether another IKE SA between the same two identities stands or comes. */
  boolean hasSibling(IkeSa sa);

  /** {@code sa} belongs to the connection {@code name}. */
  void regroup(IkeSa sa, String name);

  /**
   * A child of another IKE SA does not send any more, because one of this peer's took its place.
   */
  void silenced(ChildSaSnapshot child);

  /**
   * {@code child} of {@code sa} goes: one of another IKE SA of this peer, with the same policies,
   * sends in its place, if there is one.
   */
  void handOver(IkeSa sa, ChildSa child);

  /** Whether {@code sa} will be deleted in favour of the IKE SA that has {@code standing}. */
  boolean yields(IkeSa sa, ChildSaSnapshot standing);

  /** Deletes what {@code sa} made superfluous, or {@code sa} itself. */
  void unique(IkeSa sa);

  /** Begins, or goes on with, the IKE SA that takes {@code sa}'s place (RFC 7296 2.8.3). */
  void reauthenticate(IkeSa sa);

  /** Forgets every other IKE SA between the same two identities (RFC 7296 section 2.4). */
  void initialContact(IkeSa sa);
}
