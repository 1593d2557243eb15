package io.pollux.ike.policy;

import io.pollux.ike.sad.Identity;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * One connection of the configuration: a peer, how both prove who they are, and what may pass.
 *
 * @param localAddress where IKE and ESP start; with high availability a virtual address
 * @param remoteAddress empty = any address, then the connection only responds
 * @param remoteId empty = any identity that has a secret
 * @param proposals in order of preference, not empty
 * @param auth how both ends prove who they are
 * @param livenessNs silence after which the peer is asked whether it lives (RFC 7296 section 2.4);
 *     0 = never
 * @param reauth when both prove it again
 */
public record ConnectionPolicy(
    String name,
    InetAddress localAddress,
    Optional<InetAddress> remoteAddress,
    Identity localId,
    Optional<Identity> remoteId,
    List<IkeProposal> proposals,
    RekeyPolicy ikeRekey,
    long livenessNs,
    boolean forceUdpEncap,
    List<ChildPolicy> children,
    AuthPolicy auth,
    ReauthPolicy reauth) {
  public ConnectionPolicy {
    proposals = List.copyOf(proposals);
    children = List.copyOf(children);
  }

  /** Whose ends prove who they are once. */
  public ConnectionPolicy(
      String name,
      InetAddress localAddress,
      Optional<InetAddress> remoteAddress,
      Identity localId,
      Optional<Identity> remoteId,
      List<IkeProposal> proposals,
      RekeyPolicy ikeRekey,
      long livenessNs,
      boolean forceUdpEncap,
      List<ChildPolicy> children,
      AuthPolicy auth) {
    this(
        name,
        localAddress,
        remoteAddress,
        localId,
        remoteId,
        proposals,
        ikeRekey,
        livenessNs,
        forceUdpEncap,
        children,
        auth,
        ReauthPolicy.NEVER);
  }

  /** With pre-shared keys. */
  public ConnectionPolicy(
      String name,
      InetAddress localAddress,
      Optional<InetAddress> remoteAddress,
      Identity localId,
      Optional<Identity> remoteId,
      List<IkeProposal> proposals,
      RekeyPolicy ikeRekey,
      long livenessNs,
      boolean forceUdpEncap,
      List<ChildPolicy> children) {
    this(
        name,
        localAddress,
        remoteAddress,
        localId,
        remoteId,
        proposals,
        ikeRekey,
        livenessNs,
        forceUdpEncap,
        children,
        AuthPolicy.PSK);
  }
}
