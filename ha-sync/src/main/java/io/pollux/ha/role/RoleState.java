package io.pollux.ha.role;

/** What this node is, as operators see it. */
public sealed interface RoleState {
  /** The gate is being closed and addresses removed; or the machine has been stopped. */
  record Init() implements RoleState {}

  /** Listening, gate closed. */
  record Standby(Sync sync) implements RoleState {}

  /** The gate is open. */
  record Active(Pairing pairing) implements RoleState {}

  /** Gate closed, takes no part until the cause is gone. */
  record Fault() implements RoleState {}

  /** How good a standby's copy is; in ascending order. */
  enum Sync {
    /** No complete copy yet. */
    SYNCING,
    /** Complete once, but frames no longer come. */
    STALE,
    /** Complete and followed. */
    IN_SYNC
  }

  /** How an active node stands to its standby. */
  enum Pairing {
    /** Nobody follows. */
    ALONE,
    /** There is a standby, but barriers are not waited for. */
    DEGRADED,
    /** The standby acknowledges everything. */
    PAIRED
  }

  /** The four roles without their qualities, as the link carries them. */
  enum Role {
    INIT,
    STANDBY,
    ACTIVE,
    FAULT
  }

  /** Without its quality. */
  default Role role() {
    return switch (this) {
      case Init _ -> Role.INIT;
      case Standby _ -> Role.STANDBY;
      case Active _ -> Role.ACTIVE;
      case Fault _ -> Role.FAULT;
    };
  }

  /** For logs and tables: {@code standby (in sync)}. */
  default String text() {
    return switch (this) {
      case Init _ -> "init";
      case Standby(Sync sync) ->
          switch (sync) {
            case SYNCING -> "standby (syncing)";
            case STALE -> "standby (stale)";
            case IN_SYNC -> "standby (in sync)";
          };
      case Active(Pairing pairing) ->
          switch (pairing) {
            case ALONE -> "active (alone)";
            case DEGRADED -> "active (degraded)";
            case PAIRED -> "active (paired)";
          };
      case Fault _ -> "fault";
    };
  }
}
