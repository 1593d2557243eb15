package io.pollux.ike.policy;

/**
 * When a peer is authenticated anew, by a new IKE SA with new children that stands before the old
 * one goes (RFC 7296 section 2.8.3).
 *
 * @param everyNs age of the authentication at which this gateway begins a new IKE SA; 0 = never
 * @param jitterNs up to this much earlier
 * @param lifetimeNs what we tell a peer that has initiated (AUTH_LIFETIME, RFC 4478): it has to be
 *     back before, or its IKE SA is deleted; in whole seconds; 0 = for ever
 */
public record ReauthPolicy(long everyNs, long jitterNs, long lifetimeNs) {
  /** Neither. */
  public static final ReauthPolicy NEVER = new ReauthPolicy(0, 0, 0);
}
